"""From exports to a `Plan`: values judged, ids looked up, rows grouped into orders.

What is wrong becomes an issue at its place. The plan is then set beside what was acknowledged
earlier: new, changed or unchanged. Pure: knows no clock and no network (rules, sections 3 and 4).
"""

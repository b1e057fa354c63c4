"""From rows to a `Plan`: values judged, ids looked up, orders grouped, set beside their history.

Pure: knows no file, no clock and no network (rules, sections 3 and 4).
"""

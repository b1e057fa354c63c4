"""What Flxpoint holds: the ids of its orders, and the accounting values of each of them.

Ids are pulled into the id map; orders are read before a run, so that nothing is overwritten unseen,
and read back after it, to see whether they hold what was sent.
"""

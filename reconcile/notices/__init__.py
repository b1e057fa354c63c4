"""Who is told how a run ended: people, a dead man's switch, and the log file.

A notice that fails never fails the run, and none holds a token, an order or the name of a file.
"""

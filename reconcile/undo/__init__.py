"""The way back: an export that puts back what stood in Flxpoint before a run.

Sends nothing. Says of each value what it was, or why it is left alone.
"""

"""reconcile: tells Flxpoint which orders are in the books."""

__version__ = "0.1.0"

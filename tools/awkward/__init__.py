"""Awkward exports for the tests, a module for each group of topics; `make_awkward` writes them.

What is expected of a file is written by hand beside its content, from the rules, and never
taken from what the program says: a difference is a fault of one of the two.
"""

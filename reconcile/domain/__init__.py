"""The nouns and what they are made of: places, issues, orders, payloads, plans, errors.

Knows nothing but the standard library; everything else knows it.
"""

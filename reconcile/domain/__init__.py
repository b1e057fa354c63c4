"""The nouns and what they are made of: rows, issues, orders, payloads, plans, errors.

Everybody knows these values; they know nobody, and nothing but the standard library. Each message
to people about a cell or an order is written here, once.
"""

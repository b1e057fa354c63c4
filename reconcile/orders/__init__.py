"""What Flxpoint itself says: the ids of its orders, and what each of them holds.

`answers` reads its JSON, `held` sets what an order holds beside what a call says, `reads` asks
within the budget. On them stand `pulling` (the local id map), `guarding` (before a run),
`reading_back` (after it) and `undoing`.
"""

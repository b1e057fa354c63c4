"""The answer that each order gets, and what must be told of it: both by its number alone."""

import json

__all__ = ["expected", "expected_answer"]

_STATUSES = (204, 200, 400, 404, 409)


def expected_answer(order_id: int) -> tuple[int, str]:
    """Status and body; the body, where there is one, names the order."""
    status = _STATUSES[order_id * 2_654_435_761 % 4_294_967_296 % len(_STATUSES)]
    return status, "" if status == _STATUSES[0] else json.dumps({"message": _words(order_id)})


def expected(order_id: int) -> tuple[int, str, str]:
    """Status, outcome and the answer as they must be told."""
    status, body = expected_answer(order_id)
    outcome = "synced" if status in _STATUSES[:2] else "refused"
    return status, outcome, _words(order_id) if body else ""


def _words(order_id: int) -> str:
    return f"said of order {order_id} alone"

"""Whether Flxpoint's answers say what orders hold in the books: found out once, then remembered."""

from collections.abc import AsyncGenerator, Collection, Iterable
from contextlib import aclosing
from dataclasses import dataclass, field
from itertools import islice
from typing import Final, cast

from reconcile.domain.errors import ForbiddenError, NoAnswerError
from reconcile.flxpoint import Question, Reads
from reconcile.flxpoint.session import FlxpointSession
from reconcile.journal import Journal, OrderReading
from reconcile.orders.overwrite import holds_something, own_calls, reading_of

__all__ = ["learn_readback_support", "supports_readback"]

_ENOUGH: Final = 5
_CERTAIN: Final = 3


def supports_readback(
    session: FlxpointSession, journal: Journal, account: str, planned: Collection[int]
) -> bool:
    """Whether Flxpoint says what orders hold: best seen by those that are booked already.

    If orders can't be read, that is said: a token that may send need not be one that may read.

    Raises:
        StoppedError: Flxpoint is dead, or it isn't Flxpoint that answers.
    """
    acknowledged = own_calls(journal.history(account, planned))
    booked = [order_id for order_id, said in acknowledged.items() if holds_something(said)]
    others = dict.fromkeys([*journal.booked_by_map(account, planned), *planned])
    for order_id in booked:
        others.pop(order_id, None)
    try:
        return learn_readback_support(session, journal, account, booked, others)
    except (ForbiddenError, NoAnswerError) as why:
        session.remark(
            "It isn't known what the orders hold in Flxpoint, and nothing is held back because "
            f"of it: {why}"
        )
        return False


def learn_readback_support(
    session: FlxpointSession,
    journal: Journal,
    account: str,
    booked: Iterable[int],
    others: Iterable[int],
) -> bool:
    """Whether Flxpoint's answers say what orders hold; asks for some if that isn't known.

    `booked` surely hold something: if several of them don't say so, none does, which is
    remembered. From `others` only a yes can be learned.

    Raises:
        NoAnswerError: none of them can be read, however often it was asked.
        ForbiddenError: the token may not read orders.
        StoppedError: Flxpoint is dead, or it isn't Flxpoint that answers.
    """
    state = journal.pull_state(account)
    if state.asked:
        return bool(state.reported_fields)
    surely, perhaps = list(islice(booked, _ENOUGH)), list(islice(others, _ENOUGH))
    if not surely and not perhaps:
        return False
    probe = _Probe()
    # Mostly the first one tells. If it doesn't, the others are asked at the same time, and all
    # of them if it met a fault: neither slow answers nor the waits for another try add up.
    probe.ask(session.without_retries, (surely or perhaps)[:1])
    for some in (surely, perhaps) if probe.readings else ([*surely, *perhaps],):
        if not probe.reported:
            probe.ask(session, some)
    readable = {order_id for order_id, reading in probe.readings.items() if reading.readable}
    there = [order_id for order_id in readable if probe.readings[order_id].state is not None]
    if probe.reported or len(set(surely).intersection(there)) >= _CERTAIN:
        known = journal.pull_state(account).with_reported_fields(frozenset(probe.reported))
        journal.keep_pull_state(account, known)
    elif not readable:
        raise NoAnswerError(probe.fault)
    return bool(probe.reported)


@dataclass(slots=True)
class _Probe:
    """What came of asking for orders.

    `reported` are the accounting fields that the answers have. `fault` is what was wrong with an
    answer, or why there was none.
    """

    reported: set[str] = field(default_factory=set)
    readings: dict[int, OrderReading] = field(default_factory=dict)
    fault: str = ""

    def ask(self, session: FlxpointSession, order_ids: Iterable[int]) -> None:
        """Reads those that haven't answered yet, at the same time, until one tells."""
        left = [order_id for order_id in order_ids if order_id not in self.readings]

        async def read(reads: Reads) -> None:
            async def one(order_id: int) -> None:
                try:
                    reply = await reads.ask(Question(f"/orders/{order_id}"))
                except NoAnswerError as why:
                    self.fault = str(why)
                    return
                reading = reading_of(order_id, reply, session.now(), self.reported)
                self.readings[order_id] = reading
                if not reading.readable:
                    self.fault = (
                        f"What Flxpoint answers to GET /orders/{order_id} is not that order "
                        f"(status {reply.status})."
                    )

            answers = cast("AsyncGenerator[tuple[int, None]]", reads.each(left, one))
            async with aclosing(answers):
                async for _ in answers:
                    if self.reported:
                        return

        if left:
            session.run(read)

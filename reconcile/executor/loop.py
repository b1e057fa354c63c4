"""Sends the calls of a run: an open schedule, every try written down before and after."""

import asyncio
from collections.abc import AsyncIterable, AsyncIterator, Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import partial
from random import Random
from typing import Protocol, assert_never

from reconcile.domain.calls import PlannedCall
from reconcile.domain.errors import JournalError
from reconcile.domain.events import Event, Listener
from reconcile.domain.model import CallKind, Outcome
from reconcile.executor.gate import Gate, Passed
from reconcile.executor.recorder import Recorder
from reconcile.executor.stops import Stop, StopKind, StopRules, StopSwitch
from reconcile.flxpoint.exchange import Exchange, NeverSent, NoReply, Reply
from reconcile.flxpoint.paced_request import request_at
from reconcile.flxpoint.pacer import Pace
from reconcile.flxpoint.retry import RetryCount, RetryPolicy, keep_trying
from reconcile.flxpoint.verdict import (
    Accept,
    Doubt,
    Halt,
    Refuse,
    Retry,
    Verdict,
    first_line,
)
from reconcile.journal import NEVER_SENT, AttemptEnd, Setback

__all__ = ["Executor", "Sender"]

_KEPT_HEADERS = (
    "retry-after",
    "x-auth-pool-size",
    "x-auth-pool-used",
    "x-auth-replenished-per-second",
)


_SOMEBODY_ELSE = (
    "Another program seems to use this token (or Flxpoint allows it less than 2 calls per "
    "second): the answer was 429 (too many) although nothing of ours was sent just before."
)


class Sender(Protocol):
    """Makes one call and says what happened."""

    async def send(
        self, order_id: int, kind: CallKind, content: str, left: Callable[[], None]
    ) -> Exchange:
        """`content` is the JSON of the body or of the query; `left` tells when it leaves."""


@dataclass(slots=True)
class Executor:
    """Sends what is pending, in the order of the plan.

    Args:
        sender: the client.
        recorder: the journal; if it can't be written, nothing more is sent.
        pacer: the schedule of the token.
        switch: stops the run from outside, and is set when a rule stops it.
        rules: when to stop.
        policy: how often to try.
        now: wall time with offset.
        listener: hears of every try and outcome.
        random: for the jitter of the waits.
        open_orders: so many orders may be begun and not over at a time.
        redact: takes the token out of what is recorded of an answer.
    """

    sender: Sender
    recorder: Recorder
    pacer: Pace
    switch: StopSwitch
    rules: StopRules
    policy: RetryPolicy
    now: Callable[[], datetime]
    listener: Listener
    random: Random = field(default_factory=Random)
    open_orders: int = 64
    redact: Callable[[str], str] = str
    _gate: Gate = field(init=False)
    _shared_told: bool = field(init=False, default=False)

    def __post_init__(self) -> None:
        """One gate for all calls."""
        self._gate = Gate(self.pacer, self.switch, self.listener, self._held)

    async def run(
        self, orders: Iterable[Sequence[PlannedCall]] | AsyncIterable[Sequence[PlannedCall]]
    ) -> Stop | None:
        """Sends the calls of each order; those of one order follow one another.

        `orders` may make it wait for the next one, but not beyond a stop. Returns why it
        stopped before the end, or None. Calls in flight at a stop are awaited.
        """
        held = self.pacer.held_until - asyncio.get_running_loop().time()
        stop = self.rules.too_long(held, self.now())
        if stop is not None:
            self.switch.request(stop)
        room = asyncio.Semaphore(self.open_orders)
        # New orders queue two at a time, so that a second try never waits behind many of them.
        queue = asyncio.Semaphore(2)
        async with asyncio.TaskGroup() as tasks:
            async for calls in _one_by_one(orders):
                await room.acquire()
                await queue.acquire()
                if self.switch.is_set():
                    break
                entered = _Once(queue.release)
                task = tasks.create_task(self._send_order(calls, entered))
                task.add_done_callback(partial(_over, room, entered))
        return self.switch.stop

    def _held(self, seconds: float) -> None:
        """Told how long the server wants silence, whoever heard of it."""
        stop = self.rules.too_long(seconds, self.now())
        if stop is not None:
            self.switch.request(stop)

    async def _send_order(self, calls: Sequence[PlannedCall], entered: "_Once") -> None:
        try:
            for call in calls:
                if call.outcome is not Outcome.PENDING:
                    continue
                outcome = await self._send_call(call, entered)
                if call.kind is CallKind.SYNC and outcome is not Outcome.SYNCED:
                    await self._leave_status(calls, outcome)
                    return
        except JournalError as error:
            sentence = f"{error} Nothing more was sent."
            self.switch.request(Stop(StopKind.JOURNAL, sentence))

    async def _leave_status(self, calls: Sequence[PlannedCall], outcome: Outcome) -> None:
        for call in calls:
            if call.kind is CallKind.STATUS and call.outcome is Outcome.PENDING:
                note = f"not sent: the accounting sync is {outcome}"
                await self.recorder.annotate(call.order_id, call.kind, note)

    async def _send_call(self, call: PlannedCall, entered: "_Once") -> Outcome:
        tries = RetryCount(doubtful=call.doubtful)
        state = Outcome.IN_DOUBT if call.doubtful else Outcome.PENDING

        async def attempt() -> Verdict | None:
            nonlocal state
            passed = await self._gate.enter(
                lambda: self.recorder.begin(call, self.now()),
                lambda number: self._withdraw(call, number, tries),
            )
            entered()
            if passed is None:
                return None
            verdict, state = await self._try(call, passed, tries)
            return verdict

        verdict = await keep_trying(attempt, tries, self.policy, self.random, self.switch.sleep)
        self._watch_failures(verdict)
        if verdict is not None:
            values = {"order": call.order_id, "call": call.kind.value, "outcome": state.value}
            self.listener(Event("outcome", values))
        return state

    async def _try(
        self, call: PlannedCall, passed: Passed, tries: RetryCount
    ) -> tuple[Verdict, Outcome]:
        answered = await request_at(
            passed.at,
            self.pacer,
            call.kind,
            partial(self.sender.send, call.order_id, call.kind, call.content),
            self.now,
        )
        exchange, judged = answered.exchange, answered.verdict
        if isinstance(judged, Retry):
            tries.add(judged)
        verdict, stop = self.rules.after_exchange(
            call.order_id, exchange, judged, answered.began, answered.ended, self.now()
        )
        if stop is not None:
            self.switch.request(stop)
        if answered.alone and not self._shared_told:
            self._shared_told = True
            self.listener(Event("remark", {"text": _SOMEBODY_ELSE}))
        state = _state(verdict, tries)
        recorded = _without_token(exchange, self.redact)
        end = AttemptEnd(
            ended_at=self.now(),
            seconds=round(answered.ended - answered.began, 4),
            exchange=_kind_of(exchange),
            status=exchange.status if isinstance(exchange, Reply) else None,
            verdict=_name_of(verdict),
            answer=_answer(recorded),
            headers=_headers(recorded),
        )
        setback = self._setback(verdict, tries, stop)
        note = _note(verdict, recorded)
        await self.recorder.record(call, passed.number, end, state, note, setback)
        if answered.fault is not None:
            raise answered.fault
        self.listener(
            Event(
                "attempt",
                {
                    "order": call.order_id,
                    "call": call.kind.value,
                    "try": passed.number,
                    "status": end.status,
                    "exchange": end.exchange,
                    "verdict": end.verdict,
                    "seconds": end.seconds,
                    "spacing": round(self.pacer.spacing, 4),
                },
            )
        )
        return verdict, state

    async def _withdraw(self, call: PlannedCall, number: int, tries: RetryCount) -> None:
        """The run was stopped, or the slot lost, after the journal's word: it never left."""
        state = Outcome.IN_DOUBT if tries.doubtful else Outcome.PENDING
        if self.switch.is_set():
            note = "the run was stopped first"
        elif self.pacer.held_until > asyncio.get_running_loop().time():
            note = "Flxpoint asked for silence first"
        else:
            note = "its turn was missed"
        end = AttemptEnd(self.now(), 0.0, NEVER_SENT, None, "withdrawn", "", {})
        await self.recorder.record(call, number, end, state, note)

    def _setback(self, verdict: Verdict, tries: RetryCount, stop: Stop | None) -> Setback:
        if isinstance(verdict, Accept | Refuse):
            return Setback.NONE
        if stop is not None:
            return Setback.MET_THE_STOP
        over = not isinstance(verdict, Retry) or self.policy.over(tries)
        return Setback.GIVEN_UP if over else Setback.NONE

    def _watch_failures(self, verdict: Verdict | None) -> None:
        stop: Stop | None = None
        match verdict:
            case Accept():
                stop = self.rules.after_call(None)
            case Refuse() | Doubt() | Retry():
                stop = self.rules.after_call(verdict.cause)
            case Halt() | None:
                pass
            case _:
                assert_never(verdict)
        if stop is not None:
            self.switch.request(stop)


async def _one_by_one(
    orders: Iterable[Sequence[PlannedCall]] | AsyncIterable[Sequence[PlannedCall]],
) -> AsyncIterator[Sequence[PlannedCall]]:
    if isinstance(orders, AsyncIterable):
        async for calls in orders:
            yield calls
    else:
        for calls in orders:
            yield calls


class _Once:
    """Calls a function the first time, and never again."""

    def __init__(self, function: Callable[[], None]) -> None:
        self._function: Callable[[], None] | None = function

    def __call__(self) -> None:
        if self._function is not None:
            function, self._function = self._function, None
            function()


def _over(room: asyncio.Semaphore, entered: _Once, _task: asyncio.Task[None]) -> None:
    entered()
    room.release()


def _state(verdict: Verdict, tries: RetryCount) -> Outcome:
    match verdict:
        case Accept():
            return Outcome.SYNCED
        case Refuse():
            return Outcome.REFUSED
        case Doubt():
            return Outcome.IN_DOUBT
        case Retry() | Halt():
            return Outcome.IN_DOUBT if tries.doubtful else Outcome.PENDING
        case _:
            assert_never(verdict)


def _kind_of(exchange: Exchange) -> str:
    match exchange:
        case Reply():
            return "reply"
        case NeverSent():
            return NEVER_SENT
        case NoReply():
            return "no reply"
        case _:
            assert_never(exchange)


def _name_of(verdict: Verdict) -> str:
    return type(verdict).__name__.lower()


def _without_token(exchange: Exchange, redact: Callable[[str], str]) -> Exchange:
    """The whole answer, before it is cut: half a token would not be found any more."""
    if not isinstance(exchange, Reply):
        return exchange
    headers = {name: redact(text) for name, text in exchange.headers.items()}
    return Reply(exchange.status, headers, redact(exchange.body))


def _answer(exchange: Exchange) -> str:
    return first_line(exchange.body) if isinstance(exchange, Reply) else exchange.reason


def _headers(exchange: Exchange) -> dict[str, str]:
    if not isinstance(exchange, Reply):
        return {}
    return {name: exchange.headers[name] for name in _KEPT_HEADERS if name in exchange.headers}


def _note(verdict: Verdict, exchange: Exchange) -> str:
    match verdict:
        case Accept(note):
            return note
        case Halt():
            return verdict.sentence
        case Refuse() | Doubt() | Retry():
            answer = _answer(exchange)
            if isinstance(exchange, Reply):
                return f"answered {exchange.status}" + (f": {answer}" if answer else "")
            return answer
        case _:
            assert_never(verdict)

"""Two runs beside each other: who sends which order, when, and what it is by then."""

import asyncio
import sqlite3
from collections.abc import Callable, Coroutine, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from reconcile.domain.calls import PlannedCall
from reconcile.domain.events import Event
from reconcile.domain.model import CallKind, Comparison, Outcome
from reconcile.executor import Stop, StopKind, StopSwitch
from reconcile.executor.claim_queue import ClaimQueue
from reconcile.job.run_records import by_order
from reconcile.journal import Journal, Setback
from tests.doubles import EPOCH, VirtualTime, run_in_virtual_time
from tests.journal.books import ACCOUNT, STATUS, SYNC, Books, came, create, order

What = tuple[int, str | None] | tuple[int, str | None, str | None]
Meanwhile = Callable[["Scene"], Coroutine[Any, Any, None]]


class AtOnce(ThreadPoolExecutor):
    """Does its work where it is handed in: virtual time doesn't wait for threads."""

    def submit(self, fn: Callable[..., Any], /, *args: Any, **kwargs: Any) -> Future[Any]:
        future: Future[Any] = Future()
        try:
            future.set_result(fn(*args, **kwargs))
        except Exception as error:  # noqa: BLE001  (whoever waits gets it)
            future.set_exception(error)
        return future


@dataclass(slots=True)
class Scene:
    """A journal, the runs that live, and what the run that is looked at may send."""

    journal: Journal
    alive: set[str] = field(default_factory=set)
    switch: StopSwitch = field(init=False)
    turns: list[tuple[float, list[PlannedCall]]] = field(default_factory=list)
    events: list[Event] = field(default_factory=list)
    over_at: float = -1

    def plan(self, run_id: str, *what: What, force: bool = False) -> list[list[PlannedCall]]:
        workload = Books(self.journal).look(*(order(*each) for each in what), force=force)
        create(self.journal, run_id, calls=workload.calls)
        return by_order(workload.calls)

    def send(
        self,
        run_id: str,
        order_id: int,
        kind: CallKind = SYNC,
        *,
        outcome: Outcome | None = Outcome.SYNCED,
        setback: Setback = Setback.NONE,
    ) -> None:
        """Another run makes a call; None: there is no answer yet."""
        number = self.journal.begin(run_id, order_id, kind, EPOCH)
        if outcome is not None:
            self.journal.record(run_id, order_id, kind, number, came(204), outcome, "", setback)

    def hand_out(
        self,
        run_id: str,
        orders: Sequence[Sequence[PlannedCall]],
        meanwhile: Meanwhile | None = None,
        *,
        force: bool = False,
    ) -> Stop | None:
        """Hands the orders of a run out, and sends each at once."""

        async def work(loop: VirtualTime) -> Stop | None:
            loop.set_default_executor(AtOnce())
            self.switch = StopSwitch()
            beside = asyncio.create_task(meanwhile(self)) if meanwhile else None
            turns = ClaimQueue(
                self.journal,
                run_id,
                ACCOUNT,
                force,
                self.alive.__contains__,
                self.switch,
                self.events.append,
            )
            async for calls in turns.of(orders):
                self.turns.append((loop.time(), list(calls)))
                for call in calls:
                    if call.outcome is Outcome.PENDING:
                        self.send(run_id, call.order_id, call.kind)
            self.over_at = loop.time()
            if beside is not None:
                await beside
            return self.switch.stop

        return run_in_virtual_time(work)

    @property
    def order_ids(self) -> list[int]:
        return [calls[0].order_id for _, calls in self.turns]

    def outcomes(self, run_id: str) -> dict[tuple[int, str], Outcome]:
        calls = list(self.journal.calls(run_id))
        return {(call.order_id, call.kind.value): call.outcome for call in calls}


@pytest.fixture
def scene() -> Iterator[Scene]:
    with Journal.in_memory() as journal:
        yield Scene(journal)


def after(seconds: float, do: Callable[[Scene], object]) -> Meanwhile:
    async def wait(scene: Scene) -> None:
        await asyncio.sleep(seconds)
        do(scene)

    return wait


# Alone


def test_a_run_alone_sends_its_orders_in_the_order_of_the_plan(scene: Scene) -> None:
    orders = scene.plan("mine", (3, "INV-3"), (1, "INV-1"), (2, "INV-2"))
    assert scene.hand_out("mine", orders) is None
    assert [(at, calls[0].order_id) for at, calls in scene.turns] == [(0, 3), (0, 1), (0, 2)]
    assert [list(calls) for _, calls in scene.turns] == orders, "as they were planned"
    assert scene.events == []


def test_only_what_is_pending_of_an_order_is_looked_up_again(scene: Scene) -> None:
    Books(scene.journal).drop(order(2, "INV-2"))
    workload = Books(scene.journal).look(order(1, "INV-1"), order(2, "INV-2", "Closed"))
    rejected = PlannedCall(1, STATUS, "", "", Comparison.NEW, Outcome.REJECTED)
    calls = [workload.calls[0], rejected, *workload.calls[1:]]
    create(scene.journal, "mine", calls=calls)
    scene.hand_out("mine", by_order(calls))

    assert scene.outcomes("mine") == {
        (1, "accounting-sync"): Outcome.SYNCED,
        (1, "status"): Outcome.REJECTED,
        (2, "accounting-sync"): Outcome.UNCHANGED,
        (2, "status"): Outcome.SYNCED,
    }
    assert scene.events == []


def test_what_was_unchanged_when_it_was_looked_up_is_sent_if_it_is_not_any_more(
    scene: Scene,
) -> None:
    """A person was asked in between, and another run came and went."""
    books = Books(scene.journal)
    books.drop(order(1, "INV-1"), order(2, "INV-2"))
    workload = books.look(order(1, "INV-1"), order(2, "INV-2"), order(3, "INV-3"))
    books.drop(order(1, "INV-9"))
    create(scene.journal, "mine", calls=workload.calls)
    scene.hand_out("mine", by_order(workload.calls))

    assert [(at, calls[0].order_id) for at, calls in scene.turns] == [(0, 3), (0, 1)]
    assert set(scene.outcomes("mine").values()) == {Outcome.SYNCED, Outcome.UNCHANGED}
    standing = scene.journal.history(ACCOUNT, [1])[1, SYNC]
    assert standing.content == '{"accountingSynced":true,"externalAccountingId":"INV-1"}'
    assert scene.events == []


def test_what_a_later_run_has_changed_is_no_business_of_an_earlier_one(scene: Scene) -> None:
    books = Books(scene.journal)
    books.drop(order(1, "INV-1"))
    scene.plan("mine", (1, "INV-1"), (2, "INV-2"))
    books.drop(order(1, "INV-9"))
    scene.hand_out("mine", scene.journal.reopen("mine"))

    assert scene.order_ids == [2]
    assert scene.outcomes("mine")[1, "accounting-sync"] is Outcome.UNCHANGED


def test_the_claim_of_a_dead_run_is_free_at_once(scene: Scene) -> None:
    scene.plan("dead", (1, "INV-1"))
    scene.send("dead", 1, outcome=None)
    orders = scene.plan("mine", (1, "INV-1"), (2, "INV-2"))
    scene.hand_out("mine", orders)

    assert [(at, calls[0].order_id) for at, calls in scene.turns] == [(0, 1), (0, 2)]


def test_a_later_run_is_not_waited_for(scene: Scene) -> None:
    orders = scene.plan("mine", (1, "INV-1"))
    scene.plan("later", (1, "INV-2"))
    scene.alive.add("later")
    scene.hand_out("mine", orders)

    assert scene.order_ids == [1]


def test_an_order_that_the_other_run_has_given_up_is_free(scene: Scene) -> None:
    scene.plan("other", (1, "INV-1"))
    scene.alive.add("other")
    scene.send("other", 1, outcome=Outcome.IN_DOUBT, setback=Setback.GIVEN_UP)
    scene.hand_out("mine", scene.plan("mine", (1, "INV-2")))

    assert scene.order_ids == [1]
    assert scene.events == []


# Beside a living run


def test_orders_that_a_living_run_has_claimed_come_last_and_when_they_are_free(
    scene: Scene,
) -> None:
    scene.plan("other", (1, "INV-1"), (2, "INV-2"))
    scene.alive.add("other")
    orders = scene.plan("mine", *((number, f"INV-{number}b") for number in (1, 2, 3, 4)))

    async def other(scene: Scene) -> None:
        await asyncio.sleep(10.5)
        scene.send("other", 2)
        await asyncio.sleep(10)
        scene.send("other", 1)

    scene.hand_out("mine", orders, other)

    assert [(at, calls[0].order_id) for at, calls in scene.turns] == [
        (0, 3),
        (0, 4),
        (11, 2),
        (21, 1),
    ]
    [waits] = [event for event in scene.events if event.name == "another run"]
    assert waits.values == {"runs": ["other"], "orders": 2}


def test_they_are_free_when_the_other_run_dies(scene: Scene) -> None:
    scene.plan("other", (1, "INV-1"))
    scene.alive.add("other")
    orders = scene.plan("mine", (1, "INV-2"))
    scene.hand_out("mine", orders, after(4.5, lambda scene: scene.alive.clear()))

    assert [(at, calls[0].order_id) for at, calls in scene.turns] == [(5, 1)]


def test_what_the_other_run_has_acknowledged_is_unchanged(scene: Scene) -> None:
    scene.plan("other", (1, "INV-1"))
    scene.alive.add("other")
    orders = scene.plan("mine", (1, "INV-1"))
    scene.hand_out("mine", orders, after(3, lambda scene: scene.send("other", 1)))

    assert scene.turns == []
    assert scene.outcomes("mine") == {(1, "accounting-sync"): Outcome.UNCHANGED}
    assert scene.events[-1] == Event(
        "outcome", {"order": 1, "call": "accounting-sync", "outcome": "unchanged"}
    )


def test_it_is_sent_all_the_same_if_forced(scene: Scene) -> None:
    scene.plan("other", (1, "INV-1"))
    scene.alive.add("other")
    orders = scene.plan("mine", (1, "INV-1"), force=True)
    scene.hand_out("mine", orders, after(3, lambda scene: scene.send("other", 1)), force=True)

    assert scene.order_ids == [1]


def test_other_content_becomes_a_change_that_shows_what_was_there(scene: Scene) -> None:
    scene.plan("other", (1, "INV-1"))
    scene.alive.add("other")
    orders = scene.plan("mine", (1, "INV-2"))
    assert orders[0][0].comparison is Comparison.NEW
    scene.hand_out("mine", orders, after(3, lambda scene: scene.send("other", 1)))

    [call] = list(scene.journal.calls("mine"))
    assert (call.outcome, call.comparison) == (Outcome.SYNCED, Comparison.CHANGED)
    assert call.previous == '{"accountingSynced":true,"externalAccountingId":"INV-1"}'


def test_an_order_that_seemed_unchanged_is_sent_if_the_other_run_changes_it(scene: Scene) -> None:
    """Else Flxpoint would hold what an earlier file said."""
    Books(scene.journal).drop(order(1, "INV-1"))
    scene.plan("other", (1, "INV-2"))
    scene.alive.add("other")
    orders = scene.plan("mine", (1, "INV-1"), (2, "INV-2"))
    assert len(orders) == 1, "there seems to be nothing to do for order 1"
    scene.hand_out("mine", orders, after(3, lambda scene: scene.send("other", 1)))

    assert scene.order_ids == [2, 1]
    standing = scene.journal.history(ACCOUNT, [1])[1, SYNC]
    assert standing.content == '{"accountingSynced":true,"externalAccountingId":"INV-1"}'


def test_an_order_that_seemed_unchanged_is_unchanged_if_the_other_run_dies(scene: Scene) -> None:
    Books(scene.journal).drop(order(1, "INV-1"))
    scene.plan("other", (1, "INV-2"))
    scene.alive.add("other")
    orders = scene.plan("mine", (1, "INV-1", "Closed"))
    scene.hand_out("mine", orders, after(3, lambda scene: scene.alive.clear()))

    assert scene.outcomes("mine") == {
        (1, "accounting-sync"): Outcome.UNCHANGED,
        (1, "status"): Outcome.SYNCED,
    }


def test_a_sync_that_seemed_unchanged_is_sent_with_its_status(scene: Scene) -> None:
    Books(scene.journal).drop(order(1, "INV-1"))
    scene.plan("other", (1, "INV-2"))
    scene.alive.add("other")
    orders = scene.plan("mine", (1, "INV-1", "Closed"))
    scene.hand_out("mine", orders, after(3, lambda scene: scene.send("other", 1)))

    [(_, calls)] = scene.turns
    assert [call.outcome for call in calls] == [Outcome.PENDING, Outcome.PENDING]
    assert set(scene.outcomes("mine").values()) == {Outcome.SYNCED}


def test_a_status_in_flight_elsewhere_is_waited_for_and_not_doubted(scene: Scene) -> None:
    scene.plan("other", (1, None, "Closed"))
    scene.alive.add("other")
    scene.send("other", 1, STATUS, outcome=None)
    orders = scene.plan("mine", (1, None, "Closed"))
    assert scene.outcomes("mine") == {(1, "status"): Outcome.IN_DOUBT}

    def answered(scene: Scene) -> None:
        scene.journal.record("other", 1, STATUS, 1, came(201), Outcome.SYNCED)

    scene.hand_out("mine", orders, after(3, answered))

    assert scene.turns == []
    assert scene.outcomes("mine") == {(1, "status"): Outcome.UNCHANGED}


def test_a_status_that_came_into_doubt_elsewhere_is_not_repeated(scene: Scene) -> None:
    scene.plan("other", (1, "INV-1", "Closed"))
    scene.alive.add("other")
    orders = scene.plan("mine", (1, "INV-1", "Closed"))

    def doubtful(scene: Scene) -> None:
        scene.send("other", 1)
        scene.send("other", 1, STATUS, outcome=Outcome.IN_DOUBT, setback=Setback.GIVEN_UP)

    scene.hand_out("mine", orders, after(3, doubtful))

    assert scene.turns == []
    assert scene.outcomes("mine") == {
        (1, "accounting-sync"): Outcome.UNCHANGED,
        (1, "status"): Outcome.IN_DOUBT,
    }


def test_a_status_that_was_rejected_stays_so(scene: Scene) -> None:
    scene.plan("other", (1, "INV-1"))
    scene.alive.add("other")
    [sync] = Books(scene.journal).look(order(1, "INV-2")).calls
    status = PlannedCall(1, STATUS, "", "", Comparison.NEW, Outcome.REJECTED)
    create(scene.journal, "mine", calls=[sync, status])
    scene.hand_out("mine", [[sync, status]], after(3, lambda scene: scene.send("other", 1)))

    assert scene.outcomes("mine") == {
        (1, "accounting-sync"): Outcome.SYNCED,
        (1, "status"): Outcome.REJECTED,
    }


# When a run goes on


def test_a_status_in_doubt_since_the_plan_was_made_is_not_sent_by_resume(scene: Scene) -> None:
    """The run waited for another one and was stopped; then that one lost its answer."""
    scene.plan("other", (1, None, "Closed"))
    scene.plan("mine", (1, None, "Closed"))
    scene.send("other", 1, STATUS, outcome=Outcome.IN_DOUBT, setback=Setback.GIVEN_UP)
    scene.hand_out("mine", scene.journal.reopen("mine"))

    assert scene.turns == []
    assert scene.outcomes("mine") == {(1, "status"): Outcome.IN_DOUBT}


@pytest.mark.parametrize("meanwhile", [False, True])
def test_a_sync_in_doubt_is_sent_again(scene: Scene, meanwhile: bool) -> None:  # noqa: FBT001
    """Whatever an earlier run was told since: ours may have come after it."""
    scene.plan("other", (1, "INV-1"))
    scene.plan("mine", (1, "INV-1"))
    scene.send("mine", 1, outcome=None)
    if meanwhile:
        scene.send("other", 1)
    scene.hand_out("mine", scene.journal.reopen("mine"))

    [(_, [call])] = scene.turns
    assert call.doubtful


# A stop


def test_a_stop_ends_the_waiting_at_once(scene: Scene) -> None:
    scene.plan("other", (1, "INV-1"))
    scene.alive.add("other")
    orders = scene.plan("mine", (1, "INV-2"), (2, "INV-2"))
    stop = Stop(StopKind.USER, "Stopped by Ctrl-C.")
    scene.hand_out("mine", orders, after(2.25, lambda scene: scene.switch.request(stop)))

    assert scene.switch.stop is stop
    assert (scene.order_ids, scene.over_at) == ([2], 2.25)
    assert scene.outcomes("mine")[1, "accounting-sync"] is Outcome.PENDING
    assert [calls[0].order_id for calls in scene.journal.remaining("mine")] == [1]


def test_an_order_that_seemed_unchanged_is_left_for_resume_if_the_waiting_ends(
    scene: Scene,
) -> None:
    Books(scene.journal).drop(order(1, "INV-1"))
    scene.plan("other", (1, "INV-2"))
    scene.alive.add("other")
    orders = scene.plan("mine", (1, "INV-1"))
    stop = Stop(StopKind.TIME, "It is 06:00, the time to finish by.")
    scene.hand_out("mine", orders, after(2, lambda scene: scene.switch.request(stop)))
    assert scene.order_ids == []

    scene.send("other", 1)
    scene.hand_out("mine", scene.journal.reopen("mine"))

    assert scene.order_ids == [1]
    assert scene.outcomes("mine") == {(1, "accounting-sync"): Outcome.SYNCED}


def test_a_journal_that_cant_be_used_ends_the_orders_and_stops_the_run(tmp_path: Path) -> None:
    path = tmp_path / "journal.sqlite3"

    def damage(scene: Scene) -> None:
        with closing(sqlite3.connect(path)) as connection:
            connection.execute("DROP TABLE standings")
        scene.alive.clear()

    with Journal.open(path) as journal:
        scene = Scene(journal)
        scene.plan("other", (1, "INV-1"))
        scene.alive.add("other")
        orders = scene.plan("mine", (1, "INV-2"))
        stop = scene.hand_out("mine", orders, after(3, damage))

    assert scene.turns == []
    assert stop is not None
    assert stop.kind is StopKind.JOURNAL
    assert stop.sentence.endswith("Nothing more was sent.")

"""What runs have left to send, which of them may send it, and which files are done."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from reconcile.domain.model import CallKind, Outcome
from reconcile.journal import CallState, Journal, RunOverview, Setback, SourceRecord
from tests.doubles import EPOCH

from .books import ACCOUNT, STATUS, SYNC, Books, came, create, never_left, new_run, order

OTHER = "https://api.flxpoint.com id 2002"


@pytest.fixture
def books() -> Iterator[Books]:
    with Journal.in_memory() as journal:
        yield Books(journal)


def unfinished(journal: Journal, account: str | None = None) -> list[str]:
    return [run.id for run in journal.unfinished_runs(account)]


def left(journal: Journal, run_id: str) -> list[list[tuple[int, str]]]:
    """What `resume` would send, order by order."""
    orders = journal.remaining(run_id)
    return [[(call.order_id, call.kind.value) for call in calls] for calls in orders]


def plan(
    journal: Journal,
    run_id: str,
    *orders: tuple[int, str | None, str | None],
    account: str = ACCOUNT,
) -> None:
    """A run that has planned its orders (id, external id, status) and sent nothing yet."""
    books = Books(journal, account)
    workload = books.look(*(order(*each) for each in orders))
    create(journal, run_id, account=account, calls=workload.calls)


def end(
    journal: Journal,
    run_id: str,
    order_id: int,
    kind: CallKind = SYNC,
    *,
    outcome: Outcome | None = Outcome.SYNCED,
    setback: Setback = Setback.NONE,
) -> None:
    """One try of a call; None is a crash before its end."""
    number = journal.begin(run_id, order_id, kind, EPOCH)
    if outcome is not None:
        journal.record(run_id, order_id, kind, number, came(204), outcome, "", setback)


def over(journal: Journal, *run_ids: str) -> None:
    """The processes of these runs came to their end."""
    for run_id in run_ids:
        journal.end_run(run_id, EPOCH, 1, "", "")


# Which runs are unfinished


def test_a_run_that_its_process_did_not_end_is_unfinished_whatever_it_sent(books: Books) -> None:
    plan(books.journal, "run", (1, "INV-1", None))
    end(books.journal, "run", 1)
    assert (unfinished(books.journal), left(books.journal, "run")) == (["run"], [])
    over(books.journal, "run")
    assert unfinished(books.journal) == []


def test_a_run_that_has_sent_everything_is_finished(books: Books) -> None:
    books.drop(order(1, "INV-1", "Closed"), order(2, "INV-2"))
    assert unfinished(books.journal) == []


@pytest.mark.parametrize("end", [Outcome.PENDING, Outcome.IN_DOUBT, None], ids=str)
def test_a_sync_that_is_not_at_its_end_leaves_the_run_unfinished(
    books: Books, end: Outcome | None
) -> None:
    books.drop(order(1, "INV-1"), order(2, "INV-2"), ends={(2, SYNC): end})
    assert unfinished(books.journal) == ["run-1"]
    assert left(books.journal, "run-1") == [[(2, "accounting-sync")]]


def test_a_plan_of_which_nothing_was_sent_is_unfinished(books: Books) -> None:
    plan(books.journal, "run", (1, "INV-1", "Closed"))
    assert left(books.journal, "run") == [[(1, "accounting-sync"), (1, "status")]]


def test_a_status_that_is_pending_is_left_when_its_sync_is_done(books: Books) -> None:
    books.drop(order(1, "INV-1", "Closed"), ends={(1, STATUS): Outcome.PENDING})
    assert left(books.journal, "run-1") == [[(1, "status")]]


@pytest.mark.parametrize("end", [Outcome.IN_DOUBT, None], ids=["no answer", "a crash"])
def test_a_status_in_doubt_is_not_left(books: Books, end: Outcome | None) -> None:
    books.drop(order(1, "INV-1", "Closed"), ends={(1, STATUS): end})
    over(books.journal, "run-1")
    assert unfinished(books.journal) == []
    assert left(books.journal, "run-1") == []


def test_what_was_refused_is_not_left(books: Books) -> None:
    books.drop(order(1, "INV-1"), ends={(1, SYNC): Outcome.REFUSED})
    assert unfinished(books.journal) == []


def test_a_status_whose_sync_was_refused_is_not_left(books: Books) -> None:
    plan(books.journal, "run", (1, "INV-1", "Closed"))
    end(books.journal, "run", 1, outcome=Outcome.REFUSED)
    over(books.journal, "run")
    assert unfinished(books.journal) == []


def test_a_status_whose_sync_is_in_doubt_is_left_with_it(books: Books) -> None:
    plan(books.journal, "run", (1, "INV-1", "Closed"))
    end(books.journal, "run", 1, outcome=Outcome.IN_DOUBT)
    assert left(books.journal, "run") == [[(1, "accounting-sync"), (1, "status")]]


@pytest.mark.parametrize("later", [Outcome.SYNCED, Outcome.PENDING, Outcome.REFUSED], ids=str)
def test_an_order_that_a_later_run_has_planned_is_left_there_only(
    books: Books, later: Outcome
) -> None:
    books.drop(order(1, "INV-1"), ends={(1, SYNC): Outcome.PENDING})
    books.drop(order(1, "INV-2"), ends={(1, SYNC): later})

    assert left(books.journal, "run-1") == []
    assert unfinished(books.journal) == (["run-2"] if later is Outcome.PENDING else [])
    assert books.journal.superseded("run-1") == [(1, SYNC, "run-2", True)]
    assert books.journal.later_run("run-1", 1) == "run-2"


def test_an_order_that_a_later_run_found_unchanged_is_left_nowhere(books: Books) -> None:
    """The later file wants what is there; what was planned in between is outdated."""
    books.drop(order(1, "INV-1"))
    plan(books.journal, "outdated", (1, "INV-2", None))
    plan(books.journal, "unchanged", (1, "INV-1", None))
    over(books.journal, "outdated", "unchanged")

    assert unfinished(books.journal) == []


def test_a_status_that_was_rejected_takes_nothing_from_an_earlier_run(books: Books) -> None:
    books.drop(order(1, "INV-1"), ends={(1, SYNC): Outcome.PENDING})
    (rejected,) = [c for c in books.look(order(1, None, "Closed")).calls if c.kind is STATUS]
    rejected_call = type(rejected)(1, STATUS, "", "", rejected.comparison, outcome=Outcome.REJECTED)
    create(books.journal, "run-2", calls=[rejected_call])
    over(books.journal, "run-2")

    assert unfinished(books.journal) == ["run-1"]
    assert books.journal.later_run("run-1", 1) is None


def test_a_later_run_of_another_account_takes_nothing(books: Books) -> None:
    books.drop(order(1, "INV-1"), ends={(1, SYNC): Outcome.PENDING})
    plan(books.journal, "other", (1, "INV-2", None), account=OTHER)

    assert unfinished(books.journal) == ["run-1", "other"]
    assert unfinished(books.journal, ACCOUNT) == ["run-1"]
    assert unfinished(books.journal, OTHER) == ["other"]


def test_the_latest_of_several_later_runs_is_named(books: Books) -> None:
    for name in ("a", "b", "c"):
        plan(books.journal, name, (1, f"INV-{name}", None), (2, f"INV-{name}", None))
    assert {later for _, _, later, _ in books.journal.superseded("a")} == {"c"}
    assert {later for _, _, later, _ in books.journal.superseded("b")} == {"c"}
    assert books.journal.superseded("c") == []


def test_what_was_abandoned_is_never_sent_not_even_if_the_run_is_named(books: Books) -> None:
    books.drop(order(1, "INV-1"), ends={(1, SYNC): Outcome.PENDING})
    books.journal.abandon("run-1")

    assert unfinished(books.journal) == []
    assert left(books.journal, "run-1") == []
    assert books.journal.reopen("run-1") == []


def broken_off() -> Iterator[None]:
    """Rows of a file, and a power cut among them."""
    raise KeyboardInterrupt
    yield  # type: ignore[unreachable]


def test_a_plan_that_was_cut_short_is_never_sent_and_supersedes_nothing(books: Books) -> None:
    books.drop(order(1, "INV-1"), ends={(1, SYNC): Outcome.PENDING})
    calls = books.look(order(1, "INV-2")).calls

    def written() -> Iterator[object]:
        yield from calls
        yield from broken_off()

    with pytest.raises(KeyboardInterrupt):
        books.journal.create_run(new_run("cut"), (), (), (), (), written())  # type: ignore[arg-type]

    assert unfinished(books.journal) == ["run-1"]
    assert left(books.journal, "cut") == []


def test_unfinished_runs_come_in_the_order_in_which_they_were_planned(books: Books) -> None:
    plan(books.journal, "z", (1, "INV-1", None))
    plan(books.journal, "a", (2, "INV-2", None))
    assert unfinished(books.journal) == ["z", "a"]


# In which order they are sent


def test_what_was_given_up_comes_after_the_rest_and_what_met_the_stop_last(books: Books) -> None:
    journal = books.journal
    plan(journal, "run", *((number, f"INV-{number}", None) for number in range(1, 7)))
    end(journal, "run", 1, outcome=Outcome.PENDING, setback=Setback.MET_THE_STOP)
    end(journal, "run", 2, outcome=Outcome.IN_DOUBT, setback=Setback.GIVEN_UP)
    end(journal, "run", 3)
    end(journal, "run", 4, outcome=Outcome.PENDING)

    assert [order_id for [(order_id, _)] in left(journal, "run")] == [4, 5, 6, 2, 1]


def test_the_calls_of_an_order_stay_together(books: Books) -> None:
    journal = books.journal
    plan(journal, "run", (1, "INV-1", "Closed"), (2, "INV-2", "Closed"), (3, None, "Closed"))
    end(journal, "run", 1)
    end(journal, "run", 1, STATUS, outcome=Outcome.PENDING, setback=Setback.GIVEN_UP)

    assert left(journal, "run") == [
        [(2, "accounting-sync"), (2, "status")],
        [(3, "status")],
        [(1, "status")],
    ]


def test_a_call_that_may_have_been_applied_is_doubtful(books: Books) -> None:
    journal = books.journal
    plan(journal, "run", *((number, f"INV-{number}", None) for number in (1, 2, 3)))
    end(journal, "run", 1, outcome=Outcome.IN_DOUBT)
    end(journal, "run", 2, outcome=None)
    found = {calls[0].order_id: calls[0] for calls in journal.remaining("run")}

    assert {number: call.doubtful for number, call in found.items()} == {1: True, 2: True, 3: False}
    assert {call.outcome for call in found.values()} == {Outcome.PENDING}, "each is sent"


def test_what_remains_is_what_was_planned(books: Books) -> None:
    books.drop(order(1, "INV-1"))
    planned = books.look(order(1, "INV-2", "Closed")).calls
    create(books.journal, "run-2", calls=planned)

    assert books.journal.remaining("run-2") == [list(planned)]


# A run that goes on


def test_a_run_that_goes_on_has_no_end_and_what_was_begun_is_in_doubt(books: Books) -> None:
    journal = books.journal
    plan(journal, "run", (1, "INV-1", "Closed"), (2, "INV-2", None), (3, "INV-3", None))
    end(journal, "run", 1)
    end(journal, "run", 1, STATUS, outcome=None)
    end(journal, "run", 2, outcome=None)
    journal.end_run("run", EPOCH, 4, "Stopped by Ctrl-C.", "out.xlsx")

    orders = journal.reopen("run")

    states = {(call.order_id, call.kind): call.state for call in journal.calls("run")}
    assert states == {
        (1, SYNC): CallState.SYNCED,
        (1, STATUS): CallState.IN_DOUBT,
        (2, SYNC): CallState.IN_DOUBT,
        (3, SYNC): CallState.PENDING,
    }
    notes = {call.order_id: call.note for call in journal.calls("run") if call.tries}
    assert "before an answer came" in notes[2]
    assert [calls[0].order_id for calls in orders] == [2, 3]
    record = journal.run("run")
    assert record is not None
    assert (record.ended_at, record.exit_code, record.reason) == (None, None, "")
    assert record.workbook == "out.xlsx"


def test_a_run_that_goes_on_begins_with_a_clean_slate(books: Books) -> None:
    journal = books.journal
    plan(journal, "run", *((number, f"INV-{number}", None) for number in (1, 2, 3)))
    end(journal, "run", 1, outcome=Outcome.PENDING, setback=Setback.MET_THE_STOP)

    assert [calls[0].order_id for calls in journal.reopen("run")] == [2, 3, 1]
    assert [order_id for [(order_id, _)] in left(journal, "run")] == [1, 2, 3]


# Beside other runs


def claims(journal: Journal, own: str) -> tuple[list[str], set[int]]:
    """The earlier runs that `own` has to look after, and the orders if all of them live."""
    rivals = sorted(journal.rivals(own))
    return rivals, journal.claimed(rivals, own)


def test_only_an_earlier_run_of_the_account_has_a_claim(books: Books) -> None:
    journal = books.journal
    plan(journal, "other", (1, "INV-0", None), account=OTHER)
    plan(journal, "first", (1, "INV-1", None), (2, "INV-1", None))
    plan(journal, "second", (2, "INV-2", None), (3, "INV-2", None))

    assert claims(journal, "first") == ([], set())
    assert claims(journal, "second") == (["first"], {2})


@pytest.mark.parametrize("begun", [False, True])
def test_a_call_under_way_is_claimed_until_it_has_ended(books: Books, begun: bool) -> None:  # noqa: FBT001
    journal = books.journal
    plan(journal, "first", (1, "INV-1", None))
    if begun:
        end(journal, "first", 1, outcome=None)
    plan(journal, "second", (1, "INV-2", None))
    assert claims(journal, "second") == (["first"], {1})

    if begun:
        journal.record("first", 1, SYNC, 1, came(204), Outcome.SYNCED)
    else:
        end(journal, "first", 1)
    assert claims(journal, "second") == ([], set())


def test_a_call_between_two_tries_is_claimed_and_one_given_up_is_free(books: Books) -> None:
    journal = books.journal
    plan(journal, "first", *((number, f"INV-{number}", None) for number in (1, 2, 3, 4)))
    end(journal, "first", 1, outcome=Outcome.IN_DOUBT)
    end(journal, "first", 2, outcome=Outcome.IN_DOUBT, setback=Setback.GIVEN_UP)
    end(journal, "first", 3, outcome=Outcome.PENDING, setback=Setback.MET_THE_STOP)
    end(journal, "first", 4, outcome=Outcome.REFUSED)
    plan(journal, "second", *((number, f"INV-{number}b", None) for number in (1, 2, 3, 4)))

    assert claims(journal, "second") == (["first"], {1})


def test_a_status_in_flight_is_claimed_and_one_in_doubt_is_free(books: Books) -> None:
    journal = books.journal
    plan(journal, "first", (1, None, "Closed"))
    end(journal, "first", 1, STATUS, outcome=None)
    plan(journal, "second", (1, None, "Open"))
    assert claims(journal, "second") == (["first"], {1})

    journal.record("first", 1, STATUS, 1, came(None), Outcome.IN_DOUBT, "", Setback.GIVEN_UP)
    assert claims(journal, "second") == ([], set())


def test_an_order_that_seems_unchanged_is_claimed_too(books: Books) -> None:
    """The earlier run is about to send something else, and then it isn't unchanged."""
    books.drop(order(1, "INV-1"))
    plan(books.journal, "first", (1, "INV-2", None))
    plan(books.journal, "second", (1, "INV-1", None))

    assert claims(books.journal, "second") == (["first"], {1})


def test_a_run_that_goes_on_claims_nothing_that_a_later_one_has_planned(books: Books) -> None:
    journal = books.journal
    plan(journal, "first", (1, "INV-1", None), (2, "INV-1", None))
    plan(journal, "second", (1, "INV-2", None))
    assert claims(journal, "second") == (["first"], {1})

    journal.reopen("first")

    assert claims(journal, "second") == ([], set())
    plan(journal, "third", (2, "INV-3", None))
    assert claims(journal, "third") == (["first"], {2})


def test_what_waits_for_another_run_is_pending_until_that_is_through(books: Books) -> None:
    books.drop(order(1, "INV-1"), order(2, "INV-2"))
    journal = books.journal
    plan(journal, "first", (1, "INV-9", None), (2, "INV-9", None))
    plan(journal, "second", (1, "INV-1", "Closed"), (2, "INV-2", None), (3, "INV-3", None))
    assert left(journal, "second") == [[(1, "status")], [(3, "accounting-sync")]]

    journal.put_off("second", {1, 2})

    assert left(journal, "second") == [
        [(1, "accounting-sync"), (1, "status")],
        [(2, "accounting-sync")],
        [(3, "accounting-sync")],
    ]


# Files that are done


def source(sha256: str, number: int = 0) -> SourceRecord:
    return SourceRecord(
        number, "/in/export.csv", "export.csv", "", "csv", 1, sha256, 1, ("Order ID",), {}, 2
    )


def drop_file(
    books: Books, sha256: str, *order_ids: int, pilot: bool = False, **ends: Outcome
) -> str:
    """A run of a file; `ends` by order as `o1=Outcome.PENDING`."""
    books.dropped += 1
    run_id, at = f"run-{books.dropped}", EPOCH + timedelta(days=books.dropped)
    calls = books.look(*(order(number, f"{sha256}-{number}") for number in order_ids)).calls
    run = new_run(run_id, at=at, account=books.account, pilot=pilot)
    books.journal.create_run(run, [source(sha256)], (), (), (), calls)
    for call in calls:
        if call.outcome is Outcome.PENDING:
            outcome = ends.get(f"o{call.order_id}", Outcome.SYNCED)
            end(books.journal, run_id, call.order_id, outcome=outcome)
    over(books.journal, run_id)
    return run_id


def test_a_file_that_was_run_to_its_end_is_done_in_that_account(books: Books) -> None:
    drop_file(books, "aa", 1, 2, o2=Outcome.REFUSED)
    assert books.journal.is_done(ACCOUNT, "aa")
    assert not books.journal.is_done(OTHER, "aa")
    assert not books.journal.is_done(ACCOUNT, "bb")


def test_a_file_with_something_left_is_not_done(books: Books) -> None:
    run_id = drop_file(books, "aa", 1, 2, o2=Outcome.PENDING)
    assert not books.journal.is_done(ACCOUNT, "aa")
    end(books.journal, run_id, 2)
    assert books.journal.is_done(ACCOUNT, "aa")


def test_a_file_of_which_a_pilot_was_run_is_not_done(books: Books) -> None:
    drop_file(books, "aa", 1, pilot=True)
    assert not books.journal.is_done(ACCOUNT, "aa")


def test_a_file_is_done_when_a_later_run_has_planned_the_rest(books: Books) -> None:
    drop_file(books, "aa", 1, 2, o2=Outcome.PENDING)
    drop_file(books, "bb", 2, o2=Outcome.PENDING)
    assert books.journal.is_done(ACCOUNT, "aa")
    assert not books.journal.is_done(ACCOUNT, "bb")


def test_a_file_is_done_when_one_of_its_runs_is(books: Books) -> None:
    drop_file(books, "aa", 1, 2, o2=Outcome.PENDING)
    drop_file(books, "aa", 1, 2)
    assert books.journal.is_done(ACCOUNT, "aa")


def test_a_file_that_was_cut_short_while_it_was_planned_is_not_done(books: Books) -> None:
    def cut() -> Iterator[object]:
        yield from broken_off()

    with pytest.raises(KeyboardInterrupt):
        books.journal.create_run(new_run("cut"), [source("aa")], (), (), (), cut())  # type: ignore[arg-type]
    assert not books.journal.is_done(ACCOUNT, "aa")


def test_a_file_stays_done_when_its_run_is_pruned(books: Books) -> None:
    run_id = drop_file(books, "aa", 1)
    pilot = drop_file(books, "bb", 2, pilot=True)
    books.journal.prune([run_id, pilot])

    assert books.journal.is_done(ACCOUNT, "aa")
    assert not books.journal.is_done(ACCOUNT, "bb")
    assert not books.journal.is_done(OTHER, "aa")


@pytest.mark.parametrize("known", [False, True])
def test_it_stays_done_when_the_account_is_learned(books: Books, known: bool) -> None:  # noqa: FBT001
    by_token = Books(books.journal, "https://api.flxpoint.com token f1", dropped=10)
    books.journal.prune([drop_file(by_token, "aa", 1)])
    if known:
        books.journal.prune([drop_file(books, "aa", 1)])
    books.journal.adopt_history(by_token.account, books.account)

    assert books.journal.is_done(ACCOUNT, "aa")
    assert not books.journal.is_done(by_token.account, "aa")


# Whatever happens


@dataclass(frozen=True)
class Dropped:
    """A run: its orders, how their calls end (else they are acknowledged), and what then."""

    orders: Mapping[int, tuple[str | None, str | None]]
    ends: Mapping[tuple[int, CallKind], str]
    account: str
    resumed: int | None
    abandoned: bool


ENDS = ["synced", "refused", "in doubt", "pending", "never left", "crash", "not begun"]

drops = st.builds(
    Dropped,
    orders=st.dictionaries(
        st.integers(1, 3),
        st.tuples(st.sampled_from(["A", "B", None]), st.sampled_from(["Closed", "Open", None])),
        min_size=1,
    ),
    ends=st.dictionaries(
        st.tuples(st.integers(1, 3), st.sampled_from([SYNC, STATUS])), st.sampled_from(ENDS)
    ),
    account=st.sampled_from([ACCOUNT, ACCOUNT, OTHER]),
    resumed=st.none() | st.integers(0, 4),
    abandoned=st.integers(0, 5).map(lambda number: number == 0),
)


def send(journal: Journal, run_id: str, order_id: int, kind: CallKind, how: str) -> Outcome | None:
    """One try of a call; None if the process died or never came to it."""
    if how == "not begun":
        return None
    number = journal.begin(run_id, order_id, kind, EPOCH)
    if how == "crash":
        return None
    outcome = Outcome.PENDING if how == "never left" else Outcome(how)
    came_back = never_left(EPOCH) if how == "never left" else came(None)
    journal.record(run_id, order_id, kind, number, came_back, outcome)
    return outcome


def do(journal: Journal, number: int, drop: Dropped) -> None:
    books = Books(journal, drop.account)
    workload = books.look(*(order(number, *what) for number, what in drop.orders.items()))
    at = EPOCH + timedelta(days=number)
    create(journal, f"run-{number}", at=at, account=drop.account, calls=workload.calls)
    failed = set()
    for call in workload.to_send:
        if call.order_id not in failed:
            how = drop.ends.get((call.order_id, call.kind), "synced")
            outcome = send(journal, f"run-{number}", call.order_id, call.kind, how)
            if outcome is not Outcome.SYNCED:
                failed.add(call.order_id)
    if "crash" not in drop.ends.values():
        over(journal, f"run-{number}")
    if drop.abandoned:
        journal.abandon(f"run-{number}")
    if drop.resumed is not None and drop.resumed <= number:
        resume(journal, f"run-{drop.resumed}")


def resume(journal: Journal, run_id: str) -> None:
    for calls in journal.reopen(run_id):
        for call in calls:
            send(journal, run_id, call.order_id, call.kind, "synced")
    over(journal, run_id)


def check_what_is_left(journal: Journal, account: str) -> None:
    everything = journal.overview()
    runs = [each for each in reversed(everything) if each.run.account == account]
    remaining = {each.run.id: journal.remaining(each.run.id) for each in runs}
    sent_by: dict[int, str] = {}
    for run_id, orders in remaining.items():
        for calls in orders:
            assert sent_by.setdefault(calls[0].order_id, run_id) == run_id, "sent by one run only"
    assert unfinished(journal, account) == [
        each.run.id
        for each in runs
        if remaining[each.run.id] or not (each.run.ended_at or each.run.abandoned)
    ]
    assert {each.run.id: each.left for each in runs} == {
        run_id: len(orders) for run_id, orders in remaining.items()
    }
    for order_id, (run_id, outcomes) in latest(journal, runs).items():
        abandoned = next(each.run.abandoned for each in runs if each.run.id == run_id)
        over = outcomes.get(SYNC) is Outcome.REFUSED or not [
            outcome
            for kind, outcome in outcomes.items()
            if not outcome.done
            and outcome is not Outcome.REFUSED
            and (kind, outcome) != (STATUS, Outcome.IN_DOUBT)
        ]
        expected = None if abandoned or over else run_id
        assert sent_by.get(order_id) == expected


def latest(
    journal: Journal, runs: Sequence[RunOverview]
) -> dict[int, tuple[str, dict[CallKind, Outcome]]]:
    """The latest of these runs that planned each order, and how its calls stand there."""
    found: dict[int, tuple[str, dict[CallKind, Outcome]]] = {}
    for each in runs:
        calls = list(journal.calls(each.run.id))
        found |= {call.order_id: (each.run.id, {}) for call in calls}
        for call in calls:
            found[call.order_id][1][call.kind] = call.outcome
    return found


def check_standings(journal: Journal, account: str) -> None:
    """What Flxpoint was last told of an order is what the latest run wanted that names it."""
    runs = [each for each in reversed(journal.overview()) if each.run.account == account]
    planned = latest(journal, runs)
    standings = journal.history(account, planned)
    for order_id, (run_id, _) in planned.items():
        for call in list(journal.calls(run_id, order_id)):
            if call.outcome.done:
                standing = standings[order_id, call.kind]
                assert standing.content == call.content
                assert not standing.disturbed


@settings(max_examples=settings().max_examples // 4)
@given(st.lists(drops, min_size=1, max_size=5))
def test_nothing_is_lost_and_nothing_is_sent_twice_over_any_runs(history: list[Dropped]) -> None:
    with Journal.in_memory() as journal:
        for number, drop in enumerate(history):
            do(journal, number, drop)
        for account in (ACCOUNT, OTHER):
            check_what_is_left(journal, account)
        for run in journal.unfinished_runs():
            resume(journal, run.id)

        assert unfinished(journal) == []
        for account in (ACCOUNT, OTHER):
            check_standings(journal, account)

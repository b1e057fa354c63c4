"""How a run ended, and what is told of it: kinds, a title, a body. Pure.

Nothing personal gets in: no file, no path, no order, no token; only counts and the run's id.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from statistics import median_low

from reconcile.config import NoticeKind as Kind
from reconcile.domain.errors import ExitCode
from reconcile.domain.model import Outcome

__all__ = ["Ending", "figures", "kinds_of", "message", "unusual"]

_LOOKED_AT = 10
_NEEDED = 5
_FAR = 3
_LINE = 300


@dataclass(frozen=True, slots=True)
class Ending:
    """How a run ended.

    `counts` are orders by outcome, `requests` the attempts of all calls. `stopped` is one of
    our own sentences, or empty. `no_file`: there was none to read; `same_file`: its content was
    run before; `skipped`: so many files could not be read and were passed over. `usual` is
    what `unusual` said of `orders`. `recovered`: the run before this one had failed. `unlike`: so
    many orders don't hold what was sent.
    """

    exit_code: ExitCode
    run: str | None = None
    counts: Mapping[str, int] = field(default_factory=dict)
    requests: int = 0
    seconds: float = 0.0
    stopped: str = ""
    no_file: bool = False
    same_file: bool = False
    skipped: int = 0
    usual: int | None = None
    orders: int = 0
    recovered: bool = False
    unlike: int = 0


def unusual(orders: int, earlier: Sequence[int]) -> int | None:
    """The usual number of orders, if this run has less than a third or more than three times it.

    Args:
        orders: how many this run has.
        earlier: how many the runs before it had, the latest last. The last ten are looked
            at; fewer than five say nothing yet.
    """
    looked_at = earlier[-_LOOKED_AT:]
    if len(looked_at) < _NEEDED:
        return None
    usual = median_low(looked_at)
    return usual if orders * _FAR < usual or orders > usual * _FAR else None


def kinds_of(ending: Ending) -> tuple[Kind, ...]:
    """All that can be told of a run, the gravest first.

    One of success (exit 0), incomplete (1 and 4) and failure (2, 3 and 5) is always among
    them; a failed run recovers nothing.
    """
    failed = _KINDS[ending.exit_code] is Kind.FAILURE
    true = {
        Kind.FAILURE: failed,
        Kind.INCOMPLETE: _KINDS[ending.exit_code] is Kind.INCOMPLETE,
        Kind.UNUSUAL_COUNT: ending.usual is not None,
        Kind.SKIPPED: ending.skipped > 0,
        Kind.NO_FILE: ending.no_file,
        Kind.SAME_FILE: ending.same_file,
        Kind.RECOVERY: ending.recovered and not failed,
        Kind.SUCCESS: ending.exit_code is ExitCode.DONE,
    }
    return tuple(kind for kind, holds in true.items() if holds)


def message(ending: Ending, kinds: Sequence[Kind], name: str) -> tuple[str, str]:
    """Title and body of a notice.

    Args:
        ending: how the run ended.
        kinds: what to tell of it, the gravest first; not empty.
        name: what the config calls this job.
    """
    title = f"{_one_line(name)}: {_HEADLINES[_headline(ending, kinds[0])]}"
    sentences = [_sentence(ending, kind) for kind in kinds]
    return title, "\n".join([*sentences, "", *_facts(ending), "", *_help(ending)]).strip()


def figures(ending: Ending) -> str:
    """The counts as lines of `name value`, for the log of a dead man's switch."""
    values = {
        "exit code": int(ending.exit_code),
        "run": ending.run or "none",
        "orders": ending.orders,
        **{outcome.value: ending.counts.get(outcome, 0) for outcome in Outcome},
        "requests": ending.requests,
        "seconds": round(ending.seconds),
    }
    return "".join(f"{name}: {value}\n" for name, value in values.items())


_KINDS = {
    ExitCode.DONE: Kind.SUCCESS,
    ExitCode.INCOMPLETE: Kind.INCOMPLETE,
    ExitCode.NOTHING_SENT: Kind.FAILURE,
    ExitCode.STOPPED_BY_API: Kind.FAILURE,
    ExitCode.STOPPED_BY_USER: Kind.INCOMPLETE,
    ExitCode.INTERNAL: Kind.FAILURE,
}

_HEADLINES: dict[Kind | ExitCode, str] = {
    ExitCode.INCOMPLETE: "some orders are not in the books yet",
    ExitCode.NOTHING_SENT: "failed, nothing was sent",
    ExitCode.STOPPED_BY_API: "stopped by Flxpoint or the network",
    ExitCode.STOPPED_BY_USER: "stopped before the end",
    ExitCode.INTERNAL: "failed with an error of its own",
    Kind.SUCCESS: "everything is done",
    Kind.RECOVERY: "works again",
    Kind.NO_FILE: "there was no file",
    Kind.SAME_FILE: "the file is the same as last time",
    Kind.UNUSUAL_COUNT: "an unusual number of orders",
    Kind.SKIPPED: "a file was skipped",
}

_SENTENCES: dict[Kind | ExitCode, str] = {
    ExitCode.INCOMPLETE: (
        "The run went through its whole plan, but {open} of {orders} are not done and need someone."
    ),
    ExitCode.NOTHING_SENT: "The run ended before anything was sent to Flxpoint.",
    ExitCode.STOPPED_BY_API: "The run was stopped; what was sent before is in the journal.",
    ExitCode.STOPPED_BY_USER: "The run was stopped before its end, as someone asked.",
    ExitCode.INTERNAL: "The job itself failed; calls may have been sent, so look at it soon.",
    Kind.SUCCESS: "Everything is synced or unchanged, or there was nothing to do.",
    Kind.RECOVERY: "The run before this one failed; this one did not.",
    Kind.NO_FILE: "There was no file to read. Was the export made?",
    Kind.SAME_FILE: "The file is the same as last time. Was a new export made?",
    Kind.UNUSUAL_COUNT: "The file holds {orders}; usually it is about {usual}. Is it complete?",
    Kind.SKIPPED: "Files that could not be read and were skipped: {skipped}.",
}

_UNLIKE = (
    "Every order was acknowledged, but read back afterwards {unlike} did not hold what was sent: "
    "see the sheet Read back."
)
_ROWS_ONLY = (
    "The run went through its whole plan and every order in it is done, but rows that name no "
    "order, or an earlier run, need someone."
)


def _headline(ending: Ending, kind: Kind) -> Kind | ExitCode:
    return ending.exit_code if kind in (Kind.FAILURE, Kind.INCOMPLETE) else kind


def _sentence(ending: Ending, kind: Kind) -> str:
    done = sum(ending.counts.get(outcome, 0) for outcome in Outcome if outcome.done)
    if (
        kind is Kind.INCOMPLETE
        and ending.exit_code is ExitCode.INCOMPLETE
        and done >= ending.orders
    ):
        return (
            _UNLIKE.format(unlike=_counted(ending.unlike, "order")) if ending.unlike else _ROWS_ONLY
        )
    return _SENTENCES[_headline(ending, kind)].format(
        open=max(0, ending.orders - done),
        orders=_counted(ending.orders, "order"),
        usual=ending.usual,
        skipped=ending.skipped,
    )


def _facts(ending: Ending) -> Iterator[str]:
    if ending.stopped:
        yield f"Stopped: {_one_line(ending.stopped)}"
    counts = [
        f"{ending.counts[outcome]} {outcome}"
        for outcome in reversed(Outcome)
        if ending.counts.get(outcome)
    ]
    yield f"Orders: {ending.orders}{' = ' if counts else ''}{' + '.join(counts)}"
    if ending.unlike:
        yield f"Read back: {_counted(ending.unlike, 'order')} without what was sent"
    yield f"Requests: {ending.requests} in {_span(ending.seconds)}"
    meaning = ending.exit_code.meaning.partition(" (`check`")[0]
    yield f"Exit code: {int(ending.exit_code)}, {meaning}"
    if ending.run is not None:
        yield f"Run: {_one_line(ending.run)}"


def _help(ending: Ending) -> Iterator[str]:
    """The command that helps, as far as one does."""
    if ending.exit_code is ExitCode.NOTHING_SENT:
        yield "Mend what the log says, then start the same command again."
    if ending.run is None:
        return
    run = _one_line(ending.run)
    waiting = any(ending.counts.get(o) for o in (Outcome.PENDING, Outcome.IN_DOUBT))
    if waiting or ending.exit_code in (ExitCode.STOPPED_BY_API, ExitCode.STOPPED_BY_USER):
        yield f"To send what is left: reconcile resume {run}"
    if ending.exit_code is not ExitCode.DONE:
        yield f"To write the results workbook again: reconcile report {run}"


def _one_line(text: str) -> str:
    plain = "".join(sign if sign.isprintable() else " " for sign in text)
    return " ".join(plain.split())[:_LINE]


def _counted(count: int, noun: str) -> str:
    return f"{count} {noun}{'s' * (count != 1)}"


def _span(seconds: float) -> str:
    minutes, rest = divmod(round(seconds), 60)
    return f"{minutes} min {rest} s" if minutes else f"{rest} s"

"""Which exit code a command ends with: the one place that decides it. Pure.

Rules, section 7: of several the first in the order 5, 3, 4, 1.
"""

from collections.abc import Iterable, Mapping

from reconcile.domain.errors import ExitCode, JournalError, ReconcileError
from reconcile.domain.model import Outcome
from reconcile.executor import Stop, StopKind
from reconcile.job.planned_input import NothingToDo, PlannedInput
from reconcile.orders.readback import ReadBack
from reconcile.results.report.ledger import Totals

__all__ = [
    "FAILURES",
    "of_check",
    "of_command",
    "of_error_after_sending",
    "of_files",
    "of_read_back",
    "of_totals",
]

FAILURES = (ExitCode.NOTHING_SENT, ExitCode.STOPPED_BY_API, ExitCode.INTERNAL)
"""After these the job itself didn't do its work."""

_BY_STOP: Mapping[StopKind, ExitCode] = {
    StopKind.API: ExitCode.STOPPED_BY_API,
    StopKind.USER: ExitCode.STOPPED_BY_USER,
    StopKind.TIME: ExitCode.STOPPED_BY_USER,
    StopKind.JOURNAL: ExitCode.INTERNAL,
}


def of_check(planned: PlannedInput) -> ExitCode:
    """0 if nothing would be rejected."""
    rejected = planned.plan.rejections or any(
        call.outcome is Outcome.REJECTED for call in planned.calls.calls
    )
    return ExitCode.INCOMPLETE if rejected else ExitCode.DONE


def of_totals(totals: Totals, stop: Stop | None) -> ExitCode:
    """How a run ended, by its control totals and what stopped it."""
    undone = sum(totals.outcomes[outcome] for outcome in Outcome if not outcome.done)
    needed = undone > totals.superseded or totals.rows_rejected
    return ExitCode.worst(
        [
            ExitCode.INTERNAL if totals.wrong else ExitCode.DONE,
            ExitCode.DONE if stop is None else _BY_STOP[stop.kind],
            ExitCode.INCOMPLETE if needed else ExitCode.DONE,
        ]
    )


def of_read_back(code: ExitCode, back: ReadBack) -> ExitCode:
    """That of a run whose orders were read back: one that holds something else is not done."""
    return ExitCode.worst((code, ExitCode.INCOMPLETE)) if back.wrong else code


def of_files(
    ended: ExitCode | NothingToDo | None, *, require_file: bool, sent_before: bool
) -> ExitCode:
    """What the files of a command add to its code.

    Args:
        ended: how their run ended; None if a person said no.
        require_file: having nothing to do is a failure.
        sent_before: earlier runs were finished by the same command.
    """
    if isinstance(ended, ExitCode):
        return ended
    if ended is not None and not require_file:
        return ExitCode.DONE
    return ExitCode.INCOMPLETE if sent_before else ExitCode.NOTHING_SENT


def of_error_after_sending(error: ReconcileError) -> ExitCode:
    """That of an error when something was sent before: 2 would say that nothing was."""
    if isinstance(error, JournalError):
        return ExitCode.INTERNAL
    nothing = error.exit_code is ExitCode.NOTHING_SENT
    return ExitCode.INCOMPLETE if nothing else error.exit_code


def of_command(codes: Iterable[ExitCode], *, left_alone: bool = False) -> ExitCode:
    """The worst of several; a run that was left alone is not done."""
    return ExitCode.worst([*codes, ExitCode.INCOMPLETE if left_alone else ExitCode.DONE])

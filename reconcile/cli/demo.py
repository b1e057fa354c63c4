"""`reconcile demo`: the whole job on sample data, against the sandbox, in about twenty seconds."""

import shutil
import sys
import tempfile
from collections.abc import Callable
from datetime import UTC, datetime
from importlib.resources import as_file, files
from pathlib import Path

from reconcile.cli.plan_text import planned_lines
from reconcile.cli.run_text import finished_lines
from reconcile.cli.watcher import Watcher
from reconcile.config import Settings
from reconcile.domain.errors import ExitCode, InternalError
from reconcile.job.context import RunContext
from reconcile.job.planned_input import PlannedInput, SendRules
from reconcile.job.run import run
from reconcile.job.send import Finished
from reconcile.sandbox import Sandbox, SandboxSettings

__all__ = ["SAMPLE", "UNKNOWN_ORDER", "run_demo", "sample_folder"]

SAMPLE = "orders.csv"
UNKNOWN_ORDER = 700013
"""An order of the sample that the sandbox doesn't know, so that Failures has one of them."""

_TOKEN = "demo"  # noqa: S105  (it opens the sandbox, for ten seconds)


def run_demo(say: Callable[[str], None], *, fast: bool) -> int:
    """Starts the sandbox on a free port, runs the sample through it, tells the outcome.

    Returns 0 if the demonstration went as it should: the sample holds two faults on purpose,
    for which a real run ends with 1.
    """
    folder = Path(tempfile.mkdtemp(prefix="reconcile-demo-"))
    export = folder / SAMPLE
    shutil.copyfile(sample_folder() / SAMPLE, export)
    rate = 50 if fast else 2
    sandbox = SandboxSettings(
        tokens=(_TOKEN,), unknown_orders=str(UNKNOWN_ORDER), latency=0.05, rate=rate
    )
    say(f"A copy of the sample export is {export}.")
    with Sandbox(sandbox) as server:
        say(f"The sandbox stands in for Flxpoint at {server.base_url}.")
        watcher = Watcher(sys.stderr, events=False, quiet=False)

        def confirm(planned: PlannedInput) -> bool:
            for line in planned_lines(planned, datetime.now(UTC), issues=True):
                say(line)
            return True

        with watcher.watching():
            finished = run(
                [export],
                SendRules(),
                RunContext(
                    Settings(base_url=server.base_url, requests_per_second=float(rate)),
                    folder / "journal.sqlite3",
                    _TOKEN,
                    listener=watcher,
                    budget=folder / "budget.sqlite3",
                ),
                confirm=confirm,
            )
        most = server.most_in_any_second()
    for left in folder.glob("*.sqlite3*"):
        shutil.rmtree(left) if left.is_dir() else left.unlink()
    if not isinstance(finished, Finished) or finished.workbook is None:
        raise InternalError("The demonstration did not end with a workbook.")
    for line in finished_lines(finished, "the same command"):
        say(line)
    say(f"The sandbox saw at most {most} requests in any second.")
    say(
        "Two faults stand in the sample on purpose, so a real run would end with exit code "
        f"{int(finished.exit_code)}; see the sheet Failures."
    )
    as_planned = finished.exit_code is ExitCode.INCOMPLETE and finished.stop is None
    return ExitCode.DONE if as_planned else finished.exit_code


def sample_folder() -> Path:
    """`sample_data`, in the package if installed, else beside it in the repository."""
    packaged = files("reconcile") / "sample_data"
    with as_file(packaged) as path:
        if path.is_dir():
            return path
    return Path(__file__).resolve().parents[2] / "sample_data"

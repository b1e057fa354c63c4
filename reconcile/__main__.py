"""`python -m reconcile`, and the last word on every error: one sentence and an exit code."""

import os
import signal
import sys
import traceback
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from types import FrameType

import click
import platformdirs

from reconcile.cli import program
from reconcile.errors import ExitCode, ReconcileError

__all__ = ["main", "run_command"]


def main() -> None:
    """Runs the command line of the process and exits with one of the codes of `ExitCode`."""
    signal.signal(signal.SIGTERM, _interrupt)
    sys.exit(run_command(sys.argv[1:]))


def run_command(arguments: Sequence[str]) -> int:
    """Runs a command line; returns one of the codes of `ExitCode`, and raises nothing."""
    words = list(arguments)
    try:
        code = program.main(words, prog_name="reconcile", standalone_mode=False, obj=tuple(words))
    except ReconcileError as error:
        click.echo(f"reconcile: {error}", err=True)
        return error.exit_code
    except click.ClickException as error:
        error.show()
        return ExitCode.NOTHING_SENT
    except (click.Abort, KeyboardInterrupt):
        click.echo(
            "reconcile: Stopped before the end. What was sent is in the journal; "
            "`reconcile report` writes the workbook of the latest run.",
            err=True,
        )
        return ExitCode.STOPPED_BY_USER
    except BrokenPipeError:
        # Whoever read our output has gone; Python must not complain once more at its end.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return ExitCode.INTERNAL
    except Exception as error:  # noqa: BLE001  (the last word: a bug ends in a log, not on screen)
        return _tell_bug(error)
    return int(code) if isinstance(code, int) else ExitCode.DONE


def _interrupt(_number: int, _frame: FrameType | None) -> None:
    """SIGTERM is Ctrl-C, as long as no run listens to it."""
    raise KeyboardInterrupt


def _tell_bug(error: Exception) -> int:
    """Writes the traceback where only its owner can read it, and says where."""
    folder = Path(platformdirs.user_log_dir("reconcile", appauthor=False))
    log = folder / "errors.log"
    words = "".join(traceback.format_exception(error))
    token = os.environ.get("FLXPOINT_API_TOKEN", "").strip()
    if token:
        words = words.replace(token, "(token)")
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        handle = os.open(log, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
        with os.fdopen(handle, "a", encoding="utf-8") as stream:
            stream.write(f"{datetime.now().astimezone().isoformat()}\n{words}\n")
        where = f"The details are in {log}."
    except OSError:
        where = "Its details could not be written to a log."
    click.echo(
        f"reconcile: An error of the program itself ({type(error).__name__}). {where} "
        "What had been sent is in the journal; run the same command again to go on.",
        err=True,
    )
    return ExitCode.INTERNAL


if __name__ == "__main__":
    main()

"""`python -m reconcile`, and the last word on every error: one sentence and an exit code."""

import os
import shlex
import signal
import sys
import traceback
from collections.abc import Sequence
from contextlib import suppress
from datetime import datetime
from pathlib import Path
from types import FrameType

import click
import platformdirs

from reconcile.cli import Invocation, program
from reconcile.errors import ExitCode, ReconcileError
from reconcile.signals import listened_to

__all__ = ["main", "run_command"]


def main() -> None:
    """Runs the command line of the process and exits with one of the codes of `ExitCode`."""
    for number in listened_to():
        signal.signal(number, _interrupt)
    sys.exit(run_command(sys.argv[1:]))


def run_command(arguments: Sequence[str]) -> int:
    """Runs a command line; returns one of the codes of `ExitCode`, and raises nothing."""
    call = Invocation(tuple(arguments))
    try:
        code = program.main(
            list(call.words), prog_name="reconcile", standalone_mode=False, obj=call
        )
    except ReconcileError as error:
        _say(f"reconcile: {error}")
        if error.exit_code is ExitCode.STOPPED_BY_API:
            _say(f"To go on:\n  {_goes_on(call)}")
        return error.exit_code
    except click.ClickException as error:
        error.show()
        return ExitCode.NOTHING_SENT
    except (click.Abort, KeyboardInterrupt):
        _say(
            "reconcile: Stopped before the end. What was sent is in the journal; `reconcile "
            f"report` writes the workbook of the latest run. To go on:\n  {_goes_on(call)}"
        )
        return ExitCode.STOPPED_BY_USER
    except SystemExit as error:  # click's answer to a pipe that nobody reads any more
        return ExitCode.DONE if error.code in (0, None) else ExitCode.INTERNAL
    except Exception as error:  # noqa: BLE001  (the last word: a bug ends in a log, not on screen)
        return _tell_bug(error)
    return int(code) if isinstance(code, int) else ExitCode.DONE


def _goes_on(call: Invocation) -> str:
    """The run, if one was begun; else nothing is in the journal, and the command begins anew.

    The places of the command are kept as they were given.
    """
    if call.run is None:
        return shlex.join(("reconcile", *call.words))
    kept = ["reconcile", "resume", call.run]
    for word, following in zip(call.words, (*call.words[1:], ""), strict=True):
        name = word.partition("=")[0]
        if name in ("--config", "--base-url", "--journal"):
            kept += [word] if "=" in word else [word, following]
    return shlex.join(kept)


def _say(line: str) -> None:
    with suppress(OSError):
        click.echo(line, err=True)


def _interrupt(_number: int, _frame: FrameType | None) -> None:
    """Every signal to stop is Ctrl-C, as long as no run listens to it."""
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
    _say(
        f"reconcile: An error of the program itself ({type(error).__name__}). {where} "
        "Anything that was sent is in the journal; run the same command again to go on."
    )
    return ExitCode.INTERNAL


if __name__ == "__main__":
    main()

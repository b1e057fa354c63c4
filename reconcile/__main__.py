"""`python -m reconcile`, and the last word on every error: one sentence and an exit code."""

import json
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
from typing import TextIO

import click
import platformdirs

from reconcile.cli import Invocation, program
from reconcile.domain.errors import ExitCode, ReconcileError
from reconcile.domain.signals import listened_to

__all__ = ["log_bug", "main", "run_command"]


def main() -> None:
    """Runs the command line of the process and exits with one of the codes of `ExitCode`."""
    sys.stdin = sys.stdin or open(os.devnull, encoding="utf-8")  # noqa: PTH123, SIM115
    sys.stdout = sys.stdout or open(os.devnull, "w", encoding="utf-8")  # noqa: PTH123, SIM115
    sys.stderr = sys.stderr or open(os.devnull, "w", encoding="utf-8")  # noqa: PTH123, SIM115
    for number in listened_to():
        signal.signal(number, _interrupt)
    code = run_command(sys.argv[1:])
    for stream in (sys.stdout, sys.stderr):
        _flush(stream)
    sys.exit(code)


def run_command(arguments: Sequence[str]) -> int:
    """Runs a command line; returns one of the codes of `ExitCode`, and raises nothing."""
    call = Invocation(tuple(arguments))
    try:
        code = program.main(
            list(call.words), prog_name="reconcile", standalone_mode=False, obj=call
        )
    except ReconcileError as error:
        stopped = error.exit_code in (ExitCode.STOPPED_BY_API, ExitCode.STOPPED_BY_USER)
        return _end(call, error.exit_code, str(error), goes_on=stopped)
    except click.ClickException as error:
        if not _for_machines(call):
            error.show()
            return ExitCode.NOTHING_SENT
        return _end(call, ExitCode.NOTHING_SENT, error.format_message())
    except (click.Abort, KeyboardInterrupt):
        return _interrupted(call)
    except SystemExit as error:  # click's answer to a pipe that nobody reads any more
        return ExitCode.DONE if error.code in (0, None) else ExitCode.INTERNAL
    except Exception as error:  # noqa: BLE001  (the last word: a bug ends in a log, not on screen)
        # A library that was being imported may have wrapped it.
        if isinstance(error.__cause__ or error.__context__, KeyboardInterrupt):
            return _interrupted(call)
        return _end(call, ExitCode.INTERNAL, log_bug(error, call.token))
    return int(code) if isinstance(code, int) else ExitCode.DONE


def _interrupted(call: Invocation) -> int:
    words = (
        "Stopped before the end. What was sent is in the journal; `reconcile report` writes the "
        "workbook of the latest run."
    )
    return _end(call, ExitCode.STOPPED_BY_USER, words, goes_on=True)


def _end(call: Invocation, code: ExitCode, words: str, *, goes_on: bool = False) -> int:
    """Says why the program ends, to a person or to a machine; returns the exit code."""
    again = _goes_on(call) if goes_on else None
    if call.token is not None:
        from reconcile.flxpoint.tokens import redacted  # noqa: PLC0415  (seldom needed)

        words = redacted(words, call.token)
    document = {"exit_code": int(code), "error": words, "go_on": again}
    if "--json" in call.words:
        _say(json.dumps(document, ensure_ascii=False, indent=1), err=False)
    if "--events" in call.words:
        _say(json.dumps({"event": "error", **document}))
        return code
    _say(f"reconcile: {words}")
    if again is not None:
        _say(f"To go on:\n  {again}")
    return code


def _for_machines(call: Invocation) -> bool:
    return "--json" in call.words or "--events" in call.words


def _goes_on(call: Invocation) -> str:
    """The run that was begun; before that, and while earlier ones go on, the command itself.

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


def _say(line: str, *, err: bool = True) -> None:
    with suppress(OSError):
        click.echo(line, err=err)


def _flush(stream: TextIO) -> None:
    """What nobody can read any more must not change the exit code when Python ends."""
    try:
        stream.flush()
    except (OSError, ValueError):
        with suppress(OSError, ValueError):
            os.dup2(os.open(os.devnull, os.O_WRONLY), stream.fileno())


def _interrupt(_number: int, _frame: FrameType | None) -> None:
    """Every signal to stop is Ctrl-C, as long as no run listens to it."""
    raise KeyboardInterrupt


def log_bug(error: Exception, used: str | None) -> str:
    """Writes the traceback where only its owner can read it; returns a sentence on it."""
    folder = Path(platformdirs.user_log_dir("reconcile", appauthor=False))
    log = folder / "errors.log"
    from reconcile.flxpoint.tokens import redacted  # noqa: PLC0415  (seldom needed)

    words = "".join(traceback.format_exception(error))
    for token in (used, os.environ.get("FLXPOINT_API_TOKEN", "").strip()):
        words = redacted(words, token)
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        handle = os.open(log, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
        with os.fdopen(handle, "a", encoding="utf-8") as stream:
            stream.write(f"{datetime.now().astimezone().isoformat()}\n{words}\n")
        where = f"The details are in {log}."
    except OSError:
        where = "Its details could not be written to a log."
    return (
        f"An error of the program itself ({type(error).__name__}). {where} Anything that was "
        "sent is in the journal; `reconcile resume` goes on."
    )


if __name__ == "__main__":
    main()

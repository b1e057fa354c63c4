"""The Python API: what the command line does, as functions for notebooks and orchestrators.

`config` is in each of them what the command line's `--config` is, or a mapping of settings, or
`Settings`; None stands for `config.yaml` in the current folder, else the defaults. Nothing is
asked and nothing is printed.
"""

import os
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import Any

from reconcile.config import Settings, read_settings, settings_from
from reconcile.domain.errors import NothingSentError, TokenError
from reconcile.domain.events import Event, silent
from reconcile.domain.model import Outcome, Plan
from reconcile.flxpoint.tokens import checked_token, find_token, token_file_of
from reconcile.job import pipeline
from reconcile.job.context import RunContext, existing_journal, journal_of
from reconcile.job.planned_input import (
    NothingToDo,
    PlannedInput,
    SendRules,
    load_export,
    plan_files,
)
from reconcile.job.results_writer import ledger_of, rebuild_report
from reconcile.job.resume import resume as resume_run
from reconcile.job.run import run as run_files
from reconcile.job.send import Finished
from reconcile.journal import Journal
from reconcile.loader import Export

__all__ = ["check", "load", "outcomes", "plan", "report", "resume", "run"]

File = str | os.PathLike[str]
Files = File | Export | Iterable[File | Export]
Config = Settings | Mapping[str, Any] | File | None


def load(file: File, *, config: Config = None) -> Export:
    """Reads one export; `frame` has its rows, every cell as exact text.

    Args:
        file: a spreadsheet or text file.
        config: the settings.

    Raises:
        FileRefusedError: it can't be read as an export.
        ConfigError: the settings can't be used.
    """
    path = Path(file)
    return load_export(path, path.name or str(path), _settings(config))


def plan(files: Files, *, config: Config = None) -> Plan:
    """What files ask for: orders, rejections and ignored rows. Asks neither journal nor Flxpoint.

    Args:
        files: one file or several; an order may have rows in each of them. An `Export` stands
            for its file, which is read again with these settings.
        config: the settings.

    Raises:
        FileRefusedError: one of them can't be read.
        ConfigError: the settings can't be used.
    """
    return plan_files(_paths(files), _settings(config), SendRules()).plan


def check(
    files: Files,
    *,
    config: Config = None,
    rules: SendRules | None = None,
    token: str | None = None,
    online: bool = False,
) -> PlannedInput | NothingToDo:
    """What `run` would send, beside what was acknowledged earlier. Sends nothing.

    Args:
        files: files, and folders of them.
        config: the settings.
        rules: pilots and the like.
        token: the API token; found as the command line finds it if None. Needed only to ask
            Flxpoint.
        online: what the planned orders hold in Flxpoint is read.

    Raises:
        NothingSentError: a file, the settings, the token or the journal can't be used.
        StoppedError: Flxpoint doesn't answer.
    """
    rules = rules or SendRules()
    context = _context(config, token, silent, needs_token=online or rules.pull)
    return pipeline.check(_paths(files), rules, context, online=online)


def run(
    files: Files,
    *,
    config: Config = None,
    rules: SendRules | None = None,
    token: str | None = None,
    results: File | None = None,
    confirm: Callable[[PlannedInput], bool] = lambda _planned: True,
    listener: Callable[[Event], None] = silent,
) -> Finished | NothingToDo | None:
    """Checks, sends, and writes the results workbook.

    Args:
        files: files, and folders of them.
        config: the settings.
        rules: pilots and the like.
        token: the API token; found as the command line finds it if None.
        results: where the workbook goes; beside the first file if None.
        confirm: gets what would be sent; False ends the run without sending.
        listener: gets an event for every try and outcome.

    Returns:
        how it ended, `NothingToDo` if there is no file to run, None if `confirm` said no.

    Raises:
        NothingSentError: a file, the settings, the token or the journal can't be used.
        StoppedError: Flxpoint doesn't answer; nothing was sent. A run that was stopped after
            it began to send raises nothing: see `Finished.stop`.
        InternalError: the journal could not be written any more after sending began.
    """
    context = _context(config, token, listener)
    place = None if results is None else Path(results)
    return run_files(_paths(files), rules or SendRules(), context, results=place, confirm=confirm)


def resume(
    run_id: str | None = None,
    *,
    config: Config = None,
    token: str | None = None,
    as_planned: bool = False,
    listener: Callable[[Event], None] = silent,
) -> Finished | None:
    """Sends what a run has left.

    Args:
        run_id: the run; None for the latest one that has something left.
        config: the settings.
        token: the API token; found as the command line finds it if None.
        as_planned: it is sent although a file has changed since.
        listener: gets an event for every try and outcome.

    Returns:
        how it ended; None if nothing is left.

    Raises:
        NothingSentError: there is no such run, or it can't go on.
        StoppedError: Flxpoint doesn't answer; nothing was sent.
        InternalError: the journal could not be written any more after sending began.
    """
    return resume_run(run_id, _context(config, token, listener), as_planned=as_planned)


def outcomes(run_id: str | None = None, *, config: Config = None) -> dict[int, Outcome]:
    """How each order of a run stands, by order id; from the journal alone.

    Args:
        run_id: the run; None for the latest one.
        config: the settings, which say where the journal is.

    Raises:
        NothingSentError: there is no journal, or no such run.
    """
    with Journal.open(existing_journal(_settings(config))) as journal:
        record = journal.run(run_id)
        if record is None:
            raise NothingSentError(f"The journal has no run{f' {run_id}' if run_id else ''}.")
        return dict(ledger_of(journal, record).outcomes)


def report(
    run_id: str | None = None, *, config: Config = None, results: File | None = None
) -> Path:
    """Writes the workbook of a run again, from the journal alone; returns where it is.

    Args:
        run_id: the run; None for the latest one.
        config: the settings, which say where the journal is.
        results: where it goes; to the place of the run if None.

    Raises:
        NothingSentError: there is no journal, or no such run.
        WorkbookError: the place can't be written.
    """
    settings = _settings(config)
    place = None if results is None else Path(results)
    with Journal.open(existing_journal(settings)) as journal:
        return rebuild_report(journal, run_id, place, (journal_of(settings),))[1]


def _settings(config: Config) -> Settings:
    if isinstance(config, Settings):
        return config
    if isinstance(config, Mapping):
        return settings_from(config)
    return read_settings(None if config is None else Path(config), {})


def _context(
    config: Config,
    token: str | None,
    listener: Callable[[Event], None],
    *,
    needs_token: bool = True,
) -> RunContext:
    settings = _settings(config)
    try:
        found = (
            find_token(settings.token_variable, token_file_of(settings.token_file), os.environ)
            if token is None
            else checked_token(token, "the argument `token`")
        )
    except TokenError:
        if needs_token:
            raise
        return RunContext(settings, journal_of(settings), listener=listener)
    return RunContext(settings, journal_of(settings), found, listener=listener)


def _paths(files: Files) -> list[Path]:
    several = [files] if isinstance(files, str | os.PathLike | Export) else files
    return [file.path if isinstance(file, Export) else Path(file) for file in several]

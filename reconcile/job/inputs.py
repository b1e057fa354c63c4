"""What the command line names: files as they are, folders by the exports in them."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from reconcile.job.folders import PassedOver, gather

__all__ = ["Inputs", "NothingToDo", "inputs_of"]


@dataclass(frozen=True, slots=True)
class Inputs:
    """The files to be run, those of the folders that are passed over, and where each is from."""

    files: tuple[Path, ...]
    passed_over: tuple[PassedOver, ...]
    in_folders: frozenset[Path]


@dataclass(frozen=True, slots=True)
class NothingToDo:
    """There is no file to be run: what was passed over, and why others were skipped.

    `same_file`: one of those passed over was delivered again after it had been run.
    """

    passed_over: tuple[PassedOver, ...]
    skipped: tuple[str, ...] = ()
    same_file: bool = False


def inputs_of(
    named: Sequence[Path], now: datetime, is_done: Callable[[str], bool], *, again: bool
) -> Inputs:
    """Looks into folders; `is_done` says of the SHA-256 of a file whether it is done.

    Raises:
        FileRefusedError: a folder can't be read.
    """
    files: list[Path] = []
    passed_over: list[PassedOver] = []
    in_folders: set[Path] = set()
    for path in named:
        if not path.is_dir():
            files.append(path)
            continue
        gathered = gather(path, now, is_done, again=again)
        files += gathered.files
        in_folders.update(gathered.files)
        passed_over += gathered.passed_over
    return Inputs(tuple(files), tuple(passed_over), frozenset(in_folders))

"""What the command line names: files as they are, folders by the exports in them.

Owns the words of section 7 for what is passed over in a folder. What stands in a file is for
the loader to judge, and whether it was run for the journal.
"""

import os
import re
import stat
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from hashlib import file_digest
from io import BufferedReader
from pathlib import Path
from typing import Final

from reconcile.domain.errors import FileRefusedError
from reconcile.job.account import Account
from reconcile.journal import Journal
from reconcile.loader.screening import other_than_an_export, our_kind

__all__ = [
    "SETTLED_AFTER",
    "FolderFiles",
    "InputFiles",
    "PassedOver",
    "PassedOverReason",
    "files_in_folder",
    "input_files",
]

SETTLED_AFTER: Final = 10.0
"""Seconds without a change after which a file counts as written to its end."""

_UNFINISHED: Final = frozenset({".part", ".crdownload", ".tmp", ".partial", ".filepart"})
"""How programs call what they are still downloading or copying."""

_LOCKED: Final = (32, 33)  # Windows: another program shares it with nobody, or a part of it
_NO_FILE = "a pipe, a socket or a device"
_READ_ONLY: Final = os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0)


class PassedOverReason(StrEnum):
    """Why a file in a folder is passed over."""

    HIDDEN = "hidden"
    LOCK_FILE = "a lock file"
    BEING_WRITTEN = "still being written"
    NO_SPREADSHEET = "no spreadsheet"
    OUR_WORKBOOK = "our own workbook"
    UNDO = "an undo"
    DONE = "done already"
    GIVEN_UP = "given up"
    NO_FILE = "no file"
    GONE = "gone again"


@dataclass(frozen=True, slots=True)
class PassedOver:
    """A file in a folder that isn't run; `sha256` of its bytes is known of done ones only."""

    path: Path
    reason: PassedOverReason
    detail: str = ""
    sha256: str = ""

    @property
    def words(self) -> str:
        """The reason, and the detail if there is any."""
        return f"{self.reason} ({self.detail})" if self.detail else str(self.reason)

    @property
    def display_name(self) -> str:
        """The file's name as it can be printed, whatever bytes it is made of."""
        return self.path.name.encode("utf-8", "backslashreplace").decode()


@dataclass(frozen=True, slots=True)
class FolderFiles:
    """What is directly in a folder: the files to be run, by name, and all other ones."""

    files: tuple[Path, ...]
    passed_over: tuple[PassedOver, ...]


@dataclass(frozen=True, slots=True)
class InputFiles:
    """The files to be run, those passed over in folders, and which to be run are from folders."""

    files: tuple[Path, ...]
    passed_over: tuple[PassedOver, ...]
    in_folders: frozenset[Path]


def input_files(
    named: Sequence[Path],
    now: datetime,
    *,
    again: bool,
    journal: Journal | None = None,
    account: Account | None = None,
) -> InputFiles:
    """The files to read; of a folder those that were not run to their end in this account.

    Args:
        named: files and folders.
        now: the time, with its offset.
        again: done files of folders are wanted too.
        journal: says what is done; nothing is without it.
        account: whose files these are; nothing is done while it isn't known.

    Raises:
        FileRefusedError: a folder can't be read.
    """

    def is_done(sha256: str) -> bool:
        return bool(journal and account and journal.is_done(account.key, sha256))

    def with_detail(each: PassedOver) -> PassedOver:
        if each.reason is not PassedOverReason.DONE or journal is None or account is None:
            return each
        if not journal.is_abandoned(account.key, each.sha256):
            return each
        detail = "its run was abandoned; see --again"
        return replace(each, reason=PassedOverReason.GIVEN_UP, detail=detail)

    files: list[Path] = []
    passed_over: list[PassedOver] = []
    in_folders: set[Path] = set()
    for path in named:
        if not path.is_dir():
            files.append(path)
            continue
        found = files_in_folder(path, now, is_done, again=again)
        files += found.files
        in_folders.update(found.files)
        passed_over += map(with_detail, found.passed_over)
    return InputFiles(tuple(files), tuple(passed_over), frozenset(in_folders))


def files_in_folder(
    folder: Path, now: datetime, is_done: Callable[[str], bool], *, again: bool
) -> FolderFiles:
    """Looks at every file directly in a folder. Folders in it are neither entered nor named.

    A file that can't be opened is among those to be run: `load` says what is wrong with it.

    Args:
        folder: the folder.
        now: the time, with its offset.
        is_done: says of the SHA-256 of a file's bytes whether it was run to its end.
        again: done files are wanted too; `is_done` isn't asked.

    Raises:
        FileRefusedError: the folder can't be read.
    """
    files: list[Path] = []
    passed_over: list[PassedOver] = []
    for path in _children(folder):
        if over := _by_name(path) or _by_look(path, now, None if again else is_done):
            passed_over.append(over)
        else:
            files.append(path)
    return FolderFiles(tuple(files), tuple(passed_over))


def _children(folder: Path) -> list[Path]:
    try:
        children = sorted(folder.iterdir(), key=_natural)
    except OSError as error:
        raise FileRefusedError(
            f"The folder {folder} can't be read: {error.strerror or error}."
        ) from error
    # Path.is_dir raises where a link leads to a place that is forbidden.
    return [path for path in children if not os.path.isdir(path)]  # noqa: PTH112


def _natural(path: Path) -> tuple[list[tuple[str, int]], str]:
    """Numbers by their value, letters without their case: `Export 9` before `export 10`."""
    parts = re.findall(r"([^0-9]*)([0-9]*)", path.stem.casefold())
    return [(text, int(digits or 0)) for text, digits in parts], path.name


def _by_name(path: Path) -> PassedOver | None:
    name = path.name
    if name.startswith("~$") or (name.startswith(".~lock.") and name.endswith("#")):
        return PassedOver(path, PassedOverReason.LOCK_FILE)
    if name.startswith("."):
        return PassedOver(path, PassedOverReason.HIDDEN)
    if path.suffix.lower() in _UNFINISHED:
        return PassedOver(
            path, PassedOverReason.BEING_WRITTEN, f"{path.suffix} files are unfinished"
        )
    return None


def _by_look(path: Path, now: datetime, is_done: Callable[[str], bool] | None) -> PassedOver | None:
    try:
        found = path.stat()
        if over := _by_state(path, found, now):
            return over
        # The kind may have become another one since; opening a pipe would wait for a writer.
        with open(path, "rb", opener=_open_without_waiting) as file:
            over = _by_content(path, file)
            sha256 = _sha256(file) if over is None and is_done else ""
    except OSError as error:
        return _by_error(path, error)
    if over is None and is_done and is_done(sha256):
        over = PassedOver(path, PassedOverReason.DONE, sha256=sha256)
    return _by_change(path, found) or over


def _by_state(path: Path, found: os.stat_result, now: datetime) -> PassedOver | None:
    if not stat.S_ISREG(found.st_mode):
        return PassedOver(path, PassedOverReason.NO_FILE, _NO_FILE)
    if _has_hidden_mark(found):
        return PassedOver(path, PassedOverReason.HIDDEN)
    age = now.timestamp() - found.st_mtime
    if age < 0:
        ahead = f"its time of change is {-age:.0f} s ahead of the clock"
        return PassedOver(path, PassedOverReason.BEING_WRITTEN, ahead)
    if age < SETTLED_AFTER:
        return PassedOver(path, PassedOverReason.BEING_WRITTEN, f"changed {age:.0f} s ago")
    return None


def _by_content(path: Path, file: BufferedReader) -> PassedOver | None:
    if not stat.S_ISREG(os.fstat(file.fileno()).st_mode):
        return PassedOver(path, PassedOverReason.NO_FILE, _NO_FILE)
    if other := other_than_an_export(file, path.name):
        return PassedOver(path, PassedOverReason.NO_SPREADSHEET, other)
    match our_kind(file):
        case "results":
            return PassedOver(path, PassedOverReason.OUR_WORKBOOK)
        case "undo":
            return PassedOver(path, PassedOverReason.UNDO, "look at it, and name it to run it")
        case None:
            return None


def _by_change(path: Path, found: os.stat_result) -> PassedOver | None:
    try:
        changed = _changed(found, path.stat())
    except OSError as error:
        return _by_error(path, error)
    detail = "it changed while it was looked at"
    return PassedOver(path, PassedOverReason.BEING_WRITTEN, detail) if changed else None


def _by_error(path: Path, error: OSError) -> PassedOver | None:
    """What it means that a file can't be looked at; None leaves it to `load` to say."""
    if getattr(error, "winerror", None) in _LOCKED:
        return PassedOver(path, PassedOverReason.BEING_WRITTEN, "another program keeps it locked")
    if isinstance(error, PermissionError):
        return None
    if path.is_symlink():
        return PassedOver(path, PassedOverReason.NO_FILE, "a link that leads nowhere")
    return PassedOver(path, PassedOverReason.GONE) if isinstance(error, FileNotFoundError) else None


def _has_hidden_mark(found: os.stat_result) -> bool:
    """As Windows and macOS have one."""
    return bool(
        getattr(found, "st_file_attributes", 0) & stat.FILE_ATTRIBUTE_HIDDEN
        or getattr(found, "st_flags", 0) & stat.UF_HIDDEN
    )


def _open_without_waiting(path: str, _flags: int) -> int:
    return os.open(path, _READ_ONLY)


def _changed(before: os.stat_result, after: os.stat_result) -> bool:
    return (before.st_size, before.st_mtime_ns) != (after.st_size, after.st_mtime_ns)


def _sha256(file: BufferedReader) -> str:
    file.seek(0)
    return file_digest(file, "sha256").hexdigest()

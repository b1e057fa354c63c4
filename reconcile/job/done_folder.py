"""Moves finished files out of the way, as `done:` in the config asks for.

Owns that nothing is lost on the way: no file is overwritten, none goes whose bytes are not
those that were run, and none goes before its copy on another disk is whole.
"""

import errno
import os
import secrets
import stat
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from hashlib import file_digest
from io import BufferedRandom, BufferedReader
from pathlib import Path
from shutil import copyfile, copystat

from reconcile.results.workbook.target_file import move_to_free_name

__all__ = ["Moved", "move_done"]


@dataclass(frozen=True, slots=True)
class Moved:
    """What became of finished files: from where to where, and a sentence for each that stays."""

    moved: tuple[tuple[Path, Path], ...]
    remarks: tuple[str, ...]


class _StaysError(Exception):
    """A finished file isn't moved; says why."""


def move_done(paths: Sequence[tuple[Path, str]], done: str) -> Moved:
    """Moves finished files out of the way; never raises, and never overwrites.

    A file whose bytes have changed since it was run stays where it is.

    Args:
        paths: the files, each with the SHA-256 of the bytes that were run.
        done: where they go: a folder, beside the file unless it is absolute; made if need be.
    """
    moved: list[tuple[Path, Path]] = []
    remarks: list[str] = []
    for path, sha256 in dict.fromkeys(paths):
        try:
            moved.append((path, _move(path, sha256, path.parent / Path(done).expanduser())))
        except _StaysError as why:
            remarks.append(f"{path} stays where it is: {why}.")
        except OSError as error:
            remarks.append(f"{path} can't be moved to {done} ({error.strerror or error}).")
        except (RuntimeError, ValueError) as error:  # no home folder, no name that a file can have
            remarks.append(f"{path} can't be moved to {done} ({error}).")
    return Moved(tuple(moved), tuple(remarks))


def _move(path: Path, sha256: str, folder: Path) -> Path:
    before = _state(path)
    with path.open("rb") as file:
        if _sha256(file) != sha256:
            raise _StaysError("it has changed since it was read")
    folder.mkdir(parents=True, exist_ok=True)
    if folder.samefile(path.parent):
        raise _StaysError("`done:` names the folder that it is in")
    try:
        target = move_to_free_name(path, folder / path.name)
    except OSError as error:
        if error.errno != errno.EXDEV:
            raise
        return _copy_away(path, before, sha256, folder)
    if _state(target) != before:
        move_to_free_name(target, path)
        raise _StaysError("it changed while it was moved")
    return target


def _copy_away(path: Path, before: tuple[int, int], sha256: str, folder: Path) -> Path:
    """To another disk; the file goes when its copy is whole."""
    copy = folder / f".reconcile-{secrets.token_hex(8)}.tmp"
    try:
        copyfile(path, copy)
        with copy.open("rb+") as file:
            whole = _sha256(file) == sha256
            os.fsync(file.fileno())
        with suppress(OSError):
            copystat(path, copy)
        if not whole or _state(path) != before:
            raise _StaysError("it changed while it was moved")
        target = move_to_free_name(copy, folder / path.name)
    finally:
        with suppress(OSError):
            copy.unlink(missing_ok=True)
    try:
        path.unlink()
    except OSError:
        with suppress(OSError):
            target.unlink()
        raise
    return target


def _state(path: Path) -> tuple[int, int]:
    """Size and time of change of a file, which tell whether it was written to since."""
    found = path.lstat()
    if not stat.S_ISREG(found.st_mode):
        raise _StaysError("it is a link" if stat.S_ISLNK(found.st_mode) else "it is no file")
    return found.st_size, found.st_mtime_ns


def _sha256(file: BufferedReader | BufferedRandom) -> str:
    return file_digest(file, "sha256").hexdigest()

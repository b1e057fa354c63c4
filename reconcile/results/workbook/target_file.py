"""Where the workbook goes, and how it gets there without harming what is there already."""

import os
import secrets
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from itertools import count
from pathlib import Path
from typing import IO

from reconcile.domain.errors import WorkbookError

__all__ = [
    "default_target",
    "move_into_place",
    "move_to_free_name",
    "prove_writable",
    "refuse_ours",
    "written_beside",
]


def default_target(first_input: Path, run_id: str, what: str = "results") -> Path:
    """The workbook of a run: beside its first file or folder, named after both.

    `what` it is stands in its name.

    Raises:
        WorkbookError: nothing can stand beside it, since it is the root of a disk.
    """
    # `.` and `..` have no name to call the workbook after.
    named = first_input if first_input.name not in ("", "..") else first_input.resolve()
    if not named.name:
        raise WorkbookError(
            f"No results workbook can stand beside {named}; name its place with --results."
        )
    return named.with_name(f"{named.name}.{what}-{run_id}.xlsx")


def refuse_ours(target: Path, keep: Sequence[Path]) -> None:
    """`--results` is obeyed, but never over an input, the config or the journal.

    Raises:
        WorkbookError: the target is one of the files to keep.
    """
    for path in keep:
        if target.resolve() == path.resolve():
            raise WorkbookError(
                f"The results workbook can't be written over {path}, which the run needs; "
                "name another place with --results."
            )


def prove_writable(target: Path) -> None:
    """Tries the place before anything is sent: makes a file in the folder and removes it.

    Raises:
        WorkbookError: the folder is missing or can't be written, or the target is a folder
            or has a name that no file can have.
    """
    try:
        with suppress(FileNotFoundError):
            target.lstat()
        if target.is_dir():
            raise WorkbookError(
                f"The results workbook can't be written to {target}, which is a folder; "
                "name a file with --results."
            )
        trial = _temporary_beside(target)
        try:
            with trial.open("xb") as file:
                file.write(b"trial")
                file.flush()
                os.fsync(file.fileno())
        finally:
            trial.unlink(missing_ok=True)
    except OSError as error:
        raise _refused(target, error) from error


@contextmanager
def written_beside(target: Path) -> Iterator[tuple[IO[bytes], Path]]:
    """A file to write, under a hidden name in the folder of the target, and that name.

    When the block ends the file is on disk. It is removed if the block or the disk fails.

    Raises:
        WorkbookError: the disk is full, or the folder has vanished.
    """
    temporary = _temporary_beside(target)
    try:
        with temporary.open("xb") as file:
            yield file, temporary
            file.flush()
            os.fsync(file.fileno())
    except BaseException as error:
        with suppress(OSError):
            temporary.unlink(missing_ok=True)
        if isinstance(error, OSError):
            raise _refused(target, error) from error
        raise


def move_into_place(temporary: Path, target: Path, *, overwrite: bool) -> Path:
    """Moves a finished file to its place in one step.

    What stands there stays, and a free name beside it is taken, unless it may be
    overwritten and isn't locked (open in Excel).

    Args:
        temporary: The file, in the folder of the target.
        target: The place.
        overwrite: A file at the place may be replaced.

    Returns:
        Where the file is now.

    Raises:
        WorkbookError: the folder has vanished, is full or can't be written.
    """
    try:
        if overwrite:
            with suppress(PermissionError, IsADirectoryError):
                return temporary.replace(target)
        return move_to_free_name(temporary, target)
    except OSError as error:
        with suppress(OSError):
            temporary.unlink(missing_ok=True)
        raise _refused(target, error) from error


def move_to_free_name(path: Path, target: Path) -> Path:
    """Moves a file to its target, or to the first free name beside it; returns where it is."""
    for candidate in _names(target):
        try:
            # The name is reserved first: a move of its own would replace what is there.
            candidate.open("xb").close()
        except FileExistsError:
            continue
        try:
            return path.replace(candidate)
        except BaseException:
            candidate.unlink(missing_ok=True)
            raise
    raise AssertionError("names never end")


def _names(target: Path) -> Iterator[Path]:
    yield target
    for number in count(2):
        yield target.with_name(f"{target.stem} ({number}){target.suffix}")


def _temporary_beside(target: Path) -> Path:
    return target.with_name(f".reconcile-{secrets.token_hex(8)}.tmp")


def _refused(target: Path, error: OSError) -> WorkbookError:
    why = error.strerror or str(error)
    return WorkbookError(
        f"The results workbook can't be written to the folder {target.parent} ({why}); "
        "mend that or name another place with --results."
    )

"""Where the journal lies, and who may read it."""

import os
import sys
from pathlib import Path

import platformdirs

from reconcile.domain.errors import JournalError

__all__ = ["default_budget", "default_place", "prepare"]

_NETWORK_FILE_SYSTEMS = frozenset(
    {"nfs", "nfs4", "cifs", "smb3", "smbfs", "afs", "fuse.sshfs", "9p", "ncpfs", "davfs"}
)

_MOUNTS = Path("/proc/self/mounts")


def default_place() -> Path:
    """One journal per user, in the data folder of the platform."""
    return Path(platformdirs.user_data_dir("reconcile", appauthor=False)) / "journal.sqlite3"


def default_budget() -> Path:
    """The rate budget of all processes, beside the usual journal whatever journal is used."""
    return default_place().with_name("budget.sqlite3")


def prepare(path: Path, mounts: Path = _MOUNTS) -> None:
    """Makes the folder and an empty file that only the owner can read.

    Args:
        path: the file.
        mounts: the list of what is mounted where, in the form of Linux; none elsewhere.

    Raises:
        JournalError: the place can't be written, or is a network folder (write-ahead
            logging needs one host).
    """
    if _on_network(path, mounts):
        raise JournalError(
            f"The journal can't be kept in {path}: it is a network folder, and the journal "
            "needs a disk of this machine. Name another place with --journal."
        )
    try:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        if path.is_dir():
            raise JournalError(f"The journal {path} is a folder; name a file with --journal.")
        os.close(os.open(path, os.O_RDWR | os.O_CREAT, 0o600))
    except OSError as error:
        raise JournalError(
            f"The journal {path} can't be written ({error.strerror}). "
            "Name another place with --journal."
        ) from error


def _on_network(path: Path, mounts: Path) -> bool:
    if sys.platform == "win32":
        return str(path).startswith(("\\\\", "//"))
    if not mounts.is_file():
        return False
    resolved = Path(os.path.realpath(path))  # a link may lead there
    kinds = {}
    for line in mounts.read_text(encoding="utf-8", errors="replace").splitlines():
        _, mounted_at, kind, *_ = line.split(" ")
        kinds[Path(mounted_at.replace("\\040", " "))] = kind
    holders = [place for place in (resolved, *resolved.parents) if place in kinds]
    return bool(holders) and kinds[holders[0]] in _NETWORK_FILE_SYSTEMS

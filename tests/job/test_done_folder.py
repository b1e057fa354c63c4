"""Finished files go to the folder of `done:`, and nothing is lost on the way."""

import errno
import os
import sys
from hashlib import sha256
from pathlib import Path

import pytest

from reconcile.job.done_folder import Moved, move_done

ORDERS = b"Order ID,Order External ID\n1,A\n"

posix = pytest.mark.skipif(sys.platform == "win32", reason="files of POSIX")


@pytest.fixture
def export(tmp_path: Path) -> Path:
    path = tmp_path / "inbox" / "export.csv"
    path.parent.mkdir()
    path.write_bytes(ORDERS)
    return path


@pytest.fixture
def two_disks(monkeypatch: pytest.MonkeyPatch) -> None:
    """As if each folder were on a disk of its own."""
    replace = Path.replace

    def within_one_disk(self: Path, target: Path) -> Path:
        if self.parent != target.parent:
            raise OSError(errno.EXDEV, os.strerror(errno.EXDEV))
        return replace(self, target)

    monkeypatch.setattr(Path, "replace", within_one_disk)


def run_as(content: bytes = ORDERS) -> str:
    return sha256(content).hexdigest()


def move(path: Path, done: str = "done") -> Moved:
    return move_done([(path, run_as())], done)


def files(folder: Path) -> dict[str, bytes]:
    """All files in a folder and below."""
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in folder.rglob("*")
        if path.is_file()
    }


def test_a_finished_file_goes_to_a_folder_beside_it_which_is_made(export: Path) -> None:
    target = export.parent / "year" / "done" / "export.csv"

    assert move(export, "year/done") == Moved(((export, target),), ())
    assert files(export.parent) == {"year/done/export.csv": ORDERS}


def test_an_absolute_folder_is_taken_as_it_stands(export: Path, tmp_path: Path) -> None:
    assert move(export, str(tmp_path / "far")).remarks == ()
    assert files(tmp_path) == {"far/export.csv": ORDERS}


@posix
def test_a_tilde_is_the_home_folder(
    export: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HOME", str(tmp_path / "home"))

    assert move(export, "~/done").remarks == ()
    assert files(tmp_path) == {"home/done/export.csv": ORDERS}


def test_nothing_is_overwritten(export: Path) -> None:
    for content in (b"one", b"two", b"three"):
        export.write_bytes(content)
        move_done([(export, run_as(content))], "done")

    assert files(export.parent) == {
        "done/export.csv": b"one",
        "done/export (2).csv": b"two",
        "done/export (3).csv": b"three",
    }


def test_files_of_one_name_from_several_folders_stand_beside_each_other(tmp_path: Path) -> None:
    paths = [tmp_path / name / "export.csv" for name in ("a", "b")]
    for path in paths:
        path.parent.mkdir()
        path.write_bytes(ORDERS)

    moved = move_done([(path, run_as()) for path in paths], "../done").moved
    assert [source for source, _ in moved] == paths
    assert sorted(files(tmp_path)) == ["done/export (2).csv", "done/export.csv"]


def test_a_file_named_twice_is_moved_once(export: Path) -> None:
    assert move_done([(export, run_as())] * 2, "done").remarks == ()


def test_a_file_that_has_changed_since_it_was_run_stays(export: Path) -> None:
    export.write_bytes(ORDERS + b"2,B\n")

    assert move(export) == Moved(
        (), (f"{export} stays where it is: it has changed since it was read.",)
    )
    assert list(files(export.parent)) == ["export.csv"]
    assert not (export.parent / "done").exists()


def test_a_file_that_is_replaced_while_it_is_moved_comes_back(
    export: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    replace = Path.replace

    def replaced_meanwhile(self: Path, target: Path) -> Path:
        monkeypatch.undo()
        export.write_bytes(b"Order ID,Order External ID\n2,B\n3,C\n")
        return replace(self, target)

    monkeypatch.setattr(Path, "replace", replaced_meanwhile)

    assert "it changed while it was moved" in move(export).remarks[0]
    assert files(export.parent) == {"export.csv": b"Order ID,Order External ID\n2,B\n3,C\n"}


@pytest.mark.parametrize("done", [".", "", "../inbox", "done/.."])
def test_a_folder_that_is_the_file_s_own_moves_nothing(export: Path, done: str) -> None:
    assert move(export, done) == Moved(
        (), (f"{export} stays where it is: `done:` names the folder that it is in.",)
    )
    assert files(export.parent) == {"export.csv": ORDERS}


@pytest.mark.parametrize(
    "done", ["taken", "taken/done", "no\0name", "~nobody-of-this-name/done", "x" * 300]
)
def test_what_keeps_a_file_from_being_moved_is_told_and_the_others_are(
    export: Path, tmp_path: Path, done: str
) -> None:
    (export.parent / "taken").write_bytes(b"a file")
    other = tmp_path / "other" / "export.csv"
    other.parent.mkdir()
    other.write_bytes(ORDERS)

    told = move_done([(export, run_as()), (other, run_as())], done)
    assert told.remarks[0].startswith(f"{export} can't be moved to {done} (")
    assert export.read_bytes() == ORDERS


def test_a_file_that_is_gone_is_told(export: Path) -> None:
    export.unlink()
    assert "can't be moved" in move(export).remarks[0]


@posix
def test_a_link_stays_and_so_does_what_it_leads_to(export: Path) -> None:
    link = export.with_name("link.csv")
    link.symlink_to(export)

    assert move(link).remarks == (f"{link} stays where it is: it is a link.",)
    assert export.exists()


# To another disk


@pytest.mark.usefixtures("two_disks")
def test_a_file_goes_to_another_disk_with_its_times(export: Path) -> None:
    os.utime(export, (1_000_000_000, 1_000_000_000))
    target = export.parent / "done" / "export.csv"

    assert move(export) == Moved(((export, target),), ())
    assert files(export.parent) == {"done/export.csv": ORDERS}
    assert target.stat().st_mtime == 1_000_000_000


@pytest.mark.usefixtures("two_disks")
def test_nothing_is_overwritten_on_another_disk(export: Path) -> None:
    (export.parent / "done").mkdir()
    (export.parent / "done" / "export.csv").write_bytes(b"earlier")

    assert move(export).remarks == ()
    assert files(export.parent) == {
        "done/export.csv": b"earlier",
        "done/export (2).csv": ORDERS,
    }


@pytest.mark.usefixtures("two_disks")
def test_a_file_that_can_not_be_removed_after_it_was_copied_is_not_there_twice(
    export: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    unlink = Path.unlink

    def kept(self: Path, *, missing_ok: bool = False) -> None:
        if self == export:
            raise PermissionError(errno.EACCES, "Permission denied")
        unlink(self, missing_ok=missing_ok)

    monkeypatch.setattr(Path, "unlink", kept)

    assert move(export).remarks == (f"{export} can't be moved to done (Permission denied).",)
    assert files(export.parent) == {"export.csv": ORDERS}

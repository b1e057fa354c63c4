import errno
import os
import shutil
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from reconcile.domain.errors import ExitCode, WorkbookError
from reconcile.results.workbook.target_file import (
    default_target,
    move_into_place,
    prove_writable,
    written_beside,
)


@pytest.fixture
def target(tmp_path: Path) -> Path:
    return tmp_path / "export.csv.results-r1.xlsx"


def finished(folder: Path, content: str = "new") -> Path:
    file = folder / f".{content}.tmp"
    file.write_text(content)
    return file


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def test_the_workbook_of_a_file_stands_beside_it_under_its_whole_name() -> None:
    target = default_target(Path("in/export.csv"), "2026-11-21-1")
    assert target == Path("in/export.csv.results-2026-11-21-1.xlsx")


def test_the_workbook_of_a_folder_stands_beside_the_folder() -> None:
    assert default_target(Path("in/exports/"), "r1") == Path("in/exports.results-r1.xlsx")


def test_the_current_folder_is_called_by_its_name(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "drop" / "inner").mkdir(parents=True)
    monkeypatch.chdir(tmp_path / "drop")
    assert default_target(Path(), "r1") == tmp_path / "drop.results-r1.xlsx"
    monkeypatch.chdir(tmp_path / "drop" / "inner")
    assert default_target(Path(".."), "r1") == tmp_path / "drop.results-r1.xlsx"


def test_nothing_stands_beside_the_root_of_a_disk() -> None:
    with pytest.raises(WorkbookError, match="--results"):
        default_target(Path(Path.cwd().anchor), "r1")


def test_trying_a_place_leaves_nothing_behind(target: Path) -> None:
    prove_writable(target)
    assert names(target.parent) == []


def test_trying_a_place_leaves_an_earlier_workbook_as_it_is(target: Path) -> None:
    target.write_text("earlier")
    prove_writable(target)
    assert names(target.parent) == [target.name]
    assert target.read_text() == "earlier"


def test_a_missing_folder_is_refused_in_one_sentence_that_says_what_to_do(tmp_path: Path) -> None:
    with pytest.raises(WorkbookError) as caught:
        prove_writable(tmp_path / "gone" / "a.xlsx")
    assert str(tmp_path / "gone") in str(caught.value)
    assert "--results" in str(caught.value)
    assert "\n" not in str(caught.value)
    assert caught.value.exit_code is ExitCode.NOTHING_SENT


def test_a_target_that_is_a_folder_is_refused(tmp_path: Path) -> None:
    with pytest.raises(WorkbookError, match="is a folder"):
        prove_writable(tmp_path)


def test_a_place_below_a_file_is_refused(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(WorkbookError, match="--results"):
        prove_writable(tmp_path / "file" / "a.xlsx")


def test_a_name_that_is_too_long_is_refused(tmp_path: Path) -> None:
    with pytest.raises(WorkbookError, match="--results"):
        prove_writable(tmp_path / f"{'x' * 300}.xlsx")


@pytest.mark.skipif(sys.platform != "linux", reason="needs a folder that nobody can write")
def test_a_folder_that_can_not_be_written_is_refused() -> None:
    with pytest.raises(WorkbookError, match="/proc"):
        prove_writable(Path("/proc/a.xlsx"))


def test_a_file_is_moved_to_its_place(target: Path) -> None:
    assert move_into_place(finished(target.parent), target, overwrite=False) == target
    assert names(target.parent) == [target.name]
    assert target.read_text() == "new"


def test_an_earlier_workbook_stays_and_a_free_name_beside_it_is_taken(target: Path) -> None:
    target.write_text("earlier")
    second = move_into_place(finished(target.parent), target, overwrite=False)
    third = move_into_place(finished(target.parent), target, overwrite=False)
    assert second.name == "export.csv.results-r1 (2).xlsx"
    assert third.name == "export.csv.results-r1 (3).xlsx"
    assert target.read_text() == "earlier"
    assert names(target.parent) == sorted([target.name, second.name, third.name])


def test_an_earlier_workbook_is_replaced_where_that_was_asked_for(target: Path) -> None:
    target.write_text("earlier")
    assert move_into_place(finished(target.parent), target, overwrite=True) == target
    assert target.read_text() == "new"


def test_a_workbook_open_in_excel_stays_and_a_free_name_is_taken(
    target: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    target.write_text("open")
    replace = Path.replace

    def locked(self: Path, to: Path) -> Path:
        if to == target:
            raise PermissionError(errno.EACCES, "The file is used by another process")
        return replace(self, to)

    monkeypatch.setattr(Path, "replace", locked)
    taken = move_into_place(finished(target.parent), target, overwrite=True)
    assert taken.name == "export.csv.results-r1 (2).xlsx"
    assert taken.read_text() == "new"
    assert target.read_text() == "open"


def test_a_folder_that_took_the_name_meanwhile_stays(target: Path) -> None:
    target.mkdir()
    taken = move_into_place(finished(target.parent), target, overwrite=True)
    assert taken.name == "export.csv.results-r1 (2).xlsx"


def test_many_at_once_never_take_the_name_of_another(target: Path) -> None:
    files = [finished(target.parent, f"run {number}") for number in range(24)]
    with ThreadPoolExecutor(8) as pool:
        taken = list(pool.map(lambda file: move_into_place(file, target, overwrite=False), files))
    assert len(set(taken)) == 24
    assert {path.read_text() for path in taken} == {f"run {number}" for number in range(24)}


def test_a_move_that_fails_leaves_no_empty_file(
    target: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(_self: Path, _to: Path) -> Path:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(Path, "replace", full)
    with pytest.raises(WorkbookError, match="No space left"):
        move_into_place(finished(target.parent), target, overwrite=False)
    assert names(target.parent) == []


def test_a_folder_that_vanished_is_told(target: Path) -> None:
    with written_beside(target) as (file, temporary):
        file.write(b"content")
    shutil.rmtree(target.parent)
    with pytest.raises(WorkbookError, match="--results"):
        move_into_place(temporary, target, overwrite=False)


def test_a_file_is_written_under_a_hidden_name_that_the_loader_passes_over(target: Path) -> None:
    with written_beside(target) as (file, temporary):
        file.write(b"content")
        assert temporary.name.startswith(".")
        assert temporary.parent == target.parent
    assert temporary.read_bytes() == b"content"
    assert not target.exists()


@pytest.mark.parametrize("fault", [RuntimeError("no"), KeyboardInterrupt()])
def test_a_file_is_removed_when_its_writing_fails(target: Path, fault: BaseException) -> None:
    def fail() -> None:
        with written_beside(target) as (file, _):
            file.write(b"half")
            raise fault

    with pytest.raises(type(fault)):
        fail()
    assert names(target.parent) == []


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no such limit")
def test_a_disk_that_is_full_is_told_and_nothing_is_left(target: Path) -> None:
    import resource  # noqa: PLC0415 - only where there is one

    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (10_000, before[1]))
    try:
        with pytest.raises(WorkbookError) as caught, written_beside(target) as (file, _):
            file.write(bytes(100_000))
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)
    assert str(target.parent) in str(caught.value)
    assert names(target.parent) == []


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no such modes")
def test_others_can_read_the_workbook_as_far_as_the_user_lets_them(target: Path) -> None:
    umask = os.umask(0o022)
    try:
        with written_beside(target) as (_, temporary):
            pass
    finally:
        os.umask(umask)
    assert temporary.stat().st_mode & 0o777 == 0o644

"""README.md says what the code says."""

import runpy
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent


def test_every_table_and_help_text_of_the_readme_is_as_the_code_has_it() -> None:
    tool = runpy.run_path(str(ROOT / "tools" / "update_readme.py"))
    text = (ROOT / "README.md").read_text(encoding="utf-8")

    assert tool["filled_in"](text) == text, "run: python tools/update_readme.py"


def test_the_readme_has_one_line_that_runs_the_demo_and_one_that_runs_the_tests() -> None:
    lines = (ROOT / "README.md").read_text(encoding="utf-8").splitlines()
    commands = [line for line in lines if line.startswith("python3 ")]

    assert len(commands) == 2
    assert commands[0].endswith("reconcile demo")
    assert commands[1].endswith("-m pytest")


def test_the_pictures_of_the_readme_are_there() -> None:
    assert (ROOT / "docs" / "results.png").is_file()


def test_the_lock_files_hold_versions_and_hashes_and_no_addresses() -> None:
    for name in ("requirements.lock", "requirements-dev.lock"):
        text = (ROOT / name).read_text(encoding="utf-8")
        pinned = [line for line in text.splitlines() if "==" in line]
        assert pinned
        assert all(line.endswith("\\") for line in pinned), "every version has hashes"
        assert "://" not in text
        assert not any(line.startswith("-") for line in text.splitlines()), "no options of pip"

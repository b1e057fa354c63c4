"""The pages say what the code says, their links lead somewhere, and the tutorial works."""

import os
import re
import runpy
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Final
from urllib.parse import unquote, urlsplit

import click
import pytest

from reconcile.cli import program

ROOT: Final = Path(__file__).resolve().parent.parent
README: Final = ROOT / "README.md"
MOST_WORDS: Final = 900
LINK: Final = re.compile(r"!?\[[^\]]*\]\(([^()\s]+)\)")
BLOCK: Final = re.compile(r"^ *```(\w*)\n(.*?)^ *```$", re.DOTALL | re.MULTILINE)
PAGES: Final = sorted(
    path
    for place in (ROOT.glob("*.md"), (ROOT / "docs").rglob("*.md"), ROOT.glob("benchmarks/**/*.md"))
    for path in place
)


def named(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


def prose(page: Path) -> str:
    """The page without what stands in fences or between backticks."""
    return re.sub(r"`[^`\n]*`", "", BLOCK.sub("", page.read_text(encoding="utf-8")))


def anchors(page: Path) -> set[str]:
    """The anchors that a code host gives to the headings of a page."""
    text = BLOCK.sub("", page.read_text(encoding="utf-8"))
    headings = re.findall(r"^#+ (.+)$", text, re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


def dead(page: Path, root: Path = ROOT) -> Iterator[str]:
    """The links of a page that lead nowhere, or out of the repository."""
    for link in LINK.findall(prose(page)):
        parts = urlsplit(link)
        if parts.scheme:
            if parts.scheme != "https" or "." not in parts.netloc:
                yield link
            continue
        target = (page.parent / unquote(parts.path)).resolve() if parts.path else page
        inside = target.is_relative_to(root) and target.exists()
        if not inside or (parts.fragment and parts.fragment not in anchors(target)):
            yield link


@pytest.mark.parametrize("page", PAGES, ids=named)
def test_every_link_leads_to_a_file_and_heading_of_the_repository(page: Path) -> None:
    assert list(dead(page)) == []


def test_every_page_of_the_documentation_can_be_reached_from_the_readme() -> None:
    reached, left = {README}, [README]
    while left:
        page = left.pop()
        for link in LINK.findall(prose(page)):
            target = (page.parent / urlsplit(link).path).resolve()
            if target.suffix == ".md" and target not in reached and not urlsplit(link).scheme:
                reached.add(target)
                left.append(target)
    assert {named(page) for page in PAGES} - {named(page) for page in reached} == set()


def test_a_link_that_leads_nowhere_is_found(tmp_path: Path) -> None:
    page = tmp_path / "page.md"
    page.write_text(
        "# A heading: `one`\n[a](none.md) [b](#none) [c](#a-heading-one) [d](../out.md) `[e](x)`\n",
        encoding="utf-8",
    )
    assert list(dead(page, tmp_path)) == ["none.md", "#none", "../out.md"]


def test_every_produced_table_text_and_tree_is_as_the_code_has_it() -> None:
    tool = runpy.run_path(str(ROOT / "tools" / "update_docs.py"))
    old = [named(page) for page, (text, new) in tool["updated"]().items() if text != new]
    assert old == [], "run: python tools/update_docs.py"


def test_the_readme_fits_on_a_page() -> None:
    assert len(README.read_text(encoding="utf-8").split()) <= MOST_WORDS


def test_the_readme_has_one_line_that_runs_the_demo_and_one_that_runs_the_tests() -> None:
    lines = README.read_text(encoding="utf-8").splitlines()
    commands = [line for line in lines if line.startswith("python3 ")]

    assert len(commands) == 2
    assert commands[0].endswith("reconcile demo")
    assert commands[1].endswith("-m pytest")


def test_the_pictures_of_the_pages_are_there() -> None:
    pictures = {
        (page.parent / link).resolve()
        for page in PAGES
        for link in LINK.findall(prose(page))
        if link.endswith(".png")
    }
    assert ROOT / "docs" / "results.png" in pictures
    assert all(picture.is_file() for picture in pictures)


def test_the_lock_files_hold_versions_and_hashes_and_no_addresses() -> None:
    for name in ("requirements.lock", "requirements-dev.lock"):
        text = (ROOT / name).read_text(encoding="utf-8")
        pinned = [line for line in text.splitlines() if "==" in line]
        assert pinned
        assert all(line.endswith("\\") for line in pinned), "every version has hashes"
        assert "://" not in text
        assert not any(line.startswith("-") for line in text.splitlines()), "no options of pip"


def test_every_section_of_the_rules_and_page_that_the_code_cites_is_there() -> None:
    rules = (ROOT / "docs" / "rules.md").read_text(encoding="utf-8")
    sections = re.findall(r"^## (\d)\. ", rules, re.MULTILINE)
    parts = re.split(r"^## \d\. .*$", rules, flags=re.MULTILINE)[1:]
    for number, part in zip(tuple(sections), parts, strict=True):
        sections += [f"{number}.{point}" for point in re.findall(r"^(\d)\. ", part, re.MULTILINE)]
    cited: set[str] = set()
    for source in [*ROOT.glob("reconcile/**/*.py"), *ROOT.glob("tests/**/*.py")]:
        text = source.read_text(encoding="utf-8")
        cited.update(re.findall(r"[Rr]ules,\s+sections? (\d(?:\.\d)?)", text))
    for source in ROOT.glob("reconcile/**/*.py"):
        cited_pages = re.findall(r"\bdocs/[\w/-]+\.md", source.read_text(encoding="utf-8"))
        assert [name for name in cited_pages if not (ROOT / name).is_file()] == []
    assert len(cited) > 10
    assert cited - set(sections) == set()


def test_every_file_that_contributing_names_is_there() -> None:
    text = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")
    paths = re.findall(r"`((?:reconcile|tests|tools|docs|benchmarks)/[\w./-]*)`", text)
    assert len(paths) > 20
    assert [path for path in paths if not (ROOT / path).exists()] == []


def commands_in(page: Path) -> Iterator[tuple[str, str]]:
    """Every command of the program that a page tells people to type: its name, and the rest."""
    text = page.read_text(encoding="utf-8")
    code = [*re.findall(r"`([^`\n]+)`", BLOCK.sub("", text))]
    code += [block for kind, block in BLOCK.findall(text) if kind not in ("text", "python")]
    for line in "\n".join(code).splitlines():
        yield from re.findall(r"(?:^|[/\\ ])(?<!from )reconcile ([a-z]+)(.*)", line)


@pytest.mark.parametrize("page", [page for page in PAGES if page.name != "rules.md"], ids=named)
def test_every_command_and_option_that_a_page_names_is_there(page: Path) -> None:
    for name, rest in commands_in(page):
        assert name in program.commands, name
        command = program.commands[name]
        if isinstance(command, click.Group):
            command = command.commands[rest.split()[0]]
        known = {option for parameter in command.params for option in parameter.opts}
        assert set(re.findall(r"(?<= )--[a-z-]+", rest.partition(";")[0])) <= known, rest


# The tutorial

USUAL_PORT: Final = "8765"
LONGEST: Final = 60.0
"""Seconds after which a sandbox that doesn't listen counts as dead."""


def a_copy_of_the_repository(folder: Path) -> None:
    """As much of it as the tutorial needs, with an environment that the sources stand in."""
    shutil.copytree(ROOT / "sample_data", folder / "sample_data")
    programs = folder / ".venv" / "bin"
    programs.mkdir(parents=True)
    for name, runs in (("python", ""), ("reconcile", "-m reconcile")):
        program = programs / name
        program.write_text(f'#!/bin/sh\nexec "{sys.executable}" {runs} "$@"\n', encoding="utf-8")
        program.chmod(0o755)
    activate = f'PATH="{programs}:$PATH"\nPYTHONPATH="{ROOT}"\nexport PATH PYTHONPATH\n'
    (programs / "activate").write_text(activate, encoding="utf-8")


def free_port() -> str:
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return str(found.getsockname()[1])


class Terminal:
    """A shell into which blocks are pasted, one after the other."""

    def __init__(self, folder: Path, port: str) -> None:
        home = {name: str(folder / "home") for name in ("HOME", "XDG_DATA_HOME", "XDG_CONFIG_HOME")}
        kept = {key: value for key, value in os.environ.items() if not key.startswith("FLXPOINT")}
        self.port = port
        self.shell = subprocess.Popen(
            ["bash", "-m"],
            cwd=folder,
            env=kept | home,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )

    def paste(self, block: str) -> tuple[str, int]:
        """What a block prints, and the exit code of its last command."""
        assert self.shell.stdin is not None
        assert self.shell.stdout is not None
        # What goes to the sandbox need not wait for the pace of Flxpoint.
        quick = block.replace(
            "reconcile sandbox", f"reconcile sandbox --rate 50 --port {self.port}"
        )
        quick = quick.replace(f":{USUAL_PORT}\n", f":{self.port}\nrequests_per_second: 50\n")
        self.shell.stdin.write(f'{quick}\necho "ended with $?"\n')
        self.shell.stdin.flush()
        lines: list[str] = []
        for line in self.shell.stdout:
            if ended := re.fullmatch(r"ended with (\d+)\n", line):
                return "".join(lines), int(ended[1])
            lines.append(line)
        raise AssertionError("the shell ended: " + "".join(lines))

    def wait_for_sandbox(self) -> None:
        until = time.monotonic() + LONGEST
        while time.monotonic() < until:
            with socket.socket() as tried:
                if tried.connect_ex(("127.0.0.1", int(self.port))) == 0:
                    return
            time.sleep(0.05)
        raise AssertionError("the sandbox doesn't listen")


@pytest.fixture
def terminal(tmp_path: Path) -> Iterator[Terminal]:
    a_copy_of_the_repository(tmp_path)
    opened = Terminal(tmp_path, free_port())
    with opened.shell as shell:
        yield opened
        assert shell.stdin is not None
        shell.stdin.write("kill $(jobs -p) 2>/dev/null\nexit\n")


def shown(line: str, output: str) -> bool:
    """Whether a line of a page, where `…` stands for anything, is a line of the output."""
    pattern = ".*".join(map(re.escape, line.strip().split("…")))
    return re.search(rf"^ *{pattern} *$", output, re.MULTILINE) is not None


def test_the_commands_of_the_tutorial_do_what_it_says(terminal: Terminal) -> None:
    page = (ROOT / "docs" / "tutorial.md").read_text(encoding="utf-8")
    output, codes = "", []
    for kind, block in BLOCK.findall(page):
        if kind == "sh":
            output, code = terminal.paste(block)
            codes.append(code)
            if "reconcile sandbox" in block:
                terminal.wait_for_sandbox()
        else:
            missing = [line for line in block.splitlines() if not shown(line, output)]
            assert missing == [], output

    assert codes == [0, 0, 0, 1, 1, 1, 0, 0, 0, 0, 0]


def test_the_commands_for_an_export_without_ids_do_what_the_page_says(terminal: Terminal) -> None:
    page = (ROOT / "docs" / "how-to" / "first-export-without-ids.md").read_text(encoding="utf-8")
    terminal.paste(". .venv/bin/activate\ncd sample_data\n")
    output = ""
    for kind, block in BLOCK.findall(page):
        if kind == "sh" and "ids pull" not in block:  # Flxpoint can't be asked in here
            output, code = terminal.paste(block)
            assert code == 1, output
        elif kind == "text":
            assert [line for line in block.splitlines() if not shown(line, output)] == [], output

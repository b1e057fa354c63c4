"""Imports point inward, and each library is known in one place."""

import ast
import subprocess
import sys
from collections.abc import Collection
from functools import cache
from pathlib import Path
from typing import Final

import pytest

import reconcile

ROOT: Final = Path(reconcile.__file__).parent

# The nouns, the rules and the arithmetic: they know no library but the standard one. The
# innermost stand first; a module may import those of its own line of the table and of the
# lines above.
LAYERS: Final = {
    "nouns": [
        "bulk",
        "payload",
        "model",
        "fields",
        "own_columns",
        "errors",
        "events",
        "signals",
        "wording",
        "executor.exchange",
    ],
    "answers": ["online.answers", "online.held"],
    "rules": [
        "cells",
        "issues",
        "history",
        "executor.verdict",
        "executor.schedule",
        "executor.pacer",
        "journal.moves",
        "journal.records",
        "notices.ending",
        "forecast",
    ],
    "plan": [
        "judging",
        "plain",
        "gathering",
        "contradictions",
        "idmap",
        "resolving",
        "deciding",
        "planner",
    ],
    "undo": ["online.former", "online.undo_order", "online.undoing", "online.undo_export"],
    "report": [
        "results.words",
        "results.harmless",
        "results.ledger",
        "results.reasons",
        "results.returned",
        "results.tables",
        "results.online_sheets",
        "results.progress",
        "results.causes",
        "results.items",
        "results.money",
        "results.figures",
        "results.explaining",
        "results.repeats",
        "results.amounts",
        "results.amount_words",
        "results.summary",
        "results.report",
    ],
}

# Each edge knows its own library, the layers above, and no other edge but those named here.
EDGES: Final[dict[str, list[str]]] = {
    "config": [],
    "tokens": [],
    "loader": [],
    "journal": [],
    "results": [],
    # What is in a file is for the loader to judge.
    "folders": ["loader"],
    "done_folder": [],
    # Before a call it is written down that it will be made; no answer may show the token.
    "executor": ["journal", "tokens"],
    # What an address may be is said by the config, which holds them.
    "notices": ["config"],
    "log_file": [],
}

# Where a library may be imported; whatever is not in this table may not be at all.
LIBRARIES: Final = {
    "pandas": ["loader"],
    "openpyxl": ["results"],
    "xlrd": ["loader.readers.xls"],
    "httpx": ["executor.client"],
    "truststore": ["executor.client"],
    "tenacity": ["executor.retry"],
    "sqlalchemy": ["journal"],
    "pydantic": ["config"],
    "ruamel": ["config"],
    "rich": ["watcher"],
    "apprise": ["notices.people"],
    "filelock": ["locks", "log_file"],
    "click": ["cli", "__main__"],
    # Each keeps something of its own in the user's folders: the journal, the token, the log.
    "platformdirs": ["journal.place", "tokens", "__main__"],
}

SLOW_TO_START: Final = {
    "pandas",
    "numpy",
    "openpyxl",
    "httpx",
    "sqlalchemy",
    "pydantic",
    "rich",
    "apprise",
    "requests",
}


def full(name: str) -> str:
    return f"reconcile.{name}"


INNER: Final = [full(name) for names in LAYERS.values() for name in names]


@cache
def modules() -> dict[str, ast.Module]:
    found = {}
    for path in sorted(ROOT.rglob("*.py")):
        parts = ("reconcile", *path.relative_to(ROOT).with_suffix("").parts)
        name = ".".join(parts[:-1] if parts[-1] == "__init__" else parts)
        found[name] = ast.parse(path.read_text(encoding="utf-8"))
    return found


@cache
def imported(module: str) -> frozenset[str]:
    """All modules that a module imports anywhere in its text, also inside functions.

    A name taken from a package counts as one of the module that defines it: who takes a
    record from `reconcile.journal` knows the records, and nothing of the database.
    """
    names: set[str] = set()
    for node in ast.walk(modules()[module]):
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{module}: relative imports hide where they lead"
            names |= {defining(node.module or "", alias.name) for alias in node.names}
    return frozenset(names)


def defining(module: str, name: str) -> str:
    """The module that is meant by `from module import name`."""
    if f"{module}.{name}" in modules():
        return f"{module}.{name}"
    if module in modules():
        for node in modules()[module].body:
            if isinstance(node, ast.ImportFrom) and any(
                (alias.asname or alias.name) == name for alias in node.names
            ):
                return defining(node.module or "", name)
    return module


def own(module: str) -> set[str]:
    """What a module imports of this project."""
    return {name for name in imported(module) if name.partition(".")[0] == "reconcile"}


def libraries(module: str) -> set[str]:
    """What a module imports that is neither of this project nor of Python."""
    names = {name.partition(".")[0] for name in imported(module)}
    return names - sys.stdlib_module_names - {"reconcile"}


def within(module: str, places: Collection[str]) -> bool:
    return any(module == full(place) or module.startswith(f"{full(place)}.") for place in places)


def test_the_tables_name_modules_that_exist() -> None:
    placed = [*INNER, *map(full, EDGES)]
    placed += [full(place) for places in LIBRARIES.values() for place in places]
    assert [name for name in placed if name not in modules()] == []


def test_the_imports_are_seen() -> None:
    assert "reconcile.model" in own("reconcile.planner")
    assert "reconcile.journal.records" in own("reconcile.results.ledger")
    assert "reconcile.job" in own("reconcile.cli.sending")  # inside a function
    assert libraries("reconcile.loader") == {"pandas"}
    assert libraries("reconcile.config") == {"pydantic", "ruamel"}


@pytest.mark.parametrize("layer", LAYERS)
def test_the_inner_layers_know_the_standard_library_and_what_is_further_in(layer: str) -> None:
    order = list(LAYERS)
    allowed = {full(name) for key in order[: order.index(layer) + 1] for name in LAYERS[key]}
    for module in map(full, LAYERS[layer]):
        assert own(module) - allowed == set(), module
        assert libraries(module) == set(), module


@pytest.mark.parametrize("edge", EDGES)
def test_an_edge_knows_the_inner_layers_and_itself(edge: str) -> None:
    for module in modules():
        if within(module, [edge]) and module not in INNER:
            foreign = {name for name in own(module) if not within(name, [edge, *EDGES[edge]])}
            assert foreign - set(INNER) == set(), module


@pytest.mark.parametrize("module", modules())
def test_each_library_is_known_in_one_place(module: str) -> None:
    misplaced = {name for name in libraries(module) if not within(module, LIBRARIES.get(name, []))}
    assert misplaced == set()


def test_the_sandbox_shares_nothing_with_the_program_and_only_its_two_commands_know_it() -> None:
    users = set()
    for module in modules():
        if within(module, ["sandbox"]):
            assert {name for name in own(module) if not within(name, ["sandbox"])} == set(), module
        elif any(within(name, ["sandbox"]) for name in own(module)):
            users.add(module)
    assert users == {"reconcile.demo", "reconcile.sandbox_command"}


def test_what_ships_for_tests_is_used_by_tests_only() -> None:
    assert [module for module in modules() if "reconcile.testing" in imported(module)] == []


def test_nothing_but_the_command_knows_the_command_line() -> None:
    users = [
        module
        for module in modules()
        if not within(module, ["cli"]) and any(within(name, ["cli"]) for name in imported(module))
    ]
    assert users == ["reconcile.__main__"]


@pytest.mark.parametrize("arguments", [["--help"], ["run", "--help"], ["--version"]])
def test_help_comes_at_once_without_the_libraries_that_are_slow_to_start(
    arguments: list[str],
) -> None:
    done = subprocess.run(
        [sys.executable, "-X", "importtime", "-m", "reconcile", *arguments],
        capture_output=True,
        check=True,
        text=True,
    )
    loaded = {line.rpartition("|")[2].strip() for line in done.stderr.splitlines()}
    assert "reconcile" in done.stdout
    assert {"click", "reconcile.cli"} <= loaded
    assert loaded & SLOW_TO_START == set()

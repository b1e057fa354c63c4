"""One table places every package: which others it may import, and which libraries."""

import ast
import subprocess
import sys
from functools import cache
from graphlib import TopologicalSorter
from pathlib import Path
from typing import Final

import pytest

import reconcile

ROOT: Final = Path(reconcile.__file__).parent
MOST_ARROWS: Final = 60
MOST_PACKAGES: Final = 17

# The innermost stand first. A package imports what stands on its line, and nothing else.
ARROWS: Final[dict[str, tuple[str, ...]]] = {
    "domain": (),
    "sandbox": (),  # the API pretended: it shares no code with the client
    "loader": ("domain",),
    "planner": ("domain", "loader"),
    "flxpoint": ("domain",),
    "config": ("domain",),
    # It keeps calls as planned, the slots of a token, and what answers say of orders.
    "journal": ("domain", "flxpoint"),
    "notices": ("domain", "config"),
    "executor": ("domain", "flxpoint", "journal"),
    "orders": ("domain", "flxpoint", "journal"),
    "results": ("domain", "journal", "orders"),
    # Its export is written by the same means as the workbook of results.
    "undo": ("domain", "planner", "flxpoint", "journal", "orders", "results"),
    "job": (
        "domain",
        "loader",
        "planner",
        "flxpoint",
        "config",
        "journal",
        "notices",
        "executor",
        "orders",
        "results",
        "undo",
    ),
    "proposal": ("domain", "loader", "planner", "config", "job"),
    "cli": (
        "domain",
        "loader",
        "flxpoint",
        "config",
        "journal",
        "executor",
        "orders",
        "job",
        "proposal",
        "sandbox",
    ),
}

# Where a library may be imported; whatever is not in this table may not be at all.
LIBRARIES: Final = {
    "pandas": ["loader", "planner"],
    "numpy": ["loader", "planner"],
    "openpyxl": ["results"],
    "xlrd": ["loader"],
    "httpx": ["flxpoint"],
    "truststore": ["flxpoint"],
    "tenacity": ["flxpoint"],
    "sqlalchemy": ["journal"],
    "pydantic": ["config"],
    "ruamel": ["config"],
    "rich": ["cli"],
    "apprise": ["notices"],
    "filelock": ["journal", "notices"],
    "click": ["cli", "__main__"],
    # Each keeps something of its own in the user's folders: the journal, the token, the log.
    "platformdirs": ["journal", "flxpoint", "__main__"],
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

OUTSIDE: Final = ("__init__", "__main__")
"""What stands beside the packages: the Python API, and `python -m reconcile`."""


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
    """All modules that a module imports anywhere in its text, also inside functions."""
    names: set[str] = set()
    for node in ast.walk(modules()[module]):
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{module}: relative imports hide where they lead"
            names |= {_meant(node.module or "", alias.name) for alias in node.names}
    return frozenset(names)


def _meant(module: str, name: str) -> str:
    return f"{module}.{name}" if f"{module}.{name}" in modules() else module


def package_of(module: str) -> str:
    """The package of a module of this project; the Python API is `__init__`."""
    parts = module.split(".")
    return parts[1] if len(parts) > 1 else "__init__"


def libraries(module: str) -> set[str]:
    """What a module imports that is neither of this project nor of Python."""
    names = {name.partition(".")[0] for name in imported(module)}
    return names - sys.stdlib_module_names - {"reconcile"}


def arrows() -> set[tuple[str, str]]:
    """Each package with each other one that it imports."""
    pairs = {
        (package_of(module), package_of(name))
        for module in modules()
        for name in imported(module)
        if name.partition(".")[0] == "reconcile"
    }
    return {(a, b) for a, b in pairs if a != b and a not in OUTSIDE and b not in OUTSIDE}


def test_every_package_has_its_line_in_the_table() -> None:
    packages = {path.name for path in ROOT.iterdir() if (path / "__init__.py").is_file()}
    assert packages == set(ARROWS)
    assert len(packages) <= MOST_PACKAGES


def test_nothing_lies_loose_beside_the_packages() -> None:
    loose = {path.name for path in ROOT.iterdir() if path.is_file()}
    assert loose == {"__init__.py", "__main__.py", "py.typed"}


def test_the_imports_are_seen() -> None:
    assert "reconcile.domain.model" in imported("reconcile.planner.planning")
    assert "reconcile.job.run" in imported("reconcile.cli.run")  # inside a function
    assert libraries("reconcile.loader.export") == {"numpy", "pandas"}
    assert libraries("reconcile.config") == {"pydantic", "ruamel"}


def test_each_arrow_stands_in_the_table_and_each_line_of_the_table_is_an_arrow() -> None:
    allowed = {(package, other) for package, others in ARROWS.items() for other in others}
    assert arrows() - allowed == set(), "imports that no line allows"
    assert allowed - arrows() == set(), "lines that nothing needs"
    assert len(allowed) <= MOST_ARROWS


def test_packages_form_no_circle() -> None:
    TopologicalSorter(ARROWS).prepare()


@pytest.mark.parametrize("module", modules())
def test_each_library_is_known_in_one_place(module: str) -> None:
    here = package_of(module)
    assert {name for name in libraries(module) if here not in LIBRARIES.get(name, ())} == set()


def test_the_python_api_is_imported_when_it_is_used() -> None:
    words = "import reconcile, sys; print('pandas' in sys.modules, reconcile.run.__module__)"
    done = subprocess.run([sys.executable, "-c", words], capture_output=True, check=True, text=True)
    assert done.stdout.split() == ["False", "reconcile.job.api"]
    assert all(hasattr(reconcile, name) for name in reconcile.__all__)


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

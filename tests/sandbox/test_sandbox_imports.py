import ast
import sys
from pathlib import Path

import pytest

import reconcile.sandbox

MODULES = sorted(Path(reconcile.sandbox.__file__).parent.glob("**/*.py"))


def imported(module: Path) -> set[str]:
    names = set()
    for node in ast.walk(ast.parse(module.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, "relative imports hide where they lead"
            names |= {f"{node.module}.{alias.name}" for alias in node.names}
    return names


@pytest.mark.parametrize("module", MODULES, ids=lambda path: path.name)
def test_the_sandbox_uses_the_standard_library_and_itself_only(module: Path) -> None:
    foreign = {
        name
        for name in imported(module)
        if not name.startswith("reconcile.sandbox.")
        and name.partition(".")[0] not in sys.stdlib_module_names
    }
    assert foreign == set()


def test_the_modules_of_the_sandbox_are_looked_at() -> None:
    assert {"__init__.py", "server.py", "api.py"} <= {module.name for module in MODULES}
    assert any(imported(module) for module in MODULES)

"""The child process of one measurement: `python -m benchmarks.child MODULE:FUNCTION ARGUMENT...`.

Calls the function with the arguments as they stand, and ends.
"""

import sys
from collections.abc import Callable
from importlib import import_module
from typing import Any

__all__ = ["call"]


def call(function: Callable[..., Any], *arguments: object) -> tuple[str, ...]:
    """What to give Python so that it calls this function of a module in a child process."""
    name = f"{function.__module__}:{function.__qualname__}"
    return ("-m", "benchmarks.child", name, *map(str, arguments))


def main(arguments: list[str]) -> None:
    """Calls the function that the first argument names."""
    module, _, name = arguments[0].partition(":")
    getattr(import_module(module), name)(*arguments[1:])


if __name__ == "__main__":
    main(sys.argv[1:])

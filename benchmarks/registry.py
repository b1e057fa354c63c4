"""The benchmarks there are: one line registers one."""

from collections.abc import Callable
from typing import Final

from benchmarks import memory, planning, reading, spellings, startup, workbook
from benchmarks.bench import Bench
from benchmarks.figures import Result

__all__ = ["BENCHMARKS"]

BENCHMARKS: Final[dict[str, Callable[[Bench], Result]]] = {
    "startup": startup.run,
    "reading": reading.run,
    "spellings": spellings.run,
    "planning": planning.run,
    "memory": memory.run,
    "workbook": workbook.run,
}

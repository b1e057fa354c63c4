"""The benchmarks there are: one line registers one."""

from collections.abc import Callable
from typing import Final

from benchmarks import (
    csv_to_plan,
    faults,
    identity,
    kills,
    long_run,
    memory,
    pace,
    planning,
    reading,
    spellings,
    startup,
    workbook,
)
from benchmarks.bench import Bench
from benchmarks.figures import Result

__all__ = ["BENCHMARKS"]

BENCHMARKS: Final[dict[str, Callable[[Bench], Result]]] = {
    "startup": startup.run,
    "reading": reading.run,
    "spellings": spellings.run,
    "planning": planning.run,
    "csv_to_plan": csv_to_plan.run,
    "memory": memory.run,
    "workbook": workbook.run,
    "kills": kills.run,
    "faults": faults.run,
    "identity": identity.run,
    "pace": pace.run,
    "long_run": long_run.run,
}

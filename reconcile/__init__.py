"""reconcile: writes the ids of an accounting system to the orders in Flxpoint.

The Python API: `load`, `plan`, `check`, `run`, `resume`, `outcomes` and `report`, and the nouns
that they take and give. Names are imported when they are first used, so that `reconcile --help`
waits for no library.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from reconcile.config import Settings
    from reconcile.domain.calls import PlannedCall
    from reconcile.domain.errors import (
        ConfigError,
        ExitCode,
        FileRefusedError,
        JournalError,
        NothingSentError,
        ReconcileError,
        StoppedError,
        TokenError,
        WorkbookError,
    )
    from reconcile.domain.events import Event
    from reconcile.domain.model import (
        CellRef,
        Ignored,
        Issue,
        Notice,
        OrderSync,
        Outcome,
        Plan,
        Rejection,
        RowRef,
    )
    from reconcile.job.api import check, load, outcomes, plan, report, resume, run
    from reconcile.job.planned_input import NothingToDo, PlannedInput, SendRules
    from reconcile.job.send import Finished
    from reconcile.loader import Export

__all__ = [
    "CellRef",
    "ConfigError",
    "Event",
    "ExitCode",
    "Export",
    "FileRefusedError",
    "Finished",
    "Ignored",
    "Issue",
    "JournalError",
    "NothingSentError",
    "NothingToDo",
    "Notice",
    "OrderSync",
    "Outcome",
    "Plan",
    "PlannedCall",
    "PlannedInput",
    "ReconcileError",
    "Rejection",
    "RowRef",
    "SendRules",
    "Settings",
    "StoppedError",
    "TokenError",
    "WorkbookError",
    "check",
    "load",
    "outcomes",
    "plan",
    "report",
    "resume",
    "run",
]

__version__ = "0.1.0"

_MODULES = {
    "reconcile.config": "Settings",
    "reconcile.domain.calls": "PlannedCall",
    "reconcile.domain.errors": "ConfigError ExitCode FileRefusedError JournalError "
    "NothingSentError ReconcileError StoppedError TokenError WorkbookError",
    "reconcile.domain.events": "Event",
    "reconcile.domain.model": "CellRef Ignored Issue Notice OrderSync Outcome Plan Rejection "
    "RowRef",
    "reconcile.job.api": "check load outcomes plan report resume run",
    "reconcile.job.planned_input": "NothingToDo PlannedInput SendRules",
    "reconcile.job.send": "Finished",
    "reconcile.loader": "Export",
}
_MODULE_OF = {name: module for module, names in _MODULES.items() for name in names.split()}

if not TYPE_CHECKING:  # a type checker knows the names above, and no others

    def __getattr__(name: str) -> Any:
        if name not in _MODULE_OF:
            raise AttributeError(f"module 'reconcile' has no attribute {name!r}")
        return getattr(import_module(_MODULE_OF[name]), name)

    def __dir__() -> list[str]:
        return sorted({*globals(), *__all__})

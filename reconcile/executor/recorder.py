"""The journal as the executor sees it: awaited, and written by one thread of its own."""

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from types import TracebackType
from typing import Protocol, Self, TypeVar

from reconcile.domain.calls import PlannedCall
from reconcile.domain.model import CallKind, Outcome
from reconcile.journal import AttemptEnd, Journal, Setback

__all__ = ["InlineRecorder", "Recorder", "ThreadRecorder"]

_T = TypeVar("_T")


class Recorder(Protocol):
    """Says what will be done and what came of it. Raises `JournalError`."""

    async def begin(self, call: PlannedCall, at: datetime) -> int:
        """Before a try; returns its number."""

    async def record(
        self,
        call: PlannedCall,
        number: int,
        end: AttemptEnd,
        state: Outcome,
        note: str,
        setback: Setback = Setback.NONE,
    ) -> None:
        """After a try."""

    async def annotate(self, order_id: int, kind: CallKind, note: str) -> None:
        """Why a call was not made."""


class InlineRecorder:
    """Writes at once, on the loop: for a journal in memory."""

    def __init__(self, journal: Journal, run_id: str) -> None:
        self._journal = journal
        self._run_id = run_id

    async def begin(self, call: PlannedCall, at: datetime) -> int:
        """Before a try; returns its number."""
        return await self._do(
            lambda: self._journal.begin(self._run_id, call.order_id, call.kind, at)
        )

    async def record(
        self,
        call: PlannedCall,
        number: int,
        end: AttemptEnd,
        state: Outcome,
        note: str,
        setback: Setback = Setback.NONE,
    ) -> None:
        """After a try."""
        await self._do(
            lambda: self._journal.record(
                self._run_id, call.order_id, call.kind, number, end, state, note, setback
            )
        )

    async def annotate(self, order_id: int, kind: CallKind, note: str) -> None:
        """Why a call was not made."""
        await self._do(lambda: self._journal.annotate(self._run_id, order_id, kind, note))

    async def _do(self, work: Callable[[], _T]) -> _T:
        return work()


class ThreadRecorder(InlineRecorder):
    """Writes in one thread, so that a slow disk never holds up the schedule."""

    def __init__(self, journal: Journal, run_id: str) -> None:
        super().__init__(journal, run_id)
        self._thread = ThreadPoolExecutor(max_workers=1, thread_name_prefix="journal")

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._thread.shutdown(wait=True)

    async def _do(self, work: Callable[[], _T]) -> _T:
        return await asyncio.get_running_loop().run_in_executor(self._thread, work)

"""The local id map as the planner wants it: of the numbers and SKUs in the files."""

from collections.abc import Awaitable, Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from reconcile.domain.id_map import IdMap
from reconcile.domain.model import Field, SourceRows
from reconcile.domain.text import trimmed
from reconcile.flxpoint import Reads
from reconcile.flxpoint.session import FlxpointSession
from reconcile.journal import Journal
from reconcile.orders.pull import Pull, Pulled

__all__ = ["LocalIds"]

_ID_DIGITS: Final = 19


@dataclass(frozen=True, slots=True)
class LocalIds:
    """What the journal knows of an account; with a `session`, what is missing is fetched first."""

    journal: Journal
    account: str
    session: FlxpointSession | None = None

    @property
    def usable(self) -> bool:
        """Whether anything is known, or can be asked for."""
        return self.session is not None or self.journal.known_orders(self.account) > 0

    def of(self, sources: Sequence[SourceRows], prefix: str) -> IdMap:
        """What is known of the numbers, and of the items of the orders, in these rows.

        Raises:
            StoppedError: what is missing was asked for, and Flxpoint doesn't answer.
        """
        wanted = [s for s in sources if Field.ORDER_NUMBER in s.columns or Field.SKU in s.columns]
        if not wanted:
            return IdMap()
        numbers = {number.removeprefix(prefix) for number in _numbers(wanted)}
        order_ids = set(_order_ids(wanted))
        found = self._map(numbers, order_ids)
        if self.session is None:
            return found
        if numbers:  # also of known ones: a second order may have got one of them
            self._ask(self.session, lambda pull: pull.orders(None))
            found = self._map(numbers, order_ids)
        if any(Field.SKU in source.columns for source in wanted):
            orders = order_ids.union(*(known for known in found.numbers.values()))
            self._ask(self.session, lambda pull: pull.items(orders))
            found = self._map(numbers, order_ids)
        return found

    def _map(self, numbers: set[str], order_ids: set[int]) -> IdMap:
        return IdMap.of(self.journal.entries(self.account, numbers, order_ids))

    def _ask(self, session: FlxpointSession, work: Callable[[Pull], Awaitable[Pulled]]) -> None:
        def act(reads: Reads) -> Awaitable[Pulled]:
            return work(Pull(reads, self.journal, self.account, session.now, session.listener))

        session.run(act)


def _numbers(sources: Sequence[SourceRows]) -> Iterator[str]:
    for text in _texts(sources, Field.ORDER_NUMBER):
        if number := trimmed(text):
            yield number


def _order_ids(sources: Sequence[SourceRows]) -> Iterator[int]:
    for text in _texts(sources, Field.ORDER_ID):
        plain = trimmed(text)
        if plain.isascii() and plain.isdigit() and len(plain) <= _ID_DIGITS:
            yield int(plain)


def _texts(sources: Sequence[SourceRows], field: Field) -> Iterator[str]:
    """The cells of a column on rows that are data."""
    for source in sources:
        for index, text in enumerate(source.columns.get(field, ())):
            if index not in source.ignored:
                yield text

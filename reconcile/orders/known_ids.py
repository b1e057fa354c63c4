"""The local id map as the planner wants it: of the numbers and SKUs in the files."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from reconcile.domain.id_map import IdMap, WantedIds
from reconcile.flxpoint import Reads
from reconcile.flxpoint.session import FlxpointSession
from reconcile.journal import Journal
from reconcile.orders.pull import Pull, Pulled

__all__ = ["LocalIds"]


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

    def of(self, wanted: WantedIds) -> IdMap:
        """What is known of the numbers, and of the items of the orders, in these rows.

        Raises:
            StoppedError: what is missing was asked for, and Flxpoint doesn't answer.
        """
        numbers, order_ids = set(wanted.numbers), set(wanted.order_ids)
        if not numbers and not order_ids:
            return IdMap()
        found = self._map(numbers, order_ids)
        if self.session is None:
            return found
        if numbers:  # also of known ones: a second order may have got one of them
            self._ask(self.session, lambda pull: pull.orders(None))
            found = self._map(numbers, order_ids)
        if wanted.skus:
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

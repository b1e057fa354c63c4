"""The local id map: what Flxpoint said of the orders of an account, and how far that goes."""

import json
from collections.abc import Collection, Iterable, Iterator
from datetime import UTC, datetime

import sqlalchemy as sa

from reconcile.domain.id_map import Entry
from reconcile.domain.model import CallKind, CellRef
from reconcile.flxpoint.answers import KnownOrder, OrderItem
from reconcile.journal import schema
from reconcile.journal.base import VALUES_A_QUERY, JournalBase, chunks
from reconcile.journal.database import put
from reconcile.journal.mapping import as_json, record_of, values_of
from reconcile.journal.records import ItemsKnown, OrderWithoutItems, PullState

__all__ = ["IdCache", "rename_account"]

_FIRST_YEAR = 1990
_TABLES = (schema.known_orders, schema.known_items)


class IdCache(JournalBase):
    """What is kept of Flxpoint's orders, by account."""

    def learn(
        self,
        account: str,
        orders: Collection[KnownOrder],
        state: PullState | None,
        *,
        afresh: bool = False,
    ) -> None:
        """Keeps what was said of orders, and how far the pull has come (None: nothing new of that).

        Items that are known stay so if the order is said to be unchanged since; `afresh`: if
        their ids are known, and not if they could not be had.
        """
        with self._database.transaction() as connection:
            for some in chunks(
                {order.order_id: order for order in orders}.values(), VALUES_A_QUERY
            ):
                _learn(connection, account, self._database.redacted(some), afresh=afresh)
            if state is not None:
                _put_state(connection, account, state)

    def learn_items(
        self, account: str, order_id: int, items: Collection[OrderItem], how: ItemsKnown
    ) -> None:
        """Keeps the items of an order, or that they can't be had."""
        orders = schema.known_orders
        with self._database.transaction() as connection:
            _put_items(connection, account, {order_id: self._database.redacted(items)})
            connection.execute(
                sa.update(orders)
                .where(orders.c.account == account, orders.c.order_id == order_id)
                .values(items_known=how.value)
            )

    def pull_state(self, account: str) -> PullState:
        """How far the local id map goes."""
        table = schema.pulls
        query = sa.select(table).where(table.c.account == account)
        return next((record_of(PullState, row) for row in self._rows(query)), PullState())

    def keep_pull_state(self, account: str, state: PullState) -> None:
        """Keeps how far the local id map goes."""
        with self._database.transaction() as connection:
            _put_state(connection, account, state)

    def booked_by_map(self, account: str, order_ids: Iterable[int]) -> list[int]:
        """Which of these orders held something when they were listed."""
        table = schema.known_orders
        query = sa.select(table.c.order_id).where(
            table.c.account == account,
            sa.or_(sa.func.coalesce(table.c.accounting_id, "") != "", table.c.synced.is_(True)),
        )
        return [row.order_id for row in self._rows_with(query, table.c.order_id, order_ids)]

    def known_orders(self, account: str) -> int:
        """How many orders the local id map has."""
        table = schema.known_orders
        query = sa.select(sa.func.count()).where(table.c.account == account)
        return int(self._scalars(query)[0])

    def entries(
        self, account: str, numbers: Iterable[str], order_ids: Iterable[int]
    ) -> Iterator[Entry]:
        """What the local id map has of these numbers (or reference numbers), and these orders."""
        orders = schema.known_orders
        found: set[int] = set()
        with self._database.transaction(reading=True) as connection:
            for column in (orders.c.number, orders.c.reference):
                for some in chunks(numbers, VALUES_A_QUERY):
                    query = sa.select(orders.c.order_id, orders.c.number, orders.c.reference).where(
                        orders.c.account == account, column.in_(some)
                    )
                    for row in connection.execute(query):
                        found.add(row.order_id)
                        known_by = tuple(dict.fromkeys(filter(None, (row.number, row.reference))))
                        yield Entry(row.order_id, known_by, _place(row.order_id))
            items = schema.known_items
            for ids in chunks(dict.fromkeys((*found, *order_ids)), VALUES_A_QUERY):
                query = (
                    sa.select(items)
                    .where(items.c.account == account, items.c.order_id.in_(ids))
                    .order_by(items.c.order_id, items.c.item_id)
                )
                for row in connection.execute(query):
                    place = _place(row.order_id)
                    yield Entry(row.order_id, (), place, row.sku, row.item_id, row.quantity)

    def orders_without_items(
        self, account: str, among: Collection[int] | None = None
    ) -> list[OrderWithoutItems]:
        """Orders that nobody asked for their items yet, the latest first; `among` these, or all."""
        table = schema.known_orders
        query = (
            sa.select(table.c.order_id, table.c.lines)
            .where(table.c.account == account, table.c.items_known == ItemsKnown.NOT_ASKED.value)
            .order_by(table.c.ordered_at.desc(), table.c.order_id.desc())
        )
        rows = (
            self._rows(query) if among is None else self._rows_with(query, table.c.order_id, among)
        )
        return [OrderWithoutItems(row.order_id, _lines(row.lines)) for row in rows]

    def span(self, account: str, order_ids: Iterable[int]) -> tuple[str, str] | None:
        """The times of the first and the last of these orders, as far as they are known."""
        table = schema.known_orders
        query = sa.select(sa.func.min(table.c.ordered_at), sa.func.max(table.c.ordered_at)).where(
            table.c.account == account, table.c.ordered_at != ""
        )
        spans = self._rows_with(query, table.c.order_id, order_ids)
        times = [time for span in spans for time in span if time is not None]
        return (min(times), max(times)) if times else None

    def without_accounting_id(self, account: str, first: str, last: str) -> Iterator[KnownOrder]:
        """Orders of a span of time that hold no accounting id, by Flxpoint's word and by ours."""
        table, standings = schema.known_orders, schema.standings
        acknowledged = sa.select(standings.c.order_id).where(
            standings.c.account == account,
            standings.c.kind == CallKind.SYNC.value,
            standings.c.content.is_not(None),
        )
        query = (
            sa.select(table)
            .where(
                table.c.account == account,
                table.c.ordered_at.between(first, last),
                sa.func.coalesce(table.c.accounting_id, "") == "",
                sa.func.coalesce(table.c.synced, sa.false()) == sa.false(),
                table.c.order_id.not_in(acknowledged),
            )
            .order_by(table.c.ordered_at, table.c.order_id)
        )
        for row in self._stream(query):
            yield record_of(KnownOrder, row, items=None, reported_fields=frozenset[str]())


def rename_account(connection: sa.Connection, former: str, account: str) -> None:
    """Files what is known under `former` under `account`, unless that has a map of its own."""
    pulls = schema.pulls
    own = connection.execute(sa.select(pulls).where(pulls.c.account == account)).first()
    for table in (*_TABLES, pulls):
        of_former = table.c.account == former
        if own is None:
            connection.execute(sa.update(table).where(of_former).values(account=account))
        else:
            connection.execute(sa.delete(table).where(of_former))


def _learn(
    connection: sa.Connection, account: str, orders: Collection[KnownOrder], *, afresh: bool
) -> None:
    table = schema.known_orders
    here = sa.and_(
        table.c.account == account, table.c.order_id.in_([order.order_id for order in orders])
    )
    before = {row.order_id: row for row in connection.execute(sa.select(table).where(here))}
    connection.execute(sa.delete(table).where(here))
    values = []
    for order in orders:
        known = before.get(order.order_id)
        unchanged = known is not None and known.updated_at == order.updated_at != ""
        if order.has_item_ids:
            how = ItemsKnown.BY_ID.value
        elif (
            known is not None
            and unchanged
            and not (afresh and known.items_known == ItemsKnown.NOT_SAID.value)
        ):
            how = known.items_known
        else:
            how = ItemsKnown.NOT_ASKED.value
        values.append(
            values_of(
                table,
                order,
                account=account,
                ordered_at=_in_utc(order.ordered_at),
                items_known=how,
                lines=_as_lines(order),
            )
        )
    if values:
        connection.execute(sa.insert(table), values)
    asked_anew = [
        order_id
        for order_id, value in zip((o.order_id for o in orders), values, strict=True)
        if value["items_known"] == ItemsKnown.NOT_ASKED.value
    ]
    listed = {order.order_id: order.items or () for order in orders if order.has_item_ids}
    _put_items(connection, account, {**dict.fromkeys(asked_anew, ()), **listed})


def _put_items(
    connection: sa.Connection, account: str, items: dict[int, Collection[OrderItem]]
) -> None:
    table = schema.known_items
    connection.execute(
        sa.delete(table).where(table.c.account == account, table.c.order_id.in_(list(items)))
    )
    values = {
        (order_id, item.item_id): values_of(table, item, account=account, order_id=order_id)
        for order_id, some in items.items()
        for item in some
        if item.item_id is not None
    }
    if values:
        connection.execute(sa.insert(table), list(values.values()))


def _put_state(connection: sa.Connection, account: str, state: PullState) -> None:
    put(connection, schema.pulls, {"account": account}, values_of(schema.pulls, state))


def _as_lines(order: KnownOrder) -> str | None:
    return None if order.items is None or order.has_item_ids else as_json(order.items)


def _lines(column: str | None) -> tuple[OrderItem, ...] | None:
    return None if column is None else tuple(OrderItem(*line) for line in json.loads(column))


def _in_utc(text: str) -> str:
    """Times that can be compared as text; `""` for what is no time."""
    try:
        moment = datetime.fromisoformat(text)
        if moment.tzinfo is None:
            moment = moment.replace(tzinfo=UTC)
        moment = moment.astimezone(UTC)
    except (ValueError, OverflowError):
        return ""
    plausible = "-" in text and moment.year >= _FIRST_YEAR
    return moment.isoformat(timespec="seconds") if plausible else ""


def _place(order_id: int) -> CellRef:
    """Where it stands: not in a file."""
    return CellRef(f"Flxpoint, order {order_id}", "", 0)

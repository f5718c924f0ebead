"""Keyset pagination: a cursor names the last row seen, so deep pages cost the same as the first.

Order of any mix of columns, ascending or descending, with NULLs last in both. The final column must be unique.
"""

import base64
import binascii
import hashlib
import hmac
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any, Generic, Literal, TypeVar
from uuid import UUID

import orjson
from sqlalchemy import ColumnElement, Row, Select, and_, false, literal, or_, true, tuple_
from sqlalchemy.ext.asyncio import AsyncSession

from tradewind.kernel.crypto import get_vault
from tradewind.kernel.errors import BadRequest
from tradewind.kernel.schemas import Schema

_SIGNATURE_BYTES = 12
_MAX_CURSOR = 2048
_PURPOSE = "pagination.cursor"

Direction = Literal["next", "previous"]
T = TypeVar("T")
RowCursors = list[Callable[[], str]]

_row_cursors: ContextVar[RowCursors | None] = ContextVar("row_cursors", default=None)


class InvalidCursor(BadRequest):
    """The cursor was altered, belongs to another order, or is no cursor at all."""

    code = "kernel.invalid_cursor"
    title = "The cursor is not valid here"


class Total(Schema):
    """Number of rows over all pages; `exact` is false when counting stopped at a bound or was estimated."""

    value: int
    exact: bool


class Page(Schema, Generic[T]):
    """One page of a list; a cursor is null where there is no further page."""

    items: list[T]
    next_cursor: str | None = None
    previous_cursor: str | None = None
    total: Total | None = None


@dataclass(frozen=True)
class SortColumn:
    """One column of the order. `nullable` columns cost a slightly longer predicate."""

    name: str
    expression: ColumnElement[Any]
    descending: bool = False
    nullable: bool = False

    def ordering(self, *, reverse: bool = False) -> ColumnElement[Any]:
        """ORDER BY term; reversed for walking backwards, when NULLs come first."""
        term = self.expression.desc() if self.descending != reverse else self.expression.asc()
        if not self.nullable:
            # Without NULLs the plain order is the same, and plain indexes can serve it.
            return term
        return term.nulls_first() if reverse else term.nulls_last()

    def beyond(self, value: Any, *, reverse: bool) -> ColumnElement[bool]:
        """Rows strictly after `value` in this column (before it when `reverse`)."""
        column = self.expression
        if value is None:
            # NULLs stand last: nothing comes after them, every value comes before them.
            return column.is_not(None) if reverse else false()
        compared = column < value if self.descending != reverse else column > value
        return or_(compared, column.is_(None)) if self.nullable and not reverse else compared

    def equals(self, value: Any) -> ColumnElement[bool]:
        """Rows with the same value, NULL counting as a value."""
        return self.expression.is_(None) if value is None else self.expression == value


@dataclass(frozen=True)
class Cursor:
    """Sort values of the row at a page's edge, and in which direction to go on from it."""

    values: tuple[Any, ...]
    direction: Direction = "next"

    def encode(self, order: str) -> str:
        """Signed text for clients; `order` (see `order_name`) ties it to the sort it was made for."""
        payload = orjson.dumps([self.direction, [_tagged(value) for value in self.values]])
        signature = get_vault().keyed_hash(_signed(payload, order), _PURPOSE)[:_SIGNATURE_BYTES]
        return base64.urlsafe_b64encode(signature + payload).rstrip(b"=").decode()

    @classmethod
    def decode(cls, text: str, order: str) -> "Cursor":
        """The cursor behind `text`. Raises InvalidCursor."""
        refused = InvalidCursor("Start again from the first page: this cursor does not fit the present list.")
        if len(text) > _MAX_CURSOR:
            raise refused
        try:
            raw = base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True)
        except (binascii.Error, ValueError) as error:
            raise refused from error
        signature, payload = raw[:_SIGNATURE_BYTES], raw[_SIGNATURE_BYTES:]
        expected = get_vault().keyed_hashes(_signed(payload, order), _PURPOSE)
        if not any(hmac.compare_digest(signature, candidate[:_SIGNATURE_BYTES]) for candidate in expected):
            raise refused
        direction, values = orjson.loads(payload)
        return cls(tuple(_untagged(kind, value) for kind, value in values), direction)


@contextmanager
def row_cursors() -> Iterator[RowCursors]:
    """Within it, the page that is read leaves here how to make the cursor behind each of its rows."""
    made: RowCursors = []
    token = _row_cursors.set(made)
    try:
        yield made
    finally:
        _row_cursors.reset(token)


def leave_row_cursors(rows: Iterable[Sequence[Any]], order: str) -> None:
    """Told by whatever reads pages: the sort values of each row of the page, for whoever wants them."""
    if (made := _row_cursors.get()) is not None:
        made[:] = [lambda cursor=Cursor(tuple(values)): cursor.encode(order) for values in rows]


def order_name(columns: Sequence[SortColumn]) -> str:
    """Short stable name of an order, e.g. `-score,id`."""
    return ",".join(("-" if column.descending else "") + column.name for column in columns)


def keyset(columns: Sequence[SortColumn], cursor: Cursor) -> ColumnElement[bool]:
    """Predicate for the rows beyond the cursor in its direction."""
    if len(columns) != len(cursor.values):
        raise InvalidCursor("Start again from the first page: this cursor does not fit the present list.")
    reverse = cursor.direction == "previous"
    uniform = len({column.descending for column in columns}) == 1
    if uniform and not any(column.nullable for column in columns):
        return _row_comparison(columns, cursor.values, less=columns[0].descending != reverse)
    alternatives: list[ColumnElement[bool]] = []
    equal: list[ColumnElement[bool]] = []
    for column, value in zip(columns, cursor.values, strict=True):
        alternatives.append(and_(*equal, column.beyond(value, reverse=reverse)))
        equal.append(column.equals(value))
    return or_(*alternatives) if alternatives else true()


def apply_keyset(
    statement: Select[Any], columns: Sequence[SortColumn], cursor: Cursor | None, limit: int
) -> Select[Any]:
    """`statement` ordered by `columns`, beyond the cursor, one row past `limit` to see whether more follow."""
    reverse = cursor is not None and cursor.direction == "previous"
    if cursor is not None:
        statement = statement.where(keyset(columns, cursor))
    return statement.order_by(*(column.ordering(reverse=reverse) for column in columns)).limit(limit + 1)


def page_of(
    rows: Sequence[T], columns: Sequence[SortColumn], cursor: Cursor | None, limit: int, values_of: Any
) -> tuple[list[T], str | None, str | None]:
    """Turn the fetched rows (up to limit + 1, in fetch order) into (items, next cursor, previous cursor).

    `values_of(row)` gives the row's values of `columns`, in that order.
    """
    order = order_name(columns)
    reverse = cursor is not None and cursor.direction == "previous"
    more = len(rows) > limit
    items = list(rows[:limit])
    if reverse:
        items.reverse()
    leave_row_cursors(map(values_of, items), order)
    if not items:
        return [], None, None
    has_next = reverse or more
    has_previous = more if reverse else cursor is not None
    return (
        items,
        Cursor(tuple(values_of(items[-1])), "next").encode(order) if has_next else None,
        Cursor(tuple(values_of(items[0])), "previous").encode(order) if has_previous else None,
    )


async def fetch_page(
    session: AsyncSession,
    statement: Select[Any],
    columns: Sequence[SortColumn],
    *,
    cursor: str | None,
    limit: int,
) -> tuple[list[Row[Any]], str | None, str | None]:
    """Run a SELECT as one page: (rows, next cursor, previous cursor).

    Sort values are added to the selected columns under `_sort_0`, `_sort_1`, …; rows carry them as attributes.
    """
    decoded = Cursor.decode(cursor, order_name(columns)) if cursor else None
    labels = [f"_sort_{index}" for index in range(len(columns))]
    statement = statement.add_columns(
        *(column.expression.label(label) for column, label in zip(columns, labels, strict=True))
    )
    rows = (await session.execute(apply_keyset(statement, columns, decoded, limit))).all()
    return page_of(rows, columns, decoded, limit, lambda row: [row._mapping[label] for label in labels])


def _row_comparison(columns: Sequence[SortColumn], values: Sequence[Any], *, less: bool) -> ColumnElement[bool]:
    """(a, b) > (x, y): one index range instead of a chain of ORs."""
    left = tuple_(*(column.expression for column in columns))
    right = tuple_(*(literal(value, column.expression.type) for column, value in zip(columns, values, strict=True)))
    return left < right if less else left > right


def _signed(payload: bytes, order: str) -> bytes:
    return hashlib.sha256(order.encode()).digest() + payload


def _tagged(value: Any) -> tuple[str, Any]:
    """JSON with the type beside it, so that a timestamp comes back as one."""
    match value:
        case None:
            return ("n", None)
        case bool():
            return ("b", value)
        case int():
            return ("i", str(value))
        case float():
            return ("f", value.hex())
        case str():
            return ("s", value)
        case datetime():
            return ("t", value.isoformat())
        case date():
            return ("d", value.isoformat())
        case UUID():
            return ("u", value.hex)
        case Decimal():
            return ("m", str(value))
    raise TypeError(f"{type(value).__name__} cannot be a sort value.")


def _untagged(kind: str, value: Any) -> Any:
    match kind:
        case "i":
            return int(value)
        case "f":
            return float.fromhex(value)
        case "t":
            return datetime.fromisoformat(value)
        case "d":
            return date.fromisoformat(value)
        case "u":
            return UUID(value)
        case "m":
            return Decimal(value)
    return value

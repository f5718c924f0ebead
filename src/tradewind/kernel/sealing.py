"""Columns that hold sealed values: a type says what they are sealed for, each value is bound to its row.

`SECRET = Sealed("identity.totp")`, `mapped_column(SECRET)`, then `SECRET.seal(row_id, value)` and
`SECRET.open_text(row_id, stored)`. Whatever is declared so is found by `sealed_columns` and re-wrapped on rotation.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import structlog
from sqlalchemy import Text
from sqlalchemy.types import TypeDecorator

from tradewind.kernel.crypto import FORMAT, CryptoError, get_vault
from tradewind.kernel.database import Base

log = structlog.get_logger(__name__)


class Sealed(TypeDecorator[str]):
    """Text made by the vault for `purpose` and one row. Refuses to store anything but a sealed value (or nothing)."""

    impl = Text
    cache_ok = True

    def __init__(self, purpose: str) -> None:
        super().__init__()
        self.purpose = purpose

    def context(self, row_id: UUID) -> bytes:
        """What a value is bound to: it opens in no other row and for no other purpose."""
        return self.purpose.encode() + b":" + row_id.bytes

    def seal(self, row_id: UUID, value: bytes | str) -> str:
        """A value as it may be stored in row `row_id`."""
        return get_vault().encrypt(value, self.context(row_id))

    def open(self, row_id: UUID, stored: str) -> bytes:
        """The value stored in row `row_id`. Raises CryptoError."""
        return get_vault().decrypt(stored, self.context(row_id))

    def open_text(self, row_id: UUID, stored: str) -> str:
        """The value stored in row `row_id`, as text. Raises CryptoError."""
        return self.open(row_id, stored).decode()

    def readable(self, row_id: UUID, stored: str | None) -> str | None:
        """The same; None where nothing is stored, and where nobody can open it: one row must not break a list."""
        try:
            return None if stored is None else self.open_text(row_id, stored)
        except CryptoError:
            log.error("sealed.unreadable", purpose=self.purpose, row_id=str(row_id))
            return None

    def process_bind_param(self, value: str | None, dialect: Any) -> str | None:
        """Stop a value in clear before it reaches the database."""
        if value and not value.startswith(f"{FORMAT}."):
            raise ValueError(f"a value for {self.purpose} is not sealed")
        return value


@dataclass(frozen=True, slots=True)
class SealedColumn:
    """Where sealed values are: `row` is the column with the id that they are bound to."""

    table: str
    column: str
    type: Sealed
    row: str = "id"

    def __str__(self) -> str:
        return f"{self.table}.{self.column}"


_declared: list[SealedColumn] = []


def declare(table: str, column: str, kind: Sealed, *, row: str) -> None:
    """Make a column known that belongs to no model."""
    _declared.append(SealedColumn(table, column, kind, row))


def sealed_columns() -> Sequence[SealedColumn]:
    """All columns with sealed values, by table; modules must have been loaded."""
    found = [
        SealedColumn(table.name, column.name, column.type)
        for table in Base.metadata.sorted_tables
        for column in table.columns
        if isinstance(column.type, Sealed)
    ]
    return sorted([*found, *_declared], key=str)

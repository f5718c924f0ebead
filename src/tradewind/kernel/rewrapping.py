"""Rotation of master keys: every sealed value gets the newest key, online, in batches that commit one by one.

A value says itself which key it hangs on, so there is no progress to store: whoever is killed starts again and finds
what is left. Only the wrapped data key changes; no value is ever in clear.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from uuid import UUID

import structlog
from sqlalchemy import text

from tradewind.kernel.crypto import FORMAT, CryptoError, Vault
from tradewind.kernel.database import Database
from tradewind.kernel.sealing import SealedColumn, sealed_columns

log = structlog.get_logger(__name__)
BATCH = 500


@dataclass(frozen=True, slots=True)
class KeyUse:
    """How many values of a column hang on a master key."""

    column: str
    key_id: str
    values: int


@dataclass(slots=True)
class Rewrapped:
    """What became of a column: values given the newest key now, and values that could not be opened."""

    column: str
    rewrapped: int = 0
    unreadable: int = 0


Progress = Callable[[Rewrapped], None]


async def key_uses(database: Database) -> Sequence[KeyUse]:
    """How many values of each sealed column hang on each master key."""
    found: list[KeyUse] = []
    async with database.owner_connection() as connection:
        for column in sealed_columns():
            rows = await connection.execute(
                text(
                    f"SELECT split_part({column.column}, '.', 2) AS key_id, count(*) AS values FROM {column.table}"
                    f" WHERE {column.column} LIKE '{FORMAT}.%' GROUP BY 1 ORDER BY 1"
                )
            )
            found += [KeyUse(str(column), row.key_id, row.values) for row in rows]
    return found


async def rewrap_all(database: Database, vault: Vault, *, progress: Progress, batch: int = BATCH) -> list[Rewrapped]:
    """Give every sealed value the newest master key; `progress` hears of each batch once it is committed.

    Rows that others hold are passed over at first and waited for at the end. A value that cannot be opened is left as
    it is, logged and counted.
    """
    results = []
    for column in sealed_columns():
        result = Rewrapped(str(column))
        for waits in (False, True):
            after: UUID | None = UUID(int=0)
            result.unreadable = 0
            while after is not None:
                after = await _rewrap_batch(database, vault, column, result, after=after, batch=batch, waits=waits)
                progress(result)
        results.append(result)
    return results


async def _rewrap_batch(
    database: Database, vault: Vault, column: SealedColumn, result: Rewrapped, *, after: UUID, batch: int, waits: bool
) -> UUID | None:
    """Re-wrap values of rows past `after` in one transaction; the last row's id, or None past the end."""
    name, row = column.column, column.row
    select = text(
        f"SELECT {row} AS id, {name} AS value FROM {column.table} WHERE {name} LIKE '{FORMAT}.%'"
        f" AND split_part({name}, '.', 2) <> :newest AND {row} > :after ORDER BY {row} LIMIT :batch"
        f" FOR UPDATE{'' if waits else ' SKIP LOCKED'}"
    )
    update = text(
        f"UPDATE {column.table} t SET {name} = v.value FROM unnest(CAST(:ids AS uuid[]), CAST(:values AS text[]))"
        f" AS v (id, value) WHERE t.{row} = v.id"
    )
    renewed: dict[UUID, str] = {}
    unreadable = 0
    async with database.owner_connection() as connection:
        rows = (await connection.execute(select, {"newest": vault.newest_key_id, "after": after, "batch": batch})).all()
        for found in rows:
            try:
                renewed[found.id] = vault.rewrap(found.value, column.type.context(UUID(str(found.id))))
            except CryptoError as failure:
                unreadable += 1
                log.warning("secrets.unreadable", column=str(column), row=str(found.id), error=str(failure))
        if renewed:
            await connection.execute(update, {"ids": list(renewed), "values": list(renewed.values())})
    result.rewrapped += len(renewed)
    result.unreadable += unreadable
    return UUID(str(rows[-1].id)) if rows else None

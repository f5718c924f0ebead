"""Rows that change hands when people turn out to be one, and go back when that is taken back."""

from collections.abc import Collection, Mapping
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from tradewind.kernel.database import asyncpg_connection

Tables = Mapping[str, str]
"""Tables with an `id`, and the column that says whose a row is."""
Former = Mapping[UUID, UUID]
"""Whose rows were before, by their ids."""


async def reassign(session: AsyncSession, tables: Tables, into: UUID, people: Collection[UUID]) -> dict[str, Former]:
    """Give all rows of these people to one; returns whose they were, by table."""
    connection = await asyncpg_connection(session)
    found: dict[str, Former] = {}
    for table, column in tables.items():
        rows = await connection.fetch(
            f"WITH going AS (SELECT id, {column} AS former FROM {table} WHERE {column} = ANY ($2::uuid[]) "
            "ORDER BY id FOR UPDATE) "
            f"UPDATE {table} t SET {column} = $1 FROM going WHERE t.id = going.id RETURNING t.id, going.former",
            into, list(people),
        )  # fmt: skip
        found[table] = {UUID(bytes=row["id"].bytes): UUID(bytes=row["former"].bytes) for row in rows}
    return found


async def give_back(session: AsyncSession, tables: Tables, holder: UUID, moves: Mapping[str, Former]) -> None:
    """Give rows back to whose they were, but for those that went elsewhere since; tables not named are left alone."""
    connection = await asyncpg_connection(session)
    for table, column in tables.items():
        former = moves.get(table, {})
        await connection.execute(
            f"UPDATE {table} t SET {column} = m.former FROM unnest($1::uuid[], $2::uuid[]) AS m(id, former) "
            f"WHERE t.id = m.id AND t.{column} = $3",
            list(former), list(former.values()), holder,
        )  # fmt: skip

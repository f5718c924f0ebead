"""The driver's own connection inside a session's transaction."""

from tradewind.kernel.database import asyncpg_connection

COUNT = "SELECT count(*) FROM tags WHERE name LIKE 'plain %'"


async def test_a_savepoint_takes_plain_sql_back(session, organisation) -> None:
    add = "INSERT INTO tags (id, organisation_id, name) VALUES (gen_random_uuid(), $1, $2)"
    connection = await asyncpg_connection(session)
    await connection.execute(add, organisation.organisation_id, "plain one")
    savepoint = await session.begin_nested()
    await (await asyncpg_connection(session)).execute(add, organisation.organisation_id, "plain two")
    await savepoint.rollback()
    connection = await asyncpg_connection(session)
    assert await connection.fetchval(COUNT) == 1

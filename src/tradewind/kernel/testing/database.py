"""A database whose every transaction is a savepoint inside one that is rolled back after the test."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncSession

from tradewind.kernel import jobs
from tradewind.kernel.access import Actor
from tradewind.kernel.database import Database, asyncpg_connection
from tradewind.kernel.database.engine import set_tenant
from tradewind.settings import Settings


class RolledBackDatabase(Database):
    """Behaves like `Database`, on one connection; nothing it does outlives the test."""

    def __init__(self, settings: Settings, connection: AsyncConnection) -> None:
        super().__init__(settings)
        self._connection = connection

    @asynccontextmanager
    async def transaction(self, actor: Actor) -> AsyncIterator[AsyncSession]:
        """A savepoint as `actor`; the tenant of an enclosing block is set again afterwards."""
        before = (
            await self._connection.execute(
                text("SELECT current_setting('app.org_id', true), current_setting('app.user_id', true)")
            )
        ).one()
        try:
            async with AsyncSession(
                self._connection,
                expire_on_commit=False,
                join_transaction_mode="create_savepoint",
                info={"actor": actor, "database": self},
            ) as session:
                await set_tenant(session, actor)
                yield session
                await session.commit()
        finally:
            await self._connection.execute(
                text("SELECT set_config('app.org_id', :a, true), set_config('app.user_id', :b, true)"),
                {"a": before[0] or "", "b": before[1] or ""},
            )

    async def call(self, statement: str, *values: Any) -> list[Any]:
        """The statement inside a savepoint of its own."""
        async with self.transaction(Actor.system()) as session:
            return await (await asyncpg_connection(session)).fetch(statement, *values)


async def drain(database: Database, *, limit: int = 1000) -> list[str]:
    """Run all queued jobs that are due, and what they enqueue, in order; returns their names.

    Raises the failure of a job that ended in `dead_jobs` or asked for a retry, so that tests see it.
    """
    ran: list[str] = []
    system = Actor.system()
    while len(ran) < limit:
        async with database.transaction(system) as session:
            row = (
                await session.execute(
                    text(
                        "DELETE FROM pgqueuer WHERE id = (SELECT id FROM pgqueuer WHERE status = 'queued' "
                        "AND execute_after <= clock_timestamp() ORDER BY priority DESC, id LIMIT 1) "
                        "RETURNING entrypoint, payload, attempts"
                    )
                )
            ).first()
        if row is None:
            return ran
        delay = await jobs.execute(database, row.entrypoint, row.payload, row.attempts + 1)
        ran.append(row.entrypoint)
        if delay is not None:
            raise AssertionError(f"job {row.entrypoint} asked to be retried in {delay}")
    raise AssertionError(f"more than {limit} jobs: do they enqueue each other for ever?")

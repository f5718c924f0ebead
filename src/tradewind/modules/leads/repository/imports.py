"""SQL of imports."""

from collections.abc import AsyncIterator
from datetime import datetime
from typing import Any
from uuid import UUID

import orjson
from sqlalchemy import func, select, text
from sqlalchemy.ext.asyncio import AsyncSession

from tradewind.kernel.database import actor_of, asyncpg_connection
from tradewind.modules.leads.models.imports import LeadImport


async def get(session: AsyncSession, import_id: UUID, *, lock: bool = False) -> LeadImport | None:
    """The import, or None."""
    statement = select(LeadImport).where(LeadImport.id == import_id)
    return (await session.execute(statement.with_for_update() if lock else statement)).scalar_one_or_none()


async def latest(session: AsyncSession, limit: int, before: tuple[datetime, UUID] | None = None) -> list[LeadImport]:
    """Imports, newest first."""
    statement = select(LeadImport).order_by(LeadImport.created_at.desc(), LeadImport.id.desc()).limit(limit)
    if before is not None:
        statement = statement.where(
            text("(lead_imports.created_at, lead_imports.id) < (:moment, :id)").bindparams(
                moment=before[0], id=before[1]
            )
        )
    return list((await session.execute(statement)).scalars())


async def same_file(session: AsyncSession, import_id: UUID, sha256: str) -> LeadImport | None:
    """Another import of the same content that runs or stands, if there is one."""
    statement = (
        select(LeadImport)
        .where(
            LeadImport.organisation_id == actor_of(session).organisation_id,
            LeadImport.sha256 == sha256,
            LeadImport.id != import_id,
            LeadImport.state.in_(("running", "done", "cancelled", "failed")),
            (LeadImport.state == "running") | (LeadImport.rows_done > 0),
        )
        .order_by((LeadImport.state == "running").desc(), LeadImport.created_at.desc())
        .limit(1)
    )
    return (await session.execute(statement)).scalar_one_or_none()


async def run_state(session: AsyncSession, run_id: UUID) -> str | None:
    """State of the job run, or None."""
    return await session.scalar(text("SELECT state FROM job_runs WHERE id = :id"), {"id": run_id})


async def checkpoint(
    session: AsyncSession,
    import_id: UUID,
    *,
    expected: int,
    rows_done: int,
    counts: dict[str, int],
    warnings: dict[str, int],
) -> bool:
    """Move the checkpoint on; False if another worker did, or the import no longer runs."""
    connection = await asyncpg_connection(session)
    moved = await connection.fetchval(
        "update lead_imports set rows_done = $3, counts = $4, warnings = $5, updated_at = now() "
        "where id = $1 and rows_done = $2 and state = 'running' returning true",
        import_id,
        expected,
        rows_done,
        orjson.dumps(counts).decode(),
        orjson.dumps(warnings).decode(),
    )
    return bool(moved)


async def learn_grown_tables(session: AsyncSession) -> None:
    """Renew the planner's statistics of tables that grew fourfold since, or that do not know the organisation yet."""
    await session.execute(text("SELECT learn_grown_tables()"))


async def rejects(session: AsyncSession, import_id: UUID) -> AsyncIterator[Any]:
    """Rejected rows in file order, through a server-side cursor."""
    connection = await asyncpg_connection(session)
    statement = (
        "select row_number, reason, cells from lead_import_rejects where import_id = $1 and organisation_id = $2 "
        "order by row_number"
    )
    async for row in connection.cursor(statement, import_id, actor_of(session).organisation_id, prefetch=500):
        yield row


async def custom_field_count(session: AsyncSession) -> int:
    """How many lead fields there are, archived ones included."""
    from tradewind.modules.leads.models.fields import CustomField

    return await session.scalar(select(func.count()).where(CustomField.entity == "lead")) or 0


async def extend_options(session: AsyncSession, options: dict[str, list[str]], maximum: int) -> None:
    """Add options that select fields gained, up to `maximum` a field."""
    if not options:
        return
    connection = await asyncpg_connection(session)
    await connection.execute(
        """
        update custom_fields f set options = (
          select jsonb_agg(o order by n) from (
            select o, min(n) as n from (
              select value as o, ordinality as n from jsonb_array_elements_text(f.options) with ordinality
              union all
              select value, ordinality + 100000 from jsonb_array_elements_text(g.new_options) with ordinality) as a
            group by o order by min(n) limit $4) as b)
        from unnest($1::text[], $2::jsonb[]) as g(key, new_options)
        where f.organisation_id = $3 and f.entity = 'lead' and f.key = g.key
          and f.kind in ('select', 'multi_select')
        """,
        list(options),
        [orjson.dumps(values).decode() for values in options.values()],
        actor_of(session).organisation_id,
        maximum,
    )


async def expired_files(session: AsyncSession, before: datetime) -> list[tuple[UUID, str]]:
    """Uploads no longer needed: ended before the moment, or never started since."""
    rows = await session.execute(
        select(LeadImport.id, LeadImport.storage_key).where(
            LeadImport.storage_key != "", LeadImport.state != "running", LeadImport.updated_at < before
        )
    )
    return [(row.id, row.storage_key) for row in rows]


async def forget_changes(session: AsyncSession, before: datetime) -> None:
    """Drop what only undo needed, once undo is no longer offered."""
    connection = await asyncpg_connection(session)
    await connection.execute(
        "delete from lead_import_changes c using lead_imports i where i.id = c.import_id and i.finished_at < $1", before
    )

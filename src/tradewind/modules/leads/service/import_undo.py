"""Undoing a whole import: what it added goes, what it changed returns — unless someone changed it since."""

from uuid import UUID

import asyncpg
import orjson
from sqlalchemy.ext.asyncio import AsyncSession

from tradewind.kernel import realtime
from tradewind.kernel.clock import now
from tradewind.kernel.database import asyncpg_connection
from tradewind.kernel.events import publish
from tradewind.modules.identity import api as identity
from tradewind.modules.leads.errors_imports import UndoNotPossible
from tradewind.modules.leads.events import LeadsImported
from tradewind.modules.leads.importing.limits import UNDO_DAYS
from tradewind.modules.leads.importing.load import REVERSIBLE
from tradewind.modules.leads.models.imports import LeadImport
from tradewind.modules.leads.repository import imports as repository
from tradewind.modules.leads.service import imports
from tradewind.modules.leads.service.import_run import RunContext

_BATCH = 5_000
# Traces the product leaves by itself; any other activity means that someone worked with the lead.
_OWN_KINDS = ["lead.imported", "lead.created", "lead.assigned", "score.changed", "lead.scored"]

# Each rule's decision since then made a version of its own.
_ROUTED = "(select count(*) from routing_decisions d where d.lead_id = l.id and d.decided_at >= i.started_at)"

_CREATED = f"""
    select l.id, coalesce(c.after_version, 1) + {_ROUTED} = l.version and l.merged_into_id is null
        and not exists (select from activities a where a.organisation_id = l.organisation_id and a.lead_id = l.id
            and a.kind <> all($3::text[])) as untouched
    from leads l join lead_imports i on i.id = l.import_id
    left join lead_import_changes c on c.import_id = $1 and c.lead_id = l.id
    where l.import_id = $1 and l.deleted_at is null and l.id > $2 order by l.id limit $4
"""
_DELETE = "update leads set deleted_at = $2, updated_at = $2, version = version + 1 where id = any($1)"
_CHANGED = f"""
    select c.lead_id as id, l.version = c.after_version + {_ROUTED} as untouched
    from lead_import_changes c join leads l on l.id = c.lead_id join lead_imports i on i.id = c.import_id
    where c.import_id = $1 and c.before is not null and l.deleted_at is null and c.lead_id > $2
    order by c.lead_id limit $3
"""
_RESTORE = f"""
    with old as (
        select c.lead_id, (jsonb_populate_record(null::leads, c.before)).*
        from lead_import_changes c where c.import_id = $1 and c.lead_id = any($2))
    update leads l set {", ".join(f"{name} = o.{name}" for name in REVERSIBLE)},
        version = l.version + 1, updated_at = $3
    from old o where l.id = o.lead_id
"""
_DROP_COMPANIES = """
    update companies c set deleted_at = $2, updated_at = $2 where c.import_id = $1 and c.deleted_at is null
        and c.owner_id is null and not exists (select from leads l where l.company_id = c.id and l.deleted_at is null)
    returning 1
"""


async def begin(session: AsyncSession, import_id: UUID) -> LeadImport:
    """Mark an import as being undone. Raises UndoNotPossible with the reason."""
    entry = await imports.get(session, import_id, lock=True)
    if entry.state == "undone":
        raise UndoNotPossible("The import was undone already.")
    if entry.state not in ("done", "cancelled", "failed"):
        raise UndoNotPossible(f"An import that is {entry.state} cannot be undone.")
    if not entry.rows_done:
        raise UndoNotPossible("The import brought nothing in.")
    if imports.undo_until(entry) is None:
        raise UndoNotPossible(f"An import can be undone for {UNDO_DAYS} days.")
    entry.state, entry.undo_counts = "undoing", {}
    await session.flush()
    await identity.record(
        session, action="import.undo_started", subject_type="import", subject_id=entry.id, after={"file": entry.name}
    )
    return entry


async def run(context: RunContext, import_id: UUID) -> None:
    """Undo in batches; safe to start again after a crash, for what is undone already is not met twice."""
    async with context.transaction() as session:
        entry = await repository.get(session, import_id)
    if entry is None or entry.state != "undoing":
        return
    total = sum(entry.counts.get(name, 0) for name in ("created", "updated", "filled"))
    handled = 0
    for part in ("created", "changed"):
        last = UUID(int=0)
        while True:
            async with context.transaction() as session:
                step = await _step(session, import_id, part, last)
            if step is None:
                break
            last, count = step
            handled += count
            await context.progress(done=handled, total=max(total, handled))
    async with context.transaction() as session:
        await _finish(session, import_id)


async def _step(session: AsyncSession, import_id: UUID, part: str, after: UUID) -> tuple[UUID, int] | None:
    connection = await asyncpg_connection(session)
    if part == "created":
        rows = await connection.fetch(_CREATED, import_id, after, _OWN_KINDS, _BATCH)
    else:
        rows = await connection.fetch(_CHANGED, import_id, after, _BATCH)
    if not rows:
        return None
    ids = [row["id"] for row in rows if row["untouched"]]
    moment = now()
    if part == "created":
        await connection.execute(_DELETE, ids, moment)
        counts = {"deleted": len(ids), "kept": len(rows) - len(ids)}
    else:
        await connection.execute(_RESTORE, import_id, ids, moment)
        await connection.execute(
            "delete from lead_import_changes where import_id = $1 and lead_id = any($2)",
            import_id,
            [row["id"] for row in rows],
        )
        counts = {"restored": len(ids), "kept_changed": len(rows) - len(ids)}
    await _count(connection, import_id, counts, restart=part == "created" and after.int == 0)
    return rows[-1]["id"], len(rows)


async def _count(connection: asyncpg.Connection, import_id: UUID, news: dict[str, int], *, restart: bool) -> None:
    query = "select coalesce(undo_counts, '{}')::text from lead_imports where id = $1"
    stored = orjson.loads(await connection.fetchval(query, import_id) or "{}")
    if restart:
        # A run that starts over meets the kept ones again.
        stored["kept"] = 0
    for name, number in news.items():
        stored[name] = stored.get(name, 0) + number
    await connection.execute(
        "update lead_imports set undo_counts = $2::jsonb, updated_at = now() where id = $1",
        import_id,
        orjson.dumps(stored).decode(),
    )


async def _finish(session: AsyncSession, import_id: UUID) -> None:
    connection = await asyncpg_connection(session)
    dropped = len(await connection.fetch(_DROP_COMPANIES, import_id, now()))
    entry = await repository.get(session, import_id, lock=True)
    assert entry is not None
    await session.refresh(entry)
    archived = await _archive_empty_fields(connection, entry)
    counted = {**(entry.undo_counts or {}), "companies": dropped, "fields": archived}
    counts = {name: number for name, number in counted.items() if number}
    entry.undo_counts = counts
    entry.state, entry.undone_at = "undone", now()
    await session.flush()
    await identity.record(
        session, action="import.undone", subject_type="import", subject_id=import_id,
        after={"file": entry.name, **counts},
    )  # fmt: skip
    await publish(session, LeadsImported(import_id=import_id, created=0, updated=counts.get("restored", 0)))
    await realtime.push(
        session, type="lead.updated", topic="leads", permission="leads:read",
        data={"import_id": str(import_id), "undone": True, **counts},
    )  # fmt: skip


async def _archive_empty_fields(connection: asyncpg.Connection, entry: LeadImport) -> int:
    """Archive the fields this import added, where no living lead holds a value."""
    keys = [column["create"]["key"] for column in (entry.plan or {}).get("columns", ()) if column.get("create")]
    if not keys:
        return 0
    used = await connection.fetch(
        "select distinct k from leads, jsonb_object_keys(custom) as k where deleted_at is null and custom ?| $1", keys
    )
    empty = sorted(set(keys) - {row["k"] for row in used})
    rows = await connection.fetch(
        "update custom_fields set archived_at = now() where entity = 'lead' and key = any($1) and archived_at is null "
        "and created_at >= $2 returning 1",
        empty,
        entry.created_at,
    )
    return len(rows)

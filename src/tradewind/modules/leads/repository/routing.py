"""SQL of routing: rules under lock, matching many leads at once, storing decisions."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

import asyncpg
from sqlalchemy import delete, func, select
from sqlalchemy.ext.asyncio import AsyncSession

from tradewind.kernel.database import asyncpg_connection
from tradewind.modules.leads.conditions import Compiled
from tradewind.modules.leads.models.routing import RoutingDecision, RoutingRule

# Lead columns the reasons in words may quote.
FACTS = (
    "full_name", "email", "company_name", "status", "owner_id", "tags", "first_name", "last_name", "phone",
    "job_title", "source", "website", "country", "region", "city", "language", "time_zone", "external_id",
    "do_not_email", "do_not_call", "score", "score_band", "score_kind", "converted",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Decision:
    """One assignment to store."""

    id: UUID
    lead_id: UUID
    rule_id: UUID
    rule_name: str
    strategy: str
    owner_id: UUID
    owner_name: str
    reason: str


async def rules(session: AsyncSession, *, enabled: bool = False, lock: bool = False) -> Sequence[RoutingRule]:
    """Rules in their order. With `lock`, whoever else routes waits: turns are taken one after the other."""
    query = select(RoutingRule).order_by(RoutingRule.position, RoutingRule.id)
    if enabled:
        query = query.where(RoutingRule.enabled)
    if lock:
        query = query.with_for_update().execution_options(populate_existing=True)
    return (await session.scalars(query)).all()


async def rule(session: AsyncSession, rule_id: UUID) -> RoutingRule | None:
    """One rule, locked."""
    query = select(RoutingRule).where(RoutingRule.id == rule_id).with_for_update()
    return await session.scalar(query.execution_options(populate_existing=True))


async def remove(session: AsyncSession, rule_id: UUID) -> None:
    """Delete a rule; its decisions stay."""
    await session.execute(delete(RoutingRule).where(RoutingRule.id == rule_id))


async def match(
    session: AsyncSession, lead_ids: Sequence[UUID], conditions: Sequence[Compiled | None], *, unowned: bool
) -> list[asyncpg.Record]:
    """Leads with their facts, and per condition whether it holds (`fits`, a list), oldest lead first.

    The conditions are compiled for placeholders from 2 on, each continuing after the one before.
    """
    values: list[Any] = [list(lead_ids)]
    checks = []
    for condition in conditions:
        checks.append(f"coalesce(({condition.sql}), false)" if condition else "true")
        values += condition.values if condition else ()
    columns = ", ".join(f"leads.{name}" for name in FACTS)
    only = " AND leads.owner_id IS NULL" if unowned else ""
    connection = await asyncpg_connection(session)
    return await connection.fetch(
        f"SELECT leads.id, {columns}, leads.custom, ARRAY[{', '.join(checks)}]::boolean[] AS fits FROM leads "
        f"WHERE leads.id = ANY($1::uuid[]) AND leads.deleted_at IS NULL{only} ORDER BY leads.created_at, leads.id",
        *values,
    )


async def open_leads(session: AsyncSession, user_ids: Sequence[UUID]) -> dict[UUID, int]:
    """How many open leads each of these people owns."""
    connection = await asyncpg_connection(session)
    rows = await connection.fetch(
        "SELECT owner_id, count(*) AS count FROM leads WHERE owner_id = ANY($1::uuid[]) AND deleted_at IS NULL "
        "AND converted IS NULL AND status IN ('new', 'contacted', 'qualified') GROUP BY owner_id",
        list(user_ids),
    )
    return {row["owner_id"]: row["count"] for row in rows}


async def store(
    session: AsyncSession, organisation_id: UUID, decisions: Sequence[Decision], at: datetime
) -> list[UUID]:
    """Give the leads their owners and keep the decisions, in one statement. Returns the leads that got one."""
    connection = await asyncpg_connection(session)
    rows = await connection.fetch(
        """
        WITH d AS (
            SELECT * FROM unnest($2::uuid[], $3::uuid[], $4::uuid[], $5::text[], $6::text[], $7::uuid[], $8::text[],
                $9::text[]) AS d(id, lead_id, rule_id, rule_name, strategy, owner_id, owner_name, reason)
        ), assigned AS (
            UPDATE leads SET owner_id = d.owner_id, version = version + 1, updated_at = $10
            FROM d WHERE leads.id = d.lead_id AND leads.owner_id IS NULL AND leads.deleted_at IS NULL
            RETURNING leads.id
        ), kept AS (
            INSERT INTO routing_decisions (id, organisation_id, lead_id, rule_id, rule_name, strategy, owner_id,
                owner_name, reason, decided_at)
            SELECT d.id, $1, d.lead_id, d.rule_id, d.rule_name, d.strategy, d.owner_id, d.owner_name, d.reason, $10
            FROM d JOIN assigned a ON a.id = d.lead_id
        )
        SELECT id FROM assigned
        """,
        organisation_id,
        [d.id for d in decisions],
        [d.lead_id for d in decisions],
        [d.rule_id for d in decisions],
        [d.rule_name for d in decisions],
        [d.strategy for d in decisions],
        [d.owner_id for d in decisions],
        [d.owner_name for d in decisions],
        [d.reason for d in decisions],
        at,
    )
    return [row["id"] for row in rows]


async def unowned_of_import(session: AsyncSession, import_id: UUID, after: UUID | None, limit: int) -> list[UUID]:
    """Ids of an import's leads without owner, beyond `after`, in id order."""
    connection = await asyncpg_connection(session)
    rows = await connection.fetch(
        "SELECT id FROM leads WHERE import_id = $1 AND owner_id IS NULL AND deleted_at IS NULL "
        "AND ($2::uuid IS NULL OR id > $2) ORDER BY id LIMIT $3",
        import_id,
        after,
        limit,
    )
    return [row["id"] for row in rows]


async def unscored(
    session: AsyncSession, *, lead_ids: Sequence[UUID] | None = None, import_id: UUID | None = None
) -> bool:
    """Whether any of these live leads (or of an import) without owner still waits for its first score."""
    connection = await asyncpg_connection(session)
    found = await connection.fetchval(
        f"SELECT EXISTS (SELECT FROM leads WHERE {'id = ANY($1)' if import_id is None else 'import_id = $1'} "
        "AND owner_id IS NULL AND deleted_at IS NULL AND scored_at IS NULL)",
        lead_ids if import_id is None else import_id,
    )
    return bool(found)


async def decisions(session: AsyncSession, lead_id: UUID | None, limit: int) -> Sequence[RoutingDecision]:
    """Decisions, newest first, of one lead or of all."""
    query = select(RoutingDecision).order_by(RoutingDecision.decided_at.desc(), RoutingDecision.id.desc())
    if lead_id:
        query = query.where(RoutingDecision.lead_id == lead_id)
    return (await session.scalars(query.limit(limit))).all()


async def last_position(session: AsyncSession) -> int:
    """Position of the last rule, -1 without any."""
    highest = await session.scalar(select(func.max(RoutingRule.position)))
    return -1 if highest is None else highest

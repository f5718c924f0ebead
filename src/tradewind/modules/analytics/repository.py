"""All SQL of analytics. It reads the tables of leads, deals and work in sets and writes only its own."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

import orjson
from sqlalchemy import Row, func, select, text, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.engine import RowMapping
from sqlalchemy.ext.asyncio import AsyncSession

from tradewind.kernel.clock import now
from tradewind.kernel.database import actor_of
from tradewind.kernel.ids import new_id
from tradewind.kernel.pagination import SortColumn, fetch_page
from tradewind.modules.analytics.models import DashboardFigures, Notification

# One pass over the table answers every question about scores, outcomes and arrivals.
_SCORES = text("""
    SELECT coalesce(score, -1) AS score, score_band AS band, count(*) AS leads,
        count(*) FILTER (WHERE converted IS NULL) AS open,
        count(*) FILTER (WHERE created_at >= :current) AS arrived,
        count(*) FILTER (WHERE created_at >= :previous AND created_at < :current) AS arrived_before,
        count(*) FILTER (WHERE converted) AS won,
        count(converted) AS decided,
        count(*) FILTER (WHERE converted AND converted_at >= :current) AS won_now,
        count(converted) FILTER (WHERE converted_at >= :current) AS decided_now,
        count(*) FILTER (WHERE converted AND converted_at >= :previous AND converted_at < :current) AS won_before,
        count(converted) FILTER (WHERE converted_at >= :previous AND converted_at < :current) AS decided_before
    FROM leads WHERE deleted_at IS NULL GROUP BY 1, 2
""")
_DAYS = text("""
    SELECT (created_at AT TIME ZONE 'UTC')::date AS day, count(*) AS leads
    FROM leads WHERE deleted_at IS NULL AND created_at >= :since AND created_at <= :until GROUP BY 1
""")
_PIPELINE = text("SELECT id, name, currency FROM pipelines WHERE is_default AND archived_at IS NULL")
_STAGES = text("""
    SELECT s.id AS stage_id, s.name AS stage, s.position, s.probability, s.kind, d.currency,
        coalesce(d.deals, 0) AS deals, coalesce(d.amount_minor, 0)::bigint AS amount_minor
    FROM stages s LEFT JOIN (
        SELECT stage_id, currency, count(*) AS deals, sum(amount_minor) AS amount_minor
        FROM deals WHERE pipeline_id = :pipeline_id AND deleted_at IS NULL GROUP BY stage_id, currency
    ) d ON d.stage_id = s.id
    WHERE s.pipeline_id = :pipeline_id ORDER BY s.position, d.currency
""")
_OPEN_AT = text("""
    SELECT coalesce(sum(amount_minor), 0)::bigint FROM deals
    WHERE pipeline_id = :pipeline_id AND currency = :currency AND deleted_at IS NULL
        AND created_at <= :at AND (closed_at IS NULL OR closed_at > :at)
""")
# A look per kind stays short however many rows an import or page views have just added on top.
_FEED = text("""
    WITH RECURSIVE kinds AS (
        (SELECT kind FROM activities ORDER BY kind LIMIT 1)
        UNION ALL
        SELECT (SELECT a.kind FROM activities a WHERE a.kind > kinds.kind ORDER BY a.kind LIMIT 1)
        FROM kinds WHERE kinds.kind IS NOT NULL
    )
    SELECT a.id, a.kind, a.title, a.body, a.occurred_at, a.actor_kind, a.actor_id, a.actor_name, a.lead_id,
        coalesce(nullif(l.full_name, ''), l.email) AS lead_name, l.company_name, a.deal_id
    FROM (
        SELECT newest.* FROM kinds CROSS JOIN LATERAL (
            SELECT * FROM activities WHERE kind = kinds.kind AND occurred_at <= :now
            ORDER BY occurred_at DESC LIMIT :limit
        ) newest
        WHERE kinds.kind NOT IN ('web.page_view', 'email.sent', 'email.delivered', 'score.changed', 'lead.imported')
        ORDER BY newest.occurred_at DESC, newest.id LIMIT :limit
    ) a LEFT JOIN leads l ON l.id = a.lead_id
    WHERE l.deleted_at IS NULL
    ORDER BY a.occurred_at DESC, a.id
""")
_TASKS = text("""
    SELECT t.id, t.version, t.title, t.due_at, coalesce(t.due_at < :now, false) AS overdue, t.priority, t.lead_id,
        coalesce(nullif(l.full_name, ''), l.email) AS lead_name, t.deal_id
    FROM tasks t LEFT JOIN leads l ON l.id = t.lead_id
    WHERE t.assignee_id = :user_id AND t.done_at IS NULL AND l.deleted_at IS NULL
    ORDER BY t.due_at NULLS LAST, t.id LIMIT :limit
""")
_TASK_COUNTS = text("""
    SELECT count(*) AS open, count(*) FILTER (WHERE due_at < :now) AS overdue,
        count(*) FILTER (WHERE due_at >= :now AND due_at < :tomorrow) AS due_today
    FROM tasks t LEFT JOIN leads l ON l.id = t.lead_id
    WHERE t.assignee_id = :user_id AND t.done_at IS NULL AND l.deleted_at IS NULL
""")
_DUE_TASKS = text("""
    SELECT t.id, t.title, t.due_at, t.assignee_id, coalesce(nullif(l.full_name, ''), l.email) AS lead_name
    FROM tasks t LEFT JOIN leads l ON l.id = t.lead_id
    WHERE t.done_at IS NULL AND l.deleted_at IS NULL AND t.assignee_id IS NOT NULL
        AND t.due_at > :since AND t.due_at <= :until
    ORDER BY t.due_at LIMIT 5000
""")
_FAILED_RUNS = text("""
    SELECT id, title, error, created_by FROM job_runs
    WHERE state = 'failed' AND finished_at > :since AND created_by IS NOT NULL LIMIT 1000
""")
_CAMPAIGN = text("SELECT name FROM campaigns WHERE id = :id UNION ALL SELECT name FROM journeys WHERE id = :id LIMIT 1")
_DEAL = text("SELECT name, owner_id FROM deals WHERE id = :deal_id")
_IMPORT_STARTER = text("SELECT created_by FROM job_runs WHERE subject = :subject ORDER BY created_at DESC LIMIT 1")


async def score_rows(session: AsyncSession, *, current: datetime, previous: datetime) -> Sequence[RowMapping]:
    """Live leads grouped by score (-1 for none) and band, with counts of outcomes and arrivals."""
    return (await session.execute(_SCORES, {"current": current, "previous": previous})).mappings().all()


async def leads_per_day(session: AsyncSession, *, since: datetime, until: datetime) -> dict[str, int]:
    """New leads per UTC day, by ISO date."""
    rows = await session.execute(_DAYS, {"since": since, "until": until})
    return {row.day.isoformat(): row.leads for row in rows}


async def default_pipeline(session: AsyncSession) -> Row[Any] | None:
    """(id, name, currency) of the default pipeline, if there is one yet."""
    return (await session.execute(_PIPELINE)).first()


async def stage_values(session: AsyncSession, pipeline_id: UUID) -> Sequence[RowMapping]:
    """Deals and amounts by stage and currency, in the order of the board."""
    return (await session.execute(_STAGES, {"pipeline_id": pipeline_id})).mappings().all()


async def open_amount_at(session: AsyncSession, *, pipeline_id: UUID, currency: str, at: datetime) -> int:
    """Amount (minor units) of the deals that were open at a time."""
    values = {"pipeline_id": pipeline_id, "currency": currency, "at": at}
    return (await session.execute(_OPEN_AT, values)).scalar_one()


async def feed(session: AsyncSession, *, limit: int) -> Sequence[RowMapping]:
    """The newest activities worth reading, without page views and mails sent."""
    return (await session.execute(_FEED, {"now": now(), "limit": limit})).mappings().all()


async def open_tasks(
    session: AsyncSession, *, user_id: UUID, tomorrow: datetime, limit: int
) -> tuple[Sequence[RowMapping], RowMapping]:
    """Open tasks of a person by due date, and their counts (open, overdue, due_today)."""
    at = now()
    rows = await session.execute(_TASKS, {"user_id": user_id, "now": at, "limit": limit})
    counts = await session.execute(_TASK_COUNTS, {"user_id": user_id, "now": at, "tomorrow": tomorrow})
    return rows.mappings().all(), counts.mappings().one()


async def stored_figures(session: AsyncSession) -> Row[dict[str, Any], float, datetime] | None:
    """(figures, took_ms, computed_at) of the organisation, if any are stored."""
    return (
        await session.execute(select(DashboardFigures.figures, DashboardFigures.took_ms, DashboardFigures.computed_at))
    ).first()


async def store_figures(session: AsyncSession, figures: dict[str, Any], *, took_ms: float, at: datetime) -> None:
    """Keep the organisation's figures."""
    content = orjson.loads(orjson.dumps(figures))
    statement = insert(DashboardFigures).values(
        id=new_id(),
        organisation_id=actor_of(session).organisation_id,
        figures=content,
        took_ms=took_ms,
        computed_at=at,
    )
    await session.execute(
        statement.on_conflict_do_update(
            index_elements=["organisation_id"],
            set_={"figures": content, "took_ms": took_ms, "computed_at": at},
        )
    )


async def add_notifications(session: AsyncSession, rows: list[dict[str, Any]]) -> list[RowMapping]:
    """Insert notifications; those told before (same person and key) are left out. Returns (id, user_id, …)."""
    if not rows:
        return []
    organisation_id = actor_of(session).organisation_id
    at = now()
    values = [{"id": new_id(), "organisation_id": organisation_id, "created_at": at, **row} for row in rows]
    statement = (
        insert(Notification)
        .values(values)
        .on_conflict_do_nothing(index_elements=["organisation_id", "user_id", "dedupe_key"])
        .returning(Notification.id, Notification.user_id, Notification.kind, Notification.title)
    )
    return list((await session.execute(statement)).mappings().all())


async def notification_page(
    session: AsyncSession, *, user_id: UUID, unread_only: bool, cursor: str | None, limit: int
) -> tuple[list[Row[Any]], str | None, str | None]:
    """Notifications of a person, newest first. Raises InvalidCursor."""
    statement: Any = select(
        Notification.id,
        Notification.kind,
        Notification.title,
        Notification.body,
        Notification.subject_type,
        Notification.subject_id,
        Notification.read_at,
        Notification.created_at,
    ).where(Notification.user_id == user_id)
    if unread_only:
        statement = statement.where(Notification.read_at.is_(None))
    order = [
        SortColumn("created_at", Notification.created_at, descending=True),  # pyright: ignore[reportArgumentType]
        SortColumn("id", Notification.id, descending=True),  # pyright: ignore[reportArgumentType]
    ]
    return await fetch_page(session, statement, order, cursor=cursor, limit=limit)


async def unread(session: AsyncSession, user_id: UUID) -> int:
    """How many notifications a person has not read."""
    statement = select(func.count()).where(Notification.user_id == user_id, Notification.read_at.is_(None))
    return (await session.execute(statement)).scalar_one()


async def mark_read(session: AsyncSession, *, user_id: UUID, ids: list[UUID] | None) -> int:
    """Mark notifications of a person as read (all without `ids`); returns how many were unread."""
    statement = (
        update(Notification)
        .where(Notification.user_id == user_id, Notification.read_at.is_(None))
        .values(read_at=now())
    )
    if ids is not None:
        statement = statement.where(Notification.id.in_(ids))
    return len((await session.execute(statement.returning(Notification.id))).all())


async def forget_notifications(session: AsyncSession, *, before: datetime) -> None:
    """Delete notifications older than a time."""
    await session.execute(text("DELETE FROM notifications WHERE created_at < :before"), {"before": before})


async def due_tasks(session: AsyncSession, *, since: datetime, until: datetime) -> Sequence[RowMapping]:
    """Open assigned tasks that came due in (since, until]."""
    return (await session.execute(_DUE_TASKS, {"since": since, "until": until})).mappings().all()


async def failed_runs(session: AsyncSession, *, since: datetime) -> Sequence[RowMapping]:
    """Runs started by a person that failed after a time."""
    return (await session.execute(_FAILED_RUNS, {"since": since})).mappings().all()


async def deal_name_and_owner(session: AsyncSession, deal_id: UUID) -> Row[Any] | None:
    """(name, owner_id) of a deal."""
    return (await session.execute(_DEAL, {"deal_id": deal_id})).first()


async def campaign_name(session: AsyncSession, campaign_id: UUID) -> str | None:
    """The name of a campaign or a journey."""
    return (await session.execute(_CAMPAIGN, {"id": campaign_id})).scalar_one_or_none()


async def starter_of(session: AsyncSession, subject: str) -> UUID | None:
    """Who started the newest run about a subject such as `import:<id>`."""
    return (await session.execute(_IMPORT_STARTER, {"subject": subject})).scalar_one_or_none()

"""Whether a lead reached what a score predicts: one definition a target, in SQL, for counting and for training."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from tradewind.kernel.clock import now
from tradewind.modules.leads import api as leads
from tradewind.modules.leads.contracts import LeadFacts
from tradewind.modules.scoring.engine import moments
from tradewind.modules.scoring.schemas.setups import SetupSettings

_ARRIVED = "coalesce(leads.first_seen_at, leads.created_at)"
_CONVERTED = "leads.converted"
# Won in time; lost, won too late, or the time is over; else not known yet.
_CONVERTED_WITHIN = f"""
    CASE WHEN leads.converted AND leads.converted_at IS NULL THEN NULL
        WHEN leads.converted AND leads.converted_at <= {_ARRIVED} + :within THEN true
        WHEN leads.converted IS NOT NULL OR {_ARRIVED} + :within < :at THEN false END
"""
_QUALIFIED = """
    CASE WHEN leads.converted OR leads.status IN ('qualified', 'customer') THEN true
        WHEN leads.status IN ('unqualified', 'lost') THEN false END
"""
# Reached for the first time, as the timeline has it; a lead that came in qualified has no such moment.
_QUALIFIED_AT = """
    (SELECT least(min(occurred_at), leads.converted_at) FROM activities WHERE activities.lead_id = leads.id
        AND kind = 'lead.status_changed' AND data ->> 'to' IN ('qualified', 'customer'))
"""
_QUALIFIED_WITHIN = f"""
    CASE WHEN {_QUALIFIED_AT} <= {_ARRIVED} + :within THEN true
        WHEN (leads.converted OR leads.status IN ('qualified', 'customer')) AND {_QUALIFIED_AT} IS NULL THEN NULL
        WHEN leads.status IN ('unqualified', 'lost', 'qualified', 'customer') THEN false
        WHEN {_ARRIVED} + :within < :at THEN false END
"""
# Among customers: lost since, or still a customer when the time is over.
_CHURNED = """
    CASE WHEN leads.converted IS NOT TRUE THEN NULL WHEN leads.status = 'lost' THEN true
        WHEN leads.status = 'customer' AND coalesce(leads.converted_at, leads.created_at) + :within < :at THEN false END
"""
CHURN_DAYS = 180


@dataclass(frozen=True, slots=True)
class Part:
    """Labelled leads in the order of their ids; `last` is the id to go on from, None at the end."""

    labelled: list[tuple[LeadFacts, bool]]
    last: UUID | None


async def counts(session: AsyncSession, settings: SetupSettings) -> tuple[int, int]:
    """How many leads have a known outcome for a score, and how many of them reached the target."""
    sql, values = _label(settings)
    query = text(
        f"SELECT count(reached) AS known, count(*) FILTER (WHERE reached) AS reached FROM "
        f"(SELECT {sql} AS reached FROM leads WHERE leads.deleted_at IS NULL) AS labels"
    )
    row = (await session.execute(query, values)).one()
    return row.known, row.reached


async def decision_moments(session: AsyncSession, settings: SetupSettings) -> dict[UUID, datetime]:
    """The moment at which each lead with a known outcome is looked at in training; see `engine.moments`.

    Empty for churn, which is asked of everyone at the same age: the moment a lead became a customer.
    """
    if settings.target == "churned":
        return {}
    sql, values = _label(settings)
    ended = _QUALIFIED_AT if settings.target == "qualified" else "leads.converted_at"
    query = text(
        f"SELECT id, arrived, ended, reached FROM (SELECT leads.id, {_ARRIVED} AS arrived, "
        f"{ended} AS ended, {sql} AS reached "
        "FROM leads WHERE leads.deleted_at IS NULL) AS labels WHERE reached IS NOT NULL"
    )
    rows = (await session.execute(query, values)).all()
    return moments.decision_times([moments.Life(*row) for row in rows], now())


async def history(
    session: AsyncSession,
    settings: SetupSettings,
    *,
    after_id: UUID | None,
    limit: int,
    as_of: Mapping[UUID, datetime] | None = None,
) -> Part:
    """Leads whose outcome is known, as they were at their moment of decision (`as_of`), else before the outcome."""
    sql, values = _label(settings)
    query = text(
        f"SELECT id, reached FROM (SELECT leads.id, {sql} AS reached FROM leads WHERE leads.deleted_at IS NULL "
        "AND (CAST(:after AS uuid) IS NULL OR leads.id > :after)) AS labels WHERE reached IS NOT NULL "
        "ORDER BY id LIMIT :limit"
    )
    rows = (await session.execute(query, {**values, "after": after_id, "limit": limit})).all()
    reached = {row.id: bool(row.reached) for row in rows}
    facts = await leads.lead_rows_for_scoring(
        session, lead_ids=list(reached), limit=limit, before_outcome=True, as_of=as_of
    )
    labelled = [(lead, reached[lead.id]) for lead in facts]
    return Part(labelled, rows[-1].id if len(rows) == limit else None)


def _label(settings: SetupSettings) -> tuple[str, dict[str, object]]:
    days = settings.horizon_days
    if settings.target == "qualified" and days is None:
        return _QUALIFIED, {}
    if settings.target == "churned":
        return _CHURNED, {"within": timedelta(days=days or CHURN_DAYS), "at": now()}
    if days is None:
        return _CONVERTED, {}
    within = _QUALIFIED_WITHIN if settings.target == "qualified" else _CONVERTED_WITHIN
    return within, {"within": timedelta(days=days), "at": now()}

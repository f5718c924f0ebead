"""SQL of rehearsals."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import select, text
from sqlalchemy.ext.asyncio import AsyncSession

from tradewind.modules.campaigns.models import JourneyRehearsal


async def rehearsal(session: AsyncSession, rehearsal_id: UUID, *, lock: bool = False) -> JourneyRehearsal | None:
    """One rehearsal."""
    statement = select(JourneyRehearsal).where(JourneyRehearsal.id == rehearsal_id)
    return await session.scalar(statement.with_for_update() if lock else statement)


async def newest(session: AsyncSession, journey_id: UUID, limit: int) -> Sequence[JourneyRehearsal]:
    """The newest rehearsals of a journey."""
    statement = select(JourneyRehearsal).where(JourneyRehearsal.journey_id == journey_id)
    return (await session.scalars(statement.order_by(JourneyRehearsal.created_at.desc()).limit(limit))).all()


async def passed(session: AsyncSession, journey_id: UUID, fingerprint: str) -> bool:
    """Whether the newest finished rehearsal of exactly this draft found nothing grave."""
    statement = (
        select(JourneyRehearsal.passed)
        .where(
            JourneyRehearsal.journey_id == journey_id,
            JourneyRehearsal.fingerprint == fingerprint,
            JourneyRehearsal.state == "done",
        )
        .order_by(JourneyRehearsal.created_at.desc())
        .limit(1)
    )
    return bool(await session.scalar(statement))


async def outlooks(session: AsyncSession, journey_ids: Sequence[UUID]) -> dict[UUID, dict[str, Any]]:
    """By journey, of its newest finished rehearsal: when it begins, its days, and whom it stands for."""
    rows = await session.execute(
        text("SELECT DISTINCT ON (journey_id) journey_id, report->'begins_on' AS begins_on, report->'days' AS days, "
             "report->'audience' AS audience, report->'entered' AS entered FROM journey_rehearsals "
             "WHERE journey_id = ANY (:ids) AND state = 'done' AND mode = 'simulate' "
             "ORDER BY journey_id, created_at DESC"),
        {"ids": list(journey_ids)},
    )  # fmt: skip
    return {row.journey_id: dict(row._mapping) for row in rows}


async def failures(session: AsyncSession, run_ids: Sequence[UUID]) -> dict[UUID, str]:
    """Why the work of these runs failed for good or was cancelled, of those it was."""
    rows = await session.execute(
        text("SELECT id, coalesce(error, state) AS why FROM job_runs WHERE id = ANY (:ids) "
             "AND state IN ('failed', 'cancelled')"),
        {"ids": list(run_ids)},
    )  # fmt: skip
    return {row.id: row.why for row in rows}

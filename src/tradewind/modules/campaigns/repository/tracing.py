"""SQL of where people are and how they came there, and of what splits have drawn."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import DateTime, Integer, Text, Uuid, column, select, table
from sqlalchemy.ext.asyncio import AsyncSession

from tradewind.kernel.database import asyncpg_connection
from tradewind.kernel.pagination import SortColumn, fetch_page

_TYPES = {
    "id": Uuid(), "journey_id": Uuid(), "version_id": Uuid(), "person_id": Uuid(), "visit": Integer(),
    "since": DateTime(timezone=True), "due_at": DateTime(timezone=True), "entered_at": DateTime(timezone=True),
    "ended_at": DateTime(timezone=True), "goal_at": DateTime(timezone=True),
    "state": Text(), "node": Text(), "reason": Text(), "signal": Text(),
}  # fmt: skip
ENROLMENTS = table("journey_enrolments", *(column(name, kind) for name, kind in _TYPES.items()))


async def page(
    session: AsyncSession,
    journey_id: UUID,
    *,
    state: str | None,
    node: str | None,
    cursor: str | None,
    limit: int,
) -> tuple[Sequence[Any], str | None, str | None]:
    """A page of people in a journey, newest first."""
    e = ENROLMENTS.c
    statement = select(ENROLMENTS).where(e.journey_id == journey_id)
    if state is not None:
        statement = statement.where(e.state == state)
    if node is not None:
        statement = statement.where(e.node == node)
    columns = [SortColumn("entered_at", e.entered_at, descending=True), SortColumn("id", e.id, descending=True)]
    return await fetch_page(session, statement, columns, cursor=cursor, limit=limit)


async def of_person(session: AsyncSession, person_id: UUID, limit: int) -> Sequence[Any]:
    """The journeys of a person, newest first."""
    e = ENROLMENTS.c
    statement = select(ENROLMENTS).where(e.person_id == person_id).order_by(e.entered_at.desc(), e.id.desc())
    return (await session.execute(statement.limit(limit))).all()


async def one(session: AsyncSession, enrolment_id: UUID) -> Any | None:
    """One enrolment."""
    return (await session.execute(select(ENROLMENTS).where(ENROLMENTS.c.id == enrolment_id))).first()


async def steps(session: AsyncSession, enrolment_id: UUID) -> list[Any]:
    """All steps of an enrolment, in their order."""
    connection = await asyncpg_connection(session)
    return await connection.fetch(
        "SELECT visit, version_id, node, port, next_node, why, at FROM journey_steps WHERE enrolment_id = $1 "
        "ORDER BY visit, at",
        enrolment_id,
    )


async def draws(session: AsyncSession, enrolment_id: UUID) -> dict[int, Any]:
    """What chance decided for an enrolment, by visit."""
    connection = await asyncpg_connection(session)
    rows = await connection.fetch(
        "SELECT visit, variant, propensity FROM journey_draws WHERE enrolment_id = $1", enrolment_id
    )
    return {row["visit"]: row for row in rows}

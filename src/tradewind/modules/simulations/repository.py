"""SQL of suites, cases, runs and results."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import delete, func, select, text
from sqlalchemy.dialects.postgresql import distinct_on
from sqlalchemy.ext.asyncio import AsyncSession

from tradewind.modules.simulations.models import Case, Result, Run, Suite

_KEPT_RUNS = 20
# The conversations of forgotten runs go with them; a case that was made of one keeps its own.
_FORGET = text("""
    WITH old AS (
        DELETE FROM simulation_runs WHERE id IN (
            SELECT id FROM simulation_runs WHERE suite_id = :suite_id ORDER BY created_at DESC, id DESC OFFSET :kept)
        RETURNING id)
    DELETE FROM conversations WHERE channel = 'simulation' AND id IN (
        SELECT r.conversation_id FROM simulation_results r JOIN old ON old.id = r.run_id)
""")


async def suites(session: AsyncSession, agent_id: UUID | None = None) -> Sequence[Suite]:
    """All suites, or those of an agent, by name."""
    statement = select(Suite).order_by(func.lower(Suite.name), Suite.id)
    return (await session.scalars(statement.where(Suite.agent_id == agent_id) if agent_id else statement)).all()


async def suite(session: AsyncSession, suite_id: UUID, *, lock: bool = False) -> Suite | None:
    """One suite."""
    statement = select(Suite).where(Suite.id == suite_id)
    return await session.scalar(statement.with_for_update() if lock else statement)


async def counted_cases(session: AsyncSession) -> dict[UUID, int]:
    """How many cases suites have."""
    rows = await session.execute(select(Case.suite_id, func.count()).group_by(Case.suite_id))
    return {row[0]: row[1] for row in rows}


async def cases(session: AsyncSession, suite_id: UUID) -> Sequence[Case]:
    """The cases of a suite, in order."""
    return (await session.scalars(select(Case).where(Case.suite_id == suite_id).order_by(Case.place))).all()


async def case(session: AsyncSession, suite_id: UUID, case_id: UUID) -> Case | None:
    """One case of a suite."""
    return await session.scalar(select(Case).where(Case.suite_id == suite_id, Case.id == case_id).with_for_update())


async def run(session: AsyncSession, run_id: UUID, *, lock: bool = False) -> Run | None:
    """One run."""
    statement = select(Run).where(Run.id == run_id)
    return await session.scalar(statement.with_for_update() if lock else statement)


async def runs(session: AsyncSession, suite_id: UUID, limit: int) -> Sequence[Run]:
    """Runs of a suite, newest first."""
    statement = select(Run).where(Run.suite_id == suite_id).order_by(Run.created_at.desc(), Run.id.desc())
    return (await session.scalars(statement.limit(limit))).all()


async def last_runs(session: AsyncSession) -> dict[UUID, Run]:
    """The newest run of every suite that has one."""
    statement = select(Run).ext(distinct_on(Run.suite_id)).order_by(Run.suite_id, Run.created_at.desc(), Run.id.desc())
    return {one.suite_id: one for one in await session.scalars(statement)}


async def results(session: AsyncSession, run_id: UUID) -> Sequence[Result]:
    """What came of the conversations of a run so far."""
    return (await session.scalars(select(Result).where(Result.run_id == run_id).order_by(Result.attempt))).all()


async def last_sign(session: AsyncSession, row: Run) -> datetime:
    """When something was last heard of a run."""
    newest = await session.scalar(select(func.max(Result.created_at)).where(Result.run_id == row.id))
    return newest or row.created_at


async def count(session: AsyncSession, suite_id: UUID) -> int:
    """How many cases a suite has."""
    return await session.scalar(select(func.count()).where(Case.suite_id == suite_id)) or 0


async def forget_old_runs(session: AsyncSession, suite_id: UUID) -> None:
    """Keep the newest runs of a suite."""
    values: dict[str, Any] = {"suite_id": suite_id, "kept": _KEPT_RUNS}
    await session.execute(_FORGET, values)


async def remove(session: AsyncSession, row: Suite | Case) -> None:
    """Delete a suite with all that hangs on it, or a case."""
    await session.execute(delete(type(row)).where(type(row).id == row.id))

"""SQL of flows, versions and runs."""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import delete, func, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from tradewind.kernel.clock import now
from tradewind.kernel.database import actor_of
from tradewind.kernel.ids import new_id
from tradewind.kernel.pagination import SortColumn, fetch_page
from tradewind.modules.qualification.models import (
    QualificationAlarm,
    QualificationAnswer,
    QualificationFlow,
    QualificationFlowVersion,
    QualificationRun,
)


async def flow(session: AsyncSession, flow_id: UUID, *, lock: bool = False) -> QualificationFlow | None:
    """A flow that was not removed."""
    statement = select(QualificationFlow).where(QualificationFlow.id == flow_id, QualificationFlow.deleted_at.is_(None))
    return await session.scalar(statement.with_for_update() if lock else statement)


async def every_flow(session: AsyncSession) -> Sequence[QualificationFlow]:
    """All flows, by name."""
    statement = select(QualificationFlow).where(QualificationFlow.deleted_at.is_(None))
    return (await session.scalars(statement.order_by(func.lower(QualificationFlow.name), QualificationFlow.id))).all()


async def version(session: AsyncSession, version_id: UUID) -> QualificationFlowVersion | None:
    """A published definition."""
    return await session.get(QualificationFlowVersion, version_id)


async def versions(session: AsyncSession, flow_id: UUID, limit: int = 50) -> Sequence[QualificationFlowVersion]:
    """Published definitions of a flow, newest first."""
    statement = select(QualificationFlowVersion).where(QualificationFlowVersion.flow_id == flow_id)
    return (await session.scalars(statement.order_by(QualificationFlowVersion.number.desc()).limit(limit))).all()


async def versions_by_id(session: AsyncSession, version_ids: Sequence[UUID]) -> Sequence[QualificationFlowVersion]:
    """These versions."""
    statement = select(QualificationFlowVersion).where(QualificationFlowVersion.id.in_(version_ids))
    return (await session.scalars(statement)).all()


async def newest_number(session: AsyncSession, flow_id: UUID) -> int:
    """The number of the newest version, 0 before the first."""
    table = QualificationFlowVersion
    return await session.scalar(select(func.max(table.number)).where(table.flow_id == flow_id)) or 0


async def counted(session: AsyncSession, flow_ids: Sequence[UUID]) -> dict[UUID, dict[str, int]]:
    """Runs of these flows by state, trials left out."""
    run, published = QualificationRun, QualificationFlowVersion
    rows = await session.execute(
        select(published.flow_id, run.state, func.count())
        .join(published, published.id == run.flow_version_id)
        .where(published.flow_id.in_(flow_ids), ~run.trial)
        .group_by(published.flow_id, run.state)
    )
    found: dict[UUID, dict[str, int]] = {}
    for flow_id, state, count in rows:
        found.setdefault(flow_id, {})[state] = count
    return found


async def run(session: AsyncSession, run_id: UUID, *, lock: bool = False) -> QualificationRun | None:
    """A run."""
    statement = select(QualificationRun).where(QualificationRun.id == run_id)
    return await session.scalar(
        statement.with_for_update().execution_options(populate_existing=True) if lock else statement
    )


async def run_of(session: AsyncSession, flow_id: UUID, subject: str, subject_id: UUID) -> QualificationRun | None:
    """The newest run of any version of a flow for a subject."""
    table, published = QualificationRun, QualificationFlowVersion
    return await session.scalar(
        select(table)
        .join(published, published.id == table.flow_version_id)
        .where(published.flow_id == flow_id, table.subject == subject, table.subject_id == subject_id)
        .order_by(table.created_at.desc())
        .limit(1)
    )


async def runs_of(session: AsyncSession, subject: str, subject_id: UUID) -> Sequence[QualificationRun]:
    """All runs of a subject, newest first."""
    table = QualificationRun
    found = await session.scalars(
        select(table).where(table.subject == subject, table.subject_id == subject_id).order_by(table.created_at.desc())
    )
    return found.all()


async def add_run(session: AsyncSession, values: dict[str, object]) -> UUID | None:
    """Add a run; None where another transaction started it meanwhile."""
    statement = insert(QualificationRun).values(values).on_conflict_do_nothing().returning(QualificationRun.id)
    return await session.scalar(statement)


async def runs(
    session: AsyncSession, flow_id: UUID, *, state: str | None, cursor: str | None, limit: int
) -> tuple[list[QualificationRun], str | None, str | None]:
    """Runs of a flow, newest first, trials left out: (runs, next cursor, previous cursor)."""
    table, published = QualificationRun, QualificationFlowVersion
    columns = [
        SortColumn("created_at", table.created_at.expression, descending=True),
        SortColumn("id", table.id.expression, descending=True),
    ]
    statement = (
        select(table)
        .join(published, published.id == table.flow_version_id)
        .where(published.flow_id == flow_id, ~table.trial)
    )
    if state is not None:
        statement = statement.where(table.state == state)
    rows, following, previous = await fetch_page(session, statement, columns, cursor=cursor, limit=limit)
    return [row[0] for row in rows], following, previous


async def answers(session: AsyncSession, run_id: UUID) -> Sequence[QualificationAnswer]:
    """Everything said in a run, oldest first."""
    table = QualificationAnswer
    return (await session.scalars(select(table).where(table.run_id == run_id).order_by(table.place))).all()


async def add_answers(session: AsyncSession, rows: Sequence[dict[str, object]]) -> int:
    """Add what was said; what a message said already is not added again. Returns how many were new."""
    if not rows:
        return 0
    statement = insert(QualificationAnswer).values(list(rows)).on_conflict_do_nothing()
    return len((await session.scalars(statement.returning(QualificationAnswer.id))).all())


async def first_alarm(session: AsyncSession, subject: str, subject_id: UUID) -> bool:
    """Note that a subject was called urgent; False if it was before, in whichever transaction."""
    organisation_id = actor_of(session).organisation_id
    statement = (
        insert(QualificationAlarm)
        .values(id=new_id(), organisation_id=organisation_id, subject=subject, subject_id=subject_id, raised_at=now())
        .on_conflict_do_nothing()
    )
    return await session.scalar(statement.returning(QualificationAlarm.id)) is not None


async def forget_alarm(session: AsyncSession, subject: str, subject_id: UUID) -> None:
    """Let a subject be called urgent again."""
    table = QualificationAlarm
    await session.execute(delete(table).where(table.subject == subject, table.subject_id == subject_id))

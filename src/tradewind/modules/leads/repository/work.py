"""SQL of notes, tasks and files."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, func, select, text
from sqlalchemy.ext.asyncio import AsyncSession

from tradewind.kernel.database import asyncpg_connection
from tradewind.kernel.pagination import SortColumn, fetch_page
from tradewind.modules.leads.contracts import NewTask
from tradewind.modules.leads.models.companies import Company
from tradewind.modules.leads.models.people import Lead
from tradewind.modules.leads.models.work import File, Note, Task


async def note(session: AsyncSession, note_id: UUID, *, lock: bool = True) -> Note | None:
    """A note of a record that can be seen; or None."""
    found = await session.get(Note, note_id, with_for_update=lock)
    if found is None or found.deleted_at is not None or not await _visible(session, found.lead_id):
        return None
    return found


async def lead_notes(session: AsyncSession, lead_id: UUID, limit: int) -> list[Note]:
    """A lead's notes, newest first."""
    statement = select(Note).where(Note.lead_id == lead_id, Note.deleted_at.is_(None))
    return list((await session.execute(statement.order_by(Note.id.desc()).limit(limit))).scalars())


async def task(session: AsyncSession, task_id: UUID) -> Task | None:
    """A task whose lead (if any) can be seen, locked; or None."""
    found = await session.get(Task, task_id, with_for_update=True)
    return found if found is not None and await _visible(session, found.lead_id) else None


def task_filter(
    *,
    state: str,
    at: datetime,
    assignee_id: UUID | None = None,
    unassigned: bool = False,
    lead_id: UUID | None = None,
    deal_id: UUID | None = None,
    company_id: UUID | None = None,
    due_before: datetime | None = None,
) -> list[ColumnElement[bool]]:
    """Conditions of the task list; tasks of deleted leads are hidden."""
    hidden = select(Lead.id).where(Lead.id == Task.lead_id, Lead.deleted_at.is_not(None)).exists()
    where: list[ColumnElement[bool]] = [~hidden]
    if state == "done":
        where.append(Task.done_at.is_not(None))
    elif state != "all":
        where.append(Task.done_at.is_(None))
    if state == "overdue":
        where.append(Task.due_at < at)
    if unassigned:
        where.append(Task.assignee_id.is_(None))
    for column, value in (
        (Task.assignee_id, assignee_id),
        (Task.lead_id, lead_id),
        (Task.deal_id, deal_id),
        (Task.company_id, company_id),
    ):
        if value is not None:
            where.append(column == value)
    if due_before is not None:
        where.append(Task.due_at < due_before)
    return where


async def tasks(
    session: AsyncSession, where: Sequence[ColumnElement[bool]], *, done: bool, cursor: str | None, limit: int
) -> tuple[list[Task], str | None, str | None]:
    """A page of tasks: soonest due first, done ones latest first."""
    statement = select(Task).where(*where)
    rows, following, preceding = await fetch_page(session, statement, _task_order(done), cursor=cursor, limit=limit)
    return [row[0] for row in rows], following, preceding


async def task_columns(
    session: AsyncSession,
    where: Sequence[ColumnElement[bool]],
    names: Sequence[str],
    *,
    done: bool,
    cursor: str | None,
    limit: int,
) -> tuple[list[dict[str, Any]], str | None, str | None]:
    """The same page with the named columns only."""
    statement = select().add_columns(*(getattr(Task, name) for name in names)).where(*where)
    rows, following, preceding = await fetch_page(session, statement, _task_order(done), cursor=cursor, limit=limit)
    return [dict(row._mapping) for row in rows], following, preceding


def _task_order(done: bool) -> list[SortColumn]:
    if done:
        return [SortColumn("done_at", Task.done_at.expression, True, True), SortColumn("id", Task.id.expression, True)]
    return [SortColumn("due_at", Task.due_at.expression, nullable=True), SortColumn("id", Task.id.expression)]


async def count_tasks(session: AsyncSession, where: Sequence[ColumnElement[bool]], bound: int) -> int:
    """Number of tasks, counted to `bound` + 1 at most."""
    some = select(Task.id).where(*where).limit(bound + 1).subquery()
    return await session.scalar(select(func.count()).select_from(some)) or 0


async def company_exists(session: AsyncSession, company_id: UUID) -> bool:
    """Whether the company can be seen."""
    found = select(Company.id).where(Company.id == company_id, Company.deleted_at.is_(None))
    return await session.scalar(found) is not None


async def add_tasks(session: AsyncSession, organisation_id: UUID | None, tasks: Sequence[NewTask], at: datetime) -> int:
    """Add tasks of leads that are there; ids that exist already are left alone. Returns how many were added."""
    connection = await asyncpg_connection(session)
    status = await connection.execute(
        "INSERT INTO tasks (id, organisation_id, lead_id, title, body, due_at, assignee_id, priority, version, "
        "created_at, updated_at) SELECT n.id, $1, n.lead_id, n.title, n.body, n.due_at, n.assignee_id, n.priority, 1, "
        "$2, $2 FROM unnest($3::uuid[], $4::uuid[], $5::text[], $6::text[], $7::timestamptz[], $8::uuid[], $9::text[])"
        " AS n(id, lead_id, title, body, due_at, assignee_id, priority) JOIN leads ON leads.id = n.lead_id "
        "AND leads.deleted_at IS NULL ON CONFLICT (id) DO NOTHING",
        organisation_id, at, [one.id for one in tasks], [one.lead_id for one in tasks], [one.title for one in tasks],
        [one.body for one in tasks], [one.due_at for one in tasks], [one.assignee_id for one in tasks],
        [one.priority for one in tasks],
    )  # fmt: skip
    return int(status.split()[-1])


async def deal_exists(session: AsyncSession, deal_id: UUID) -> bool:
    """Whether the deal can be seen."""
    statement = text("select exists (select from deals where id = :id and deleted_at is null)")
    return bool(await session.scalar(statement, {"id": deal_id}))


async def file(session: AsyncSession, file_id: UUID) -> File | None:
    """A file whose lead (if any) can be seen, or None."""
    found = await session.get(File, file_id)
    return found if found is not None and await _visible(session, found.lead_id) else None


async def lead_files(session: AsyncSession, lead_id: UUID) -> list[File]:
    """A lead's files, newest first."""
    return list((await session.execute(select(File).where(File.lead_id == lead_id).order_by(File.id.desc()))).scalars())


async def storage_keys_in_use(session: AsyncSession, keys: Sequence[str]) -> set[str]:
    """Those of `keys` that a file still refers to."""
    statement = select(File.storage_key).where(File.storage_key.in_(keys)).distinct()
    return set((await session.execute(statement)).scalars())


async def _visible(session: AsyncSession, lead_id: UUID | None) -> bool:
    if lead_id is None:
        return True
    statement = select(Lead.id).where(Lead.id == lead_id, Lead.deleted_at.is_(None))
    return await session.scalar(statement) is not None

"""Tasks: planned, assigned, completed."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from tradewind.kernel.clock import now
from tradewind.kernel.concurrency import check_version
from tradewind.kernel.database import actor_of
from tradewind.kernel.ids import new_id
from tradewind.kernel.pagination import Page, Total
from tradewind.kernel.sparse import picked
from tradewind.modules.identity import api as identity
from tradewind.modules.leads.contracts import NewActivity
from tradewind.modules.leads.errors import TaskNotFound, ValueInvalid
from tradewind.modules.leads.models.work import Task
from tradewind.modules.leads.repository import palette, people
from tradewind.modules.leads.repository import work as repository
from tradewind.modules.leads.schemas.work import TaskCreate, TaskRead, TaskUpdate
from tradewind.modules.leads.service.owners import default_owner, require_in_sight, require_owner
from tradewind.modules.leads.service.timeline import push_update, record_activities

_COUNTED = 10_000


async def list_tasks(
    session: AsyncSession,
    *,
    state: str,
    assignee: UUID | str | None,
    cursor: str | None,
    limit: int,
    lead_id: UUID | None = None,
    deal_id: UUID | None = None,
    company_id: UUID | None = None,
    due_before: datetime | None = None,
    fields: tuple[str, ...] | None = None,
) -> Page[TaskRead] | Page[dict[str, Any]]:
    """A page of tasks, or only of `fields`, soonest due first; `assignee` is an id, `me` or `nobody`."""
    actor = actor_of(session)
    where = repository.task_filter(
        state=state,
        at=now(),
        # No task is an API key's own.
        assignee_id=(actor.user_id or actor.key_id) if assignee == "me" else _id(assignee),
        unassigned=assignee == "nobody",
        lead_id=lead_id,
        deal_id=deal_id,
        company_id=company_id,
        due_before=due_before,
    )
    counted = await repository.count_tasks(session, where, _COUNTED)
    total = Total(value=min(counted, _COUNTED), exact=counted <= _COUNTED)
    order: dict[str, Any] = {"done": state == "done", "cursor": cursor, "limit": limit}
    if fields is not None:
        columns = tuple(dict.fromkeys("lead_id" if name == "lead_name" else name for name in fields))
        parts, following, preceding = await repository.task_columns(session, where, columns, **order)
        if "lead_name" in fields:
            names = await palette.lead_titles(session, [part["lead_id"] for part in parts if part["lead_id"]])
            parts = [part | {"lead_name": names.get(part["lead_id"])} for part in parts]
        items = [picked(part, fields) for part in parts]
        return Page[dict[str, Any]](items=items, next_cursor=following, previous_cursor=preceding, total=total)
    rows, following, preceding = await repository.tasks(session, where, **order)
    return Page[TaskRead](
        items=await _read(session, rows), next_cursor=following, previous_cursor=preceding, total=total
    )


async def create_task(session: AsyncSession, data: TaskCreate) -> TaskRead:
    """Add a task. Raises ValueInvalid for a record or assignee that does not exist."""
    actor = actor_of(session)
    await _check_subjects(session, data)
    assignee_id = actor.user_id if "assignee_id" not in data.model_fields_set else data.assignee_id
    if actor.user_id is None:
        # An API key is not even the creator that would keep the task in its sight.
        assignee_id = default_owner(session, assignee_id)
        require_in_sight(session, assignee_id, field="assignee_id")
    if assignee_id is not None and assignee_id != actor.user_id:
        await require_owner(session, assignee_id, field="assignee_id")
    task = Task(
        id=new_id(),
        organisation_id=actor.organisation_id,
        created_by=actor.user_id,
        assignee_id=assignee_id,
        version=1,
        **data.model_dump(exclude={"assignee_id"}),
    )
    session.add(task)
    await session.flush()
    await identity.record(
        session, action="task.created", subject_type="task", subject_id=task.id,
        after=data.model_dump(exclude_defaults=True),
    )  # fmt: skip
    await _show(session, task)
    return (await _read(session, [task]))[0]


async def update_task(session: AsyncSession, task_id: UUID, data: TaskUpdate, *, if_match: str | None) -> TaskRead:
    """Change or complete a task; completing it is shown in the timeline.

    Raises TaskNotFound, PreconditionFailed, ValueInvalid.
    """
    task = await _task(session, task_id, if_match)
    values: dict[str, Any] = data.model_dump(exclude_unset=True)
    completed = False
    if (done := values.pop("done", None)) is not None and done != (task.done_at is not None):
        completed = done
        values |= {"done_at": now() if done else None, "done_by": actor_of(session).user_id if done else None}
    visible = actor_of(session).visible_owners
    if visible is not None and "assignee_id" in values and task.created_by not in visible:
        require_in_sight(session, values["assignee_id"], field="assignee_id")
    if values.get("assignee_id") is not None and values["assignee_id"] != task.assignee_id:
        await require_owner(session, values["assignee_id"], field="assignee_id")
    changed = {name: value for name, value in values.items() if getattr(task, name) != value}
    if not changed:
        return (await _read(session, [task]))[0]
    before = {name: getattr(task, name) for name in changed}
    for name, value in changed.items():
        setattr(task, name, value)
    task.version += 1
    task.updated_at = now()
    await session.flush()
    await identity.record(
        session, action="task.completed" if completed else "task.updated", subject_type="task",
        subject_id=task_id, before=before, after=changed,
    )  # fmt: skip
    if completed and (task.lead_id or task.deal_id or task.company_id):
        entry = NewActivity(
            kind="task.completed",
            lead_id=task.lead_id,
            deal_id=task.deal_id,
            company_id=task.company_id,
            title=f"Task done: {task.title}",
            data={"task_id": str(task_id)},
        )
        await record_activities(session, [entry])
    await _show(session, task)
    return (await _read(session, [task]))[0]


async def delete_task(session: AsyncSession, task_id: UUID, *, if_match: str | None) -> None:
    """Remove a task. Raises TaskNotFound, PreconditionFailed."""
    task = await _task(session, task_id, if_match)
    await session.delete(task)
    await identity.record(
        session, action="task.deleted", subject_type="task", subject_id=task_id, before={"title": task.title}
    )
    await _show(session, task)


async def _task(session: AsyncSession, task_id: UUID, if_match: str | None) -> Task:
    task = await repository.task(session, task_id)
    if task is None:
        raise TaskNotFound()
    check_version(if_match, task.version, TaskRead.model_validate(task).model_dump(mode="json"))
    return task


async def _check_subjects(session: AsyncSession, data: TaskCreate) -> None:
    checks = (
        ("lead_id", data.lead_id, people.exists),
        ("company_id", data.company_id, repository.company_exists),
        ("deal_id", data.deal_id, repository.deal_exists),
    )
    for field, identifier, exists in checks:
        if identifier is not None and not await exists(session, identifier):
            message = f"There is no such {field.removesuffix('_id')}."
            raise ValueInvalid(message, errors=[{"field": field, "message": message}])


async def _read(session: AsyncSession, tasks: list[Task]) -> list[TaskRead]:
    names = await palette.lead_titles(session, [task.lead_id for task in tasks if task.lead_id])
    return [
        TaskRead.model_validate(task).model_copy(update={"lead_name": names.get(task.lead_id)})  # type: ignore[arg-type]
        for task in tasks
    ]


async def _show(session: AsyncSession, task: Task) -> None:
    if task.lead_id is not None:
        await push_update(session, task.lead_id, ["tasks"])


def _id(assignee: UUID | str | None) -> UUID | None:
    return assignee if isinstance(assignee, UUID) else None

"""What other modules do to many leads at once: tasks and changes, in a few statements."""

from collections.abc import Collection, Sequence
from typing import Literal
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from tradewind.kernel.clock import now
from tradewind.kernel.database import actor_of
from tradewind.kernel.database.sight import seeing_everything
from tradewind.kernel.events import publish
from tradewind.modules.identity import api as identity
from tradewind.modules.leads.contracts import NewTask
from tradewind.modules.leads.events import LeadsChanged
from tradewind.modules.leads.repository import bulk, fields
from tradewind.modules.leads.repository import work as work_rows
from tradewind.modules.leads.schemas.texts import MAX_TAGS

_LEADS_AN_EVENT = 5_000


async def add_tasks(session: AsyncSession, tasks: Sequence[NewTask], *, reason: str) -> int:
    """Add tasks for leads that are there; one whose id exists already is left alone. Returns how many were added."""
    if not tasks:
        return 0
    added = await work_rows.add_tasks(session, actor_of(session).organisation_id, tasks, now())
    await identity.record(
        session, action="task.created", subject_type="task", subject_id=None, after={"tasks": added}, reason=reason
    )
    return added


async def change_many(
    session: AsyncSession,
    lead_ids: Collection[UUID],
    *,
    reason: str,
    status: Literal["contacted", "qualified", "unqualified"] | None = None,
    add_tags: Sequence[str] = (),
    remove_tags: Sequence[str] = (),
    owner_id: UUID | None = None,
) -> None:
    """Change many leads alike. A status that a sale or more progress has decided stays."""
    ids, at = sorted(lead_ids), now()
    changed: dict[UUID, None] = {}
    what: set[str] = set()
    async with seeing_everything(session):
        if add_tags:
            await fields.add_missing_tags(session, list(add_tags))
            tagged = await bulk.tag(session, ids, add_tags, at, MAX_TAGS)
            changed |= dict.fromkeys(tagged)
            what |= {"tags"} if tagged else set()
        if remove_tags:
            untagged = await bulk.untag(session, ids, remove_tags, at)
            changed |= dict.fromkeys(untagged)
            what |= {"tags"} if untagged else set()
        if owner_id is not None:
            assigned = await bulk.assign(session, ids, owner_id, at)
            changed |= dict.fromkeys(assigned)
            what |= {"owner_id"} if assigned else set()
        if status is not None:
            moved = await bulk.set_status(session, await bulk.open_for(session, ids, status), status, at)
            changed |= dict.fromkeys(moved)
            what |= {"status"} if moved else set()
        if not changed:
            return
        told = list(changed)
        await identity.record(
            session, action="lead.updated", subject_type="lead", subject_id=None,
            after={
                "leads": len(told), "status": status, "add_tags": list(add_tags), "remove_tags": list(remove_tags),
                "owner_id": owner_id and str(owner_id),
            },
            reason=reason,
        )  # fmt: skip
        for start in range(0, len(told), _LEADS_AN_EVENT):
            await publish(session, LeadsChanged(lead_ids=told[start : start + _LEADS_AN_EVENT], changed=sorted(what)))

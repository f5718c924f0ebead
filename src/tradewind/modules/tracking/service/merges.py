"""What joined the identifiers of a person, and taking it apart again."""

from typing import Any
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from tradewind.kernel.classification import hides, masked
from tradewind.kernel.clock import now
from tradewind.kernel.database import actor_of
from tradewind.kernel.database.sight import seeing_everything
from tradewind.modules.identity import api as identity
from tradewind.modules.leads import api as leads
from tradewind.modules.leads.errors import LeadNotFound
from tradewind.modules.tracking.devices import device_name
from tradewind.modules.tracking.errors import MergeUndone, VisitorMergeNotFound
from tradewind.modules.tracking.repository import identities
from tradewind.modules.tracking.repository import merges as repository
from tradewind.modules.tracking.schemas.visits import IdentifierRead, VisitorMergeRead
from tradewind.modules.tracking.service.identities import settle
from tradewind.modules.tracking.service.known_people import attach

_SHOWN = 100


async def merges_of(session: AsyncSession, lead_id: UUID) -> list[VisitorMergeRead]:
    """What joined a lead's identifiers, the newest 100, newest first. Raises LeadNotFound."""
    if not await leads.lead_summaries(session, [lead_id]):
        raise LeadNotFound()
    return [_read(session, row) for row in await repository.of_lead(session, lead_id, _SHOWN)]


async def undo(session: AsyncSession, merge_id: UUID) -> VisitorMergeRead:
    """Take two identifiers apart for good; visitors, leads and timelines follow.

    Raises VisitorMergeNotFound, also where the lead is out of sight, and MergeUndone.
    """
    await identities.lock(session, wait=True)
    link = await repository.locked(session, merge_id)
    if link is None:
        raise VisitorMergeNotFound()
    ends = [(link.left_kind, link.left_value), (link.right_kind, link.right_value)]
    lead_ids = {row.lead_id for row in await identities.identifiers(session, ends) if row.lead_id is not None}
    if lead_ids and not await leads.lead_summaries(session, list(lead_ids)):
        raise VisitorMergeNotFound()
    if link.undone_at is not None:
        raise MergeUndone()
    actor = actor_of(session)
    for same in await repository.same_alias(session, link):
        same.undone_at, same.undone_by, same.undone_by_name = now(), actor.user_id, actor.name
    await session.flush()
    await identity.record(
        session,
        action="visitor_merge.undone",
        subject_type="visitor_merge",
        subject_id=merge_id,
        before={"left": ":".join(ends[0]), "right": ":".join(ends[1]), "how": link.how},
        after={"lead_ids": [str(lead_id) for lead_id in sorted(lead_ids)]},
    )
    async with seeing_everything(session):
        persons = [end for end in ends if end[0] != "anonymous"]
        browsers = [value for kind, value in ends if kind == "anonymous"]
        change = await settle(session, persons, browsers, {})
        await attach(session, change, may_add=(), traits={})
    return _read(session, await repository.one(session, merge_id))


def _read(session: AsyncSession, row: Any) -> VisitorMergeRead:
    hidden = hides(actor_of(session))
    return VisitorMergeRead(
        id=row["id"],
        how=row["how"],
        joined_at=row["first_at"],
        left=_identifier(row["left_kind"], row["left_value"], row["user_agent"], hidden=hidden),
        right=_identifier(row["right_kind"], row["right_value"], None, hidden=hidden),
        events=row["events"],
        undone_at=row["undone_at"],
        undone_by_name=row["undone_by_name"],
    )


def _identifier(kind: str, value: str, user_agent: str | None, *, hidden: bool) -> IdentifierRead:
    if kind == "anonymous":
        return IdentifierRead(kind="browser", label=device_name(user_agent))
    label = (masked(value, "email") if kind == "email" else masked(value)) if hidden else value
    return IdentifierRead(kind="email" if kind == "email" else "user", label=label or "")

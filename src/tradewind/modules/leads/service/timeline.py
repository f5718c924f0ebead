"""Timelines: what every module adds, and what people read."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from tradewind.kernel import realtime
from tradewind.kernel.clock import now
from tradewind.kernel.database import actor_of
from tradewind.kernel.events import publish
from tradewind.kernel.ids import new_id
from tradewind.modules.identity import api as identity
from tradewind.modules.leads import masking
from tradewind.modules.leads.contracts import NewActivity
from tradewind.modules.leads.errors import CompanyNotFound, LeadNotFound, ValueInvalid
from tradewind.modules.leads.events import ActivityRecorded
from tradewind.modules.leads.repository import companies, people
from tradewind.modules.leads.repository import timeline as repository
from tradewind.modules.leads.schemas.timeline import ActivityCreate, ActivityRead, LoggedKind, TimelinePage

_LEADS_AN_EVENT = 5_000
_LEADS_SHOWN_LIVE = 20
_CLOCKS_DIFFER = timedelta(minutes=5)
_EARLIEST = datetime(1970, 1, 1, tzinfo=UTC)
_LOGGED_TITLES: Mapping[LoggedKind, str] = {
    "call.completed": "Call held",
    "call.missed": "Call missed",
    "meeting.held": "Meeting held",
    "meeting.no_show": "Meeting missed",
    "email.sent": "E-mail sent",
    "email.replied": "E-mail answered",
}


async def record_activities(session: AsyncSession, activities: Sequence[NewActivity]) -> list[UUID]:
    """Add to timelines, move the leads' last activity on, and tell subscribers; returns the entries' ids.

    Facts about records (`lead.`, `note.`, `deal.` …) are shown but do not count as the lead's activity.
    """
    ids = await repository.insert(session, activities)
    engaged = [a for a in activities if a.lead_id is not None and repository.is_engagement(a.kind)]
    lead_ids = list(dict.fromkeys(a.lead_id for a in engaged if a.lead_id is not None))
    if not lead_ids:
        return ids
    kinds = sorted({a.kind for a in engaged})
    await publish(
        session,
        *(
            ActivityRecorded(lead_ids=list(part), kinds=kinds)
            for part in (lead_ids[i : i + _LEADS_AN_EVENT] for i in range(0, len(lead_ids), _LEADS_AN_EVENT))
        ),
    )
    if len(lead_ids) <= _LEADS_SHOWN_LIVE:
        for lead_id in lead_ids:
            await push_update(session, lead_id, ["timeline"])
    return ids


async def log_activity(session: AsyncSession, lead_id: UUID, data: ActivityCreate) -> ActivityRead:
    """Write down a call, a meeting or a mail by hand. Raises LeadNotFound, ValueInvalid for a time to come."""
    if not await people.exists(session, lead_id):
        raise LeadNotFound()
    at = now()
    occurred_at = data.occurred_at or at
    if occurred_at > at + _CLOCKS_DIFFER:
        raise _wrong_time("This lies in the future; plan it as a task instead.")
    if occurred_at < _EARLIEST:
        raise _wrong_time("This is too long ago.")
    actor = actor_of(session)
    activity_id = new_id()
    entry = NewActivity(
        id=activity_id,
        kind=data.kind,
        lead_id=lead_id,
        title=_LOGGED_TITLES[data.kind],
        body=data.body,
        occurred_at=occurred_at,
        source="by hand",
    )
    await record_activities(session, [entry])
    await identity.record(
        session, action="activity.logged", subject_type="lead", subject_id=lead_id,
        after={"kind": data.kind, "occurred_at": occurred_at, "body": data.body},
    )  # fmt: skip
    return ActivityRead(
        id=activity_id, lead_id=lead_id, company_id=None, deal_id=None, kind=entry.kind, title=entry.title,
        body=entry.body, occurred_at=occurred_at, actor_kind=actor.kind, actor_id=actor.user_id,
        actor_name=actor.name, source=entry.source, data={},
    )  # fmt: skip


async def push_update(
    session: AsyncSession,
    lead_id: UUID,
    changed: Sequence[str],
    version: int | None = None,
    owners: Iterable[UUID | None] | None = None,
) -> None:
    """Tell open browsers which parts of a lead changed, never what they hold now.

    With `owners`, only those who see one of these owners' leads; callers that know them say so.
    """
    data = {"id": str(lead_id), "changed": list(changed), "version": version}
    await realtime.push(session, type="lead.updated", topic="leads", permission="leads:read", data=data, owners=owners)


async def lead_timeline(
    session: AsyncSession, lead_id: UUID, *, kinds: Sequence[str], cursor: str | None, limit: int
) -> TimelinePage:
    """A lead's timeline, newest first. Raises LeadNotFound, InvalidCursor."""
    if not await people.exists(session, lead_id):
        raise LeadNotFound()
    return await _page(session, ("lead_id", lead_id), kinds, cursor, limit)


async def company_timeline(
    session: AsyncSession, company_id: UUID, *, kinds: Sequence[str], cursor: str | None, limit: int
) -> TimelinePage:
    """A company's own timeline, newest first. Raises CompanyNotFound, InvalidCursor."""
    if await companies.get(session, company_id) is None:
        raise CompanyNotFound()
    return await _page(session, ("company_id", company_id), kinds, cursor, limit)


def _wrong_time(message: str) -> ValueInvalid:
    return ValueInvalid(message, errors=[{"field": "occurred_at", "message": message}])


async def _page(
    session: AsyncSession, about: tuple[str, UUID], kinds: Sequence[str], cursor: str | None, limit: int
) -> TimelinePage:
    rows, following = await repository.page(session, about=about, kinds=kinds, cursor=cursor, limit=limit)
    entries = [masking.shown_activity(session, ActivityRead.model_validate(dict(row))) for row in rows]
    return TimelinePage(items=entries, next_cursor=following)

"""Events as they arrived, and what was understood of them; events that were refused, and why."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from tradewind.kernel.access import Actor
from tradewind.kernel.classification import MASK, hides, scrubbed
from tradewind.kernel.clock import now
from tradewind.kernel.database import actor_of
from tradewind.kernel.pagination import Page, SortColumn, fetch_page
from tradewind.modules.leads import api as leads
from tradewind.modules.tracking import humanity
from tradewind.modules.tracking.errors import EventNotFound
from tradewind.modules.tracking.models.events import Event, EventRejection
from tradewind.modules.tracking.repository import registry
from tradewind.modules.tracking.repository import sources as repository
from tradewind.modules.tracking.schemas.sources import (
    EventDetail,
    EventIdentity,
    EventRow,
    RejectionRead,
    ViolationFound,
)
from tradewind.modules.tracking.service import sources
from tradewind.modules.tracking.service.plan import Plan
from tradewind.modules.tracking.service.shapes import without_personal

SHOWN = timedelta(days=7)
_NEWEST = [
    SortColumn("received_at", Event.received_at.expression, descending=True),
    SortColumn("id", Event.id.expression, descending=True),
]
_NEWEST_REJECTED = [SortColumn("id", EventRejection.id.expression, descending=True)]


async def page(
    session: AsyncSession,
    source_id: UUID,
    *,
    event_type: str | None,
    name: str | None,
    likely_bot: bool | None,
    visitor: str | None,
    cursor: str | None,
    limit: int,
) -> Page[EventRow]:
    """Events of the last seven days, newest first. Raises SourceNotFound.

    Who may not see people's data finds visitors by their anonymous ids only.
    """
    await sources.existing(session, source_id)
    hidden = _hides(actor_of(session))
    human = None if likely_bot is None else (-1.0, humanity.LIKELY_BOT) if likely_bot else (humanity.LIKELY_BOT, 2.0)
    statement = repository.events(
        source_id, since=now() - SHOWN, event_type=event_type, name=name, human=human, visitor=visitor,
        by_user_id=not hidden,
    )  # fmt: skip
    rows, following, previous = await fetch_page(session, statement, _NEWEST, cursor=cursor, limit=limit)
    items = [EventRow.model_validate(_shown(row._asdict(), hidden)) for row in rows]
    return Page(items=items, next_cursor=following, previous_cursor=previous)


async def detail(session: AsyncSession, source_id: UUID, event_id: UUID) -> EventDetail:
    """One event with all that was understood of it. Raises SourceNotFound, EventNotFound."""
    source = await sources.existing(session, source_id)
    event = await repository.event(session, source_id, event_id)
    if event is None:
        raise EventNotFound()
    hidden = _hides(actor_of(session))
    plan = Plan(await registry.plans(session, [source_id]))
    found = plan.violations(source_id, event.type, event.name, event.properties)
    unplanned_matters = source.settings.get("unplanned_events", "allow") != "allow"
    row = {name: getattr(event, name) for name in Event.__table__.columns.keys()}  # noqa: SIM118
    return EventDetail.model_validate(
        {
            **_shown(row, hidden),
            "delay_seconds": (event.received_at - event.occurred_at).total_seconds(),
            "identity": await _identity(session, event),
            "violations": [
                ViolationFound.model_validate(each)
                for each in found
                if each.code != "unplanned_event" or unplanned_matters
            ],
            "masked": hidden,
        }
    )


async def rejections(
    session: AsyncSession, source_id: UUID, *, code: str | None, cursor: str | None, limit: int
) -> Page[RejectionRead]:
    """What was refused, newest first; the newest thousand of a source are kept. Raises SourceNotFound."""
    await sources.existing(session, source_id)
    statement = repository.rejections(source_id, code)
    rows, following, previous = await fetch_page(session, statement, _NEWEST_REJECTED, cursor=cursor, limit=limit)
    hidden = _hides(actor_of(session))
    items = [RejectionRead.model_validate(row._mapping) for row in rows]
    if hidden:
        # What could not be read as an event cannot be masked piece by piece.
        items = [
            item.model_copy(update={"payload": MASK if item.payload else "", "detail": scrubbed(item.detail)})
            for item in items
        ]
    return Page(items=items, next_cursor=following, previous_cursor=previous)


async def _identity(session: AsyncSession, event: Event) -> EventIdentity | None:
    """Whose event it is, as far as it has been processed and the actor may see; the lead only if it is in sight."""
    found = await repository.visitor(session, event)
    if found is None or not actor_of(session).may("leads:read"):
        return None
    lead = await leads.lead_summaries(session, [found["lead_id"]]) if found["lead_id"] else []
    return EventIdentity(
        visitor_id=found["id"],
        lead_id=lead[0].id if lead else None,
        lead_name=lead[0].full_name or lead[0].email if lead else None,
    )


def _hides(actor: Actor) -> bool:
    """Whether people's data is masked: also for those who see only some people, as events belong to nobody yet."""
    return hides(actor) or actor.visible_owners is not None


def _shown(row: Mapping[str, Any], hidden: bool) -> dict[str, Any]:
    shown = {**row, "likely_bot": row["human"] < humanity.LIKELY_BOT}
    if not hidden:
        return shown
    for name in ("user_id", "previous_id", "group_id", "title", "path"):
        if shown.get(name):
            shown[name] = scrubbed(shown[name])
    for name in ("url", "referrer"):
        # Queries carry whatever a form put into them.
        if shown.get(name):
            shown[name] = scrubbed(shown[name].partition("?")[0])
    if "properties" in shown:
        shown["ip"] = MASK if shown["ip"] else None
        shown["properties"] = without_personal(shown["properties"])
        shown["context"] = without_personal(shown["context"])
    return shown

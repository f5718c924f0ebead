"""Visitors who gave an address: matched to leads or added as such, with what they told and did in the timeline."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from tradewind.kernel.clock import now
from tradewind.modules.leads import api as leads
from tradewind.modules.leads.contracts import NewActivity, ToldPerson
from tradewind.modules.tracking.channels import CHANNELS
from tradewind.modules.tracking.contracts import CollectedEvent
from tradewind.modules.tracking.evidence import FORM, NO_TRAITS, Node, Traits, traits_of
from tradewind.modules.tracking.repository import identities, processing, visits
from tradewind.modules.tracking.repository.identities import BEGINNING, END, Holder, Identifier
from tradewind.modules.tracking.service.identities import Change

HISTORY = 1_000
SHOWN_TYPES = ("page", "screen", "track")
_TELLING_TYPES = ("identify", "group")
_TELLING_HISTORY = 50
_CHUNK = 5_000
_MOST_PROPERTIES = 10
_LONGEST = 200


@dataclass(frozen=True, slots=True)
class Shift:
    """Part of an identifier's time that went from one lead (or none) to another (or none)."""

    identifier: Identifier
    former: UUID | None
    lead_id: UUID | None


async def attach(
    session: AsyncSession, change: Change, *, may_add: Collection[str], traits: Mapping[Node, Traits]
) -> None:
    """Give visitors their leads after identities changed, and leads the history and traits that are theirs.

    `may_add` are addresses for which a lead may be added; `traits` is what arriving events told.
    """
    told_of = await identities.identifiers(session, traits)
    by_email = await identities.identifiers(session, [("email", email) for email in may_add])
    concerned = {row.visitor_id for row in (*change.after, *told_of, *by_email) if row.kind != "anonymous"}
    concerned |= {row.visitor_id for row in told_of if row.lead_id is not None}
    holders = await identities.holders(session, concerned)
    visitor_of = {(row.kind, row.value): row.visitor_id for row in (*told_of, *change.after)}
    told: dict[UUID, Traits] = {}
    for node, given in traits.items():
        if node in visitor_of:
            told[visitor_of[node]] = told.get(visitor_of[node], NO_TRAITS) | given
    wanted = await _leads_of(session, holders, may_add, told)
    new = {one.id: wanted[one.id] for one in holders if wanted[one.id] != (one.lead_id, one.lead_email)}
    if new:
        await identities.set_leads(session, new)
    lead_of = {visitor_id: lead_id for visitor_id, (lead_id, _) in wanted.items() if lead_id is not None}
    shifts = await _shifts(session, change, {one.id: one.lead_id for one in holders if one.id in new})
    history = await move_history(session, shifts)
    fill = dict(history)
    for visitor_id, given in told.items():
        if visitor_id in lead_of:
            lead_id = lead_of[visitor_id]
            fill[lead_id] = fill.get(lead_id, NO_TRAITS) | given
    await leads.fill_told(session, {lead_id: _person(given) for lead_id, given in fill.items()})


async def _leads_of(
    session: AsyncSession, holders: Sequence[Holder], may_add: Collection[str], told: Mapping[UUID, Traits]
) -> dict[UUID, tuple[UUID | None, str | None]]:
    """Each visitor's lead and the address it was found by; leads are added where that is allowed."""
    live = await leads.live_leads(session, {one.lead_id for one in holders if one.lead_id is not None})
    result: dict[UUID, tuple[UUID | None, str | None]] = {}
    for one in holders:
        if one.lead_id in live and (one.lead_email is None or one.lead_email in one.emails):
            result[one.id] = (one.lead_id, one.lead_email)
    open_ones = [one for one in holders if one.id not in result]
    known = await leads.leads_by_email(session, {email for one in open_ones for email in one.emails})
    adding: dict[str, Holder] = {}
    for one in open_ones:
        found = next((email for email in one.emails if email in known), None)
        allowed = next((email for email in one.emails if email in may_add), None)
        result[one.id] = (known[found], found) if found else (None, None)
        if found is None and allowed is not None:
            adding[allowed] = one
    if adding:
        first = await visits.first_touches(session, {one.id for one in adding.values()})
        people = []
        for email, one in adding.items():
            touch = first.get(one.id)
            source = CHANNELS[touch["channel"]] if touch else "Website"
            first_seen_at = touch["at"] if touch else now()
            given = told.get(one.id, NO_TRAITS)
            people.append(_person(given, email=email, source=source, first_seen_at=first_seen_at))
        added = await leads.create_told(session, people)
        result |= {one.id: (added[email], email) for email, one in adding.items()}
    return result


def _person(traits: Traits, **more: Any) -> ToldPerson:
    return ToldPerson(fields=traits.fields, custom=traits.custom, company=traits.company, **more)


async def _shifts(session: AsyncSession, change: Change, former: Mapping[UUID, UUID | None]) -> list[Shift]:
    """What went from lead to lead: by other identities, or because a visitor's lead is another now."""
    before: dict[Node, list[Identifier]] = {}
    for row in change.before:
        before.setdefault((row.kind, row.value), []).append(row)
    looked_at = {(row.kind, row.value) for row in (*change.before, *change.after)}
    others = [row for row in await identities.identifiers_of(session, former) if (row.kind, row.value) not in looked_at]
    shifts = [
        Shift(row, former[row.visitor_id], row.lead_id) for row in others if former[row.visitor_id] != row.lead_id
    ]
    for row in await identities.identifiers(session, looked_at):
        parts = before.get((row.kind, row.value)) or [None]
        for part in parts:
            since = max(row.since, part.since if part else BEGINNING)
            until = min(row.until, part.until if part else END)
            was = part.lead_id if part else None
            if since < until and was != row.lead_id:
                cut = Identifier(
                    row.kind, row.value, since, until, row.visitor_id, row.lead_id, row.first_seen_at, row.last_seen_at
                )
                shifts.append(Shift(cut, was, row.lead_id))
    return [shift for shift in shifts if shift.identifier.kind != "email"]


async def move_history(session: AsyncSession, shifts: Sequence[Shift]) -> dict[UUID, Traits]:
    """Let timelines follow: entries move, and new leads get the newest HISTORY events of the time before.

    Returns what earlier events told of those leads.
    """
    for shift in shifts:
        if shift.former is not None:
            await _move(session, shift)
    fresh = [shift.identifier for shift in shifts if shift.former is None and shift.lead_id is not None]
    if not fresh:
        return {}
    lead_of = LeadFinder(fresh).lead_of
    events: dict[UUID, list[CollectedEvent]] = {}
    for event in await processing.newest_events(session, fresh, SHOWN_TYPES, HISTORY):
        lead_id = lead_of(event)
        if lead_id is not None:
            events.setdefault(lead_id, []).append(event)
    await record(
        session,
        [
            (lead_id, event)
            for lead_id, found in events.items()
            for event in sorted(found, key=lambda one: one.occurred_at)[-HISTORY:]
        ],
    )
    traits: dict[UUID, Traits] = {}
    telling = await processing.newest_events(session, fresh, _TELLING_TYPES, _TELLING_HISTORY)
    for event in sorted(telling, key=lambda one: one.occurred_at):
        lead_id = lead_of(event)
        if lead_id is not None:
            given = traits_of(event.type, event.name, event.properties)
            traits[lead_id] = traits.get(lead_id, NO_TRAITS) | given
    return traits


async def _move(session: AsyncSession, shift: Shift) -> None:
    one, after = shift.identifier, None
    while True:
        ids = await processing.event_ids(session, (one.kind, one.value), one.since, one.until, after, _CHUNK)
        if ids:
            await leads.reassign_activities(session, dict.fromkeys(ids, shift.lead_id))
        if len(ids) < _CHUNK:
            return
        after = ids[-1]


class LeadFinder:
    """Whose an event is, out of identifiers' parts of time."""

    def __init__(self, parts: Iterable[Identifier]) -> None:
        self._parts: dict[Node, list[Identifier]] = {}
        for part in parts:
            if part.lead_id is not None:
                self._parts.setdefault((part.kind, part.value), []).append(part)

    def lead_of(self, event: CollectedEvent) -> UUID | None:
        """The lead of the user the event names, else of whoever used the browser then."""
        key = ("user", event.user_id) if event.user_id is not None else ("anonymous", event.anonymous_id or "")
        for part in self._parts.get(key, ()):
            if part.since <= event.occurred_at < part.until:
                return part.lead_id
        return None


async def record(session: AsyncSession, entries: Sequence[tuple[UUID, CollectedEvent]]) -> None:
    """Write events into timelines; those that are there already stay as they are."""
    if entries:
        await leads.record_activities(session, [_activity(lead_id, event) for lead_id, event in entries])


def _activity(lead_id: UUID, event: CollectedEvent) -> NewActivity:
    properties = event.properties
    data: dict[str, Any] = {"path": event.path, "url": event.url, "source_id": str(event.source_id)}
    if event.type in ("page", "screen"):
        kind = "web.page_view"
        title = f"Visited {event.title or event.name or event.path or 'a page'}"
        data["search"] = properties.get("search") if isinstance(properties.get("search"), str) else None
    elif event.name == FORM:
        kind = "web.form_submitted"
        name = properties.get("form_name") or properties.get("form_id")
        title = f"Submitted {name}" if isinstance(name, str) else "Submitted a form"
        data["form"] = name
    else:
        kind, title = "web.event", event.name
        data["event"] = event.name
        small = {
            key: value[:_LONGEST] if isinstance(value, str) else value
            for key, value in properties.items()
            if isinstance(value, str | int | float | bool)
        }
        data["properties"] = dict(list(small.items())[:_MOST_PROPERTIES])
    return NewActivity(
        id=event.id,
        kind=kind,
        lead_id=lead_id,
        title=title[:300],
        occurred_at=event.occurred_at,
        source="Website" if event.type == "page" or event.url else "App",
        data={key: value for key, value in data.items() if value},
        actor_kind="lead",
        human=event.human,
    )

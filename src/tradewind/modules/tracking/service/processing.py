"""From stored events to visitors, touches, leads and timelines: each event once, in one transaction with its batch."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from tradewind.modules.leads import api as leads
from tradewind.modules.tracking.channels import origin_of
from tradewind.modules.tracking.contracts import CollectedEvent
from tradewind.modules.tracking.evidence import NO_TRAITS, Node, Traits, told_by, traits_of
from tradewind.modules.tracking.humanity import LIKELY_BOT, probability
from tradewind.modules.tracking.repository import identities as identities_repository
from tradewind.modules.tracking.repository import processing as repository
from tradewind.modules.tracking.repository import sources
from tradewind.modules.tracking.service import mail_clicks, registry
from tradewind.modules.tracking.service.identities import Evidence, learn
from tradewind.modules.tracking.service.known_people import SHOWN_TYPES, LeadFinder, attach, record
from tradewind.modules.tracking.service.visiting import Fast, note_visits

AT_ONCE = 5_000
# A mail's links opened from one address by so many fresh browsers within this time are a scanner's work.
_SCANNED_BROWSERS = 3
_SCAN_TIME = timedelta(seconds=30)


async def process_next(session: AsyncSession, *, at_most: int = AT_ONCE) -> int | None:
    """Process the oldest waiting batches, of about `at_most` events; returns how many events there were.

    None where another worker is at it. A crash before the commit leaves the batches waiting and nothing done.
    """
    if not await identities_repository.lock(session, wait=False):
        return None
    events = sorted(await repository.claim(session, at_most), key=lambda one: (one.occurred_at, one.id))
    if not events:
        return 0
    events = await _without_scanners(session, events)
    fast = await note_visits(session, events)
    settings = await sources.settings_of(session, {event.source_id for event in events})
    evidence, may_add, traits = Evidence(), set[str](), dict[Node, Traits]()
    for event in events:
        if event.anonymous_id is not None:
            evidence.see(("anonymous", event.anonymous_id), event.occurred_at)
        told = told_by(event)
        if told.node is not None:
            evidence.see(told.node, event.occurred_at)
            evidence.marks += told.marks
            for pair, how in told.links:
                evidence.join(pair, how, event.occurred_at)
        if told.email is not None and event.human >= LIKELY_BOT:
            source = settings.get(event.source_id)
            if source is not None and source.add_leads:
                may_add.add(told.email)
        if event.type in ("identify", "group"):
            node = told.node or ("anonymous", event.anonymous_id or "")
            traits[node] = traits.get(node, NO_TRAITS) | traits_of(event.type, event.name, event.properties)
    await mail_clicks.read(session, events, evidence)
    change = await learn(session, evidence)
    if change.after or may_add or traits:
        await attach(session, change, may_add=may_add, traits=traits)
    parts = await identities_repository.identifiers(session, {key for key in evidence.times if key[0] != "email"})
    finder = LeadFinder(parts)
    shown = [event for event in events if event.type in SHOWN_TYPES]
    await record(session, [(lead_id, event) for event in shown if (lead_id := finder.lead_of(event)) is not None])
    for span in fast:
        await _judge_fast(session, span)
    await registry.observe(session, events)
    return len(events)


async def _without_scanners(session: AsyncSession, events: Sequence[CollectedEvent]) -> list[CollectedEvent]:
    """The events, those of mail scanners marked as such, also where they are stored."""
    landings: dict[tuple[str, str], list[CollectedEvent]] = {}
    for event in events:
        if event.type == "page" and event.ip and event.user_id is None and "email" in (event.url or "").lower():
            origin = origin_of(event.context, url=event.url, path=event.path, referrer=event.referrer)
            if origin.channel == "email":
                landings.setdefault((event.ip, origin.signature), []).append(event)
    scanned: dict[UUID, CollectedEvent] = {}
    for found in landings.values():
        for index, last in enumerate(found):
            near = [one for one in found[: index + 1] if last.occurred_at - one.occurred_at <= _SCAN_TIME]
            if len({one.anonymous_id for one in near}) >= _SCANNED_BROWSERS:
                scanned |= {one.id: _with_reason(one, "mail_scanner") for one in near}
    if not scanned:
        return list(events)
    judged = {one.id: (one.received_at, one.human, one.human_reasons) for one in scanned.values()}
    await repository.set_human(session, judged)
    return [scanned.get(event.id, event) for event in events]


def _with_reason(event: CollectedEvent, reason: str) -> CollectedEvent:
    reasons = (*(one for one in event.human_reasons if one != "interaction"), reason)
    return replace(event, human=probability(reasons), human_reasons=reasons)


async def _judge_fast(session: AsyncSession, span: Fast) -> None:
    """Mark the events of a session that went faster than anybody reads, in the timeline too."""
    device, first_at, last_at = span
    rows = await repository.events_within(session, device, first_at, last_at, "impossible_speed", AT_ONCE)
    if not rows:
        return
    judged = {}
    for row in rows:
        reasons = [*(one for one in row["human_reasons"] if one != "interaction"), "impossible_speed"]
        judged[row["id"]] = (row["received_at"], probability(reasons), reasons)
    await repository.set_human(session, judged)
    await recount(session, judged.keys(), [row["received_at"] for row in rows])
    await leads.set_humanness(session, {event_id: human for event_id, (_, human, _) in judged.items()})


async def recount(session: AsyncSession, event_ids, received) -> None:
    """Bring the counts of sessions in line with what is thought of their events."""
    await repository.recount_sessions(session, list(event_ids), (min(received), max(received)), LIKELY_BOT)

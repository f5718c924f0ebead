"""What steps do to the world: messages and requests through the send ledger, tasks, changes, other journeys.

Everything is committed together with the transition it belongs to. What leaves the installation is only *intended*
here, under a key of enrolment, visit and step: carrying a step out twice sends nothing twice.
"""

import re
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID, uuid5

from sqlalchemy.ext.asyncio import AsyncSession

from tradewind.modules.campaigns.engine.program import Program, purpose_of
from tradewind.modules.campaigns.engine.stepping import Taken
from tradewind.modules.campaigns.engine.steps import SendSettings
from tradewind.modules.campaigns.models import Journey
from tradewind.modules.campaigns.repository import journeys as repository
from tradewind.modules.campaigns.repository.enrolments import Claimed, send_key
from tradewind.modules.campaigns.service import entering
from tradewind.modules.email import api as email
from tradewind.modules.leads import api as leads
from tradewind.modules.leads.contracts import LeadSummary, NewTask
from tradewind.modules.sending import api as sending
from tradewind.modules.sending.channels import channels
from tradewind.modules.sending.contracts import NewIntent, Recipient

_INTENTS_AT_ONCE = 5_000
_VARIABLE = re.compile(r"\{\{\s*(\w+)\s*\}\}")
_TASKS = UUID("6f3b0c53-5a0e-4f4e-9d1c-1a2f0c9b7e48")


@dataclass(slots=True)
class Effect:
    """A step to carry out for somebody."""

    claimed: Claimed
    program: Program
    person: LeadSummary
    taken: Taken


async def carry_out(session: AsyncSession, journey: Journey, effects: Sequence[Effect]) -> set[UUID]:
    """Carry out steps; returns the enrolments whose message must not be sent."""
    by_kind: defaultdict[str, list[Effect]] = defaultdict(list)
    for one in effects:
        by_kind[one.taken.node.kind].append(one)
    blocked = await _send(session, journey, by_kind["send"])
    await _call(session, journey, by_kind["webhook"])
    await _add_tasks(session, journey, by_kind["task"])
    await _update(session, journey, by_kind["update"])
    await _enrol(session, by_kind["enrol"])
    return blocked


def address_of(channel: str, person: LeadSummary) -> str | None:
    """Where a channel reaches a person; None where it does not."""
    match channel:
        case "email":
            return person.email
        case "sms" | "call":
            return person.phone
        case _:
            return str(person.id)


def filled_in(text: str, person: LeadSummary) -> str:
    """`{{ first_name }}` and the like replaced; what is not known becomes nothing."""
    return _VARIABLE.sub(lambda found: str(getattr(person, found[1], None) or ""), text).strip()


async def _send(session: AsyncSession, journey: Journey, effects: Sequence[Effect]) -> set[UUID]:
    blocked: set[UUID] = set()
    intents: list[NewIntent] = []
    sent_for: list[UUID] = []
    audience = await _audience(session, journey) if effects else 0
    templates = {one.taken.node.settings.template_id for one in effects} - {None}
    versions = await email.published_versions(session, templates) if templates else {}
    for one in effects:
        settings = one.taken.node.settings
        address = address_of(settings.channel, one.person)
        version_id = versions.get(settings.template_id)
        why_not = _why_not(settings, address, version_id)
        if why_not is not None or address is None:
            one.taken.why = {"code": why_not}
            blocked.add(one.claimed.id)
            continue
        sent_for.append(one.claimed.id)
        intents.append(
            NewIntent(
                key=send_key(one.claimed.id, one.taken.visit, one.taken.node.key), channel=settings.channel,
                recipient=_recipient(one.person, address), purpose=purpose_of(one.program, settings),
                campaign_id=journey.campaign_id, journey_id=journey.id, step_key=one.taken.node.key,
                priority=settings.priority, audience_size=audience, content=_content(one, version_id),
                expires_at=one.taken.at + settings.expires_after.span, cost_microusd=settings.cost_microusd,
            )
        )  # fmt: skip
    for start in range(0, len(intents), _INTENTS_AT_ONCE):
        refs = await sending.intend(session, intents[start : start + _INTENTS_AT_ONCE])
        blocked |= {
            enrolment_id
            for enrolment_id, ref in zip(sent_for[start : start + _INTENTS_AT_ONCE], refs, strict=True)
            if ref.state == "blocked"
        }
    return blocked


def _why_not(settings: SendSettings, address: str | None, version_id: UUID | None) -> str | None:
    """What keeps a message from being intended at all."""
    if settings.channel not in channels():
        return "no_channel"
    if address is None:
        return "no_address"
    return "no_mail" if settings.channel == "email" and version_id is None else None


async def _call(session: AsyncSession, journey: Journey, effects: Sequence[Effect]) -> None:
    intents = [
        NewIntent(
            key=send_key(one.claimed.id, one.taken.visit, one.taken.node.key), channel="webhook",
            recipient=Recipient(address=one.taken.node.settings.url, person_id=one.person.id),
            purpose="transactional", journey_id=journey.id, campaign_id=journey.campaign_id,
            step_key=one.taken.node.key, expires_at=one.taken.at + timedelta(days=1),
            content={
                "journey": journey.name, "journey_id": str(journey.id), "step": one.taken.node.key,
                "at": one.taken.at.isoformat(), "person_id": str(one.person.id),
                "fields": list(one.taken.node.settings.fields),
            },
        )
        for one in effects
    ]  # fmt: skip
    for start in range(0, len(intents), _INTENTS_AT_ONCE):
        await sending.intend(session, intents[start : start + _INTENTS_AT_ONCE])


async def _add_tasks(session: AsyncSession, journey: Journey, effects: Sequence[Effect]) -> None:
    tasks = []
    for one in effects:
        settings = one.taken.node.settings
        owner = one.person.owner_id if settings.assignee == "owner" else None
        tasks.append(
            NewTask(
                id=uuid5(_TASKS, send_key(one.claimed.id, one.taken.visit, one.taken.node.key)),
                lead_id=one.person.id, title=filled_in(settings.title, one.person)[:300],
                body=filled_in(settings.body, one.person), due_at=one.taken.at + timedelta(days=settings.due_days),
                assignee_id=owner or settings.member_id, priority=settings.priority,
            )
        )  # fmt: skip
    await leads.add_tasks(session, tasks, reason=f"Journey “{journey.name}”")


async def _update(session: AsyncSession, journey: Journey, effects: Sequence[Effect]) -> None:
    by_node: defaultdict[tuple[UUID, str], list[Effect]] = defaultdict(list)
    for one in effects:
        by_node[one.program.version_id, one.taken.node.key].append(one)
    for group in by_node.values():
        settings = group[0].taken.node.settings
        await leads.change_many(
            session, {one.person.id for one in group}, reason=f"Journey “{journey.name}”", status=settings.status,
            add_tags=settings.add_tags, remove_tags=settings.remove_tags, owner_id=settings.owner_id,
        )  # fmt: skip


async def _enrol(session: AsyncSession, effects: Sequence[Effect]) -> None:
    by_target: defaultdict[UUID, list[Effect]] = defaultdict(list)
    for one in effects:
        by_target[one.taken.node.settings.journey_id].append(one)
    for journey_id in sorted(by_target):
        target = await repository.journey(session, journey_id)
        if target is not None:
            group = by_target[journey_id]
            keys = {one.person.id: f"journey:{one.claimed.id}:{one.taken.visit}" for one in group}
            await entering.put_in(session, target, keys, keys)


async def _audience(session: AsyncSession, journey: Journey) -> int:
    counted = await repository.totals(session, [journey.id])
    return counted.get(journey.id, {}).get("entered", 0)


def _recipient(person: LeadSummary, address: str) -> Recipient:
    return Recipient(address=address, person_id=person.id, time_zone=person.time_zone, country=person.country)


def _content(effect: Effect, version_id: UUID | None) -> Mapping[str, object]:
    settings = effect.taken.node.settings
    if settings.channel == "email":
        return {"template_version_id": str(version_id)}
    return {"text": filled_in(settings.text, effect.person)}

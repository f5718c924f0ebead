"""What a turn is decided on, read in one transaction: the conversation, its visitor, the agent's settings."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy.ext.asyncio import AsyncSession

from tradewind.kernel.clock import now
from tradewind.modules.ai import api as ai
from tradewind.modules.conversations.contracts import TRIAL_CHANNELS
from tradewind.modules.conversations.engine import languages, reading
from tradewind.modules.conversations.engine.saying import kept
from tradewind.modules.conversations.engine.settings import AgentSettings
from tradewind.modules.conversations.engine.situation import (
    Asked,
    Finding,
    Heard,
    Line,
    Pending,
    Reading,
    Situation,
    Source,
    Used,
)
from tradewind.modules.conversations.models.conversations import Conversation, Message
from tradewind.modules.conversations.repository import agents as repository
from tradewind.modules.conversations.repository import conversations as rows
from tradewind.modules.conversations.service import agents, attachments, conversations, openers, qualifying
from tradewind.modules.conversations.service.qualifying import Flowing
from tradewind.modules.identity import api as identity
from tradewind.modules.knowledge import api as knowledge
from tradewind.modules.knowledge.contracts import CLIENT_SCOPES, VISITOR_SCOPES, Scope
from tradewind.modules.leads import api as leads
from tradewind.modules.meetings import api as meetings
from tradewind.modules.qualification import api as qualification

HISTORY, UNANSWERED, _REMEMBERED = 24, 50, 3
_LONGEST_LINE = 1_500


@dataclass(frozen=True, slots=True, kw_only=True)
class Begun:
    """A turn whose lease is taken. `through` is the newest message of the visitor that it answers."""

    turn_id: UUID
    conversation_id: UUID
    through: int
    channel: str
    agent: agents.Talking | None
    situation: Situation
    scopes: frozenset[Scope]
    zone: str
    lead_id: UUID | None = None
    names: tuple[str, ...] = ()
    flowing: Flowing | None = None
    files: tuple[attachments.Given, ...] = ()

    @property
    def is_trial(self) -> bool:
        """Whether nothing may leave the conversation."""
        return self.channel in TRIAL_CHANNELS


async def unanswered(session: AsyncSession, row: Conversation) -> list[Message]:
    """What the visitor said since the last answer, in order; of very many messages the newest."""
    found = await rows.messages(
        session, row.id, after=row.answered_through, kinds=("message",), limit=UNANSWERED, newest=True
    )
    return [one for one in found if one.author == "visitor"]


async def read(session: AsyncSession, row: Conversation, messages: Sequence[Message], turn_id: UUID) -> Begun:
    """The situation of a turn."""
    talking = None
    if row.agent_id is not None:
        talking = await agents.talking(
            session, row.agent_id, version_id=row.agent_version_id, draft=row.channel in TRIAL_CHANNELS
        )
    settings = talking.settings if talking else AgentSettings()
    last = await repository.last_settled(session, row.id)
    pending = Pending.model_validate(last.afterwards) if last else Pending()
    organisation = await identity.get_organisation(session)
    heard = tuple(_heard(one, settings.limits.characters) for one in messages)
    # The name of a file is nothing that anybody said.
    words = tuple(one for one in heard if not one.file)
    spoken, asked = await asyncio.to_thread(_languages, words, settings, row.language)
    row.language = spoken
    pending.disclosed = pending.disclosed or await _disclosed(session, row)
    understood = await asyncio.to_thread(reading.read, words, pending, language=_answered_in(settings, spoken))
    findings = tuple(
        Finding("message", found.code, found.detail, found.excerpt)
        for one in messages
        for found in ai.find_injection(one.text)
    )
    lead = (await leads.lead_summaries(session, [row.lead_id])) if row.lead_id and row.lead_verified else []
    if lead:
        known = lead[0]
        pending.name, pending.email = pending.name or known.full_name or None, pending.email or known.email
    zone = _zone(messages, lead, organisation.time_zone)
    flowing = await qualifying.read(session, row, settings, pending, words, understood=understood, zone=zone)
    if flowing is not None:
        understood = qualifying.with_flow(understood, flowing)
        pending.name = pending.name or qualifying.known_person(flowing, "name")
        pending.email = pending.email or qualifying.known_person(flowing, "email")
        pending.run_id = flowing.run_id
    understood = await _urgency(session, row, settings, words, understood)
    can_book = bool(
        settings.event_type_id and await meetings.bookable_title(session, settings.event_type_id) is not None
    )
    before = await rows.messages(
        session, row.id, before=messages[0].sequence, kinds=("message",), limit=HISTORY, newest=True
    )
    greeted = openers.shown(messages[0]) if last is None else None
    opener, propensity = (None, greeted[1]) if greeted else await openers.chosen(session, row, settings)
    situation = Situation(
        now=now(),
        channel=row.channel,
        agent_name=talking.name if talking else "",
        company=organisation.name,
        settings=settings,
        heard=heard,
        reading=understood,
        pending=pending,
        verify=knowledge.verify,
        history=tuple(
            Line("user" if one.author == "visitor" else "assistant", one.text[:_LONGEST_LINE]) for one in before
        ),
        sources=await _records(session, row, pending, zone),
        question=flowing.question if flowing else None,
        questions=flowing.states if flowing else {},
        can_book=can_book,
        lead_verified=bool(lead),
        used=await _used(session, row),
        findings=findings,
        instructions=settings.persona,
        opener=opener,
        propensity=propensity,
        greeted_with=greeted[0] if greeted else None,
        asked=asked,
        said=kept(row.saying),
        remembered=await _memory(session, row) if settings.memory and row.lead_verified else "",
    )
    clients = settings.verified_are_clients and row.lead_verified
    return Begun(
        turn_id=turn_id,
        conversation_id=row.id,
        through=messages[-1].sequence,
        channel=row.channel,
        agent=talking,
        situation=situation,
        scopes=CLIENT_SCOPES if clients else VISITOR_SCOPES,
        zone=zone,
        flowing=flowing,
        lead_id=row.lead_id,
        files=await attachments.given(session, row.id, frozenset(one.id for one in messages)),
        names=tuple(name for name in (pending.name, understood.name) if name),
    )


def _heard(message: Message, longest: int) -> Heard:
    return Heard(
        str(message.id), message.sequence, ai.normalise(message.text)[:longest], bool(message.data.get("files"))
    )


def _languages(words: Sequence[Heard], settings: AgentSettings, present: str | None) -> tuple[str, tuple[Asked, ...]]:
    """The language of the newest words, and the questions where they came in several."""
    if not words:
        return present or settings.main_language, ()
    spoken = languages.recognise(words[-1].text, present=present, offered=settings.languages)
    asked = reading.asked_in_several(
        words, present=present, offered=settings.languages, answered_in=lambda code: _answered_in(settings, code)
    )
    return asked[-1].language if asked else spoken, asked


def _answered_in(settings: AgentSettings, spoken: str) -> str:
    """The language to answer in: the visitor's, or the main one where the agent does not speak it."""
    return spoken if not settings.languages or spoken in settings.languages else settings.main_language


def _zone(messages: Sequence[Message], lead: Sequence[Any], default: str) -> str:
    """Where the visitor is now, as their device says; else where the lead is; else where the organisation is."""
    said = messages[-1].data.get("time_zone")
    return str(said) if said else (lead[0].time_zone if lead else None) or default


async def _used(session: AsyncSession, row: Conversation) -> Used:
    at: datetime = now()
    hour, day, cost = await repository.used(
        session, row.id, row.visitor_key, hour=at - timedelta(hours=1), day=at - timedelta(days=1)
    )
    return Used(hour, day, cost)


async def _urgency(
    session: AsyncSession, row: Conversation, settings: AgentSettings, heard: Sequence[Heard], understood: Reading
) -> Reading:
    """Raise the alarm at once: a model that answers later must not delay it."""
    told = await qualifying.urgency(session, row, heard, understood.language)
    if told is None:
        return understood
    found, message = told
    await conversations.raise_urgency(session, row.id, found.why, at_sequence=message.sequence)
    if row.channel not in TRIAL_CHANNELS:
        await qualification.raise_urgency(
            session, found, subject_id=row.id, lead_id=row.lead_id, email=settings.urgency.email,
            phone=settings.urgency.phone, link=f"/inbox?conversation={row.id}",
        )  # fmt: skip
    return replace(understood, urgent=found.why)


async def _disclosed(session: AsyncSession, row: Conversation) -> bool:
    """Whether the conversation began with the agent's opening, which says that no person writes."""
    first = await rows.messages(session, row.id, kinds=("message",), limit=1)
    return bool(first and first[0].author == "agent" and first[0].data.get("disclosed"))


async def _records(session: AsyncSession, row: Conversation, pending: Pending, zone: str) -> dict[str, Source]:
    """What is on record for this very visitor: the meeting booked in this conversation."""
    booking = pending.booking
    if booking is None or booking.meeting_id is None or row.channel in TRIAL_CHANNELS:
        return {}
    found = await meetings.summary(session, booking.meeting_id)
    if found is None:
        return {}
    starts = found.starts_at.astimezone(ZoneInfo(zone))
    said = f"The visitor's meeting “{found.title}” is on {starts:%A, %-d %B %Y} at {starts:%H:%M} ({zone})."
    return {"R1": Source(id="R1", text=said, title="Meeting", record=True)}


async def _memory(session: AsyncSession, row: Conversation) -> str:
    """What earlier conversations of a visitor who proved who they are came to; kept with the conversation."""
    if row.lead_id is not None and not row.memory:
        earlier = [
            one
            for one in await rows.of_lead(session, row.lead_id, limit=4 * _REMEMBERED)
            if one.id != row.id and one.summary and one.lead_verified and one.channel not in TRIAL_CHANNELS
        ][:_REMEMBERED]
        lines = [f"{one.created_at:%-d %B %Y}: {str((one.summary or {}).get('text', ''))[:500]}" for one in earlier]
        if lines:
            row.memory = {"text": "\n".join(lines), "conversations": [str(one.id) for one in earlier]}
    return str(row.memory.get("text", ""))[:2_000]

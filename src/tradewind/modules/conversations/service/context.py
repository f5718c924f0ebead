"""What a turn is decided on, read in one transaction: the conversation, its visitor, the agent's settings."""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from tradewind.kernel.clock import now
from tradewind.modules.ai import api as ai
from tradewind.modules.conversations.contracts import TRIAL_CHANNELS
from tradewind.modules.conversations.engine import languages, reading
from tradewind.modules.conversations.engine.proposing import FlowEnd
from tradewind.modules.conversations.engine.settings import AgentSettings
from tradewind.modules.conversations.engine.situation import (
    Finding,
    Heard,
    Line,
    Pending,
    Question,
    Reading,
    Situation,
    Source,
    Used,
)
from tradewind.modules.conversations.models.conversations import Conversation, Message
from tradewind.modules.conversations.repository import agents as repository
from tradewind.modules.conversations.repository import conversations as rows
from tradewind.modules.conversations.service import agents
from tradewind.modules.identity import api as identity
from tradewind.modules.knowledge import api as knowledge
from tradewind.modules.knowledge.contracts import CLIENT_SCOPES, VISITOR_SCOPES, Scope
from tradewind.modules.leads import api as leads
from tradewind.modules.meetings import api as meetings

HISTORY, UNANSWERED = 24, 50
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
    end: FlowEnd = field(default_factory=FlowEnd)
    names: tuple[str, ...] = ()
    records: Mapping[str, Source] = field(default_factory=dict)
    flow: Any = None

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
    spoken = await asyncio.to_thread(
        languages.recognise, heard[-1].text, present=row.language, offered=settings.languages
    )
    row.language = spoken
    understood = await asyncio.to_thread(reading.read, heard, pending, language=_answered_in(settings, spoken))
    findings = tuple(
        Finding("message", found.code, found.detail, found.excerpt)
        for one in messages
        for found in ai.find_injection(one.text)
    )
    lead = (await leads.lead_summaries(session, [row.lead_id])) if row.lead_id and row.lead_verified else []
    if lead:
        known = lead[0]
        pending.name, pending.email = pending.name or known.full_name or None, pending.email or known.email
    can_book = bool(
        settings.event_type_id and await meetings.bookable_title(session, settings.event_type_id) is not None
    )
    before = await rows.messages(
        session, row.id, before=messages[0].sequence, kinds=("message",), limit=HISTORY, newest=True
    )
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
        can_book=can_book,
        lead_verified=bool(lead),
        used=await _used(session, row),
        findings=findings,
        instructions=settings.persona,
        remembered=str(row.memory.get("text", ""))[:2_000] if settings.memory and row.lead_verified else "",
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
        zone=_zone(lead, organisation.time_zone),
        lead_id=row.lead_id,
        names=tuple(name for name in (pending.name, understood.name) if name),
    )


def _heard(message: Message, longest: int) -> Heard:
    return Heard(str(message.id), message.sequence, ai.normalise(message.text)[:longest])


def _answered_in(settings: AgentSettings, spoken: str) -> str:
    """The language to answer in: the visitor's, or the main one where the agent does not speak it."""
    return spoken if not settings.languages or spoken in settings.languages else settings.main_language


def _zone(lead: Sequence[Any], default: str) -> str:
    return (lead[0].time_zone if lead else None) or default


async def _used(session: AsyncSession, row: Conversation) -> Used:
    at: datetime = now()
    hour, day, cost = await repository.used(
        session, row.id, row.visitor_key, hour=at - timedelta(hours=1), day=at - timedelta(days=1)
    )
    return Used(hour, day, cost)


def with_question(
    situation: Situation, question: Question | None, states: Mapping[str, Any], read_: Reading
) -> Situation:
    """The situation with what the flow asks next."""
    return replace(situation, question=question, questions=dict(states), reading=read_)

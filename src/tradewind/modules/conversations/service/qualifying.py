"""The agent's flow in a turn: what the visitor's words say for it, what it asks next, and what follows at its end."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from tradewind.modules.conversations.contracts import TRIAL_CHANNELS
from tradewind.modules.conversations.engine.settings import AgentSettings
from tradewind.modules.conversations.engine.situation import (
    HAND_OVER,
    Heard,
    Noted,
    Pending,
    Question,
    QuestionState,
    Reading,
)
from tradewind.modules.conversations.models.conversations import Conversation
from tradewind.modules.leads import api as leads
from tradewind.modules.leads.contracts import ToldPerson
from tradewind.modules.qualification import api as qualification
from tradewind.modules.qualification.contracts import Reading as FlowReading
from tradewind.modules.qualification.contracts import Result, Urgency
from tradewind.modules.qualification.errors import FlowNotFound, FlowNotPublished, RunNotFound

# Of many messages at once the newest: whoever cannot wait says so again.
_LOOKED_AT = 3
_PERSON = {"name": "name", "full_name": "name", "your_name": "name", "email": "email", "work_email": "email"}


@dataclass(frozen=True, slots=True)
class Flowing:
    """A run of the flow with what this turn's words say for it; `running` until it has come to its end."""

    run_id: UUID
    running: bool
    reading: FlowReading
    question: Question | None
    states: dict[str, QuestionState]
    known: dict[str, str]


async def read(
    session: AsyncSession,
    row: Conversation,
    settings: AgentSettings,
    pending: Pending,
    heard: Sequence[Heard],
    *,
    understood: Reading,
    zone: str,
) -> Flowing | None:
    """Read the visitor's words for the agent's flow; None where there is none, or it is switched off."""
    if settings.flow_id is None:
        return None
    language = understood.language
    try:
        run = await qualification.start_run(
            session, settings.flow_id, subject_id=row.id, lead_id=row.lead_id, lead_verified=row.lead_verified,
            language=language, trial=row.channel in TRIAL_CHANNELS,
            draft=row.channel == "simulation",
        )  # fmt: skip
    except (FlowNotFound, FlowNotPublished):
        return None
    asked = pending.asked if pending.asked and not pending.asked.startswith("@") else None
    found = FlowReading()
    if pending.asked == HAND_OVER and understood.answer is None:
        # Who passes over “Shall I ask a colleague?” comes back to the question before it.
        before = await qualification.next_question(session, run.id, language=language, reading=found, time_zone=zone)
        asked = before.key if before and before.attempt > 1 else None
    for place, one in enumerate(heard):
        said = await qualification.read_turn(
            session, run.id, text=one.text, message_id=UUID(one.id), language=language,
            asked=asked if place == 0 else None, time_zone=zone,
        )  # fmt: skip
        found = _joined(found, said)
    question = await qualification.next_question(session, run.id, language=language, reading=found, time_zone=zone)
    standing = await qualification.result(session, run.id)
    states: dict[str, QuestionState] = dict.fromkeys(standing.missing, "open")
    states |= {one.question_key: one.state for one in standing.answers}
    states |= {one.question_key: one.state for one in found.all}
    asks = None
    if question is not None:
        # A guess is asked about again, to be confirmed; an answer that did not fit, too.
        states[question.key] = "open"
        fixed = question.proposal is not None or question.attempt > 1
        asks = Question(question.key, question.text, question.quick_replies, question.required, fixed)
    known = {one.question_key: one.shown for one in standing.answers if one.state != "refused"}
    return Flowing(run.id, standing.state == "running", found, asks, states, known)


def with_flow(reading: Reading, flowing: Flowing) -> Reading:
    """What was read, with what the flow made of it: facts the flow asks for, and a name or address among them."""
    facts = [one for one in flowing.reading.all if one.state in ("stated", "corrected")]
    noted = {one.field: one for one in reading.noted}
    told = [Noted(one.question_key, one.shown, one.quote, str(one.message_id)) for one in facts]
    named = {_PERSON[one.question_key]: one for one in facts if one.question_key in _PERSON}
    return replace(
        reading,
        noted=(*(one for name, one in noted.items() if name not in named), *told),
        refused=tuple(one.question_key for one in flowing.reading.refusals),
        name=reading.name or (named["name"].shown if "name" in named else None),
        email=reading.email or (named["email"].shown if "email" in named else None),
        is_question=flowing.reading.counter_question or (reading.is_question and not flowing.reading.answered),
    )


def known_person(flowing: Flowing, what: str) -> str | None:
    """The name or address that an earlier answer of the flow holds."""
    return next((value for key, value in flowing.known.items() if _PERSON.get(key) == what), None)


async def told(
    session: AsyncSession, flowing: Flowing, field: str, quote: str, message_id: str, *, language: str, zone: str
) -> Flowing:
    """The flow's reading with what a model found, if the visitor's own words do answer the question."""
    said = await qualification.read_turn(
        session, flowing.run_id, text=quote, message_id=UUID(message_id), language=language, asked=field,
        time_zone=zone,
    )  # fmt: skip
    found = FlowReading(captures=tuple(one for one in said.captures if one.question_key == field))
    return replace(flowing, reading=_joined(found, flowing.reading)) if found.captures else flowing


async def record(session: AsyncSession, flowing: Flowing, *, lead_id: UUID | None, zone: str) -> Result | None:
    """Store what was read; None if the run is gone."""
    try:
        return await qualification.record(session, flowing.run_id, flowing.reading, lead_id=lead_id, time_zone=zone)
    except RunNotFound:
        return None


async def urgency(
    session: AsyncSession, row: Conversation, heard: Sequence[Heard], language: str
) -> tuple[Urgency, Heard] | None:
    """What sounds urgent though nothing was known to be, and the message that says so."""
    if row.urgent:
        return None
    for one in heard[-_LOOKED_AT:]:
        found = await qualification.urgency(session, one.text[:2_000], language=language)
        if found.level == "urgent":
            return found, one
    return None


async def person(session: AsyncSession, email: str, name: str | None, source: str) -> UUID | None:
    """The lead with an address, found or made; None for what is no address. Nobody has proved to be it."""
    key = leads.email_key(email)
    if key is None:
        return None
    known = (await leads.leads_by_email(session, [key])).get(key)
    if known is not None:
        return known
    first, _, last = (name or "").strip().partition(" ")
    fields = {field: value for field, value in (("first_name", first), ("last_name", last.strip())) if value}
    return (await leads.create_told(session, [ToldPerson(email=key, source=source, fields=fields)]))[key]


def _joined(one: FlowReading, other: FlowReading) -> FlowReading:
    """Two readings as one; what was said later counts."""
    later = {each.question_key for each in other.all}

    def both(name: str) -> tuple:
        return (*(each for each in getattr(one, name) if each.question_key not in later), *getattr(other, name))

    return FlowReading(
        captures=both("captures"),
        corrections=both("corrections"),
        refusals=both("refusals"),
        proposals=both("proposals"),
        unusable=(*one.unusable, *other.unusable),
        asked=one.asked or other.asked,
        answered=one.answered or other.answered,
        counter_question=other.counter_question,
    )

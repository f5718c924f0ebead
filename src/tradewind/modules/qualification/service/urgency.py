"""Urgent messages: recognised by rules and by the shipped classifier, and told to people at once."""

from uuid import UUID, uuid5

from sqlalchemy.ext.asyncio import AsyncSession

from tradewind.kernel.events import publish
from tradewind.modules.email import api as email
from tradewind.modules.email.contracts import Mail
from tradewind.modules.identity import api as identity
from tradewind.modules.intents import api as intents
from tradewind.modules.intents.contracts import IntentResult
from tradewind.modules.leads import api as leads
from tradewind.modules.leads.contracts import NewActivity
from tradewind.modules.qualification import repository
from tradewind.modules.qualification.contracts import Urgency, UrgencyLevel
from tradewind.modules.qualification.engine import urgency as rules
from tradewind.modules.qualification.events import EmergencyCallWanted, UrgencyRaised

INTENT_SET = "urgency"
TAG = "URGENT"
_URGENT, _CALM = "urgent", "can_wait"
# Chosen on folds of what the shipped set learns from, for precision .9: what the classifier alone needs, what it needs
# where a text tells of what is over, and what a rule needs beside its words (“is smoking permitted there?”).
_SURE, _SURE_OF_PAST, _LIKELY = 0.7, 0.97, 0.3
_SURE_OF_SOON = 0.75
_MOST_CHARACTERS, _LEAST_WORDS = 2_000, 3


async def judge(session: AsyncSession, text: str, language: str) -> Urgency:
    """Rules and, for English, the classifier: either hears what is urgent, and who says that it can wait, can.

    What a person called not urgent stays so when somebody writes the same again.
    """
    read = text[:_MOST_CHARACTERS]
    found = rules.by_rules(read)
    guess = None
    if language == "en" and len(read.split()) >= _LEAST_WORDS and (found is not None or not rules.is_calm(read)):
        guess = await intents.classify(session, read, intent_set=INTENT_SET)
    heard = _heard(found, guess, read)
    if heard.level == "urgent" and await intents.label_given(session, read, intent_set=INTENT_SET) not in (
        None,
        _URGENT,
    ):
        return Urgency("none", "Somebody here said that these words can wait")
    return heard


def _heard(found: rules.Found | None, guess: IntentResult | None, read: str) -> Urgency:
    """What a rule found and what the classifier holds likely, as one."""
    likely: dict[str, float] = dict(guess.ranking) if guess else {}
    urgent = likely.get(_URGENT)
    over = urgent is not None and rules.is_over(read)
    ruled = found and Urgency(found.level, found.why, "rule", read[found.start : found.end], found.signs)
    if ruled and ruled.level == "urgent" and (urgent is None or urgent >= (_SURE if over else _LIKELY)):
        return ruled
    if guess and not rules.is_calm(read):
        if urgent is not None and urgent >= (_SURE_OF_PAST if over else _SURE):
            return _guessed("urgent", urgent, guess, read)
        if likely.get("soon", 0) >= _SURE_OF_SOON:
            return _guessed("soon", likely["soon"], guess, read)
    return ruled if ruled and ruled.level == "soon" else Urgency("none", "No sign of urgency")


def _guessed(level: UrgencyLevel, probability: float, guess: IntentResult, read: str) -> Urgency:
    near = next((f", as “{one.text}”" for one in guess.nearest if one.label == level), "")
    return Urgency(level, f"Sounds {level} ({probability:.0%} sure{near})", "classifier", read)


async def calm(session: AsyncSession, text: str, *, subject: str, subject_id: UUID, lead_id: UUID | None) -> None:
    """Somebody says that a subject is not urgent: its words can wait from now on, and the next alarm is a new one."""
    await repository.forget_alarm(session, subject, subject_id)
    if lead_id is not None:
        await leads.change_many(session, [lead_id], reason="A message was not urgent", remove_tags=[TAG])
    await intents.teach(session, text, intent_set=INTENT_SET, label=_CALM)


async def raise_alarm(
    session: AsyncSession,
    found: Urgency,
    *,
    subject: str,
    subject_id: UUID,
    lead_id: UUID | None,
    email_to: str | None,
    phone: str | None,
    link: str | None,
) -> bool:
    """Flag, mail and ask for a call, once for a subject; the mail leaves with the transaction."""
    if found.level != "urgent" or not await repository.first_alarm(session, subject, subject_id):
        return False
    name = ""
    if lead_id is not None:
        await leads.qualify(session, lead_id, values={}, add_tags=[TAG])
        summary = next(iter(await leads.lead_summaries(session, [lead_id])), None)
        name = summary.full_name or summary.company_name or "" if summary else ""
        await leads.record_activities(
            session,
            [
                NewActivity(
                    id=uuid5(subject_id, "urgent"), kind="qualification.urgent", lead_id=lead_id,
                    title=f"Urgent: {found.why}"[:300], body=found.quote[:1_000], source="Qualification",
                    data={"subject": subject, "subject_id": str(subject_id), "by": found.by},
                )
            ],
        )  # fmt: skip
    await identity.record(
        session, action="qualification.urgency_raised", subject_type=subject, subject_id=subject_id,
        after={"level": found.level, "by": found.by}, reason=found.why,
    )  # fmt: skip
    await _mail(session, found, name, subject, email_to, link)
    fact = {"subject": subject, "subject_id": subject_id, "lead_id": lead_id, "why": found.why}
    await publish(session, UrgencyRaised(**fact))
    if phone:
        await publish(session, EmergencyCallWanted(call_id=uuid5(subject_id, "emergency call"), phone=phone, **fact))
    return True


async def _mail(
    session: AsyncSession, found: Urgency, name: str, subject: str, email_to: str | None, link: str | None
) -> None:
    """To the designated address; without one to everyone who answers conversations."""
    if email_to is not None:
        receivers: list[tuple[str, str, UUID | None]] = [(email_to, "", None)]
    else:
        members = await identity.list_members(session)
        receivers = [(one.email, one.name, one.id) for one in members if "conversations:write" in one.permissions]
    who = f" from {' '.join(name.split())}" if name else ""
    quote = " ".join(found.quote.split())[:500]
    for address, called, member_id in receivers:
        greeting = f"Hello {called}" if called else "Hello"
        body = f"{greeting},\n\na message{who} cannot wait. {found.why}:\n\n“{quote}”\n"
        body += "\nOpen it here:\n\n{link}" if link else f"\nIt is in the {subject} in Tradewind."
        await email.deliver(
            session, Mail("urgent_message", address, called, f"Urgent message{who}"[:200], body, link, member_id)
        )

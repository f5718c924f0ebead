"""Urgent messages: recognised by rules and by the shipped classifier, and told to people at once."""

from uuid import UUID, uuid5

from sqlalchemy.ext.asyncio import AsyncSession

from tradewind.kernel.events import publish
from tradewind.modules.email import api as email
from tradewind.modules.email.contracts import Mail
from tradewind.modules.identity import api as identity
from tradewind.modules.intents import api as intents
from tradewind.modules.leads import api as leads
from tradewind.modules.leads.contracts import NewActivity
from tradewind.modules.qualification import repository
from tradewind.modules.qualification.contracts import Urgency, UrgencyLevel
from tradewind.modules.qualification.engine import urgency as rules
from tradewind.modules.qualification.events import EmergencyCallWanted, UrgencyRaised

INTENT_SET = "urgency"
TAG = "URGENT"
# Below it, the classifier's guess is left to people.
_SURE = {"urgent": 0.85, "soon": 0.75}
_MOST_CHARACTERS = 2_000


async def judge(session: AsyncSession, text: str, language: str) -> Urgency:
    """Rules decide where they find a sign, else the classifier, which knows English. Who says that it can wait, can."""
    read = text[:_MOST_CHARACTERS]
    found = rules.by_rules(read)
    if found is not None:
        return Urgency(found.level, found.why, "rule", read[found.start : found.end], found.signs)
    if language != "en" or rules.is_calm(read) or len(read.split()) < 4:
        return Urgency("none", "No sign of urgency")
    guess = await intents.classify(session, read, intent_set=INTENT_SET)
    level: UrgencyLevel = "urgent" if guess.label == "urgent" else "soon" if guess.label == "soon" else "none"
    if level == "none" or guess.probability < _SURE[level]:
        return Urgency("none", "No sign of urgency")
    near = f", as “{guess.nearest[0].text}”" if guess.nearest else ""
    return Urgency(level, f"Sounds {level} ({guess.probability:.0%} sure{near})", "classifier", read)


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

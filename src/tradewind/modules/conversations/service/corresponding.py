"""Conversations by e-mail: one for each exchange of mails, answered by people."""

from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from tradewind.modules.conversations.contracts import MAX_TEXT, NewConversation
from tradewind.modules.conversations.repository import conversations as rows
from tradewind.modules.conversations.service import conversations, messages, texts
from tradewind.modules.email import api as email
from tradewind.modules.email.contracts import Arrival
from tradewind.modules.leads import api as leads
from tradewind.modules.leads.contracts import NewActivity, ToldPerson

_MAX_NAME = 120
_MAX_ABSENCE = 1_000


async def take(session: AsyncSession, arrival_id: UUID) -> None:
    """Store what a person wrote, once; the first mail of an exchange begins a conversation.

    From lines are easily forged, so the lead is named and not verified: nothing is told that they may not know.
    """
    mail = await email.arrival(session, arrival_id)
    if mail is None:
        return
    lead_id = mail.person_id
    address = leads.email_key(mail.from_address)
    if lead_id is None and address is not None:
        lead_id = (await leads.leads_by_email(session, [address])).get(address)
        if lead_id is None:
            first, _, last = texts.clean(mail.from_name)[:_MAX_NAME].partition(" ")
            named = {"first_name": first, "last_name": last.strip()}
            fields = {name: value for name, value in named.items() if value}
            lead_id = (await leads.create_told(session, [ToldPerson(email=address, source="email", fields=fields)]))[
                address
            ]
    new = NewConversation(
        channel="email", key=f"email:{mail.thread}", visitor_key=mail.thread, lead_id=lead_id,
        subject=mail.subject[:200],
    )  # fmt: skip
    conversation = await conversations.start(session, new)
    await messages.receive(
        session, conversation.id, mail.text[:MAX_TEXT], key=f"mail:{mail.id}", data={"from": mail.from_address}
    )
    if lead_id is not None:
        await leads.record_activities(session, [await _reply(session, mail, lead_id)])


async def note_absence(session: AsyncSession, arrival_id: UUID) -> None:
    """Add to the timeline that a mailbox said nobody is there. A machine's word makes no stranger a lead."""
    mail = await email.arrival(session, arrival_id)
    if mail is None:
        return
    lead_id = mail.person_id
    if lead_id is None and (address := leads.email_key(mail.from_address)) is not None:
        lead_id = (await leads.leads_by_email(session, [address])).get(address)
    if lead_id is not None:
        _, about = await _about(session, mail)
        absence = NewActivity(
            id=mail.id, kind="email.out_of_office", lead_id=lead_id, title="Out of office",
            body="\n\n".join(filter(None, (mail.subject, mail.text[:_MAX_ABSENCE]))), source="E-mail",
            actor_kind="lead", data=about, human=0.0,
        )  # fmt: skip
        await leads.record_activities(session, [absence])


async def _reply(session: AsyncSession, mail: Arrival, lead_id: UUID) -> NewActivity:
    """The entry of a timeline that journeys wait for; the words stand in the conversation."""
    answered, about = await _about(session, mail)
    return NewActivity(
        id=mail.id, kind="email.replied", lead_id=lead_id, title="E-mail answered" if answered else "E-mail received",
        body=mail.subject, source="E-mail", actor_kind="lead", data=about,
    )  # fmt: skip


async def _about(session: AsyncSession, mail: Arrival) -> tuple[bool, dict[str, str]]:
    """Whether it answers a mail of ours, and which one, with what that was sent for."""
    answered = await email.sent_mails(session, [mail.message_id]) if mail.message_id else {}
    data = {"message_id": mail.message_id, "thread": mail.thread}
    for sent in answered.values():
        data |= {"journey_id": sent.journey_id, "campaign_id": sent.campaign_id, "step_key": sent.step_key}
    return bool(answered), {name: str(value) for name, value in data.items() if value is not None}


async def answer(session: AsyncSession, conversation_id: UUID, message_id: UUID, sequence: int) -> None:
    """Mail a message of a conversation to whom it is with."""
    row = await rows.conversation(session, conversation_id)
    found = await rows.messages(session, conversation_id, after=sequence - 1, limit=1)
    if row is None or row.visitor_key is None or not found or found[0].id != message_id:
        return
    await email.answer(session, row.visitor_key, found[0].text, key=str(message_id))

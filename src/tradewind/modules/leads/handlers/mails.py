"""Mails and leads: the e-mail module is told who leads are, and what became of their mails stands in timelines."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID, uuid5

from sqlalchemy.ext.asyncio import AsyncSession

from tradewind.kernel.events import subscriber
from tradewind.modules.email import api as email
from tradewind.modules.email.contracts import SentMail
from tradewind.modules.email.events import MailNews
from tradewind.modules.leads.contracts import NewActivity
from tradewind.modules.leads.events import LeadsPurged
from tradewind.modules.leads.repository import identified
from tradewind.modules.leads.service import timeline
from tradewind.modules.leads.service.mail_facts import LeadsInMails
from tradewind.modules.sending.events import MessageSent

email.provide_people(LeadsInMails())

_WORDS = {
    "sent": "E-mail sent",
    "delivered": "E-mail delivered",
    "bounced": "E-mail bounced",
    "complained": "E-mail reported as spam",
    "opened": "E-mail opened",
    "clicked": "E-mail clicked",
}
_BY_THE_LEAD = frozenset({"opened", "clicked", "complained"})


@dataclass(frozen=True, slots=True)
class _Entry:
    """A line of a timeline to be; the same id is the same line."""

    kind: str
    id: UUID
    message_id: UUID
    person_id: UUID
    at: datetime
    human: float | None = None
    data: Mapping[str, Any] = field(default_factory=dict)


@subscriber(MessageSent)
async def note_sent(session: AsyncSession, event: MessageSent) -> None:
    """Mails left."""
    left = [
        _Entry("sent", uuid5(fact.intent_id, "sent"), fact.intent_id, fact.person_id, fact.at)
        for fact in event.messages
        if fact.channel == "email" and fact.person_id is not None
    ]
    await _note(session, left)


@subscriber(MailNews)
async def note_news(session: AsyncSession, event: MailNews) -> None:
    """Mails were delivered or came back; people opened them, clicked in them, reported them."""
    known = [
        _Entry(one.kind, one.id, one.message_id, one.person_id, one.at, one.human, one.data) for one in event.items
    ]
    await _note(session, known)


@subscriber(LeadsPurged)
async def forget_mails_of_purged(session: AsyncSession, event: LeadsPurged) -> None:
    """What is known of people who are gone for good goes too."""
    await email.forget_people(session, event.lead_ids)


async def _note(session: AsyncSession, entries: Sequence[_Entry]) -> None:
    """Add a batch to timelines: a few statements, however many there are."""
    live = await identified.live(session, {entry.person_id for entry in entries}) if entries else set()
    shown = [entry for entry in entries if entry.person_id in live]
    mails = await email.sent_mails(session, {entry.message_id for entry in shown}) if shown else {}
    await timeline.record_activities(session, [_activity(entry, mails.get(entry.message_id)) for entry in shown])


def _activity(entry: _Entry, mail: SentMail | None) -> NewActivity:
    by_lead = entry.kind in _BY_THE_LEAD
    of_mail = (
        {"journey_id": mail.journey_id, "campaign_id": mail.campaign_id, "step_key": mail.step_key} if mail else {}
    )
    told = {name: value for name, value in of_mail.items() if value is not None}
    details = (mail.subject if mail else "", entry.data.get("reason") or entry.data.get("url") or "")
    return NewActivity(
        id=entry.id, kind=f"email.{entry.kind}", lead_id=entry.person_id, title=_WORDS[entry.kind],
        body="\n".join(filter(None, details)), occurred_at=entry.at, source="E-mail",
        data={"message_id": str(entry.message_id), **told, **entry.data},
        actor_kind="lead" if by_lead else "system", human=entry.human,
    )  # fmt: skip

"""Mails and leads: the e-mail module is told who leads are, and what they do with mails stands in their timelines."""

from sqlalchemy.ext.asyncio import AsyncSession

from tradewind.kernel.events import subscriber
from tradewind.modules.email import api as email
from tradewind.modules.email.events_engagement import EmailLinkClicked, EmailOpened
from tradewind.modules.leads.contracts import NewActivity
from tradewind.modules.leads.events import LeadsPurged
from tradewind.modules.leads.events_deals import LeadsMerged
from tradewind.modules.leads.repository import identified
from tradewind.modules.leads.service import timeline
from tradewind.modules.leads.service.mail_facts import LeadsInMails

email.provide_people(LeadsInMails())


@subscriber(EmailLinkClicked)
async def note_click(session: AsyncSession, event: EmailLinkClicked) -> None:
    """A lead followed a link of a mail."""
    await _note(session, event, "email.clicked", "Clicked a link in a mail", {"url": event.url[:500]})


@subscriber(EmailOpened)
async def note_open(session: AsyncSession, event: EmailOpened) -> None:
    """A lead opened a mail."""
    await _note(session, event, "email.opened", "Opened a mail", {})


@subscriber(LeadsMerged)
async def follow_mails_of_merged(session: AsyncSession, event: LeadsMerged) -> None:
    """What the losers did with mails is the winner's."""
    await email.follow_merge(session, event.winner_id, event.loser_ids)


@subscriber(LeadsPurged)
async def forget_mails_of_purged(session: AsyncSession, event: LeadsPurged) -> None:
    """What is known of people who are gone for good goes too."""
    await email.forget_people(session, event.lead_ids)


async def _note(
    session: AsyncSession, event: EmailLinkClicked | EmailOpened, kind: str, title: str, data: dict[str, str]
) -> None:
    if event.person_id is None or event.person_id not in await identified.live(session, [event.person_id]):
        return
    entry = NewActivity(
        id=event.engagement_id,
        kind=kind,
        lead_id=event.person_id,
        title=title,
        occurred_at=event.occurred_at,
        source="E-mail",
        data={"message_id": str(event.message_id), **data},
        actor_kind="lead",
        human=event.human,
    )
    await timeline.record_activities(session, [entry])

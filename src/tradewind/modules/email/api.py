"""What other modules and the command line may ask of email."""

from collections.abc import Collection, Mapping, Sequence
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from tradewind.kernel.access import Actor
from tradewind.kernel.database import Database
from tradewind.kernel.ownership import Former
from tradewind.modules.email.contracts import Arrival, DeliveredMail, Mail, SentMail
from tradewind.modules.email.contracts_rendering import MailClick, MailPerson, MailSender, RenderedMail
from tradewind.modules.email.people import EngagementJudge, PeopleSource
from tradewind.modules.email.people import provide_judge as set_judge
from tradewind.modules.email.people import provide_people as set_people
from tradewind.modules.email.repository import delivery as delivery_rows
from tradewind.modules.email.repository import templates as template_rows
from tradewind.modules.email.service import answering, engagement, mail_settings, rendering, sink
from tradewind.modules.email.service.engagement import CLICK_PARAMETER

__all__ = [
    "CLICK_PARAMETER",
    "answer",
    "arrival",
    "claim_clicks",
    "deliver",
    "follow_merge",
    "follow_unmerge",
    "forget_people",
    "provide_judge",
    "provide_people",
    "published_versions",
    "recent_mails",
    "render",
    "sent_mails",
]


async def deliver(session: AsyncSession, mail: Mail) -> None:
    """Send a mail of the session's organisation, if its transaction commits."""
    await sink.deliver(session, mail)


async def arrival(session: AsyncSession, arrival_id: UUID) -> Arrival | None:
    """What a person wrote, as the event EmailReplied names it; None if it is gone."""
    return await answering.arrival(session, arrival_id)


async def answer(session: AsyncSession, thread: str, text: str, *, key: str) -> UUID | None:
    """Answer the last mail of an exchange, once per `key`; the message's id, None if there is nobody to answer."""
    return await answering.answer(session, thread, text, key=key)


async def sent_mails(session: AsyncSession, message_ids: Collection[UUID]) -> dict[UUID, SentMail]:
    """Mails that left, by the ids of their messages; others are left out."""
    return await delivery_rows.sent_mails(session, message_ids)


async def recent_mails(database: Database, *, limit: int = 20) -> list[DeliveredMail]:
    """Newest mails of the whole installation with their links, newest first: for whoever runs it."""
    async with database.transaction(Actor.system(name="mail")) as session:
        ids = list((await session.scalars(text("SELECT all_organisation_ids()"))).all())
    found: list[DeliveredMail] = []
    for organisation_id in ids:
        async with database.transaction(Actor.system(organisation_id, name="mail")) as session:
            found += await sink.recent(session, limit=limit)
    return sorted(found, key=lambda mail: mail.id, reverse=True)[:limit]


async def published_versions(session: AsyncSession, template_ids: Collection[UUID]) -> dict[UUID, UUID | None]:
    """The version of each template that goes out now, None for one never published; others are not there any more."""
    return await template_rows.published(session, template_ids)


async def tracks_opens(session: AsyncSession) -> bool:
    """Whether the organisation's mails tell when they are opened."""
    return (await mail_settings.current(session)).track_opens != "off"


async def render(
    session: AsyncSession, version_id: UUID, people: Sequence[MailPerson], *, sender: MailSender | None = None
) -> list[RenderedMail]:
    """A published mail for each person, in their order; a few queries however many there are.

    A mail that is `blocked` must not leave: its problems say why. Raises MailTemplateVersionNotFound.
    """
    return await rendering.render(session, version_id, people, sender=sender)


async def claim_clicks(session: AsyncSession, browsers: Mapping[UUID, str]) -> list[MailClick]:
    """The people whose clicks in mails brought these browsers: `browsers` are anonymous ids by the click's id.

    Scanners' clicks, those older than half an hour and those that another browser brought before are left out.
    """
    return await engagement.claim_clicks(session, browsers)


async def follow_merge(session: AsyncSession, winner_id: UUID, loser_ids: Collection[UUID]) -> dict[str, Former]:
    """Mails to and from merged people, and what they did with them, are the remaining one's.

    Returns whose they were, by table: what `follow_unmerge` needs to take it back.
    """
    return await engagement.follow_merge(session, winner_id, loser_ids)


async def follow_unmerge(session: AsyncSession, winner_id: UUID, moves: Mapping[str, Former]) -> None:
    """Give back mails that came by a merge, and what was done with them."""
    await engagement.follow_unmerge(session, winner_id, moves)


async def forget_people(session: AsyncSession, person_ids: Collection[UUID]) -> None:
    """Take away what people did with mails who are gone for good."""
    await engagement.forget(session, person_ids)


def provide_people(source: PeopleSource) -> None:
    """Say who knows people by their id; called once, when the module that does is loaded."""
    set_people(source)


def provide_judge(judge: EngagementJudge) -> None:
    """Say who tells people from programs among those who click; called once."""
    set_judge(judge)

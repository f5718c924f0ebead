"""What other modules and the command line may ask of email."""

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from tradewind.kernel.access import Actor
from tradewind.kernel.database import Database
from tradewind.modules.email.contracts import DeliveredMail, Mail
from tradewind.modules.email.service import sink

__all__ = ["deliver", "recent_mails"]


async def deliver(session: AsyncSession, mail: Mail) -> None:
    """Send a mail of the session's organisation, if its transaction commits."""
    await sink.deliver(session, mail)


async def recent_mails(database: Database, *, limit: int = 20) -> list[DeliveredMail]:
    """Newest mails of the whole installation with their links, newest first: for whoever runs it."""
    async with database.transaction(Actor.system(name="mail")) as session:
        ids = list((await session.scalars(text("SELECT all_organisation_ids()"))).all())
    found: list[DeliveredMail] = []
    for organisation_id in ids:
        async with database.transaction(Actor.system(organisation_id, name="mail")) as session:
            found += await sink.recent(session, limit=limit)
    return sorted(found, key=lambda mail: mail.id, reverse=True)[:limit]

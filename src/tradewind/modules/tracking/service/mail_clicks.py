"""Links in mails identify the browser they are opened in."""

from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncSession

from tradewind.modules.leads.api import email_key
from tradewind.modules.tracking.evidence import Mark
from tradewind.modules.tracking.repository import identities
from tradewind.modules.tracking.service.identities import Evidence, learn
from tradewind.modules.tracking.service.known_people import attach


async def record(session: AsyncSession, *, email: str, anonymous_id: str, at: datetime) -> None:
    """Take the click in as evidence; a text that is no address is none."""
    key = email_key(email)
    if key is None:
        return
    await identities.lock(session, wait=True)
    evidence = Evidence()
    evidence.see(("anonymous", anonymous_id), at)
    evidence.join(("anonymous", anonymous_id, "email", key), "mail_click", at)
    evidence.marks.append(Mark(anonymous_id, at, ("email", key)))
    await attach(session, await learn(session, evidence), may_add=(), traits={})

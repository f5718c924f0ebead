"""Links in mails identify the browser they are opened in."""

from collections.abc import Sequence
from datetime import datetime
from urllib.parse import parse_qs, urlsplit
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from tradewind.modules.email import api as email
from tradewind.modules.leads import api as leads
from tradewind.modules.leads.api import email_key
from tradewind.modules.tracking.contracts import CollectedEvent
from tradewind.modules.tracking.evidence import Mark
from tradewind.modules.tracking.humanity import LIKELY_BOT
from tradewind.modules.tracking.repository import identities
from tradewind.modules.tracking.service.identities import Evidence, learn
from tradewind.modules.tracking.service.known_people import attach


async def record(session: AsyncSession, *, address: str, anonymous_id: str, at: datetime) -> None:
    """Take the click in as evidence; a text that is no address is none."""
    key = email_key(address)
    if key is None:
        return
    await identities.lock(session, wait=True)
    evidence = Evidence()
    evidence.see(("anonymous", anonymous_id), at)
    evidence.join(("anonymous", anonymous_id, "email", key), "mail_click", at)
    evidence.marks.append(Mark(anonymous_id, at, ("email", key)))
    await attach(session, await learn(session, evidence), may_add=(), traits={})


async def read(session: AsyncSession, events: Sequence[CollectedEvent], evidence: Evidence) -> None:
    """Take in the clicks that pages were opened by: the address says which, and the click whose it was."""
    browsers: dict[UUID, str] = {}
    moments: dict[UUID, datetime] = {}
    for event in events:
        click = _click_in(event.url) if event.type == "page" and event.human >= LIKELY_BOT else None
        if click is not None and event.anonymous_id is not None:
            browsers.setdefault(click, event.anonymous_id)
            moments.setdefault(click, event.occurred_at)
    clicks = await email.claim_clicks(session, browsers)
    if not clicks:
        return
    found = await leads.lead_summaries(session, [click.person_id for click in clicks])
    keys = {one.id: email_key(one.email) for one in found if one.email}
    for click in clicks:
        key, browser = keys.get(click.person_id), browsers[click.id]
        if key is not None:
            evidence.join(("anonymous", browser, "email", key), "mail_click", moments[click.id])
            evidence.marks.append(Mark(browser, moments[click.id], ("email", key)))


def _click_in(url: str | None) -> UUID | None:
    if not url or email.CLICK_PARAMETER not in url:
        return None
    try:
        [value] = parse_qs(urlsplit(url).query).get(email.CLICK_PARAMETER, [])
        return UUID(hex=value)
    except ValueError:
        return None

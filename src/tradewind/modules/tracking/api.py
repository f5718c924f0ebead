"""What other modules may ask of tracking; frozen dataclasses in and out."""

from collections.abc import Collection
from datetime import datetime
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from tradewind.modules.tracking.channels import CHANNELS
from tradewind.modules.tracking.contracts import LeadTouch, LeadVisits
from tradewind.modules.tracking.humanity import LIKELY_BOT, clicked_by_scanner
from tradewind.modules.tracking.repository import visits as repository
from tradewind.modules.tracking.service import mail_clicks

__all__ = [
    "CHANNELS",
    "LIKELY_BOT",
    "clicked_by_scanner",
    "lead_of_browser",
    "record_mail_click",
    "touches_of_leads",
    "visits_of_leads",
]


async def touches_of_leads(
    session: AsyncSession, lead_ids: Collection[UUID], *, before: datetime | None = None
) -> dict[UUID, list[LeadTouch]]:
    """The path of each lead who visited, in the order of time; `before` leaves out what came at or after it."""
    found: dict[UUID, list[LeadTouch]] = {}
    for row in await repository.touches_of_leads(session, lead_ids, before=before, limit=None):
        touch = LeadTouch(
            at=row["at"],
            channel=row["channel"],
            utm_source=row["utm_source"],
            utm_medium=row["utm_medium"],
            utm_campaign=row["utm_campaign"],
            referrer_host=row["referrer_host"],
            landing_path=row["landing_path"],
            likely_bot=row["human_events"] < row["events"] * LIKELY_BOT,
        )
        found.setdefault(row["lead_id"], []).append(touch)
    return found


async def visits_of_leads(
    session: AsyncSession, lead_ids: Collection[UUID], *, before: datetime | None = None
) -> dict[UUID, LeadVisits]:
    """Raw and cleaned counts of each lead who visited; `before` leaves out sessions that began at or after it."""
    rows = await repository.counts_of_leads(session, lead_ids, before=before, likely_bot=LIKELY_BOT)
    return {row["lead_id"]: LeadVisits(**{name: row[name] for name in LeadVisits.__slots__}) for row in rows}


async def record_mail_click(session: AsyncSession, *, email: str, anonymous_id: str, at: datetime) -> None:
    """A link in a mail to `email` was opened in this browser: the browser is that person's from then on.

    Not for clicks that `clicked_by_scanner` tells were a program's. An address of nobody we know adds no lead.
    """
    await mail_clicks.record(session, address=email, anonymous_id=anonymous_id, at=at)


async def lead_of_browser(session: AsyncSession, anonymous_id: str) -> UUID | None:
    """The lead who uses the browser with this id of the snippet, as far as is known; proof of nothing."""
    return await repository.lead_of_browser(session, anonymous_id)

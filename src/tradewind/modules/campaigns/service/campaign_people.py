"""Everybody in a campaign with what came of it, as a file."""

import csv
import io
from collections.abc import AsyncIterator, Iterable, Mapping, Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from tradewind.kernel.spreadsheets import harmless
from tradewind.modules.campaigns.engine.campaign import CampaignDraft
from tradewind.modules.campaigns.engine.composing import GO, HELD_OUT, HOLDOUT, split_key
from tradewind.modules.campaigns.repository import campaign_results as rows
from tradewind.modules.campaigns.repository import campaigns as repository
from tradewind.modules.campaigns.service import campaigns
from tradewind.modules.leads import api as leads

_BATCH = 1_000
_COLUMNS = (
    "Person id", "Name", "E-mail", "Company", "Entered", "State", "Reason", "Variants", "Messages sent",
    "Messages not sent", "Opened", "Clicked", "Goal reached",
)  # fmt: skip


async def begin_export(session: AsyncSession, campaign_id: UUID) -> None:
    """Note in the audit log that somebody takes the people along. Raises CampaignNotFound."""
    await campaigns.record(session, "campaign.people_exported", await campaigns.require(session, campaign_id))


async def lines(session: AsyncSession, campaign_id: UUID) -> AsyncIterator[str]:
    """The file in pieces: only people whom the caller sees, and of those only what the caller may see."""
    yield _text([_COLUMNS])
    names = _names(campaigns.draft_of(await campaigns.require(session, campaign_id)))
    journeys = [one.id for one in await repository.journeys_of(session, [campaign_id])]
    after = None
    while True:
        found = await rows.people(session, campaign_id, journeys, after=after, limit=_BATCH)
        known = {one.id: one for one in await leads.lead_summaries(session, [row["person_id"] for row in found])}
        yield _text(
            (
                str(row["person_id"]), person.full_name or "", person.email or "", person.company_name or "",
                _at(row["entered_at"]), row["state"], row["reason"], _told(row["draws"] or (), names), str(row["sent"]),
                str(row["blocked"]), "yes" if row["opened"] else "", "yes" if row["clicked"] else "",
                _at(row["goal_at"]),
            )
            for row in found
            if (person := known.get(row["person_id"])) is not None
        )  # fmt: skip
        if len(found) < _BATCH:
            return
        after = found[-1]["id"]


def _names(draft: CampaignDraft) -> Mapping[tuple[str, ...], str]:
    """What each draw is called: the variant by its name; nobody needs to read of not being held out."""
    named = {
        (split_key(message.key), variant.key): variant.name or variant.key
        for message in draft.messages
        for variant in message.variants
    }
    return {**named, (HOLDOUT, GO): "", HELD_OUT: "Held out"}


def _told(draws: Iterable[Sequence[str]], names: Mapping[tuple[str, ...], str]) -> str:
    # A journey that was changed by hand has splits of its own.
    return "; ".join(name for node, variant in draws if (name := names.get((node, variant), variant)))


def _at(moment: datetime | None) -> str:
    return moment.isoformat(timespec="seconds") if moment else ""


def _text(cells: Iterable[Iterable[str]]) -> str:
    written = io.StringIO()
    csv.writer(written).writerows([harmless(cell) for cell in row] for row in cells)
    return written.getvalue()

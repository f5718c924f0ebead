"""Deciding for a variant by hand, and leaving it to chance again."""

from typing import Any
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from tradewind.kernel.clock import now
from tradewind.kernel.database import actor_of
from tradewind.modules.campaigns.engine.composing import split_key
from tradewind.modules.campaigns.errors import VariantNotFound, WrongState
from tradewind.modules.campaigns.models import Campaign, Journey
from tradewind.modules.campaigns.schemas.campaigns import CampaignRead
from tradewind.modules.campaigns.schemas.enrolments import JourneySplitRead
from tradewind.modules.campaigns.service import campaigns, journeys, splits


async def choose(session: AsyncSession, campaign_id: UUID, message: str, variant: str) -> CampaignRead:
    """Have everybody from now on get this variant, whichever version of the journey they are on.

    Raises CampaignNotFound, VariantNotFound, WrongState.
    """
    campaign = await _running(session, campaign_id)
    told = next((one for one in campaigns.draft_of(campaign).messages if one.key == message), None)
    if told is None or variant not in {one.key for one in told.variants} or len(told.variants) < 2:
        raise VariantNotFound("There is no such variant of this message.")
    journey = await journeys.require(session, campaign.journey_id or campaign_id, lock=True)
    chosen = {"variant": variant, "by": actor_of(session).name, "at": now().isoformat()}
    journey.chosen = {**journey.chosen, split_key(message): chosen}
    await _noted(session, campaign, "campaign.variant_chosen", after={"message": message, "variant": variant})
    return await campaigns.shown(session, campaign)


async def leave_to_chance(session: AsyncSession, campaign_id: UUID, message: str) -> CampaignRead:
    """Have chance decide again on the variants of a message. Raises CampaignNotFound, WrongState."""
    campaign = await _running(session, campaign_id)
    journey = await journeys.require(session, campaign.journey_id or campaign_id, lock=True)
    before = _released(journey, split_key(message))
    await _noted(session, campaign, "campaign.chance_restored", before=before, after={"message": message})
    return await campaigns.shown(session, campaign)


async def leave_split_to_chance(session: AsyncSession, journey_id: UUID, node: str) -> list[JourneySplitRead]:
    """Have chance decide again at a split of a journey. Raises JourneyNotFound, WrongState."""
    journey = await journeys.require(session, journey_id, lock=True)
    before = _released(journey, node)
    await session.flush()
    await journeys.record(session, "journey.chance_restored", journey, before=before, after={"step": node})
    return await splits.list_splits(session, journey_id)


def _released(journey: Journey, node: str) -> dict[str, Any]:
    if node not in journey.chosen:
        raise WrongState("Nobody has chosen a variant there: chance decides.")
    chosen = dict(journey.chosen)
    before = chosen.pop(node)
    journey.chosen = chosen
    return {name: before[name] for name in ("variant", "by")}


async def _running(session: AsyncSession, campaign_id: UUID) -> Campaign:
    campaign = await campaigns.require(session, campaign_id, lock=True)
    if campaign.state not in ("live", "paused"):
        raise WrongState("Only in a running campaign there is something to choose.")
    return campaign


async def _noted(session: AsyncSession, campaign: Campaign, action: str, **more: Any) -> None:
    await session.flush()
    await campaigns.touch(session, campaign)
    await campaigns.record(session, action, campaign, **more)

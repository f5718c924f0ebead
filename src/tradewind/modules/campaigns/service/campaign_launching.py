"""From draft to live campaign and back. A campaign and its journey change in one transaction, or not at all."""

from typing import Any
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from tradewind.kernel.clock import now
from tradewind.kernel.errors import AppError
from tradewind.kernel.events import publish as tell
from tradewind.modules.campaigns.engine.composing import compose
from tradewind.modules.campaigns.errors import (
    CampaignInvalid,
    ConfirmationNeeded,
    RehearsalNeeded,
    WrongState,
)
from tradewind.modules.campaigns.events import CampaignEnded, CampaignLaunched, CampaignNotStarted, CampaignPaused
from tradewind.modules.campaigns.models import Campaign, Journey
from tradewind.modules.campaigns.repository import campaigns as repository
from tradewind.modules.campaigns.repository import journeys as journey_rows
from tradewind.modules.campaigns.schemas.campaigns import CampaignLaunch, CampaignRead, CampaignRehearse
from tradewind.modules.campaigns.schemas.journeys import JourneyCreate, JourneyPublish, JourneyUpdate
from tradewind.modules.campaigns.schemas.rehearsals import RehearsalCreate, RehearsalRead
from tradewind.modules.campaigns.service import budgets, campaigns, journeys, publishing, reaching, rehearsals, sweeping
from tradewind.modules.campaigns.service.programs import home_zone, of_version
from tradewind.modules.sending import api as sending

_DRIFT = 0.02
_PAUSED = "The campaign is paused"


async def compose_journey(session: AsyncSession, campaign_id: UUID) -> UUID:
    """Write the journey of the draft as it is; its id. Raises CampaignNotFound, LimitReached."""
    campaign = await campaigns.require(session, campaign_id, lock=True)
    return (await _composed(session, campaign)).id


async def rehearse(session: AsyncSession, campaign_id: UUID, data: CampaignRehearse) -> RehearsalRead:
    """Rehearse the draft as it is now, in the background. Raises CampaignNotFound, CampaignInvalid, WrongState."""
    campaign = await campaigns.require(session, campaign_id, lock=True)
    if campaign.state != "draft":
        raise WrongState("It has begun. Rehearse its journey instead.")
    await _refuse_flaws(session, campaign)
    journey = await _composed(session, campaign)
    days = data.days or min(180, campaigns.draft_of(campaign).goal.within_days + 7)
    return await rehearsals.begin(session, journey.id, RehearsalCreate(mode=data.mode, days=days, people=data.people))


async def launch(session: AsyncSession, campaign_id: UUID, data: CampaignLaunch, if_match: str | None) -> CampaignRead:
    """Begin now, or be scheduled for the time the draft says.

    Raises CampaignNotFound, CampaignInvalid, ConfirmationNeeded, RehearsalNeeded, PreconditionFailed, WrongState.
    """
    campaign = await campaigns.changeable(session, campaign_id, if_match)
    if campaign.state != "draft":
        raise WrongState("It has begun already. Duplicate it to run it again.")
    await _refuse_flaws(session, campaign)
    await _refuse_crowds(session, campaign, data)
    schedule = campaigns.draft_of(campaign).schedule
    campaign.ends_at, campaign.trouble = schedule.ends_at, ""
    if schedule.start == "at" and schedule.at is not None and schedule.at > now():
        await _composed(session, campaign)
        campaign.state, campaign.starts_at = "scheduled", schedule.at
        await _noted(session, campaign, "campaign.scheduled", after={"starts_at": schedule.at.isoformat()})
    else:
        await _go_live(session, campaign)
    return await campaigns.shown(session, campaign)


async def pause(session: AsyncSession, campaign_id: UUID) -> CampaignRead:
    """Nobody enters, nobody moves, and no message leaves. Raises CampaignNotFound, WrongState."""
    campaign = await _in_state(session, campaign_id, "live", "Only a live campaign can be paused.")
    journey = await _journey(session, campaign)
    if journey.state == "live":
        await publishing.pause(session, journey.id, by_campaign=True)
    await sending.halt_campaign(session, campaign.id, reason=_PAUSED)
    campaign.state = "paused"
    await _noted(session, campaign, "campaign.paused")
    await tell(session, CampaignPaused(campaign_id=campaign.id))
    return await campaigns.shown(session, campaign)


async def resume(session: AsyncSession, campaign_id: UUID) -> CampaignRead:
    """Go on; also where the journey was held because of a defect. Raises CampaignNotFound, WrongState."""
    campaign = await campaigns.require(session, campaign_id, lock=True)
    journey = await _journey(session, campaign) if campaign.journey_id else None
    if journey is None or journey.state != "paused" or campaign.state not in ("live", "paused"):
        raise WrongState("Only a paused campaign can go on.")
    await publishing.resume(session, journey.id, by_campaign=True)
    await sending.release_campaign(session, campaign.id, reason=_PAUSED)
    campaign.state = "live"
    await _noted(session, campaign, "campaign.resumed")
    await tell(session, CampaignLaunched(campaign_id=campaign.id))
    return await campaigns.shown(session, campaign)


async def stop(session: AsyncSession, campaign_id: UUID) -> CampaignRead:
    """End it for everybody; one that is only scheduled is a draft again. Raises CampaignNotFound, WrongState."""
    campaign = await campaigns.require(session, campaign_id, lock=True)
    if campaign.state == "scheduled":
        campaign.state, campaign.starts_at, campaign.ends_at = "draft", None, None
        await _noted(session, campaign, "campaign.called_off")
    elif campaign.state in ("live", "paused"):
        await end(session, campaign, "stopped")
    else:
        raise WrongState("It is not running.")
    return await campaigns.shown(session, campaign)


async def by_clock(session: AsyncSession, campaign_id: UUID) -> None:
    """Begin a campaign whose time has come, end one whose time is over, and one that has nothing left to do."""
    campaign = await repository.campaign(session, campaign_id, lock=True)
    if campaign is None:
        return
    at = now()
    if campaign.state == "scheduled" and campaign.starts_at is not None and campaign.starts_at <= at:
        await _begin_or_say_why(session, campaign)
    elif campaign.state in ("live", "paused") and campaign.ends_at is not None and campaign.ends_at <= at:
        await end(session, campaign, "done")
    elif campaign.state == "live":
        if await _nothing_left(session, campaign):
            await end(session, campaign, "done")
        else:
            # A day may have begun, and with it a period, or a day for which costs were entered before.
            await budgets.keep(session, campaign)


async def end(session: AsyncSession, campaign: Campaign, state: str) -> None:
    """End a running campaign: nobody moves from this commit on, and what has not left is withdrawn."""
    journey = await campaigns.composed_journey(session, campaign)
    if journey is not None and journey.state in ("live", "paused"):
        await publishing.stop(session, journey.id, by_campaign=True)
    withdrawn = await sending.cancel(session, campaign_id=campaign.id, reason=f"The campaign “{campaign.name}” is over")
    await sending.release_campaign(session, campaign.id, reason=_PAUSED)
    await sending.drop_campaign_budget(session, campaign.id)
    campaign.state, campaign.ended_at = state, now()
    action = "campaign.stopped" if state == "stopped" else "campaign.done"
    await _noted(session, campaign, action, after={"messages_withdrawn": withdrawn})
    await tell(session, CampaignEnded(campaign_id=campaign.id, state=state))


async def _begin_or_say_why(session: AsyncSession, campaign: Campaign) -> None:
    try:
        async with session.begin_nested():
            await _refuse_flaws(session, campaign, but=("past_start",))
            await _go_live(session, campaign)
    except AppError as error:
        await session.refresh(campaign)
        campaign.state, campaign.starts_at, campaign.trouble = "draft", None, error.detail or error.title
        await _noted(session, campaign, "campaign.not_started", reason=campaign.trouble)
        await tell(session, CampaignNotStarted(campaign_id=campaign.id, reason=campaign.trouble))


async def _go_live(session: AsyncSession, campaign: Campaign) -> None:
    journey = await _composed(session, campaign)
    note = JourneyPublish(note=f"Campaign “{campaign.name}”"[:200])
    await publishing.launch(session, journey.id, note, None, by_campaign=True)
    await budgets.keep(session, campaign)
    moment = now()
    campaign.state, campaign.launched_at = "live", moment
    campaign.starts_at = campaign.starts_at or moment
    await _noted(session, campaign, "campaign.launched", after={"journey_id": str(journey.id)})
    await tell(session, CampaignLaunched(campaign_id=campaign.id))


async def _composed(session: AsyncSession, campaign: Campaign) -> Journey:
    """The journey of the draft; as it is where somebody changed it by hand, or where it has begun."""
    draft = compose(campaigns.draft_of(campaign))
    journey = await campaigns.composed_journey(session, campaign)
    if journey is None:
        made = await journeys.create_journey(session, JourneyCreate(name=campaign.name, draft=draft))
        journey = await journeys.require(session, made.id)
        journey.campaign_id, campaign.journey_id = campaign.id, journey.id
    elif campaign.state not in ("draft", "scheduled") or campaigns.changed_by_hand(campaign, journey):
        return journey
    elif journeys.fingerprint(draft) != campaign.composed or journey.name != campaign.name:
        await journeys.update_journey(session, journey.id, JourneyUpdate(name=campaign.name, draft=draft), None)
    campaign.composed = journeys.fingerprint(draft)
    await session.flush()
    return journey


async def _refuse_flaws(session: AsyncSession, campaign: Campaign, *, but: tuple[str, ...] = ()) -> None:
    wrong = [
        one for one in await campaigns.judged(session, campaign) if one.severity == "error" and one.code not in but
    ]
    if wrong:
        raise CampaignInvalid(
            f"Put {len(wrong)} thing{'s' if len(wrong) != 1 else ''} right first.",
            errors=[{"field": f"draft.{one.field or one.step}", "message": one.message} for one in wrong],
        )


async def _refuse_crowds(session: AsyncSession, campaign: Campaign, data: CampaignLaunch) -> None:
    found = await reaching.reach_of(session, campaign)
    if found.confirm_people is None:
        return
    # People come and go between the look and the launch.
    drift = max(10, round(found.audience * _DRIFT))
    if data.confirm_people is None or abs(data.confirm_people - found.audience) > drift:
        raise ConfirmationNeeded(
            f"{found.audience:,} people would enter. Repeat the number to launch it.",
            extra={"people": found.audience},
        )
    if found.rehearsal_needed:
        raise RehearsalNeeded(
            f"{found.audience:,} people would enter. Rehearse this draft first, and put right what is grave.",
            extra={"audience_estimate": found.audience},
        )


async def _nothing_left(session: AsyncSession, campaign: Campaign) -> bool:
    journey = await campaigns.composed_journey(session, campaign)
    if journey is None or journey.published_version_id is None:
        return journey is None
    version = await journey_rows.version(session, journey.published_version_id)
    assert version is not None
    return (
        sweeping.is_complete(journey, of_version(version, await home_zone(session)))
        and await repository.nobody_left(session, journey.id)
        and await repository.latest_message(session, campaign.id) is None
    )


async def _journey(session: AsyncSession, campaign: Campaign) -> Journey:
    assert campaign.journey_id is not None, "what runs has a journey"
    return await journeys.require(session, campaign.journey_id)


async def _in_state(session: AsyncSession, campaign_id: UUID, state: str, otherwise: str) -> Campaign:
    campaign = await campaigns.require(session, campaign_id, lock=True)
    if campaign.state != state:
        raise WrongState(otherwise)
    return campaign


async def _noted(session: AsyncSession, campaign: Campaign, action: str, **more: Any) -> None:
    await campaigns.touch(session, campaign)
    await campaigns.record(session, action, campaign, **more)

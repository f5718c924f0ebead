"""Campaigns as people draft them."""

from collections.abc import Sequence
from dataclasses import asdict
from typing import Any
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from tradewind.kernel.clock import now
from tradewind.kernel.concurrency import check_version
from tradewind.kernel.database import actor_of
from tradewind.kernel.ids import new_id
from tradewind.modules.campaigns.engine.campaign import CampaignDraft
from tradewind.modules.campaigns.engine.campaign_checking import Flaw, flaws, of_journey
from tradewind.modules.campaigns.engine.composing import HELD_OUT, compose, goal_label
from tradewind.modules.campaigns.engine.graph import JourneyDraft
from tradewind.modules.campaigns.errors import CampaignNotFound, LimitReached, WrongState
from tradewind.modules.campaigns.models import Campaign, Journey
from tradewind.modules.campaigns.repository import campaigns as repository
from tradewind.modules.campaigns.repository import journeys as journey_rows
from tradewind.modules.campaigns.schemas.campaigns import (
    AttachedJourney,
    CampaignCreate,
    CampaignGoalBrief,
    CampaignProblem,
    CampaignRead,
    CampaignRehearsalBrief,
    CampaignRow,
    CampaignUpdate,
    Money,
)
from tradewind.modules.campaigns.service import journeys, rehearsals
from tradewind.modules.identity import api as identity
from tradewind.modules.privacy import api as privacy

MAX_CAMPAIGNS = 500
MICRO_A_CENT = 10_000
_SHOWN = (
    "id", "version", "name", "description", "state", "journey_id", "starts_at", "ends_at", "launched_at", "ended_at",
    "created_at", "updated_at",
)  # fmt: skip


async def list_campaigns(
    session: AsyncSession, *, state: str | None = None, words: str | None = None
) -> list[CampaignRow]:
    """All campaigns, those that changed last first."""
    found = await repository.every_campaign(session, state=state, words=words)
    attached = await repository.journeys_of(session, [one.id for one in found])
    return [CampaignRow(**row) for row in await _rows(session, found, attached)]


async def read_campaign(session: AsyncSession, campaign_id: UUID) -> CampaignRead:
    """A campaign with its draft. Raises CampaignNotFound."""
    return await shown(session, await require(session, campaign_id))


async def create_campaign(session: AsyncSession, data: CampaignCreate) -> CampaignRead:
    """Add a campaign as a draft. Raises LimitReached."""
    campaign = await _added(session, data.name, data.description, data.draft)
    await record(session, "campaign.created", campaign, after=facts(campaign))
    return await shown(session, campaign)


async def duplicate_campaign(session: AsyncSession, campaign_id: UUID) -> CampaignRead:
    """A new draft that says the same. Its times are left out where they are over. Raises CampaignNotFound."""
    known = await require(session, campaign_id)
    draft = draft_of(known)
    at = now()
    past = {name: None for name in ("at", "ends_at") if (moment := getattr(draft.schedule, name)) and moment <= at}
    draft = draft.model_copy(update={"schedule": draft.schedule.model_copy(update=past)})
    campaign = await _added(session, f"{known.name[:112]} (copy)", known.description, draft)
    await record(session, "campaign.created", campaign, after={**facts(campaign), "copied_from": str(campaign_id)})
    return await shown(session, campaign)


async def update_campaign(
    session: AsyncSession, campaign_id: UUID, data: CampaignUpdate, if_match: str | None
) -> CampaignRead:
    """Change a campaign or its draft.

    Raises CampaignNotFound, PreconditionFailed, WrongState for the draft of one that has begun.
    """
    campaign = await changeable(session, campaign_id, if_match)
    before = facts(campaign)
    if data.name is not None:
        campaign.name = data.name
    if data.description is not None:
        campaign.description = data.description
    if data.draft is not None:
        draft = data.draft.model_dump(mode="json", by_alias=True)
        if draft != campaign.draft and campaign.state != "draft":
            raise WrongState("It has begun. Duplicate it, or change its journey in the builder.")
        campaign.draft = draft
        campaign.trouble = ""
    after = facts(campaign)
    changed = [name for name in after if after[name] != before[name]]
    if changed:
        await touch(session, campaign)
        await record(
            session, "campaign.updated", campaign,
            before={name: before[name] for name in changed}, after={name: after[name] for name in changed},
        )  # fmt: skip
    return await shown(session, campaign)


async def delete_campaign(session: AsyncSession, campaign_id: UUID, if_match: str | None) -> None:
    """Remove a campaign from sight, with the journey composed from it.

    Raises CampaignNotFound, PreconditionFailed, WrongState for a running one.
    """
    campaign = await changeable(session, campaign_id, if_match)
    if campaign.state in ("scheduled", "live", "paused"):
        raise WrongState("It is running. Stop it first.")
    campaign.deleted_at = now()
    await touch(session, campaign)
    if campaign.journey_id is not None:
        journey = await journey_rows.journey(session, campaign.journey_id, lock=True)
        if journey is not None:
            journey.deleted_at = campaign.deleted_at
            await journeys.touch(session, journey)
    await record(session, "campaign.deleted", campaign, before=facts(campaign))


async def check_campaign(
    session: AsyncSession, campaign_id: UUID, draft: CampaignDraft | None
) -> list[CampaignProblem]:
    """What keeps a draft from its launch. Raises CampaignNotFound."""
    campaign = await require(session, campaign_id)
    return _problems(await judged(session, campaign, draft))


async def judged(session: AsyncSession, campaign: Campaign, draft: CampaignDraft | None = None) -> list[Flaw]:
    """All that is wrong with a draft (the stored one), or with the journey where that was changed by hand."""
    told = draft or draft_of(campaign)
    found = flaws(told, now())
    known = {(one.step, one.field) for one in found}
    journey = await composed_journey(session, campaign)
    if draft is None and journey is not None and changed_by_hand(campaign, journey):
        graph = JourneyDraft.model_validate(journey.draft)
        found = [one for one in found if one.step == "schedule"]
        known = set()
    else:
        graph = compose(told)
    _, problems = await journeys.judged(session, graph, campaign.journey_id)
    told_again = [of_journey(told, one) for one in problems]
    # What the draft lacks is told once, in the words of the wizard.
    incomplete = any(one.severity == "error" for one in found)
    for one in told_again:
        if one.code == "settings" and incomplete:
            continue
        if (one.step, one.field) not in known:
            found.append(one)
    if told.purpose not in {one.key for one in await privacy.purposes(session)}:
        message = "There is no such purpose any more: choose what the messages are for."
        found.append(Flaw("no_purpose", message, "audience", "purpose"))
    return sorted(found, key=lambda one: one.severity != "error")


async def composed_journey(session: AsyncSession, campaign: Campaign) -> Journey | None:
    """The journey composed from a campaign, once it is."""
    return await journey_rows.journey(session, campaign.journey_id) if campaign.journey_id else None


def changed_by_hand(campaign: Campaign, journey: Journey) -> bool:
    """Whether somebody changed the composed journey in the builder."""
    return journeys.fingerprint(JourneyDraft.model_validate(journey.draft)) != campaign.composed


def draft_of(campaign: Campaign) -> CampaignDraft:
    """The draft as it is stored."""
    return CampaignDraft.model_validate(campaign.draft)


async def require(session: AsyncSession, campaign_id: UUID, *, lock: bool = False) -> Campaign:
    """The campaign. Raises CampaignNotFound."""
    campaign = await repository.campaign(session, campaign_id, lock=lock)
    if campaign is None:
        raise CampaignNotFound("There is no such campaign; it may have been removed.")
    return campaign


async def changeable(session: AsyncSession, campaign_id: UUID, if_match: str | None) -> Campaign:
    """The campaign under lock, if the caller saw its present version. Raises CampaignNotFound, PreconditionFailed."""
    campaign = await require(session, campaign_id, lock=True)
    if if_match is not None:
        current = (await shown(session, campaign)).model_dump(mode="json", by_alias=True)
        check_version(if_match, campaign.version, current)
    return campaign


async def touch(session: AsyncSession, campaign: Campaign) -> None:
    """A new version of the campaign for those who edit it."""
    campaign.version += 1
    campaign.updated_at = now()
    await session.flush()


async def shown(session: AsyncSession, campaign: Campaign) -> CampaignRead:
    """A campaign as people see it."""
    attached = await repository.journeys_of(session, [campaign.id])
    [row] = await _rows(session, [campaign], attached)
    own = next((one for one in attached if one.id == campaign.journey_id), None)
    return CampaignRead(
        **row, draft=draft_of(campaign), problems=_problems(await judged(session, campaign)),
        changed_in_builder=own is not None and changed_by_hand(campaign, own),
        rehearsal=await _rehearsal(session, campaign, own), trouble=campaign.trouble,
        journeys=[
            AttachedJourney(id=one.id, name=one.name, state=one.state, composed=one.id == campaign.journey_id)  # type: ignore[arg-type]
            for one in attached
        ],
    )  # fmt: skip


def facts(campaign: Campaign) -> dict[str, Any]:
    """What the audit log keeps of a campaign."""
    return {name: getattr(campaign, name) for name in ("name", "description", "state", "draft")}


async def record(session: AsyncSession, action: str, campaign: Campaign, **more: Any) -> None:
    """Write an act on a campaign into the audit log."""
    await identity.record(session, action=action, subject_type="campaign", subject_id=campaign.id, **more)


def spend(minor: dict[str, int], microusd: int) -> list[Money]:
    """Costs by currency with what messages cost, by currency; nothing where nothing was spent."""
    total = dict(minor)
    if microusd > 0:
        total["USD"] = total.get("USD", 0) + round(microusd / MICRO_A_CENT)
    return [Money(amount_minor=total[currency], currency=currency) for currency in sorted(total)]


async def _added(session: AsyncSession, name: str, description: str, draft: CampaignDraft) -> Campaign:
    if await repository.count(session) >= MAX_CAMPAIGNS:
        raise LimitReached(f"{MAX_CAMPAIGNS} campaigns are the most one can keep. Remove some that are over.")
    actor = actor_of(session)
    assert actor.organisation_id is not None
    campaign = Campaign(
        id=new_id(), organisation_id=actor.organisation_id, name=name, description=description,
        draft=draft.model_dump(mode="json", by_alias=True), created_by=actor.user_id,
    )  # fmt: skip
    session.add(campaign)
    await session.flush()
    return campaign


async def _rows(session: AsyncSession, found: Sequence[Campaign], attached: Sequence[Journey]) -> list[dict[str, Any]]:
    ids = [one.id for one in found]
    sent = await repository.sent(session, ids)
    costs = await repository.costs(session, ids)
    of = {one.id: one.campaign_id for one in attached if one.campaign_id is not None}
    people = await repository.goals(session, of, HELD_OUT)
    rows = []
    for campaign in found:
        draft = draft_of(campaign)
        messages, microusd = sent.get(campaign.id, (0, 0))
        entered, reached = people.get(campaign.id, (0, 0))
        rows.append(
            {
                **{name: getattr(campaign, name) for name in _SHOWN},
                "channels": list(dict.fromkeys(one.channel for one in draft.messages)),
                "goal": CampaignGoalBrief(
                    kind=draft.goal.kind, label=goal_label(draft.goal), target_count=draft.goal.target_count,
                    reached=reached,
                ),
                "entered": entered,
                "sent": messages,
                "spend": spend(costs.get(campaign.id, {}), microusd),
            }
        )  # fmt: skip
    return rows


async def _rehearsal(
    session: AsyncSession, campaign: Campaign, journey: Journey | None
) -> CampaignRehearsalBrief | None:
    if journey is None:
        return None
    found = await rehearsals.list_rehearsals(session, journey.id, limit=1)
    if not found:
        return None
    newest = found[0]
    fits = newest.fits_draft and (
        changed_by_hand(campaign, journey) or journeys.fingerprint(compose(draft_of(campaign))) == campaign.composed
    )
    return CampaignRehearsalBrief(
        id=newest.id, state=newest.state, passed=newest.passed, fits_draft=fits, created_at=newest.created_at
    )


def _problems(found: Sequence[Flaw]) -> list[CampaignProblem]:
    return [CampaignProblem(**asdict(one)) for one in found]

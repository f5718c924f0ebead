"""HTTP of campaigns: drafting, reach, launching."""

from typing import Annotated
from uuid import UUID

from fastapi import Header, Path, Query, Response

from tradewind.kernel.access import Session, requires
from tradewind.kernel.concurrency import tagged
from tradewind.kernel.routing import Router
from tradewind.modules.campaigns.schemas.campaigns import (
    CampaignCreate,
    CampaignDraftGiven,
    CampaignLaunch,
    CampaignProblem,
    CampaignReach,
    CampaignRead,
    CampaignRehearse,
    CampaignRow,
    CampaignState,
    CampaignUpdate,
    ComposedJourney,
)
from tradewind.modules.campaigns.schemas.rehearsals import RehearsalRead
from tradewind.modules.campaigns.service import campaign_launching as launching
from tradewind.modules.campaigns.service import campaigns, choosing, reaching

router = Router(tags=["Campaigns"])
IfMatch = Annotated[str | None, Header(description="ETag of the version the change is based on")]
READ = [requires("campaigns:read")]
WRITE = [requires("campaigns:write")]
LAUNCH = [requires("campaigns:launch")]
_Key = Annotated[str, Path(max_length=40)]


@router.get("/campaigns", dependencies=READ)
async def list_campaigns(
    session: Session,
    state: Annotated[CampaignState | None, Query()] = None,
    q: Annotated[str | None, Query(max_length=200, description="Words of name or description")] = None,
) -> list[CampaignRow]:
    """All campaigns, those that changed last first."""
    return await campaigns.list_campaigns(session, state=state, words=q)


@router.post("/campaigns", status_code=201, dependencies=WRITE)
async def create_campaign(session: Session, data: CampaignCreate, response: Response) -> CampaignRead:
    """Add a campaign as a draft, empty or of a given one."""
    return tagged(response, await campaigns.create_campaign(session, data))


@router.get("/campaigns/{campaign_id:uuid}", dependencies=READ)
async def read_campaign(session: Session, campaign_id: UUID, response: Response) -> CampaignRead:
    """A campaign with its draft, and what keeps it from its launch."""
    return tagged(response, await campaigns.read_campaign(session, campaign_id))


@router.patch("/campaigns/{campaign_id:uuid}", dependencies=WRITE)
async def update_campaign(
    session: Session, campaign_id: UUID, data: CampaignUpdate, response: Response, if_match: IfMatch = None
) -> CampaignRead:
    """Change a campaign. The draft of one that has begun stays as it is."""
    return tagged(response, await campaigns.update_campaign(session, campaign_id, data, if_match))


@router.delete("/campaigns/{campaign_id:uuid}", status_code=204, dependencies=WRITE)
async def delete_campaign(session: Session, campaign_id: UUID, if_match: IfMatch = None) -> None:
    """Remove a campaign that does not run; what happened in it stays with the people."""
    await campaigns.delete_campaign(session, campaign_id, if_match)


@router.post("/campaigns/{campaign_id:uuid}/duplicate", status_code=201, dependencies=WRITE)
async def duplicate_campaign(session: Session, campaign_id: UUID, response: Response) -> CampaignRead:
    """A new draft that says the same."""
    return tagged(response, await campaigns.duplicate_campaign(session, campaign_id))


@router.post("/campaigns/{campaign_id:uuid}/check", dependencies=READ)
async def check_campaign(session: Session, campaign_id: UUID, data: CampaignDraftGiven) -> list[CampaignProblem]:
    """What keeps the draft, or one that is not stored, from its launch: errors first, each at its step."""
    return await campaigns.check_campaign(session, campaign_id, data.draft)


@router.post("/campaigns/{campaign_id:uuid}/reach", dependencies=READ)
async def reach_of_campaign(session: Session, campaign_id: UUID, data: CampaignDraftGiven) -> CampaignReach:
    """Who would be reached by the draft, or by one that is not stored, and why others would not."""
    return await reaching.reach(session, campaign_id, data.draft)


@router.post("/campaigns/{campaign_id:uuid}/journey", dependencies=WRITE)
async def compose_campaign_journey(session: Session, campaign_id: UUID) -> ComposedJourney:
    """Write the journey of the draft as it is now, to look at it or to go on in the builder."""
    return ComposedJourney(journey_id=await launching.compose_journey(session, campaign_id))


@router.post("/campaigns/{campaign_id:uuid}/rehearse", status_code=201, dependencies=WRITE)
async def rehearse_campaign(session: Session, campaign_id: UUID, data: CampaignRehearse) -> RehearsalRead:
    """Run the draft against a virtual clock, with senders that send nothing; the report follows."""
    return await launching.rehearse(session, campaign_id, data)


@router.post("/campaigns/{campaign_id:uuid}/launch", dependencies=LAUNCH)
async def launch_campaign(
    session: Session, campaign_id: UUID, data: CampaignLaunch, response: Response, if_match: IfMatch = None
) -> CampaignRead:
    """Begin, or be scheduled. Above 1,000 people their number must be repeated, and a rehearsal must have passed."""
    return tagged(response, await launching.launch(session, campaign_id, data, if_match))


@router.post("/campaigns/{campaign_id:uuid}/pause", dependencies=LAUNCH)
async def pause_campaign(session: Session, campaign_id: UUID, response: Response) -> CampaignRead:
    """Nobody enters or moves, and no message leaves, until it goes on."""
    return tagged(response, await launching.pause(session, campaign_id))


@router.post("/campaigns/{campaign_id:uuid}/resume", dependencies=LAUNCH)
async def resume_campaign(session: Session, campaign_id: UUID, response: Response) -> CampaignRead:
    """Go on after a pause."""
    return tagged(response, await launching.resume(session, campaign_id))


@router.post("/campaigns/{campaign_id:uuid}/stop", dependencies=LAUNCH)
async def stop_campaign(session: Session, campaign_id: UUID, response: Response) -> CampaignRead:
    """End it for everybody and take back what has not left; one that is only scheduled is a draft again."""
    return tagged(response, await launching.stop(session, campaign_id))


@router.post("/campaigns/{campaign_id:uuid}/variants/{message}/{variant}/choose", dependencies=LAUNCH)
async def choose_campaign_variant(
    session: Session, campaign_id: UUID, message: _Key, variant: _Key, response: Response
) -> CampaignRead:
    """Have everybody from now on get this variant of a message."""
    return tagged(response, await choosing.choose(session, campaign_id, message, variant))


@router.delete("/campaigns/{campaign_id:uuid}/variants/{message}/choice", dependencies=LAUNCH)
async def leave_campaign_variant_to_chance(
    session: Session, campaign_id: UUID, message: _Key, response: Response
) -> CampaignRead:
    """Take back that somebody chose a variant of a message: chance decides again, by what is known by now."""
    return tagged(response, await choosing.leave_to_chance(session, campaign_id, message))

"""HTTP of what came of campaigns."""

from collections.abc import AsyncIterator
from typing import Annotated
from uuid import UUID

from fastapi import Query, Request
from fastapi.responses import StreamingResponse

from tradewind.kernel.access import CurrentActor, Session, requires
from tradewind.kernel.clock import now
from tradewind.kernel.payload import Day
from tradewind.kernel.routing import Router
from tradewind.modules.campaigns.schemas.campaign_results import (
    CampaignCohort,
    CampaignResults,
    CampaignsTimeline,
    CampaignTimeline,
)
from tradewind.modules.campaigns.service import campaign_people, campaign_results, campaign_timelines

router = Router(prefix="/campaigns", tags=["Campaigns"])
READ = [requires("campaigns:read")]


@router.get("/timeline", dependencies=READ)
async def compare_campaigns(
    session: Session,
    starts_on: Annotated[Day, Query(alias="from")],
    ends_on: Annotated[Day, Query(alias="to", description="At most a year later")],
) -> CampaignsTimeline:
    """All campaigns that run in a span of days, with what they send a day and channel, planned and sent."""
    return await campaign_timelines.of_all(session, starts_on, ends_on)


@router.get("/{campaign_id:uuid}/results", dependencies=READ)
async def read_campaign_results(session: Session, campaign_id: UUID) -> CampaignResults:
    """Funnel, goal, money, lift over the holdout, variants, and what was not sent."""
    return await campaign_results.results(session, campaign_id)


@router.get("/{campaign_id:uuid}/timeline", dependencies=READ)
async def read_campaign_timeline(
    session: Session, campaign_id: UUID, days: Annotated[int, Query(ge=1, le=366)] = 30
) -> CampaignTimeline:
    """The last days, and what is planned for the next ones, by channel."""
    return await campaign_timelines.of_one(session, campaign_id, days)


@router.get("/{campaign_id:uuid}/cohorts", dependencies=READ)
async def list_campaign_cohorts(session: Session, campaign_id: UUID) -> list[CampaignCohort]:
    """By week of entering: which share had reached the goal by each week since."""
    return await campaign_timelines.cohorts(session, campaign_id)


@router.get(
    "/{campaign_id:uuid}/people.csv",
    dependencies=[requires("leads:export"), *READ],
    response_class=StreamingResponse,
    responses={200: {"content": {"text/csv": {}}, "description": "CSV, in the order of entering"}},
)
async def export_campaign_people(request: Request, actor: CurrentActor, campaign_id: UUID) -> StreamingResponse:
    """Everybody in the campaign with what came of it. Cells that a spreadsheet would run as formulas are made text."""
    database = request.app.state.database
    async with database.transaction(actor) as session:
        await campaign_people.begin_export(session, campaign_id)

    async def pieces() -> AsyncIterator[str]:
        async with database.transaction(actor) as session:
            async for piece in campaign_people.lines(session, campaign_id):
                yield piece

    return StreamingResponse(
        pieces(),
        media_type="text/csv; charset=utf-8",
        headers={
            "Content-Disposition": f'attachment; filename="campaign-people-{now():%Y-%m-%d}.csv"',
            "Cache-Control": "no-store",
        },
    )

"""Tools for campaigns: they read, and change nothing."""

from typing import Annotated
from uuid import UUID

from mcp.server.mcpserver import Context
from mcp_types import CallToolResult
from pydantic import Field

from tradewind.mcp_server.calls import READS, acting, tool
from tradewind.mcp_server.results import CampaignBrief, CampaignDetail, CampaignFound, CampaignsFound, found
from tradewind.modules.campaigns.schemas.campaigns import CampaignState
from tradewind.modules.campaigns.service import campaign_results, campaigns


@tool("List campaigns", permission="campaigns:read", annotations=READS)
async def list_campaigns(
    context: Context,
    query: Annotated[str | None, Field(max_length=200, description="Words of name or description")] = None,
    state: CampaignState | None = None,
) -> Annotated[CallToolResult, CampaignsFound]:
    """List campaigns with goal, people, messages and spend, those that changed last first. Returns ids for
    read_campaign."""
    async with acting(context, "campaigns:read") as session:
        briefs = [
            CampaignBrief.model_validate(one)
            for one in await campaigns.list_campaigns(session, state=state, words=query)
        ]
        count = f"{len(briefs)} campaign{'s' if len(briefs) != 1 else ''}."
        return found(count, CampaignsFound(data=briefs))


@tool("Read a campaign", permission="campaigns:read", annotations=READS)
async def read_campaign(context: Context, campaign_id: UUID) -> Annotated[CallToolResult, CampaignFound]:
    """What came of a campaign: funnel in people, goal, money by currency, variants, and the lift over people who got
    nothing. Revenue is influenced, not caused; only the lift says what the campaign brought about. A rate that is null
    has too few people behind it: say so instead of dividing yourself."""
    async with acting(context, "campaigns:read") as session:
        campaign = await campaigns.require(session, campaign_id)
        told = await campaign_results.results(session, campaign_id)
        detail = CampaignDetail(id=campaign.id, name=campaign.name, description=campaign.description, results=told)
        return found("One campaign.", CampaignFound(data=detail))

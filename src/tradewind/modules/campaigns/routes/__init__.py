"""HTTP of campaigns and journeys."""

from fastapi import APIRouter

from tradewind.modules.campaigns.routes import (
    budgets,
    campaign_costs,
    campaign_results,
    campaigns,
    enrolments,
    journeys,
    rehearsals,
)

router = APIRouter()
for part in (campaigns, campaign_results, campaign_costs, budgets, journeys, enrolments, rehearsals):
    router.include_router(part.router)

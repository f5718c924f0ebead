"""HTTP of journeys."""

from fastapi import APIRouter

from tradewind.modules.campaigns.routes import enrolments, journeys, rehearsals

router = APIRouter()
for part in (journeys, enrolments, rehearsals):
    router.include_router(part.router)

"""HTTP of scoring, a file for each part of it."""

from fastapi import APIRouter

from tradewind.modules.scoring.routes import evaluations, models, setups

router = APIRouter()
for part in (models, setups, evaluations):
    router.include_router(part.router)

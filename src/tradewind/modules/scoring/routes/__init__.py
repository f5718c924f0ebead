"""HTTP of scoring, a file for each part of it."""

from fastapi import APIRouter

from tradewind.modules.scoring.routes import models, setups

router = APIRouter()
for part in (models, setups):
    router.include_router(part.router)

"""HTTP of chat: what members set up, and what the widget calls."""

from fastapi import APIRouter

from tradewind.modules.chat.routes import live, visitors, widgets

router = APIRouter(prefix="/api/v1")
for _part in (widgets, visitors, live):
    router.include_router(_part.router)

"""Serves the product with two more routes, alike but for who may call them, to see what recognising callers costs."""

import os
from typing import Any

from fastapi import Request
from granian import Granian
from granian.constants import Interfaces, Loops
from sqlalchemy import text

from tradewind.app import create_app
from tradewind.kernel.access import Session, public, requires
from tradewind.kernel.routing import Router

router = Router(base="/bench")


@router.get("/open", dependencies=[public("the floor of a bench")])
async def read_open(request: Request) -> dict[str, Any]:
    """One transaction with one statement over no tenant's table."""
    async with request.app.state.database.engine.connect() as connection, connection.begin():
        return {"value": await connection.scalar(text("SELECT 1"))}


@router.get("/guarded", dependencies=[requires("leads:read")])
async def read_guarded(session: Session) -> dict[str, Any]:
    """The same over a tenant's table, for a recognised caller with the permission."""
    return {"value": await session.scalar(text("SELECT count(*) FROM teams"))}


def application() -> Any:
    """The product with the routes of the bench before its web pages, which would answer everything else."""
    app = create_app()
    app.router.routes[:0] = router.routes
    return app


if __name__ == "__main__":
    Granian(
        "bench.authenticated_server:application",
        address="127.0.0.1",
        port=int(os.environ["TRADEWIND_PORT"]),
        interface=Interfaces.ASGI,
        loop=Loops.uvloop,
        workers=1,
        log_enabled=True,
        log_access=False,
        backpressure=512,
        factory=True,
    ).serve()

"""Pieces that the pure ASGI middlewares share: who calls, header look-up, problem answers outside FastAPI."""

from typing import Any

import asyncpg
import orjson
from sqlalchemy.exc import SQLAlchemyError
from starlette.requests import Request
from starlette.types import Message, Scope, Send

from tradewind.kernel.access import Actor
from tradewind.kernel.errors import AppError

DATABASE_FAILURES = (SQLAlchemyError, asyncpg.PostgresError, asyncpg.InterfaceError, OSError)
PROBLEM_JSON = b"application/problem+json"
# Key in the request's state of headers that its answer is to carry, whatever it is.
ANNOUNCED = "announced_headers"


def header(scope: Scope, name: bytes) -> bytes | None:
    """First value of a request header; `name` in lower case."""
    for key, value in scope["headers"]:
        if key == name:
            return value
    return None


def state_of(scope: Scope) -> dict[str, Any]:
    """The dictionary behind `request.state`; made private to this request by the telemetry middleware."""
    return scope.setdefault("state", {})


async def caller(scope: Scope) -> Actor | None:
    """The actor of a request, resolved once and shared with the route; None where that fails or it is anonymous.

    After a failure the actor stays unresolved: the route meets the same error inside FastAPI, where it is rendered.
    """
    state = state_of(scope)
    actor: Actor | None = state.get("actor")
    if actor is None:
        authenticator = getattr(scope["app"].state, "authenticator", None)
        if authenticator is None:
            return None
        try:
            actor = await authenticator.authenticate_request(Request(scope))
        except (AppError, *DATABASE_FAILURES):
            return None
        state["actor"] = actor
    return None if actor is None or actor.kind == "anonymous" else actor


async def send_problem(scope: Scope, send: Send, error: AppError) -> None:
    """Answer with problem+json from a middleware, where no exception handler can."""
    body = orjson.dumps(error.problem(state_of(scope).get("request_id")))
    headers = [(b"content-type", PROBLEM_JSON), (b"content-length", str(len(body)).encode())]
    headers += [(name.lower().encode(), value.encode()) for name, value in error.headers.items()]
    start: Message = {"type": "http.response.start", "status": error.status, "headers": headers}
    await send(start)
    await send({"type": "http.response.body", "body": body})

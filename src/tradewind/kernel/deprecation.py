"""What is going away says so: `Deprecation` (RFC 9745), `Sunset` (RFC 8594) and a link, on every answer of a route."""

from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time
from email.utils import format_datetime
from typing import Any

from fastapi import Request
from fastapi.params import Depends as DependsParam
from fastapi.routing import APIRoute

from tradewind.kernel.asgi import ANNOUNCED, state_of


@dataclass(frozen=True)
class Deprecation(DependsParam):
    """Route dependency that remembers since when and until when, for OpenAPI."""

    since: date = field(kw_only=True)
    sunset: date = field(kw_only=True)
    successor: str = field(kw_only=True)


def deprecated(*, since: date, sunset: date, successor: str) -> Any:
    """Mark a route as going away: `dependencies=[deprecated(since=…, sunset=…, successor="/api/v1/…"), …]`.

    Stands first in the list, so that refusals carry the headers too.
    """
    headers = [
        (b"deprecation", f"@{int(_midnight(since).timestamp())}".encode()),
        (b"sunset", format_datetime(_midnight(sunset), usegmt=True).encode()),
        (b"link", f'<{successor}>; rel="successor-version"'.encode()),
    ]

    async def announce(request: Request) -> None:
        state_of(request.scope).setdefault(ANNOUNCED, []).extend(headers)

    return Deprecation(announce, since=since, sunset=sunset, successor=successor)


def deprecation_of(route: APIRoute) -> Deprecation | None:
    """The marker of a route, if it has one."""
    return next((each for each in route.dependencies if isinstance(each, Deprecation)), None)


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time(), UTC)

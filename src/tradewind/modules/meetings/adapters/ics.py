"""Subscription to a calendar that is published as a file (.ics): busy times only."""

import asyncio
from typing import ClassVar
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

import httpx
from pydantic import Field

from tradewind.kernel.http import OutboundClient, OutboundError
from tradewind.kernel.schemas import Schema
from tradewind.modules.meetings.adapters._base import (
    TIMEOUT_SECONDS,
    CalendarSpec,
    Changes,
    Missing,
    ReadsCalendars,
    RemoteCalendar,
)
from tradewind.modules.meetings.engine import calendar_reading
from tradewind.modules.meetings.engine.calendar_reading import NotCalendar, Window
from tradewind.modules.meetings.errors_calendars import CalendarRefused, CredentialsRefused

_ONLY = "file"


class IcsSettings(Schema):
    """Where the file is."""

    url: str = Field(title="Calendar address", max_length=1000, description="Ends in .ics as a rule; webcal:// works")


class Ics(ReadsCalendars):
    """One published calendar; its token is the file's validator."""

    spec: ClassVar = CalendarSpec(
        id="ics",
        label="Calendar address (ICS)",
        auth="none",
        capabilities=frozenset({"calendars", "changes"}),
        settings=IcsSettings,
        hidden_setting="url",
        notes={"read_only": "Busy times are read; meetings cannot be written."},
    )

    def client(self, transport: httpx.AsyncBaseTransport | None) -> OutboundClient:
        return OutboundClient(
            "ics",
            guard=transport is None,
            transport=transport,
            timeout_seconds=TIMEOUT_SECONDS,
            max_response_bytes=calendar_reading.MAX_BYTES,
            follow_redirects=True,
        )

    async def account(self) -> str:
        return urlsplit(self.credentials.settings["url"]).hostname or ""

    async def calendars(self) -> list[RemoteCalendar]:
        text = (await self._fetch({})).content
        if b"BEGIN:VCALENDAR" not in text[:1000].upper():
            raise CalendarRefused("There is no calendar at this address: the file does not begin with BEGIN:VCALENDAR.")
        name = ""
        for line in text[:5_000].decode("utf-8", "replace").splitlines():
            if line.upper().startswith("X-WR-CALNAME"):
                name = calendar_reading.clean_title(line.partition(":")[2])
        return [RemoteCalendar(remote_id=_ONLY, name=name or await self.account())]

    async def changes(self, calendar_id: str, token: str | None, window: Window, zone: ZoneInfo) -> Changes:
        answer = await self._fetch({"If-None-Match": token} if token else {})
        if answer.status_code == 304:
            return Changes(items=[], token=token)
        try:
            reading = await asyncio.to_thread(calendar_reading.read, answer.content, window, zone)
        except NotCalendar as error:
            raise CalendarRefused(str(error)) from error
        return Changes(
            items=reading.items,
            token=(answer.headers.get("etag") or "")[:500] or None,
            complete=True,
            skipped=reading.skipped,
            truncated=reading.truncated,
        )

    async def _fetch(self, headers: dict[str, str]) -> httpx.Response:
        address = self.credentials.settings["url"]
        answer = await self.http.get(address, headers={"Accept": "text/calendar, text/plain;q=0.5", **headers})
        if answer.status_code in (401, 403):
            raise CredentialsRefused("The calendar's address is not open any more.")
        if answer.status_code in (404, 410):
            raise Missing
        if answer.status_code == 429 or answer.status_code >= 500:
            raise OutboundError(f"The server is in trouble (status {answer.status_code}).")
        if answer.status_code not in (200, 304):
            raise CalendarRefused(f"The address answered with status {answer.status_code}.")
        return answer

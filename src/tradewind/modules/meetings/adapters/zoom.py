"""Zoom: no calendar, but rooms for meetings."""

from datetime import UTC
from typing import Any, ClassVar

from tradewind.modules.meetings.adapters._base import (
    CalendarSpec,
    Missing,
    OAuth,
    WritesMeetings,
    Written,
)
from tradewind.modules.meetings.adapters._vendor import VendorAdapter
from tradewind.modules.meetings.engine.calendar_writing import MeetingEvent

_API = "https://api.zoom.us/v2"


class Zoom(VendorAdapter, WritesMeetings):
    """One Zoom account."""

    spec: ClassVar = CalendarSpec(
        id="zoom",
        label="Zoom",
        auth="oauth2_pkce",
        capabilities=frozenset({"write"}),
        documentation_url="https://developers.zoom.us/docs/api/meetings/",
        oauth=OAuth(
            authorise_at="https://zoom.us/oauth/authorize",
            tokens_at="https://zoom.us/oauth/token",
            # Zoom takes the scopes from the app's own settings.
            scopes=(),
            basic=True,
        ),
        notes={"rooms": "Makes the meeting link; it has no busy times."},
    )

    async def account(self) -> str:
        body = await self.call("GET", f"{_API}/users/me")
        return str(body.get("email") or "")[:200]

    async def write(self, calendar_id: str, event: MeetingEvent, known: Written | None) -> Written:
        if known is not None:
            await self.call("PATCH", f"{_API}/meetings/{known.remote_id}", json=_body(event), idempotent=True)
            return known
        # Zoom makes a second room for the same wish: one of an attempt that died is looked for first.
        found = await self.find(calendar_id, event.uid)
        return found or _written(await self.call("POST", f"{_API}/users/me/meetings", json=_body(event)))

    async def find(self, calendar_id: str, uid: str) -> Written | None:
        """The room of a meeting by the mark in its agenda."""
        params: dict[str, Any] = {"type": "upcoming", "page_size": 300}
        for _ in range(5):
            body = await self.call("GET", f"{_API}/users/me/meetings", params=params)
            for entry in body.get("meetings", []):
                if uid in str(entry.get("agenda", "")):
                    return _written(entry)
            if not (page := body.get("next_page_token")):
                return None
            params = {**params, "next_page_token": page}
        return None

    async def remove(self, calendar_id: str, remote_id: str) -> None:
        try:
            await self.call("DELETE", f"{_API}/meetings/{remote_id}", params={"schedule_for_reminder": "false"})
        except Missing:
            return


def _body(event: MeetingEvent) -> dict[str, Any]:
    minutes = max(1, round((event.ends_at - event.starts_at).total_seconds() / 60))
    return {
        "topic": event.title[:200],
        "type": 2,
        "start_time": event.starts_at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
        "duration": minutes,
        "timezone": "UTC",
        "agenda": f"[{event.uid}]",
        "settings": {"waiting_room": True, "join_before_host": False},
    }


def _written(body: dict[str, Any]) -> Written:
    return Written(remote_id=str(body["id"]), join_url=body.get("join_url"))

"""Google Calendar (API v3), with Google Meet as its own meeting link."""

import hashlib
from datetime import UTC, date, datetime, timedelta
from typing import Any, ClassVar
from urllib.parse import quote
from uuid import uuid4
from zoneinfo import ZoneInfo

import httpx

from tradewind.kernel.clock import now
from tradewind.kernel.registry import RateLimit
from tradewind.modules.meetings.adapters._base import (
    CalendarSpec,
    Changes,
    Channel,
    Missing,
    OAuth,
    Overwritten,
    ReadsCalendars,
    RemoteCalendar,
    SyncLost,
    TellsOfChanges,
    WritesMeetings,
    Written,
)
from tradewind.modules.meetings.adapters._vendor import VendorAdapter, moment, reason_of
from tradewind.modules.meetings.engine.calendar_reading import MAX_BUSY, Busy, Item, Window, clean_title, instant
from tradewind.modules.meetings.engine.calendar_writing import MeetingEvent
from tradewind.modules.meetings.errors_calendars import CalendarRejected

_API = "https://www.googleapis.com/calendar/v3"
_PAGE = 2_500
_MAX_PAGES = 10
# What Google gives a channel if it does not say so.
_CHANNEL = timedelta(days=7)
_NO_MAILS = {"sendUpdates": "none"}


class Google(VendorAdapter, ReadsCalendars, WritesMeetings, TellsOfChanges):
    """One Google account."""

    spec: ClassVar = CalendarSpec(
        id="google",
        label="Google Calendar",
        auth="oauth2_pkce",
        capabilities=frozenset({"calendars", "changes", "write", "watch"}),
        limits=(
            RateLimit(name="requests per minute and user", amount=600, seconds=60, scope="user",
                      checked_on=date(2026, 11, 1)),
        ),
        documentation_url="https://developers.google.com/workspace/calendar/api/guides/overview",
        oauth=OAuth(
            authorise_at="https://accounts.google.com/o/oauth2/v2/auth",
            tokens_at="https://oauth2.googleapis.com/token",
            scopes=(
                "https://www.googleapis.com/auth/calendar.calendarlist.readonly",
                "https://www.googleapis.com/auth/calendar.events",
            ),
            offline={"access_type": "offline", "prompt": "consent"},
        ),
        conference="google_meet",
    )  # fmt: skip

    def judge(self, answer: httpx.Response) -> None:
        # Google answers 403 both for lack of rights and for too many requests.
        if answer.status_code == 403 and "limit" in reason_of(answer).lower():
            answer.status_code = 429
        super().judge(answer)

    async def account(self) -> str:
        primary = next((one for one in await self.calendars() if one.primary), None)
        return primary.remote_id if primary else ""

    async def calendars(self) -> list[RemoteCalendar]:
        body = await self.call("GET", f"{_API}/users/me/calendarList", params={"maxResults": 250})
        return [
            RemoteCalendar(
                remote_id=str(entry["id"]),
                name=clean_title(str(entry.get("summaryOverride") or entry.get("summary") or entry["id"])),
                colour=entry.get("backgroundColor"),
                time_zone=entry.get("timeZone"),
                writable=entry.get("accessRole") in ("owner", "writer"),
                primary=bool(entry.get("primary")),
            )
            for entry in body.get("items", [])
            if entry.get("accessRole") != "freeBusyReader" and not entry.get("deleted")
        ]

    async def changes(self, calendar_id: str, token: str | None, window: Window, zone: ZoneInfo) -> Changes:
        params: dict[str, Any] = {"singleEvents": "true", "maxResults": _PAGE}
        if token:
            params |= {"syncToken": token}
        else:
            params |= {"timeMin": _stamp(window.start), "timeMax": _stamp(window.end)}
        items, removed = list[Item](), list[str]()
        for _ in range(_MAX_PAGES):
            body = await self.call("GET", _events(calendar_id), params=params)
            for entry in body.get("items", []):
                if entry.get("status") == "cancelled":
                    removed.append(str(entry["id"]))
                else:
                    items.append(_item(entry, window, zone))
            page = body.get("nextPageToken")
            if not page:
                return Changes(
                    items=items, removed=removed, token=body.get("nextSyncToken"), complete=token is None,
                    truncated=len(items) > MAX_BUSY,
                )  # fmt: skip
            params = {**params, "pageToken": page}
        if token:
            raise SyncLost
        return Changes(items=items, complete=True, truncated=True)

    async def write(self, calendar_id: str, event: MeetingEvent, known: Written | None) -> Written:
        body = _body(event)
        params = {**_NO_MAILS, "conferenceDataVersion": 1}
        if known is None:
            # The id follows from the meeting: a second event cannot be made, and a deleted one keeps its id.
            body["id"] = event_id(event.uid)
            try:
                made = await self.call("POST", _events(calendar_id), params=params, json=body, idempotent=True)
                return _written(made)
            except Overwritten:
                known = Written(remote_id=body.pop("id"))
        headers = {"If-Match": known.etag} if known.etag else {}
        address = f"{_events(calendar_id)}/{known.remote_id}"
        return _written(await self.call("PATCH", address, params=params, json=body, headers=headers))

    async def find(self, calendar_id: str, uid: str) -> Written | None:
        try:
            body = await self.call("GET", f"{_events(calendar_id)}/{event_id(uid)}")
        except Missing:
            return None
        return None if body.get("status") == "cancelled" else _written(body)

    async def remove(self, calendar_id: str, remote_id: str) -> None:
        try:
            await self.call("DELETE", f"{_events(calendar_id)}/{remote_id}", params=_NO_MAILS)
        except (Missing, SyncLost):
            return

    async def watch(self, calendar_id: str, address: str, token: str, channel: Channel | None) -> Channel | None:
        wanted = {"id": str(uuid4()), "type": "web_hook", "address": address, "token": token}
        try:
            body = await self.call("POST", f"{_events(calendar_id)}/watch", json=wanted)
        except CalendarRejected:
            # Some calendars (holidays, birthdays) cannot be watched: they are looked at by the clock.
            return None
        ends = now() + _CHANNEL
        if str(body.get("expiration", "")).isdigit():
            ends = datetime.fromtimestamp(int(body["expiration"]) / 1000, UTC)
        if channel is not None:
            await self.unwatch(channel)
        return Channel(id=wanted["id"], resource=str(body.get("resourceId", "")), expires_at=ends)

    async def unwatch(self, channel: Channel) -> None:
        try:
            body = {"id": channel.id, "resourceId": channel.resource}
            await self.call("POST", f"{_API}/channels/stop", json=body, idempotent=True)
        except (Missing, SyncLost, Overwritten, CalendarRejected):
            return


def event_id(uid: str) -> str:
    """The id of our event: base32hex as Google demands, the same for the same meeting."""
    return hashlib.sha256(uid.encode()).hexdigest()


def _events(calendar_id: str) -> str:
    return f"{_API}/calendars/{quote(calendar_id, safe='')}/events"


def _stamp(value: datetime) -> str:
    return value.astimezone(UTC).replace(microsecond=0).isoformat().replace("+00:00", "Z")


def _body(event: MeetingEvent) -> dict[str, Any]:
    body: dict[str, Any] = {
        "summary": event.title,
        "description": event.description,
        "location": event.location,
        "start": {"dateTime": _stamp(event.starts_at), "timeZone": "UTC"},
        "end": {"dateTime": _stamp(event.ends_at), "timeZone": "UTC"},
        "status": "tentative" if event.tentative else "confirmed",
        "transparency": "opaque",
        "extendedProperties": {"private": {"tradewindUid": event.uid}},
    }
    if event.conference == "google_meet":
        request = {"requestId": event_id(event.uid)[:40], "conferenceSolutionKey": {"type": "hangoutsMeet"}}
        body["conferenceData"] = {"createRequest": request}
    return body


def _written(body: dict[str, Any]) -> Written:
    return Written(remote_id=str(body["id"]), etag=body.get("etag"), join_url=body.get("hangoutLink"))


def _item(entry: dict[str, Any], window: Window, zone: ZoneInfo) -> Item:
    starts, ends = _when(entry.get("start"), zone), _when(entry.get("end"), zone)
    busy: tuple[Busy, ...] = ()
    if starts and ends and not _free(entry) and max(starts, window.start) < min(ends, window.end):
        private = entry.get("visibility") in ("private", "confidential")
        title = "" if private else clean_title(str(entry.get("summary") or ""))
        busy = (Busy(max(starts, window.start), min(ends, window.end), title),)
    return Item(
        remote_id=str(entry["id"]), uid=str(entry.get("iCalUID") or ""), etag=entry.get("etag"), busy=busy,
        starts_at=starts, ends_at=ends,
    )  # fmt: skip


def _when(value: Any, zone: ZoneInfo) -> datetime | None:
    if not isinstance(value, dict):
        return None
    if "date" in value:
        try:
            return instant(date.fromisoformat(str(value["date"])), zone)
        except ValueError:
            return None
    return moment(value.get("dateTime"))


def _free(entry: dict[str, Any]) -> bool:
    declined = any(
        one.get("self") and one.get("responseStatus") == "declined"
        for one in entry.get("attendees", [])
        if isinstance(one, dict)
    )
    working = entry.get("eventType") in ("workingLocation", "birthday")
    return declined or working or entry.get("transparency") == "transparent"

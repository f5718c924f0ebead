"""Microsoft 365 and Outlook.com by Microsoft Graph, with Teams as its own meeting link."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any, ClassVar
from urllib.parse import quote, urlsplit
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
from tradewind.modules.meetings.adapters._vendor import VendorAdapter, body_of, moment
from tradewind.modules.meetings.engine.calendar_reading import MAX_BUSY, Busy, Item, Window, clean_title, instant
from tradewind.modules.meetings.engine.calendar_writing import MeetingEvent
from tradewind.modules.meetings.errors_calendars import CalendarRejected

_API = "https://graph.microsoft.com/v1.0"
_HOST = "graph.microsoft.com"
_PREFER = {"Prefer": 'outlook.timezone="UTC", IdType="ImmutableId"'}
_PAGES = {"Prefer": 'outlook.timezone="UTC", IdType="ImmutableId", odata.maxpagesize=500'}
_MAX_PAGES = 60
# Graph ends subscriptions to Outlook's events after three days at the latest.
_CHANNEL = timedelta(minutes=4_200)
_UID = "String {7c3f3a2e-5d5b-4c1f-9d0e-6b8a1f2d4e90} Name TradewindUid"
_FREE = frozenset({"free", "workingElsewhere"})


class Microsoft(VendorAdapter, ReadsCalendars, WritesMeetings, TellsOfChanges):
    """One Microsoft account."""

    spec: ClassVar = CalendarSpec(
        id="microsoft",
        label="Microsoft 365",
        auth="oauth2_pkce",
        capabilities=frozenset({"calendars", "changes", "write", "watch"}),
        limits=(
            RateLimit(name="requests in ten minutes for a mailbox", amount=10_000, seconds=600,
                      checked_on=date(2026, 11, 1)),
        ),
        documentation_url="https://learn.microsoft.com/graph/api/resources/calendar-overview",
        oauth=OAuth(
            authorise_at="https://login.microsoftonline.com/{tenant}/oauth2/v2.0/authorize",
            tokens_at="https://login.microsoftonline.com/{tenant}/oauth2/v2.0/token",
            scopes=("offline_access", "User.Read", "Calendars.ReadWrite"),
            offline={"prompt": "select_account"},
        ),
        conference="teams",
    )  # fmt: skip

    async def account(self) -> str:
        body = await self.call("GET", f"{_API}/me", params={"$select": "mail,userPrincipalName"})
        return str(body.get("mail") or body.get("userPrincipalName") or "")[:200]

    async def calendars(self) -> list[RemoteCalendar]:
        params = {"$top": 100, "$select": "id,name,hexColor,canEdit,isDefaultCalendar"}
        body = await self.call("GET", f"{_API}/me/calendars", params=params, headers=_PREFER)
        return [
            RemoteCalendar(
                remote_id=str(entry["id"]),
                name=clean_title(str(entry.get("name") or "Calendar")),
                colour=entry.get("hexColor") or None,
                writable=bool(entry.get("canEdit")),
                primary=bool(entry.get("isDefaultCalendar")),
            )
            for entry in body.get("value", [])
        ]

    async def changes(self, calendar_id: str, token: str | None, window: Window, zone: ZoneInfo) -> Changes:
        address = f"{_API}/me/calendars/{quote(calendar_id, safe='')}/calendarView/delta"
        params: dict[str, Any] | None = {"startDateTime": _plain(window.start), "endDateTime": _plain(window.end)}
        if token:
            address, params = f"https://{_HOST}{token}", None
        entries: list[dict[str, Any]] = []
        for _ in range(_MAX_PAGES):
            body = await self.call("GET", address, params=params, headers=_PAGES)
            entries += [entry for entry in body.get("value", []) if isinstance(entry, dict)]
            if delta := body.get("@odata.deltaLink"):
                items, removed = _read(entries, window, zone)
                return Changes(
                    items=items, removed=removed, token=_path(delta), complete=token is None,
                    truncated=len(items) > MAX_BUSY,
                )  # fmt: skip
            address, params = f"https://{_HOST}{_path(body.get('@odata.nextLink'))}", None
        if token:
            raise SyncLost
        return Changes(items=_read(entries, window, zone)[0], complete=True, truncated=True)

    def judge(self, answer: httpx.Response) -> None:
        # Told by a code, with differing statuses.
        if answer.status_code in (400, 410):
            error = body_of(answer).get("error")
            code = str(error.get("code", "")) if isinstance(error, dict) else ""
            if code.casefold() in ("syncstatenotfound", "syncstateinvalid", "resyncrequired"):
                raise SyncLost
        super().judge(answer)

    async def write(self, calendar_id: str, event: MeetingEvent, known: Written | None) -> Written:
        body = _body(event)
        if known is None:
            known = await self._add(calendar_id, event, body)
            if known is None:
                raise CalendarRejected("Microsoft 365 says that it has the event, and does not show it.")
            if known.etag is not None:
                return known
        headers = {**_PREFER, **({"If-Match": known.etag} if known.etag else {})}
        address = f"{_API}/me/events/{quote(known.remote_id, safe='')}"
        return _written(await self.call("PATCH", address, json=body, headers=headers))

    async def _add(self, calendar_id: str, event: MeetingEvent, body: dict[str, Any]) -> Written | None:
        """Add an event, or the one that an earlier attempt added, then without an etag: it may say something older."""
        marks = {"transactionId": event.uid, "singleValueExtendedProperties": [{"id": _UID, "value": event.uid}]}
        address = f"{_API}/me/calendars/{quote(calendar_id, safe='')}/events"
        try:
            made = await self.call("POST", address, json={**body, **marks}, headers=_PREFER, idempotent=True)
        except Overwritten:
            found = await self.find(calendar_id, event.uid)
            return replace(found, etag=None) if found else None
        written = _written(made)
        same = _when(made.get("start"), ZoneInfo("UTC"), whole=False) == event.starts_at
        return written if same else replace(written, etag=None)

    async def find(self, calendar_id: str, uid: str) -> Written | None:
        wanted = uid.replace("'", "''")
        property_filter = f"singleValueExtendedProperties/Any(ep: ep/id eq '{_UID}' and ep/value eq '{wanted}')"
        body = await self.call(
            "GET",
            f"{_API}/me/calendars/{quote(calendar_id, safe='')}/events",
            params={"$filter": property_filter, "$top": 1},
            headers=_PREFER,
        )
        found = body.get("value") or []
        return _written(found[0]) if found else None

    async def remove(self, calendar_id: str, remote_id: str) -> None:
        try:
            await self.call("DELETE", f"{_API}/me/events/{quote(remote_id, safe='')}", headers=_PREFER)
        except (Missing, SyncLost):
            return

    async def watch(self, calendar_id: str, address: str, token: str, channel: Channel | None) -> Channel | None:
        ends = now() + _CHANNEL
        stamp = {"expirationDateTime": f"{_plain(ends)}Z"}
        if channel is not None:
            try:
                await self.call("PATCH", f"{_API}/subscriptions/{quote(channel.id, safe='')}", json=stamp)
                return Channel(id=channel.id, resource=channel.resource, expires_at=ends)
            except (Missing, SyncLost, CalendarRejected):
                pass
        resource = f"/me/calendars/{calendar_id}/events"
        wanted = {
            "changeType": "created,updated,deleted",
            "notificationUrl": address,
            "resource": resource,
            "clientState": token,
            **stamp,
        }
        try:
            body = await self.call("POST", f"{_API}/subscriptions", json=wanted)
        except CalendarRejected:
            # Graph proves the address before it agrees; where it cannot reach us, the clock must do.
            return None
        return Channel(id=str(body["id"]), resource=resource, expires_at=ends)

    async def unwatch(self, channel: Channel) -> None:
        try:
            await self.call("DELETE", f"{_API}/subscriptions/{quote(channel.id, safe='')}")
        except (Missing, SyncLost, CalendarRejected):
            return


def _path(link: Any) -> str:
    """Path and query of a link that Graph gave; it must never lead anywhere else."""
    parts = urlsplit(str(link or ""))
    if not parts.path.startswith("/v1.0/"):
        raise SyncLost
    return f"{parts.path}?{parts.query}"


def _plain(value: datetime) -> str:
    return value.astimezone(UTC).replace(microsecond=0, tzinfo=None).isoformat()


def _body(event: MeetingEvent) -> dict[str, Any]:
    body: dict[str, Any] = {
        "subject": event.title,
        "body": {"contentType": "text", "content": event.description},
        "start": {"dateTime": _plain(event.starts_at), "timeZone": "UTC"},
        "end": {"dateTime": _plain(event.ends_at), "timeZone": "UTC"},
        "location": {"displayName": event.location},
        "showAs": "tentative" if event.tentative else "busy",
    }
    if event.conference == "teams":
        body |= {"isOnlineMeeting": True, "onlineMeetingProvider": "teamsForBusiness"}
    return body


def _written(body: dict[str, Any]) -> Written:
    online = body.get("onlineMeeting")
    link = online.get("joinUrl") if isinstance(online, dict) else None
    return Written(remote_id=str(body["id"]), etag=body.get("@odata.etag"), join_url=link)


def _read(entries: list[dict[str, Any]], window: Window, zone: ZoneInfo) -> tuple[list[Item], list[str]]:
    """Items and removed ids. Occurrences carry times alone; the rest stands in the master of their series."""
    masters = {entry.get("id"): entry for entry in entries if entry.get("type") == "seriesMaster"}
    items, removed = list[Item](), list[str]()
    for entry in entries:
        if "@removed" in entry or entry.get("isCancelled"):
            removed.append(str(entry.get("id")))
        elif entry.get("type") != "seriesMaster":
            items.append(_item({**masters.get(entry.get("seriesMasterId"), {}), **entry}, window, zone))
    return items, removed


def _item(entry: dict[str, Any], window: Window, zone: ZoneInfo) -> Item:
    whole = bool(entry.get("isAllDay"))
    starts, ends = _when(entry.get("start"), zone, whole=whole), _when(entry.get("end"), zone, whole=whole)
    answer = entry.get("responseStatus")
    declined = isinstance(answer, dict) and answer.get("response") == "declined"
    busy: tuple[Busy, ...] = ()
    free = declined or entry.get("showAs") in _FREE
    if starts and ends and not free and max(starts, window.start) < min(ends, window.end):
        private = entry.get("sensitivity") in ("private", "confidential")
        title = "" if private else clean_title(str(entry.get("subject") or ""))
        busy = (Busy(max(starts, window.start), min(ends, window.end), title),)
    return Item(
        remote_id=str(entry["id"]), uid=str(entry.get("iCalUId") or ""), etag=entry.get("@odata.etag"), busy=busy,
        starts_at=starts, ends_at=ends,
    )  # fmt: skip


def _when(value: Any, zone: ZoneInfo, *, whole: bool) -> datetime | None:
    read = moment(value.get("dateTime")) if isinstance(value, dict) else None
    return instant(read.date(), zone) if read and whole else read

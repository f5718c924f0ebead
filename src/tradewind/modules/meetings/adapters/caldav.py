"""CalDAV (RFC 4791): Nextcloud, iCloud, Fastmail, Radicale and most others, by address and password."""

import asyncio
import hashlib
import re
from typing import ClassVar
from urllib.parse import quote, unquote, urljoin, urlsplit
from zoneinfo import ZoneInfo

import httpx
from pydantic import Field

from tradewind.kernel.http import OutboundClient, OutboundError, retry_after_seconds
from tradewind.kernel.schemas import Schema
from tradewind.modules.meetings.adapters import _caldav_xml as xml
from tradewind.modules.meetings.adapters._base import (
    MAX_ANSWER_BYTES,
    TIMEOUT_SECONDS,
    CalendarSpec,
    Changes,
    Missing,
    Overwritten,
    ReadsCalendars,
    RemoteCalendar,
    SyncLost,
    WritesMeetings,
    Written,
)
from tradewind.modules.meetings.engine import calendar_reading
from tradewind.modules.meetings.engine.calendar_reading import Item, Window
from tradewind.modules.meetings.engine.calendar_writing import MeetingEvent, event_text
from tradewind.modules.meetings.errors_calendars import CalendarRefused, CalendarRejected, CredentialsRefused

_BATCH = 100
_MAX_CHANGED = 5_000
_MAX_CALENDARS = 100
_MAX_REDIRECTS = 5
_XML = {"Content-Type": "application/xml; charset=utf-8"}
_ZONE = re.compile(r"^TZID:(.+)$", re.MULTILINE)
_STATE_ONLY = "state:"


class CaldavSettings(Schema):
    """Where the account lives."""

    url: str = Field(title="Server address", max_length=500, description="For example https://cloud.example.com")
    username: str = Field(title="User name", min_length=1, max_length=200)


class Caldav(ReadsCalendars, WritesMeetings):
    """One account on a CalDAV server. Ids of calendars and events are their addresses."""

    spec: ClassVar = CalendarSpec(
        id="caldav",
        label="CalDAV",
        auth="basic",
        capabilities=frozenset({"calendars", "changes", "write"}),
        settings=CaldavSettings,
        documentation_url="https://www.rfc-editor.org/rfc/rfc4791",
        notes={"password": "Use an app password where your provider offers one: iCloud and Fastmail demand it."},
    )

    def client(self, transport: httpx.AsyncBaseTransport | None) -> OutboundClient:
        return OutboundClient(
            "caldav",
            guard=transport is None,
            transport=transport,
            timeout_seconds=TIMEOUT_SECONDS,
            max_response_bytes=MAX_ANSWER_BYTES,
        )

    async def account(self) -> str:
        return self.credentials.settings["username"]

    async def calendars(self) -> list[RemoteCalendar]:
        start = self.credentials.settings["url"]
        base, found = await self._discover(start)
        calendars = [one for resource in found if (one := _calendar(base, resource)) is not None][:_MAX_CALENDARS]
        if not calendars:
            raise CalendarRefused("The server was found, but there is no calendar in this account.")
        return calendars

    async def _discover(self, start: str) -> tuple[str, list[xml.Resource]]:
        """The address that found hrefs are relative to, and what lies in the account's home (RFC 6764 §6)."""
        for address in dict.fromkeys((start, urljoin(start, "/.well-known/caldav"), urljoin(start, "/"))):
            try:
                base, answer = await self._propfind(address, xml.PRINCIPAL)
            except (CalendarRefused, Missing):
                continue
            principal = next(
                (href for one in answer.resources if (href := one.href_in(f"{xml.D}current-user-principal"))), None
            )
            if principal is None:
                continue
            base, answer = await self._propfind(urljoin(base, principal), xml.HOME)
            home = next((href for one in answer.resources if (href := one.href_in(f"{xml.C}calendar-home-set"))), None)
            if home is not None:
                base, answer = await self._propfind(urljoin(base, home), xml.CALENDARS, depth=1)
                return base, answer.resources
        base, answer = await self._propfind_or_refuse(start)
        return base, answer.resources

    async def _propfind_or_refuse(self, address: str) -> tuple[str, xml.MultiStatus]:
        """The address itself as a calendar: some servers give out no more than that."""
        try:
            return await self._propfind(address, xml.CALENDARS, depth=0)
        except Missing as error:
            raise CalendarRefused("There is no calendar at this address.") from error

    async def changes(self, calendar_id: str, token: str | None, window: Window, zone: ZoneInfo) -> Changes:
        if token is None:
            return await self._everything(calendar_id, window, zone)
        if token.startswith(_STATE_ONLY):
            if await self._state(calendar_id) == token:
                return Changes(items=[], token=token)
            raise SyncLost
        return await self._since(calendar_id, token, window, zone)

    async def _everything(self, calendar_id: str, window: Window, zone: ZoneInfo) -> Changes:
        # The state is read first: what changes meanwhile is told again by the next report.
        token = await self._state(calendar_id)
        answer = await self._report(calendar_id, xml.query(window), depth=1)
        items, skipped, truncated = await self._items(calendar_id, answer, window, zone)
        return Changes(items=items, token=token, complete=True, skipped=skipped, truncated=truncated)

    async def _since(self, calendar_id: str, token: str, window: Window, zone: ZoneInfo) -> Changes:
        try:
            answer = await self._report(calendar_id, xml.sync(token), depth=None)
        except CalendarRefused as error:
            # A refused report means a token the server has forgotten (RFC 6578 §3.2): servers differ in the status.
            raise SyncLost from error
        own = urlsplit(calendar_id).path.rstrip("/")
        told = [one for one in answer.resources if urlsplit(one.href).path.rstrip("/") != own]
        removed = [_address(calendar_id, one.href) for one in told if one.status in (404, 410)]
        changed = [one.href for one in told if one.status is None]
        unfinished = any(one.status == 507 for one in answer.resources)
        if len(changed) > _MAX_CHANGED or answer.sync_token is None or unfinished:
            raise SyncLost
        items, skipped, truncated = list[Item](), 0, False
        for place in range(0, len(changed), _BATCH):
            wanted = changed[place : place + _BATCH]
            part = await self._report(calendar_id, xml.multiget(wanted), depth=0)
            more, missed, cut = await self._items(calendar_id, part, window, zone)
            items, skipped, truncated = items + more, skipped + missed, truncated or cut
            # Gone between the two reports, or no longer understood: what was known of it holds no more.
            found = {item.remote_id for item in more}
            removed += [address for href in wanted if (address := _address(calendar_id, href)) not in found]
        return Changes(items=items, removed=removed, token=answer.sync_token, skipped=skipped, truncated=truncated)

    async def _state(self, calendar_id: str) -> str | None:
        """The sync token, or what stands for it on servers without sync reports."""
        _, answer = await self._propfind(calendar_id, xml.STATE)
        for one in answer.resources:
            if token := one.text(f"{xml.D}sync-token"):
                return token
            if tag := one.text(f"{xml.S}getctag"):
                return f"{_STATE_ONLY}{tag}"
        return None

    async def _items(
        self, calendar_id: str, answer: xml.MultiStatus, window: Window, zone: ZoneInfo
    ) -> tuple[list[Item], int, bool]:
        texts = [
            (_address(calendar_id, one.href), one.text(f"{xml.D}getetag"), data)
            for one in answer.resources
            if (data := one.text(f"{xml.C}calendar-data"))
        ]
        return await asyncio.to_thread(_read, texts, window, zone)

    async def write(self, calendar_id: str, event: MeetingEvent, known: Written | None) -> Written:
        if known is not None:
            return await self._put(known.remote_id, event, {"If-Match": known.etag or "*"})
        address = _address(_folder(calendar_id), _name(event.uid))
        try:
            return await self._put(address, event, {"If-None-Match": "*"})
        except Overwritten:
            # Written by an attempt that died before it could say so.
            return await self._put(address, event, {"If-Match": await self._etag(address) or "*"})

    async def _put(self, address: str, event: MeetingEvent, condition: dict[str, str]) -> Written:
        headers = {"Content-Type": "text/calendar; charset=utf-8", **condition}
        answer = await self._send("PUT", address, event_text(event), headers)
        if answer.status_code == 412:
            raise Overwritten
        if answer.status_code in (404, 409, 410):
            raise Missing
        if not answer.is_success:
            raise CalendarRejected(f"The server refused the event with status {answer.status_code}.")
        return Written(remote_id=address, etag=answer.headers.get("etag") or await self._etag(address))

    async def find(self, calendar_id: str, uid: str) -> Written | None:
        address = _address(_folder(calendar_id), _name(uid))
        try:
            return Written(remote_id=address, etag=await self._etag(address))
        except Missing:
            return None

    async def _etag(self, address: str) -> str | None:
        _, answer = await self._propfind(address, xml.ETAG)
        return next((tag for one in answer.resources if (tag := one.text(f"{xml.D}getetag"))), None)

    async def remove(self, calendar_id: str, remote_id: str) -> None:
        answer = await self._send("DELETE", remote_id, None, {})
        if not answer.is_success and answer.status_code not in (404, 410):
            raise CalendarRejected(f"The server refused to delete the event with status {answer.status_code}.")

    async def _propfind(self, address: str, body: str, *, depth: int = 0) -> tuple[str, xml.MultiStatus]:
        answer = await self._send("PROPFIND", address, body.encode(), {**_XML, "Depth": str(depth)})
        return str(answer.request.url), _multistatus(answer)

    async def _report(self, address: str, body: str, *, depth: int | None) -> xml.MultiStatus:
        headers = _XML if depth is None else {**_XML, "Depth": str(depth)}
        return _multistatus(await self._send("REPORT", address, body.encode(), headers))

    async def _send(self, method: str, address: str, content: bytes | None, headers: dict[str, str]) -> httpx.Response:
        """One exchange; redirects keep the method, and lead from https to https only. Raises CredentialsRefused."""
        username, secret = self.credentials.settings["username"], self.credentials.secret
        basic = httpx.BasicAuth(username, secret.get_secret_value() if secret else "")
        for _ in range(_MAX_REDIRECTS + 1):
            signed = next(basic.auth_flow(httpx.Request(method, address))).headers["Authorization"]
            answer = await self.http.request(
                method, address, content=content, headers={**headers, "Authorization": signed}, idempotent=True
            )
            if answer.status_code in (401, 403) and method in ("PROPFIND", "REPORT") and not _forgotten(answer):
                raise CredentialsRefused("The server refused this user name and password.")
            if answer.status_code == 401:
                raise CredentialsRefused("The server refused this user name and password.")
            if answer.status_code == 429 or answer.status_code >= 500:
                pause = retry_after_seconds(answer, at_most=3600) or 60
                raise OutboundError(
                    f"The server is in trouble (status {answer.status_code}).", retry_after_seconds=pause
                )
            if not answer.has_redirect_location:
                return answer
            address = _next(address, answer.headers["location"])
        raise CalendarRefused("The server redirects without end.")


def _forgotten(answer: httpx.Response) -> bool:
    """Whether 403 is about the sync token, not about the person."""
    return answer.status_code == 403 and b"valid-sync-token" in answer.content


def _next(address: str, location: str) -> str:
    target = urljoin(address, location)
    before, after = urlsplit(address), urlsplit(target)
    if after.scheme != "https" and (before.scheme, before.netloc) != (after.scheme, after.netloc):
        raise CalendarRefused("The server redirects to an unencrypted address.")
    return target


def _multistatus(answer: httpx.Response) -> xml.MultiStatus:
    if answer.status_code in (404, 410):
        raise Missing
    if answer.status_code != 207:
        raise CalendarRefused(f"There is no CalDAV server at this address (status {answer.status_code}).")
    try:
        return xml.parse(answer.content)
    except xml.NotMultiStatus as error:
        raise CalendarRefused(str(error)) from error


def _calendar(base: str, resource: xml.Resource) -> RemoteCalendar | None:
    kind = resource.properties.get(f"{xml.D}resourcetype")
    if kind is None or kind.find(f"{xml.C}calendar") is None:
        return None
    components = resource.properties.get(f"{xml.C}supported-calendar-component-set")
    if components is not None and len(components) and not any(one.get("name") == "VEVENT" for one in components):
        return None
    address = _address(base, resource.href)
    privileges = resource.properties.get(f"{xml.D}current-user-privilege-set")
    granted = {str(one.tag) for one in privileges.iter()} if privileges is not None else {f"{xml.D}all"}
    zone = _ZONE.search(resource.text(f"{xml.C}calendar-timezone") or "")
    return RemoteCalendar(
        remote_id=address,
        name=calendar_reading.clean_title(resource.text(f"{xml.D}displayname") or "")
        or urlsplit(address).path.rstrip("/").rpartition("/")[2],
        colour=(resource.text(f"{xml.A}calendar-color") or "")[:7] or None,
        time_zone=zone[1].strip()[:100] if zone else None,
        writable=bool(granted & {f"{xml.D}{name}" for name in ("all", "write", "write-content", "bind")}),
    )


def _read(texts: list[tuple[str, str | None, str]], window: Window, zone: ZoneInfo) -> tuple[list[Item], int, bool]:
    """Items of resources, which each hold one event with its exceptions."""
    items, skipped, busy = list[Item](), 0, 0
    for address, etag, text in texts:
        if len(items) >= calendar_reading.MAX_EVENTS or busy >= calendar_reading.MAX_BUSY:
            return items, skipped, True
        try:
            reading = calendar_reading.read(text.encode(), window, zone, remote_id=address, etag=etag)
        except calendar_reading.NotCalendar:
            skipped += 1
            continue
        skipped += reading.skipped
        items += reading.items[:1]
        busy += sum(len(item.busy) for item in reading.items)
    return items, skipped, False


def _address(base: str, href: str) -> str:
    """An address in one spelling: servers quote the same characters differently."""
    parts = urlsplit(urljoin(base, href))
    path = "/".join(quote(unquote(segment), safe="@:+,;=!$&'()*~") for segment in parts.path.split("/"))
    return parts._replace(path=path, fragment="").geturl()


def _folder(calendar_id: str) -> str:
    return calendar_id if calendar_id.endswith("/") else calendar_id + "/"


def _name(uid: str) -> str:
    """The name of our resource: the same for the same meeting, whatever characters its UID has."""
    safe = re.sub(r"[^A-Za-z0-9.@_-]", "", uid)
    return f"{safe}.ics" if safe == uid and len(uid) < 200 else f"{hashlib.sha256(uid.encode()).hexdigest()[:40]}.ics"

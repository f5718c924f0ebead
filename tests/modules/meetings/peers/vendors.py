"""Scripted stand-ins of Google, Microsoft and Zoom: they remember requests, keep events, and refuse what they must."""

import base64
import hashlib
import json
import re
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit

Answer = tuple[int, Any]


@dataclass
class Received:
    """A request as it came."""

    method: str
    path: str
    query: dict[str, str]
    headers: dict[str, str]
    body: Any


@dataclass
class Vendor:
    """What all have in common: OAuth with PKCE, and a table of answers."""

    requests: list[Received] = field(default_factory=list)
    challenges: dict[str, str] = field(default_factory=dict)
    revoked: bool = False
    rotates: bool = False
    refreshes: int = 0
    refresh_token: str = "refresh-0"
    access_token: str = ""
    failing: dict[str, Answer] = field(default_factory=dict)

    def allow(self, address: str) -> str:
        """What a person's browser does at the vendor: give permission and bring back a code."""
        query = {name: values[0] for name, values in parse_qs(urlsplit(address).query).items()}
        assert query["code_challenge_method"] == "S256"
        assert query["response_type"] == "code"
        self.challenges["code-1"] = query["code_challenge"]
        return query["state"]

    def token(self, request: Received) -> Answer:
        """The token endpoint."""
        form = request.body
        if form["grant_type"] == "authorization_code":
            digest = hashlib.sha256(form["code_verifier"].encode()).digest()
            if base64.urlsafe_b64encode(digest).rstrip(b"=").decode() != self.challenges.pop(form["code"], None):
                return 400, {"error": "invalid_grant"}
        elif self.revoked or form["refresh_token"] != self.refresh_token:
            return 400, {"error": "invalid_grant"}
        self.refreshes += 1
        self.access_token = f"access-{self.refreshes}"
        if self.rotates or form["grant_type"] == "authorization_code":
            self.refresh_token = f"refresh-{self.refreshes}"
            return 200, {
                "access_token": self.access_token, "refresh_token": self.refresh_token, "expires_in": 3600,
                "token_type": "Bearer",
            }  # fmt: skip
        return 200, {"access_token": self.access_token, "expires_in": 3600, "token_type": "Bearer"}

    def answer(self, request: Received) -> Answer:
        """The answer to any request."""
        self.requests.append(request)
        if request.path.endswith("/token"):
            return self.token(request)
        if request.headers.get("authorization") != f"Bearer {self.access_token}" or self.revoked:
            return 401, {"error": {"message": "Invalid Credentials"}}
        for pattern, failure in self.failing.items():
            if re.search(pattern, f"{request.method} {request.path}"):
                return failure
        for method, pattern, handle in self.table():
            match = re.fullmatch(pattern, request.path)
            if method == request.method and match:
                return handle(request, *map(unquote, match.groups()))
        return 404, {"error": {"message": f"no {request.method} {request.path}"}}

    def table(self) -> list[tuple[str, str, Callable[..., Answer]]]:
        """Method, path, handler."""
        raise NotImplementedError

    def made(self, method: str, pattern: str) -> list[Received]:
        """Requests so far that fit."""
        return [one for one in self.requests if one.method == method and re.search(pattern, one.path)]


@dataclass
class GoogleStandIn(Vendor):
    """One calendar `greta@example.com`; a sync token is the number of changes seen."""

    events: dict[str, dict[str, Any]] = field(default_factory=dict)
    changes: list[str] = field(default_factory=list)
    forgets_tokens: bool = False
    channels: dict[str, dict[str, Any]] = field(default_factory=dict)

    def change(self, event_id: str, **values: Any) -> None:
        """Somebody changes an event."""
        self.events[event_id] = {**self.events.get(event_id, {"id": event_id, "status": "confirmed"}), **values}
        self.changes.append(event_id)
        self.events[event_id]["etag"] = f'"{len(self.changes)}"'

    def table(self) -> list[tuple[str, str, Callable[..., Answer]]]:
        events = r"/calendar/v3/calendars/([^/]+)/events"
        return [
            ("GET", r"/calendar/v3/users/me/calendarList", self._calendars),
            ("GET", events, self._list),
            ("POST", events, self._insert),
            ("GET", events + r"/([^/]+)", lambda request, _, one: self._one(one)),
            ("PATCH", events + r"/([^/]+)", self._patch),
            ("DELETE", events + r"/([^/]+)", self._delete),
            ("POST", events + r"/watch", self._watch),
            ("POST", r"/calendar/v3/channels/stop", self._stop),
        ]

    def _calendars(self, request: Received) -> Answer:
        own = {"id": "greta@example.com", "summary": "Greta", "primary": True, "accessRole": "owner",
               "timeZone": "Europe/Berlin", "backgroundColor": "#0b8043"}  # fmt: skip
        return 200, {"items": [own, {"id": "holidays", "summary": "Holidays", "accessRole": "reader"}]}

    def _list(self, request: Received, calendar: str) -> Answer:
        token = request.query.get("syncToken")
        if token and self.forgets_tokens:
            self.forgets_tokens = False
            return 410, {"error": {"message": "Sync token is no longer valid"}}
        ids = list(dict.fromkeys(self.changes[int(token) :])) if token else list(self.events)
        found = [self.events[one] for one in ids if token or self.events[one]["status"] != "cancelled"]
        # Two pages, so that paging is always walked.
        if "pageToken" not in request.query and len(found) > 1:
            return 200, {"items": found[:1], "nextPageToken": "rest"}
        rest = found[1:] if "pageToken" in request.query else found
        return 200, {"items": rest, "nextSyncToken": str(len(self.changes))}

    def _insert(self, request: Received, calendar: str) -> Answer:
        if request.body["id"] in self.events:
            return 409, {"error": {"message": "The requested identifier already exists."}}
        self.change(request.body["id"], **request.body)
        self._conference(request.body["id"], request)
        return 200, self.events[request.body["id"]]

    def _patch(self, request: Received, calendar: str, event_id: str) -> Answer:
        known = self.events.get(event_id)
        if known is None:
            return 404, {"error": {"message": "Not Found"}}
        if request.headers.get("if-match", known["etag"]) != known["etag"]:
            return 412, {"error": {"message": "Precondition Failed"}}
        self.change(event_id, **request.body)
        self._conference(event_id, request)
        return 200, self.events[event_id]

    def _conference(self, event_id: str, request: Received) -> None:
        if "conferenceData" in request.body:
            self.events[event_id]["hangoutLink"] = "https://meet.google.com/abc-defg-hij"

    def _one(self, event_id: str) -> Answer:
        return (200, self.events[event_id]) if event_id in self.events else (404, {"error": {"message": "Not Found"}})

    def _delete(self, request: Received, calendar: str, event_id: str) -> Answer:
        if self.events.get(event_id, {"status": "cancelled"})["status"] == "cancelled":
            return 410, {"error": {"message": "Resource has been deleted"}}
        self.change(event_id, status="cancelled")
        return 204, None

    def _stop(self, request: Received) -> Answer:
        del self.channels[request.body["id"]]
        return 204, None

    def _watch(self, request: Received, calendar: str) -> Answer:
        self.channels[request.body["id"]] = request.body
        return 200, {"id": request.body["id"], "resourceId": "resource-1", "expiration": "1773187200000"}


@dataclass
class MicrosoftStandIn(Vendor):
    """One calendar `cal-1`; delta links carry the number of changes seen."""

    events: dict[str, dict[str, Any]] = field(default_factory=dict)
    changes: list[str] = field(default_factory=list)
    forgets_tokens: bool = False
    subscriptions: dict[str, dict[str, Any]] = field(default_factory=dict)

    def change(self, event_id: str, **values: Any) -> None:
        """Somebody changes an event."""
        self.events[event_id] = {**self.events.get(event_id, {"id": event_id, "type": "singleInstance"}), **values}
        self.changes.append(event_id)
        self.events[event_id]["@odata.etag"] = f'W/"{len(self.changes)}"'

    def table(self) -> list[tuple[str, str, Callable[..., Answer]]]:
        return [
            ("GET", r"/v1.0/me", lambda request: (200, {"mail": "greta@example.com"})),
            ("GET", r"/v1.0/me/calendars", lambda request: (200, {"value": [
                {"id": "cal-1", "name": "Calendar", "canEdit": True, "isDefaultCalendar": True}]})),
            ("GET", r"/v1.0/me/calendars/([^/]+)/calendarView/delta", self._delta),
            ("POST", r"/v1.0/me/calendars/([^/]+)/events", self._add),
            ("GET", r"/v1.0/me/calendars/([^/]+)/events", self._find),
            ("PATCH", r"/v1.0/me/events/([^/]+)", self._patch),
            ("DELETE", r"/v1.0/me/events/([^/]+)", self._delete),
            ("POST", r"/v1.0/subscriptions", self._subscribe),
            ("PATCH", r"/v1.0/subscriptions/([^/]+)", lambda request, one: (200, self.subscriptions[one])),
            ("DELETE", r"/v1.0/subscriptions/([^/]+)", self._unsubscribe),
        ]  # fmt: skip

    def _unsubscribe(self, request: Received, subscription: str) -> Answer:
        del self.subscriptions[subscription]
        return 204, None

    def _delta(self, request: Received, calendar: str) -> Answer:
        token = request.query.get("$deltatoken")
        if token and self.forgets_tokens:
            self.forgets_tokens = False
            return 410, {"error": {"code": "SyncStateNotFound", "message": "gone"}}
        ids = list(dict.fromkeys(self.changes[int(token) :])) if token else list(self.events)
        found = [self.events.get(one, {"id": one, "@removed": {"reason": "deleted"}}) for one in ids]
        link = f"https://graph.microsoft.com{request.path}?$deltatoken={len(self.changes)}"
        return 200, {"value": found, "@odata.deltaLink": link}

    def _add(self, request: Received, calendar: str) -> Answer:
        for known in self.events.values():
            if known.get("transactionId") == request.body["transactionId"]:
                return 201, known
        event_id = f"event-{len(self.changes)}"
        self.change(event_id, **request.body)
        if request.body.get("isOnlineMeeting"):
            self.events[event_id]["onlineMeeting"] = {"joinUrl": "https://teams.microsoft.com/l/meetup-join/1"}
        return 201, self.events[event_id]

    def _find(self, request: Received, calendar: str) -> Answer:
        wanted = re.search(r"ep/value eq '([^']+)'", request.query["$filter"])
        found = [one for one in self.events.values() if wanted and one.get("transactionId") == wanted[1]]
        return 200, {"value": found}

    def _patch(self, request: Received, event_id: str) -> Answer:
        if event_id not in self.events:
            return 404, {"error": {"code": "ErrorItemNotFound", "message": "gone"}}
        if (
            request.headers.get("if-match", self.events[event_id]["@odata.etag"])
            != self.events[event_id]["@odata.etag"]
        ):
            return 412, {"error": {"code": "ErrorIrresolvableConflict", "message": "changed"}}
        self.change(event_id, **request.body)
        return 200, self.events[event_id]

    def _delete(self, request: Received, event_id: str) -> Answer:
        self.events.pop(event_id, None)
        self.changes.append(event_id)
        return 204, None

    def _subscribe(self, request: Received) -> Answer:
        self.subscriptions["sub-1"] = request.body
        return 201, {"id": "sub-1", **request.body}


@dataclass
class ZoomStandIn(Vendor):
    """Rooms by number."""

    rooms: dict[str, dict[str, Any]] = field(default_factory=dict)

    def table(self) -> list[tuple[str, str, Callable[..., Answer]]]:
        return [
            ("GET", r"/v2/users/me", lambda request: (200, {"email": "greta@example.com"})),
            ("GET", r"/v2/users/me/meetings", lambda request: (200, {"meetings": list(self.rooms.values())})),
            ("POST", r"/v2/users/me/meetings", self._add),
            ("PATCH", r"/v2/meetings/(\d+)", self._patch),
            ("DELETE", r"/v2/meetings/(\d+)", lambda request, one: (204, self.rooms.pop(one, None) and None)),
        ]

    def _add(self, request: Received) -> Answer:
        number = str(900 + len(self.requests))
        self.rooms[number] = {**request.body, "id": int(number), "join_url": f"https://zoom.us/j/{number}"}
        return 201, self.rooms[number]

    def _patch(self, request: Received, number: str) -> Answer:
        if number not in self.rooms:
            return 404, {"code": 3001, "message": "Meeting does not exist"}
        self.rooms[number] |= request.body
        return 204, None


@dataclass
class Files(Vendor):
    """A plain web server with calendar files, for subscriptions."""

    files: dict[str, bytes] = field(default_factory=dict)

    def answer(self, request: Received) -> Answer:
        self.requests.append(request)
        content = self.files.get(request.path)
        if content is None:
            return 404, None
        tag = f'"{hashlib.sha256(content).hexdigest()[:8]}"'
        return (304, None) if request.headers.get("if-none-match") == tag else (200, (content, {"ETag": tag}))


class Served:
    """A stand-in at an address of this machine."""

    def __init__(self, vendor: Vendor) -> None:
        self.vendor = vendor

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def _any(self) -> None:
                body: Any = self.rfile.read(int(self.headers.get("content-length", 0)))
                kind = self.headers.get("content-type", "")
                if "json" in kind:
                    body = json.loads(body)
                elif "form" in kind:
                    body = {name: values[0] for name, values in parse_qs(body.decode()).items()}
                parts = urlsplit(self.path)
                query = {name: values[0] for name, values in parse_qs(parts.query).items()}
                headers = {name.lower(): value for name, value in self.headers.items()}
                status, content = vendor.answer(Received(self.command, parts.path, query, headers, body))
                more: dict[str, str] = {}
                if isinstance(content, tuple):
                    content, more = content
                sent = (
                    content if isinstance(content, bytes) else b"" if content is None else json.dumps(content).encode()
                )
                self.send_response(status)
                for name, value in {
                    "Content-Length": str(len(sent)),
                    "Content-Type": "application/json",
                    **more,
                }.items():
                    self.send_header(name, value)
                self.end_headers()
                self.wfile.write(sent)

            do_GET = do_POST = do_PATCH = do_DELETE = do_PUT = _any  # noqa: N815 - the names are the base class's

            def log_message(self, *_: Any) -> None:
                """Quiet."""

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._server.daemon_threads = True
        self.url = f"http://127.0.0.1:{self._server.server_address[1]}"
        threading.Thread(target=self._server.serve_forever, daemon=True).start()

    def close(self) -> None:
        """Stop."""
        self._server.shutdown()
        self._server.server_close()

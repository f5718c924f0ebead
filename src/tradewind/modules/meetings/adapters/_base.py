"""What a calendar adapter is: a spec as data, and a base class for each capability it declares.

Failures: CredentialsRefused (only the host can mend it), CalendarRefused or CalendarRejected (for good),
OutboundError (later, perhaps), SyncLost (read everything again), Overwritten (somebody else wrote first).
"""

from abc import ABC, abstractmethod
from dataclasses import dataclass, field
from datetime import datetime
from types import TracebackType
from typing import ClassVar, Self
from zoneinfo import ZoneInfo

import httpx
from pydantic import SecretStr

from tradewind.kernel.http import OutboundClient
from tradewind.kernel.registry import AdapterSpec
from tradewind.modules.meetings.engine.calendar_reading import Item, Window
from tradewind.modules.meetings.engine.calendar_writing import Conference, MeetingEvent

MAX_ANSWER_BYTES = 32 * 1024 * 1024
TIMEOUT_SECONDS = 30.0


class SyncLost(Exception):
    """The vendor does not know the sync token any more."""


class Overwritten(Exception):
    """The event was changed since it was last seen, or exists already."""


class Missing(Exception):
    """The event or calendar is not there (any more)."""


@dataclass(frozen=True, kw_only=True)
class OAuth:
    """Where a vendor asks for permission. `tenant` in an address stands for the app's tenant.

    `offline` are parameters that make the vendor give a refresh token.
    """

    authorise_at: str
    tokens_at: str
    scopes: tuple[str, ...]
    offline: dict[str, str] = field(default_factory=dict)
    basic: bool = False


@dataclass(frozen=True, kw_only=True)
class CalendarSpec(AdapterSpec):
    """A calendar vendor. `capabilities`: calendars, changes, write, watch. `conference` is its own meeting link.

    `hidden_setting` names a setting that opens the calendar to whoever knows it.
    """

    oauth: OAuth | None = None
    conference: Conference | None = None
    hidden_setting: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Credentials:
    """What a connection signs in with: `settings` are the checked settings of the spec."""

    settings: dict[str, str]
    secret: SecretStr | None = None
    access_token: SecretStr | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class RemoteCalendar:
    """A calendar as the vendor lists it."""

    remote_id: str
    name: str
    colour: str | None = None
    time_zone: str | None = None
    writable: bool = False
    primary: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Changes:
    """What is new in a calendar: everything in the window if `complete`, else only what changed since the token."""

    items: list[Item]
    removed: list[str] = field(default_factory=list)
    token: str | None = None
    complete: bool = False
    skipped: int = 0
    truncated: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Written:
    """An event as the vendor keeps it now."""

    remote_id: str
    etag: str | None = None
    join_url: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Channel:
    """The vendor's promise to tell of changes."""

    id: str
    resource: str
    expires_at: datetime


class CalendarAdapter(ABC):
    """One account at a vendor; use as an async context manager."""

    spec: ClassVar[CalendarSpec]

    def __init__(
        self,
        credentials: Credentials,
        *,
        stand_in: str | None = None,
        transport: httpx.AsyncBaseTransport | None = None,
    ) -> None:
        self.credentials = credentials
        self.stand_in = stand_in
        self.http = self.client(transport)

    def client(self, transport: httpx.AsyncBaseTransport | None) -> OutboundClient:
        """The HTTP client; `transport` is given where private addresses are allowed."""
        return OutboundClient(
            self.spec.id, timeout_seconds=TIMEOUT_SECONDS, max_response_bytes=MAX_ANSWER_BYTES, transport=transport
        )

    def url(self, address: str) -> str:
        """A vendor's address, or its stand-in's."""
        return stood_in(address, self.stand_in)

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.http.close()

    @abstractmethod
    async def account(self) -> str:
        """The name of the account, as its owner knows it. Raises CredentialsRefused, OutboundError."""


class ReadsCalendars(CalendarAdapter):
    """Capabilities `calendars` and `changes`: there are calendars, and what is in them can be read."""

    @abstractmethod
    async def calendars(self) -> list[RemoteCalendar]:
        """Calendars of the account. Raises CredentialsRefused, CalendarRefused, OutboundError."""

    @abstractmethod
    async def changes(self, calendar_id: str, token: str | None, window: Window, zone: ZoneInfo) -> Changes:
        """What changed since `token`, or everything in the window. Raises SyncLost, Missing, CredentialsRefused …"""


class WritesMeetings(CalendarAdapter):
    """Capability `write`: meetings can be put there; where there are no calendars, `calendar_id` is empty."""

    @abstractmethod
    async def write(self, calendar_id: str, event: MeetingEvent, known: Written | None) -> Written:
        """Add or replace an event. Raises Overwritten and Missing for a `known` one, CalendarRejected …

        `known` is the event as last seen. Without it the event is new to us, though the vendor may have it from an
        attempt that died: it is never doubled.
        """

    @abstractmethod
    async def find(self, calendar_id: str, uid: str) -> Written | None:
        """The event as the vendor has it now, found by the meeting's UID."""

    @abstractmethod
    async def remove(self, calendar_id: str, remote_id: str) -> None:
        """Delete an event; one that is not there is no failure."""


class TellsOfChanges(CalendarAdapter):
    """Capability `watch`: the vendor posts to us when a calendar changes."""

    @abstractmethod
    async def watch(self, calendar_id: str, address: str, token: str, channel: Channel | None) -> Channel | None:
        """Ask the vendor to post to `address` when the calendar changes, or to go on; `token` comes with each post.

        None where the vendor will not.
        """

    @abstractmethod
    async def unwatch(self, channel: Channel) -> None:
        """End a channel; one that has ended is no failure. Raises CredentialsRefused, OutboundError."""


def stood_in(address: str, stand_in: str | None) -> str:
    """`address` on the stand-in's host, if there is one."""
    if stand_in is None:
        return address
    return stand_in.rstrip("/") + "/" + address.split("/", 3)[3]

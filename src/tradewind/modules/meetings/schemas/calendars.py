"""HTTP shapes of calendars."""

from datetime import datetime
from typing import Annotated, Any, Literal
from uuid import UUID

from pydantic import Field, SecretStr, StringConstraints

from tradewind.kernel.payload import Flag, JsonObject
from tradewind.kernel.schemas import Schema

Vendor = Literal["google", "microsoft", "zoom"]
Kind = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]{0,39}$")]
Label = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=100)]
Password = Annotated[SecretStr, Field(max_length=1_000)]
AddressPart = Annotated[str, StringConstraints(min_length=1, max_length=4_000)]


class CalendarVendorRead(Schema):
    """A kind of calendar or meeting service that can be connected."""

    id: str
    label: str
    auth: str = Field(description="`oauth2_pkce`: sign in there; `basic`: user name and password; `none`: an address")
    capabilities: list[str]
    settings: dict[str, Any] = Field(description="JSON Schema of what is asked for")
    documentation_url: str | None
    notes: dict[str, str]
    ready: bool = Field(description="false: your organisation must enter its app first")


class MeetingLinkRead(Schema):
    """A way to meet online."""

    id: str
    label: str
    made: Literal["booking", "account", "calendar"] = Field(description="When the link is made, and by what")
    vendor: str | None = Field(description="The connection that a host needs for it")
    notes: dict[str, str]


class CalendarRead(Schema):
    """A calendar of a connection and how fresh what is known of it is."""

    id: UUID
    name: str
    colour: str | None
    writable: bool
    is_primary: bool
    reads_busy: bool = Field(description="Its entries keep the host busy")
    takes_meetings: bool = Field(description="Meetings are written into it; one calendar of a host at most")
    state: Literal["fresh", "stale", "reconnect", "unused"]
    synced_at: datetime | None = Field(description="When its busy times were last known to be right")
    problem: str | None
    skipped: int = Field(description="Entries that were not understood and do not count as busy")
    truncated: bool = Field(description="It holds more than is looked at")
    live: bool = Field(description="The vendor tells of changes at once")


class CalendarConnectionRead(Schema):
    """A host's account with its calendars."""

    id: UUID
    version: int
    kind: str
    label: str
    account: str
    settings: dict[str, Any]
    state: Literal["active", "reconnect"]
    problem: str | None
    calendars: list[CalendarRead]
    created_at: datetime


class CalendarConnectionCreate(Schema):
    """A calendar that is connected by address or password. Vendors with a sign-in begin with an authorisation."""

    kind: Kind
    label: Label | None = None
    settings: JsonObject = Field(default_factory=dict)
    password: Password | None = None


class CalendarConnectionUpdate(Schema):
    """Another label, or the password of a connection that must be renewed."""

    label: Label | None = None
    password: Password | None = None


class CalendarChoice(Schema):
    """What a calendar is used for. Choosing another one for meetings moves them there."""

    reads_busy: Flag | None = None
    takes_meetings: Flag | None = None


class CalendarTestRead(Schema):
    """How a look at the account went."""

    ok: bool
    detail: str
    calendars: int


class AuthorisationCreate(Schema):
    """A sign-in at a vendor; with `connection_id` an old connection is renewed."""

    vendor: Vendor
    connection_id: UUID | None = None


class AuthorisationRead(Schema):
    """Where the browser goes now."""

    url: str


class AuthorisationComplete(Schema):
    """What the vendor sent back with the browser."""

    state: AddressPart
    code: AddressPart | None = None
    error: Annotated[str, StringConstraints(max_length=200)] | None = None


class CalendarAppRead(Schema):
    """The organisation's app at a vendor; the secret is never shown again."""

    vendor: Vendor
    label: str
    client_id: str | None
    tenant: str | None
    has_secret: bool
    redirect_url: str = Field(description="Enter this at the vendor")
    scopes: list[str]
    documentation_url: str | None


class CalendarAppWrite(Schema):
    """The app as the vendor shows it. `secret` may be left out where one is stored and the id stays."""

    client_id: Annotated[str, StringConstraints(strip_whitespace=True, min_length=3, max_length=300)]
    secret: Password | None = None
    tenant: Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9.-]{1,100}$")] | None = Field(
        default=None, description="Microsoft only: the directory's id or domain, or `common`"
    )


class FeedRead(Schema):
    """The address of the feed; whoever has it sees the meetings."""

    url: str | None
    created_at: datetime | None


class CalendarHealthRead(Schema):
    """A host whose calendars are out of date: slots are offered by what was known last."""

    user_id: UUID
    name: str
    state: Literal["fresh", "stale", "reconnect"]
    known_at: datetime | None

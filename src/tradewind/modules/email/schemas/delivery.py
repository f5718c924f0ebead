"""HTTP shapes of senders, sending domains, ways in and deliveries."""

from datetime import date, datetime
from typing import Annotated, Any, Literal
from uuid import UUID

from pydantic import Field, SecretStr, StringConstraints

from tradewind.kernel.schemas import Schema

MailAddress = Annotated[str, StringConstraints(strip_whitespace=True, min_length=3, max_length=254)]
OptionalAddress = Annotated[str, StringConstraints(strip_whitespace=True, max_length=254)]
DomainName = Annotated[str, StringConstraints(strip_whitespace=True, to_lower=True, min_length=3, max_length=253)]
DomainLimits = Annotated[dict[DomainName | Literal["*"], Annotated[int, Field(ge=1, le=100_000)]], Field(max_length=50)]
DeliveryStatus = Literal["sending", "deferred", "sent", "delivered", "refused", "bounced", "complained"]
ArrivalKind = Literal[
    "reply", "out_of_office", "bounce", "delay", "delivered", "complaint", "unsubscribe", "automatic", "own"
]
SenderState = Literal["active", "paused", "broken"]


class AdapterRead(Schema):
    """A way for mails to leave; `settings` is a JSON Schema, `secrets` names the values that are never shown."""

    id: str
    label: str
    auth: str
    capabilities: list[str]
    settings: dict[str, Any]
    secrets: list[str]
    documentation_url: str | None
    notes: dict[str, str]


class SenderCreate(Schema):
    """A sender. `settings` are those of the adapter, secrets among them."""

    name: str = Field(max_length=100, examples=["Ann of Example"])
    address: MailAddress = Field(examples=["ann@news.example.com"])
    reply_to: OptionalAddress = ""
    bounce_address: OptionalAddress = Field(
        default="", description="Where what bounces goes, with a tag for each mail. Empty: the sender's own address."
    )
    adapter: str = Field(max_length=40, examples=["smtp"])
    settings: dict[str, Any] = Field(default_factory=dict, max_length=20)
    is_default: bool = False
    rotates: bool = True
    daily_limit: int | None = Field(default=None, ge=1, le=10_000_000)
    warm_up: bool = Field(default=False, description="Begin with few mails a day, and send more each day for a month.")
    domain_limits: DomainLimits = Field(default_factory=dict, description="Mails a minute by receiving domain, or *.")


class SenderUpdate(Schema):
    """Changes of a sender. Secrets that are left out stay as they are.

    `renew` closes the address that its provider posts to, and opens another.
    """

    name: str | None = Field(default=None, max_length=100)
    reply_to: OptionalAddress | None = None
    bounce_address: OptionalAddress | None = None
    adapter: str | None = Field(default=None, max_length=40)
    settings: dict[str, Any] | None = Field(default=None, max_length=20)
    is_default: bool | None = None
    rotates: bool | None = None
    state: Literal["active", "paused"] | None = Field(default=None, description="`active` also resumes a broken one.")
    daily_limit: int | None = Field(default=None, ge=1, le=10_000_000)
    warm_up: bool | None = None
    domain_limits: DomainLimits | None = None
    renew: bool = False


class BreakerRead(Schema):
    """What the breaker sees: counts of its last days, and the rates that the true ones surely are above.

    It stops the sender where such a rate goes above its limit.
    """

    days: int
    sent: int
    hard: int
    complaints: int
    hard_above: float
    hard_limit: float
    complaints_above: float
    complaints_limit: float


class SenderHealth(Schema):
    """The last seven days, and what may still leave today; `quota` None is without limit.

    `warmup_day` counts from 1 to `warmup_days`, and is empty for a sender that is warm.
    """

    sent: int
    delivered: int
    hard: int
    soft: int
    complaints: int
    replies: int
    today: int
    quota: int | None
    warmup_day: int | None
    warmup_days: int
    breaker: BreakerRead


class SenderRead(Schema):
    """A sender without its secrets; `secrets_set` names those that are stored, `events_url` is for its provider."""

    id: UUID
    name: str
    address: str
    reply_to: str
    bounce_address: str
    adapter: str
    adapter_label: str
    settings: dict[str, Any]
    secrets_set: list[str]
    events_url: str | None
    is_default: bool
    rotates: bool
    state: SenderState
    problem: str | None
    broken_until: datetime | None
    daily_limit: int | None
    warmup_from: date | None
    domain_limits: dict[str, int]
    domain_aligned: bool | None
    health: SenderHealth
    version: int
    created_at: datetime


class SenderCheckRead(Schema):
    """What the other side said without a mail being sent."""

    ok: bool
    text: str


class TestMailCreate(Schema):
    """A test mail to an address, the caller's own by default."""

    to: OptionalAddress = ""


class TestMailRead(Schema):
    """The message in the outbox that the test became."""

    message_id: UUID
    state: str
    to: str


class SendingDomainCreate(Schema):
    """A domain that mails come from."""

    domain: DomainName = Field(examples=["news.example.com"])


class SendingDomainCheckRead(Schema):
    """One record: what it should be, what it is, and what to do."""

    name: Literal["spf", "dkim", "dmarc", "bounces", "alignment", "blocklists"]
    state: Literal["ok", "warning", "wrong", "missing", "unknown"]
    text: str
    host: str
    type: str
    wanted: str
    found: str


class SendingDomainRead(Schema):
    """A sending domain and what DNS said last; `aligned`: receivers can verify that it is ours."""

    id: UUID
    domain: str
    selector: str
    dkim_host: str
    dkim_record: str
    checks: list[SendingDomainCheckRead]
    aligned: bool
    checked_at: datetime | None
    version: int


class MailboxCreate(Schema):
    """A way in: a mailbox read by IMAP, or an address that takes raw mails by POST."""

    name: str = Field(min_length=1, max_length=100)
    kind: Literal["imap", "post"]
    host: str = Field(default="", max_length=253)
    port: int = Field(default=993, ge=1, le=65535)
    security: Literal["tls", "starttls", "none"] = "tls"
    username: str = Field(default="", max_length=320)
    password: SecretStr | None = Field(default=None, max_length=1000)
    folder: str = Field(default="INBOX", min_length=1, max_length=200)


class MailboxUpdate(Schema):
    """Changes of a way in. `renew` closes its address and opens another."""

    name: str | None = Field(default=None, min_length=1, max_length=100)
    active: bool | None = None
    password: SecretStr | None = Field(default=None, max_length=1000)
    renew: bool = False


class MailboxRead(Schema):
    """A way in. `url` takes raw mails by POST; shown to those who may change it."""

    id: UUID
    name: str
    kind: Literal["imap", "post"]
    host: str
    port: int
    security: str
    username: str
    folder: str
    active: bool
    problem: str | None
    read_at: datetime | None
    url: str | None
    version: int


class ArrivalRead(Schema):
    """A mail that came in, and what it meant."""

    id: UUID
    kind: str
    from_address: str
    subject: str
    bounce: str
    code: str
    reason: str
    delivery_id: UUID | None
    person_id: UUID | None
    created_at: datetime


class DeliveryRead(Schema):
    """A mail and what became of it; of people who are gone there is no address."""

    id: UUID
    sender_id: UUID | None
    person_id: UUID | None
    campaign_id: UUID | None
    journey_id: UUID | None
    step_key: str | None = Field(description="The step of the journey that sent it")
    purpose: str
    address: str | None
    domain: str
    subject: str
    provider: str
    status: str
    bounce: str
    code: str
    reason: str
    created_at: datetime
    settled_at: datetime | None


class DeliveryFactRead(Schema):
    """What somebody outside said of a mail: its provider, a bounce in a mailbox."""

    kind: str
    hard: bool
    code: str
    reason: str
    source: str
    at: datetime


class DeliveryDetail(DeliveryRead):
    """A mail with all that was said of it, newest first."""

    provider_message_id: str | None
    sender_address: str | None
    facts: list[DeliveryFactRead]

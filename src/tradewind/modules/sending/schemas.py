"""HTTP shapes of sending."""

from datetime import datetime
from typing import Annotated, Any, Literal
from uuid import UUID

from pydantic import AfterValidator, Field, StringConstraints

from tradewind.kernel.payload import Whole, storable
from tradewind.kernel.places import TimeZone
from tradewind.kernel.schemas import Schema
from tradewind.modules.sending.contracts import Mode, Priority, State, Verdict
from tradewind.modules.sending.policies import PolicySettings, Rule

Name = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=120), AfterValidator(storable)]
Note = Annotated[str, StringConstraints(strip_whitespace=True, max_length=500), AfterValidator(storable)]
Word = Annotated[str, StringConstraints(min_length=1, max_length=60), AfterValidator(storable)]
StopScope = Literal["organisation", "channel", "campaign", "journey"]


_HOURS = {"rule": "hours", "channels": ["email"], "days": [0, 1, 2, 3, 4], "start": "09:00", "end": "18:00"}


class SendReasonRead(Schema):
    """What one rule says. `shadow`: the guardrail only takes note."""

    rule: str
    verdict: Verdict
    text: str
    facts: dict[str, Any] = {}
    policy: str | None = None
    shadow: bool = False


class SendDecisionRead(Schema):
    """What all rules together say."""

    verdict: Verdict
    not_before: datetime | None
    reasons: list[SendReasonRead]


class SendIntentRow(Schema):
    """A message of the ledger. `address` is masked without `leads:personal`, and null once it was forgotten.

    `reason` is why it was not sent, or waits, in one sentence. `cost_microusd` is millionths of a US dollar.
    """

    id: UUID
    channel: str
    purpose: str
    priority: Priority
    person_id: UUID | None
    address: str | None
    campaign_id: UUID | None
    journey_id: UUID | None
    step_key: str | None
    state: State
    reason: str | None
    attempts: int
    not_before: datetime
    expires_at: datetime
    created_at: datetime
    sent_at: datetime | None
    finished_at: datetime | None


class SendIntentRead(SendIntentRow):
    """A message with its decision and what became of it."""

    key: str
    decision: SendDecisionRead
    provider: str | None
    provider_message_id: str | None
    cost_microusd: int
    outcome: dict[str, Any]
    approval_id: UUID | None


class WithdrawRequest(Schema):
    """Why a message is withdrawn."""

    reason: Note = ""


class ResolveRequest(Schema):
    """What a person found out about an unknown message. `send_again` may reach the person twice."""

    verdict: Literal["sent", "not_sent", "send_again"]
    note: Note = ""


class NotSentReason(Schema):
    """How many messages of the last seven days did not leave for one reason."""

    state: State
    rule: str
    messages: int


class OutboxOverview(Schema):
    """What waits, what went and what did not. `waiting` counts to 10,000; `closed_channels` no module serves now."""

    waiting: int
    held: int
    under_way: int
    unknown: int
    sent_today: int
    not_sent_week: int
    not_sent: list[NotSentReason]
    stops: int
    oldest_due_at: datetime | None
    channels: list[str]
    closed_channels: list[str]


class SendPolicyRead(Schema):
    """A guardrail. Version 0 is a built-in one as shipped."""

    key: str
    name: str
    rule: Rule
    mode: Mode
    settings: PolicySettings = Field(examples=[_HOURS])
    built_in: bool
    version: int


class SendPolicyList(Schema):
    """All guardrails, and the channels they may name."""

    items: list[SendPolicyRead]
    channels: list[str]


class SendPolicyWrite(Schema):
    """A guardrail: `enforce` holds, `shadow` only takes note of what it would have stopped."""

    name: Name
    mode: Mode = "shadow"
    settings: PolicySettings = Field(examples=[_HOURS])


class SendRuleRead(Schema):
    """A rule by its id, and what it demands."""

    id: str
    text: str


class CallHours(Schema):
    """When calls to a country are made: spans of each day, Monday first, in minutes of the local day."""

    country: str
    days: list[list[tuple[int, int]]]


class SendRuleList(Schema):
    """All rules, and the table of hours for calls; the entry `*` is for all other countries."""

    items: list[SendRuleRead]
    call_hours: list[CallHours]


class ShadowLine(Schema):
    """What a guardrail in shadow mode would have stopped."""

    key: str
    name: str
    rule: Rule
    messages: int
    people: int
    last_at: datetime | None


class ShadowReport(Schema):
    """What guardrails in shadow mode took note of, of all `messages` since."""

    since: datetime
    messages: int
    items: list[ShadowLine]


class TrialRequest(Schema):
    """A guardrail to try on the messages of the last `days` before it is saved."""

    settings: PolicySettings = Field(examples=[_HOURS])
    days: Whole = Field(default=30, ge=1, le=90)


class TrialResult(Schema):
    """What the guardrail would have done to `messages` that were sent, of at most 50,000 looked at."""

    messages: int
    blocked: int
    deferred: int
    approvals: int
    people: int
    complete: bool


class SendStopRead(Schema):
    """A kill switch that is thrown. `subject` is a channel, or the id of a campaign or journey."""

    id: UUID
    scope: StopScope
    subject: str
    reason: str
    created_by_name: str
    created_at: datetime


class SendStopList(Schema):
    """All kill switches that are thrown, newest first."""

    items: list[SendStopRead]


class SendStopCreate(Schema):
    """Stop everything, a channel, a campaign or a journey, at once. `subject` is empty for the organisation."""

    scope: StopScope
    subject: Annotated[str, StringConstraints(max_length=60), AfterValidator(storable)] = ""
    reason: Note = ""


class SendApprovalRead(Schema):
    """A campaign or journey whose messages wait for a person, or what the person said. `waiting` counts to 10,000."""

    id: UUID
    subject_kind: Literal["campaign", "journey"]
    subject_id: UUID
    tier: Literal["medium", "high"]
    audience_size: int
    sender: str | None
    reasons: list[SendReasonRead]
    state: Literal["waiting", "approved", "refused"]
    waiting: int
    note: str
    requested_at: datetime
    decided_by_name: str
    decided_at: datetime | None


class SendApprovalList(Schema):
    """The newest hundred approvals."""

    items: list[SendApprovalRead]


class ApprovalDecision(Schema):
    """Words for the log and for whoever asked."""

    note: Note = ""


class CheckRequest(Schema):
    """The question whether a message would leave."""

    channel: Word
    address: Annotated[str, StringConstraints(min_length=1, max_length=320), AfterValidator(storable)]
    purpose: Word
    person_id: UUID | None = None
    time_zone: TimeZone | None = None
    country: Annotated[str, StringConstraints(pattern=r"^[A-Za-z]{2}$")] | None = None

"""Messages, decisions and outcomes as other modules see them."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal, NamedTuple
from uuid import UUID

Verdict = Literal["allow", "defer", "approve", "block"]
"""From the mildest to the strictest: send, send later, a person must agree first, never."""
Priority = Literal["transactional", "bulk"]
State = Literal["held", "scheduled", "attempting", "sent", "refused", "blocked", "cancelled", "expired", "unknown"]
Mode = Literal["enforce", "shadow", "off"]
TRANSACTIONAL = "transactional"
"""The purpose of what somebody asked for: it skips consent, hours, caps and approvals, never bounces and complaints."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Recipient:
    """Who is to get a message. `address` as people write it: mail address, phone number, id in a social network.

    `time_zone` is an IANA name, `country` an ISO 3166 code of two letters; without a zone the likely ones count.
    """

    address: str
    person_id: UUID | None = None
    time_zone: str | None = None
    country: str | None = None


class Place(NamedTuple):
    """Where somebody is, as far as it is known: an IANA zone, an ISO 3166 code of two letters."""

    time_zone: str | None
    country: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class SendRequest:
    """The question whether a message may leave.

    `audience_size` is how many people the campaign or journey is about to reach, for approval by risk; `sender` the
    domain or number that it leaves from, where that is known; `expires_at` when it is of no use any more.
    """

    channel: str
    recipient: Recipient
    purpose: str
    campaign_id: UUID | None = None
    journey_id: UUID | None = None
    priority: Priority = "bulk"
    cost_microusd: int = 0
    audience_size: int | None = None
    sender: str | None = None
    expires_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Reason:
    """What one rule says. `rule` is its id, `policy` the guardrail it belongs to; `shadow` only takes note."""

    rule: str
    verdict: Verdict
    text: str
    facts: Mapping[str, Any] = field(default_factory=dict)
    policy: str | None = None
    shadow: bool = False


@dataclass(frozen=True, slots=True)
class Decision:
    """What all rules together say, with every reason: of those that allow, too.

    `not_before` is set where `verdict` is `defer`; None then means: when somebody lifts what stops it.
    """

    verdict: Verdict
    not_before: datetime | None
    reasons: tuple[Reason, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class NewIntent(SendRequest):
    """A message to be sent. `key` makes it happen once: a second intent of the same key changes nothing.

    `content` is small JSON that the channel understands, such as a template version and variables. `not_before` and
    `expires_at` bound when it leaves; without an end it is of no use after three days (transactional: one).
    """

    key: str
    content: Mapping[str, Any]
    step_key: str | None = None
    not_before: datetime | None = None


@dataclass(frozen=True, slots=True)
class IntentRef:
    """A message in the ledger. `new` is false where its key was there before: then nothing was added."""

    id: UUID
    key: str
    state: State
    decision: Decision
    new: bool


@dataclass(frozen=True, slots=True)
class MessageSummary:
    """A message of a person, for timelines and the panel “why sent, why not”."""

    id: UUID
    channel: str
    purpose: str
    campaign_id: UUID | None
    journey_id: UUID | None
    step_key: str | None
    state: State
    decision: Decision
    not_before: datetime
    created_at: datetime
    sent_at: datetime | None
    outcome: Mapping[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class LaterFact:
    """What a provider says after the attempt: `accepted` settles an unknown one, `refused` ends it.

    `intent_id` where the fact names the message itself (a Message-ID, a VERP address), else the provider's id of it.
    """

    kind: Literal["accepted", "refused"]
    intent_id: UUID | None = None
    provider: str = ""
    provider_message_id: str | None = None
    reason: str = ""
    at: datetime | None = None


@dataclass(frozen=True, slots=True)
class ApprovalSummary:
    """A campaign or journey (`subject_kind`) whose messages wait for a person, and why: sentences."""

    subject_kind: str
    subject_id: UUID
    audience_size: int
    waiting: int
    reasons: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class SettledMessage:
    """A message that somebody wants to hear of, named by its id, with where it came from."""

    id: UUID
    channel: str
    person_id: UUID | None
    campaign_id: UUID | None
    journey_id: UUID | None
    step_key: str | None
    state: State


@dataclass(frozen=True, slots=True, kw_only=True)
class PlannedMessages:
    """Messages that would leave within an hour. `price_microusd` is what one costs, 0 where that is not told."""

    hour: datetime
    channel: str
    purpose: str
    messages: int
    price_microusd: int = 0
    campaign_id: UUID | None = None


@dataclass(frozen=True, slots=True)
class Hold:
    """What a limit or budget keeps from leaving when it is planned: `put_off` leave later, `lost` never do.

    `amount` is in messages or micro-USD; `until` the beginning of the period in which the last that was put off leaves.
    """

    name: str
    rule: str
    period: str
    amount: int
    put_off: int
    lost: int
    until: datetime | None


@dataclass(frozen=True, slots=True)
class Outlook:
    """What planned messages would cost, what those of each channel cost in the last 90 days, and what is held up."""

    cost_microusd: int
    measured: Mapping[str, float]
    holds: tuple[Hold, ...]

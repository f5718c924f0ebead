"""Consents, suppression and links as other modules see them."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal, NamedTuple
from uuid import UUID

Channel = Literal["email", "sms", "call", "social", "chat"]
ConsentState = Literal["granted", "withdrawn", "pending"]
Basis = Literal["consent", "contract", "legitimate_interest", "legal_obligation", "vital_interest", "public_task"]
Requirement = Literal["opt_in", "soft_opt_in", "none"]
Scope = Literal["all", "marketing"]
SuppressionReason = Literal["unsubscribed", "complaint", "hard_bounce", "do_not_call", "manual", "import", "erased"]
Source = Literal[
    "form", "chat", "import", "manual", "api", "preference_page", "one_click", "confirmation", "reply", "provider",
    "merge", "merge_undone", "lead", "sample",
]  # fmt: skip
Language = Literal["en", "de", "es", "fr"]

SCOPE_OF_REASON: dict[SuppressionReason, Scope] = {
    "unsubscribed": "marketing",
    "do_not_call": "marketing",
    "manual": "marketing",
    "import": "marketing",
    "complaint": "all",
    "hard_bounce": "all",
    "erased": "all",
}
"""What a suppression stops unless it says otherwise."""


class ContactAsk(NamedTuple):
    """May this be sent there? `address` as people write it; `purpose` is the key of a purpose."""

    channel: Channel
    address: str
    purpose: str


@dataclass(frozen=True, slots=True)
class StandingReason:
    """One ground of an answer: a stable code (`suppressed.complaint`), whether it allows, words and figures."""

    code: str
    allows: bool
    text: str
    facts: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Standing:
    """Whether a message may go to a contact point. `contact_hash` is None where the address is none."""

    allowed: bool
    basis: Basis | None
    reasons: tuple[StandingReason, ...]
    contact_hash: bytes | None


@dataclass(frozen=True, slots=True, kw_only=True)
class ConsentChange:
    """A consent given or withdrawn. `proof`: the text shown, the form, the document, … as small JSON.

    `origin_id`: the message that led to it. `language` is the one a confirmation is asked in.
    """

    channel: Channel
    address: str
    purpose: str
    state: Literal["granted", "withdrawn"]
    source: Source
    basis: Basis = "consent"
    proof: Mapping[str, Any] = field(default_factory=dict)
    at: datetime | None = None
    person_id: UUID | None = None
    origin_id: UUID | None = None
    language: Language = "en"


@dataclass(frozen=True, slots=True)
class ConsentOutcome:
    """What a change became: its entry in the ledger and the state that holds now, which an older wish may decide."""

    record_id: UUID
    contact_hash: bytes
    state: ConsentState


@dataclass(frozen=True, slots=True, kw_only=True)
class NewSuppression:
    """Stop messages to a contact point. `scope` follows from the reason unless given; `until` None is for ever."""

    channel: Channel
    address: str
    reason: SuppressionReason
    source: Source
    scope: Scope | None = None
    note: str = ""
    at: datetime | None = None
    until: datetime | None = None
    person_id: UUID | None = None
    origin_id: UUID | None = None


class FormerWish(NamedTuple):
    """What held for a contact point before another wish came."""

    state: str
    basis: str
    source: str
    at: datetime


class SpreadWish(NamedTuple):
    """A withdrawal that was spread to a contact point, by the hash in hex, and what held there before."""

    contact: str
    channel: str
    purpose: str
    former: FormerWish | None


class SpreadWishes(NamedTuple):
    """What became of one person's refusals when contact points were joined: withdrawals, (contact, channel, reason)."""

    at: datetime
    consents: tuple[SpreadWish, ...]
    suppressions: tuple[tuple[str, str, str], ...]


class LinkAsk(NamedTuple):
    """Ask for the links of a message. `origin_id` is the message, so that a withdrawal can name what led to it."""

    address: str
    purpose: str
    origin_id: UUID | None = None
    channel: Channel = "email"


@dataclass(frozen=True, slots=True)
class LinkToken:
    """A signed token and the addresses that carry it: the preference page, and the one-click POST of RFC 8058."""

    token: str
    preferences_url: str
    one_click_url: str


@dataclass(frozen=True, slots=True)
class UsedToken:
    """What a token says; the session acts in its organisation from here on."""

    channel: Channel
    address: str
    purpose: str
    origin_id: UUID | None
    contact_hash: bytes


@dataclass(frozen=True, slots=True)
class Purpose:
    """What messages may be about, and what it takes to send them."""

    id: UUID
    key: str
    name: str
    text: str
    requires: Requirement
    double_opt_in: bool


@dataclass(frozen=True, slots=True)
class LedgerEntry:
    """One line of the ledger of a contact point."""

    id: UUID
    channel: Channel
    purpose: str
    state: ConsentState
    basis: Basis
    source: str
    proof: Mapping[str, Any]
    actor_name: str
    at: datetime
    recorded_at: datetime


@dataclass(frozen=True, slots=True)
class SuppressionEntry:
    """A suppression of a contact point that is or was in force."""

    id: UUID
    channel: Channel
    scope: Scope
    reason: SuppressionReason
    source: str
    note: str
    actor_name: str
    at: datetime
    until: datetime | None
    released_at: datetime | None
    released_by_name: str
    release_note: str


@dataclass(frozen=True, slots=True)
class ContactPoint:
    """A channel and the address on it, as people write it."""

    channel: Channel
    address: str


@dataclass(frozen=True, slots=True)
class ConfirmationMail:
    """What the mail of a double opt-in says. Not to be stored in clear."""

    to: str
    organisation_name: str
    purpose_name: str
    language: Language
    link: str


@dataclass(frozen=True, slots=True)
class HeededReply:
    """What a short reply asked for, and the words to answer with (carriers demand one)."""

    wish: Literal["stop", "start", "help"]
    answer: str

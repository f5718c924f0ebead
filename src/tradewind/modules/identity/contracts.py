"""What other modules see of people and organisations."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID


@dataclass(frozen=True, slots=True)
class Organisation:
    """One customer of the installation."""

    id: UUID
    name: str
    slug: str
    is_sample: bool
    time_zone: str
    currency: str
    settings: dict[str, Any]


@dataclass(frozen=True, slots=True)
class Member:
    """A person in the current organisation; `id` is the user's id, as `owner_id` columns hold it."""

    id: UUID
    name: str
    email: str
    role: str
    active: bool
    joined_at: datetime
    time_zone: str
    permissions: frozenset[str] = field(default_factory=frozenset)


@dataclass(frozen=True, slots=True)
class Standing:
    """What an active member may do, and whose records they see (None: everyone's)."""

    permissions: frozenset[str]
    visible_owners: frozenset[UUID] | None


@dataclass(frozen=True, slots=True)
class AccountMail:
    """What a mail to a person about their account needs; `token` is clear text and must not be stored.

    `token` is None where the mail only informs (the address already has an account).
    """

    to: str
    name: str
    token: str | None
    expires_at: datetime | None


@dataclass(frozen=True, slots=True)
class InvitationMail:
    """What the mail of an invitation needs; `token` is clear text and must not be stored."""

    to: str
    token: str
    organisation_name: str
    invited_by: str
    role_label: str
    expires_at: datetime


@dataclass(frozen=True, slots=True)
class PublishableKey:
    """A write key as web pages carry it; `token` is no secret. `ends_at` is when it expires or was revoked."""

    id: UUID
    token: str
    allowed_origins: tuple[str, ...]
    ends_at: datetime | None
    last_used_at: datetime | None


@dataclass(frozen=True, slots=True)
class ChainReport:
    """Result of verifying one organisation's audit log.

    `broken_row` is the id of the first row that does not fit, `broken_sequence` its place in the chain;
    both None when the chain holds. `head_hash` (hex) can be noted elsewhere to detect a cut-off tail later.
    """

    organisation_id: UUID
    rows: int
    head_sequence: int
    head_hash: str
    broken_row: UUID | None = None
    broken_sequence: int | None = None
    reason: str | None = None

    @property
    def intact(self) -> bool:
        """Whether every row fits."""
        return self.reason is None

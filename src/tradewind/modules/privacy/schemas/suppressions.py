"""HTTP shapes of the suppression list."""

from datetime import datetime
from typing import Annotated
from uuid import UUID

from pydantic import ConfigDict, Field

from tradewind.kernel.payload import Moment
from tradewind.kernel.schemas import Schema
from tradewind.modules.privacy.contracts import Channel, LedgerEntry, Scope, SuppressionEntry, SuppressionReason
from tradewind.modules.privacy.schemas.consents import (
    MAX_CONTACTS,
    Address,
    Note,
    PurposeRead,
    StandingRead,
)


class SuppressionCreate(Schema):
    """Stop messages to a contact point; `scope` follows from the reason unless given, `until` empty is for ever."""

    channel: Channel = "email"
    address: Address
    reason: SuppressionReason = "manual"
    scope: Scope | None = None
    note: Note = ""
    until: Moment | None = None


class SuppressionsCreate(Schema):
    """Contact points to stop messages to, together or not at all."""

    suppressions: Annotated[list[SuppressionCreate], Field(min_length=1, max_length=MAX_CONTACTS)]


class SuppressionsAdded(Schema):
    """How many were not on the list for that reason before."""

    added: int


class SuppressionRelease(Schema):
    """Why messages may go there again."""

    note: Annotated[Note, Field(min_length=3)]


class SuppressionRead(Schema):
    """A suppression; `address` is masked for those who may not see it, and empty once the person is forgotten."""

    model_config = ConfigDict(from_attributes=True)

    id: UUID
    channel: Channel
    address: str | None = None
    scope: Scope
    reason: SuppressionReason
    source: str
    note: str
    actor_name: str
    at: datetime
    until: datetime | None
    released_at: datetime | None = None
    released_by_name: str = ""
    release_note: str = ""


class SuppressionCount(Schema):
    """How many contact points are suppressed for a reason."""

    channel: Channel
    reason: SuppressionReason
    contacts: int


class LineRefused(Schema):
    """A line of a list that holds no address of the channel."""

    line: int
    text: str


class SuppressionImportRead(Schema):
    """What became of an imported list; `refused` has the first hundred lines of the `invalid` ones."""

    lines: int
    added: int
    known: int
    repeated: int
    invalid: int
    refused: list[LineRefused]


class ContactHistory(Schema):
    """Where a contact point stands for each purpose, its ledger and its suppressions, newest first."""

    standings: dict[str, StandingRead]
    purposes: list[PurposeRead]
    ledger: list[LedgerEntry]
    suppressions: list[SuppressionEntry]

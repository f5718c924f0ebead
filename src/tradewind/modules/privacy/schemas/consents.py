"""HTTP shapes of purposes, consents and the ledger."""

from datetime import datetime
from typing import Annotated, Literal
from uuid import UUID

from pydantic import AfterValidator, ConfigDict, Field, StringConstraints

from tradewind.kernel.payload import Flag, JsonObject, Moment, Whole, storable
from tradewind.kernel.schemas import Schema
from tradewind.modules.privacy.contracts import (
    Basis,
    Channel,
    ConsentState,
    Language,
    Requirement,
    Source,
    StandingReason,
)

MAX_CONTACTS = 1_000


def _line(value: str) -> str:
    return " ".join(storable(value).split())


Address = Annotated[str, StringConstraints(min_length=3, max_length=320), AfterValidator(storable)]
Note = Annotated[str, StringConstraints(max_length=500), AfterValidator(storable)]
Key = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]{1,39}$")]
Name = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=80), AfterValidator(_line)]
Explanation = Annotated[str, StringConstraints(strip_whitespace=True, max_length=300), AfterValidator(_line)]


class PurposeWords(Schema):
    """A purpose in one more language; what is empty is shown as it was written first."""

    model_config = ConfigDict(extra="forbid")

    name: Annotated[str, StringConstraints(strip_whitespace=True, max_length=80), AfterValidator(_line)] = ""
    text: Explanation = ""


class PurposeCreate(Schema):
    """What messages may be about. The key is for programs and never changes."""

    key: Key
    name: Name
    text: Explanation = ""
    translations: dict[Language, PurposeWords] = {}
    requires: Requirement = "opt_in"
    double_opt_in: Flag = True
    listed: Flag = Field(default=True, description="Shown on the preference page")


class PurposeUpdate(Schema):
    """A change of a purpose. Archived ones allow no messages; what the ledger says of them stays."""

    name: Name | None = None
    text: Explanation | None = None
    translations: dict[Language, PurposeWords] | None = None
    requires: Requirement | None = None
    double_opt_in: Flag | None = None
    listed: Flag | None = None
    position: Annotated[Whole, Field(ge=0, le=1_000)] | None = None
    archived: Flag | None = None


class PurposeRead(Schema):
    """A purpose; `granted`, `withdrawn` and `pending` count contact points."""

    model_config = ConfigDict(from_attributes=True)

    id: UUID
    version: int
    key: str
    name: str
    text: str
    translations: dict[str, PurposeWords]
    requires: Requirement
    double_opt_in: bool
    listed: bool
    position: int
    archived_at: datetime | None
    granted: int = 0
    withdrawn: int = 0
    pending: int = 0


class ConsentChangeCreate(Schema):
    """A consent or its withdrawal. `proof`: the text shown, the form, a document; an `ip` is shortened."""

    channel: Channel = "email"
    address: Address
    purpose: Key
    state: Annotated[str, Field(pattern="^(granted|withdrawn)$")] = "granted"
    basis: Basis = "consent"
    source: Annotated[Source, Field(description="`form` makes consents wait for their confirmation")] = "api"
    proof: JsonObject = {}
    at: Moment | None = Field(default=None, description="When it was said, if not now")
    language: Language = "en"


class ConsentsGiven(Schema):
    """Consents and withdrawals, recorded together or not at all."""

    changes: Annotated[list[ConsentChangeCreate], Field(min_length=1, max_length=MAX_CONTACTS)]


class ConsentOutcomeRead(Schema):
    """The entry in the ledger and what holds now, which a newer wish may decide."""

    model_config = ConfigDict(from_attributes=True)

    record_id: UUID
    state: ConsentState


class ContactAsked(Schema):
    """May this be sent there?"""

    channel: Channel = "email"
    address: Address
    purpose: Key


class ContactsAsked(Schema):
    """Contact points to ask about, answered in their order."""

    contacts: Annotated[list[ContactAsked], Field(min_length=1, max_length=MAX_CONTACTS)]


class StandingRead(Schema):
    """Whether a message may go there, and why or why not."""

    model_config = ConfigDict(from_attributes=True)

    allowed: bool
    basis: Basis | None
    reasons: list[StandingReason]


class ContactLookup(Schema):
    """A contact point whose history is asked for."""

    channel: Channel = "email"
    address: Address


ColumnName = Annotated[str, StringConstraints(max_length=90), AfterValidator(storable)]
_COLUMN = "Name of its column, “-” where the file has none; found by the heads where left out"


class ConsentFileOptions(Schema):
    """How a list of consents is read: where things stand, and what holds for lines that do not say it."""

    model_config = ConfigDict(extra="forbid")

    address_column: ColumnName | None = Field(default=None, description=_COLUMN)
    channel_column: ColumnName | None = Field(default=None, description=_COLUMN)
    purpose_column: ColumnName | None = Field(default=None, description=_COLUMN)
    state_column: ColumnName | None = Field(default=None, description=_COLUMN)
    basis_column: ColumnName | None = Field(default=None, description=_COLUMN)
    source_column: ColumnName | None = Field(default=None, description=_COLUMN)
    date_column: ColumnName | None = Field(default=None, description=_COLUMN)
    channel: Channel = "email"
    purpose: Key | None = None
    state: Literal["granted", "withdrawn"] = "granted"
    basis: Basis = "consent"
    country: Annotated[str, Field(pattern="^[A-Z]{2}$")] | None = Field(
        default=None, description="Reads national phone numbers"
    )
    dates: Literal["day_first", "month_first"] | None = Field(
        default=None, description="What 03/04/2026 means; found out where the file shows it"
    )


class ConsentFileColumn(Schema):
    """A column, what its first lines hold, and what it is taken for."""

    name: str
    samples: list[str]
    means: Literal["address", "channel", "purpose", "state", "basis", "source", "date"] | None


class ConsentFileLine(Schema):
    """A line as it would be recorded; `at` is empty where it does not say when."""

    line: int
    channel: Channel
    address: str
    purpose: str
    state: ConsentState
    basis: Basis
    source: str
    at: datetime | None


class ConsentLineRefused(Schema):
    """A line that would not be recorded, and why."""

    line: int
    text: str
    why: str


class ConsentFileRead(Schema):
    """What a list says. `good` lines can be recorded; the first of them and of the `bad` ones are shown."""

    lines: int
    good: int
    bad: int
    repeated: int
    columns: list[ConsentFileColumn]
    shown: list[ConsentFileLine]
    refused: list[ConsentLineRefused]


class ConsentsImported(Schema):
    """What became of a list. `known` lines were recorded by an earlier import of them.

    `kept` of the consents changed nothing: the person withdrew, or said something newer.
    """

    lines: int
    recorded: int
    known: int
    repeated: int
    bad: int
    kept: int
    refused: list[ConsentLineRefused]

"""HTTP shapes of what a person allows and refuses."""

from typing import Annotated, Literal, Self

from pydantic import ConfigDict, Field, StringConstraints, model_validator

from tradewind.kernel.schemas import Schema
from tradewind.modules.leads.schemas.texts import Line
from tradewind.modules.privacy.contracts import (
    Basis,
    Channel,
    LedgerEntry,
    Requirement,
    StandingReason,
    SuppressionEntry,
)

Note = Annotated[str, StringConstraints(strip_whitespace=True, max_length=500)]


class LeadPurpose(Schema):
    """Whether messages of a purpose may go to a contact point, and why or why not."""

    key: str
    name: str
    requires: Requirement
    allowed: bool
    basis: Basis | None
    reasons: list[StandingReason]


class LeadContact(Schema):
    """A way to reach the person; the address is masked for those who may not see it."""

    channel: Channel
    address: str
    purposes: list[LeadPurpose]
    ledger: list[LedgerEntry]
    suppressions: list[SuppressionEntry]


class LeadConsents(Schema):
    """What a person allows and refuses, by the ways to reach them."""

    contacts: list[LeadContact]


class LeadConsentCreate(Schema):
    """A consent or withdrawal that a member notes. Without a purpose everything on the channel is withdrawn.

    A consent needs a note that says how it is known: it is the proof.
    """

    model_config = ConfigDict(extra="forbid")

    channel: Channel
    purpose: Annotated[str, Field(min_length=1, max_length=40)] | None = Field(default=None, examples=["marketing"])
    state: Literal["granted", "withdrawn"]
    basis: Basis = "consent"
    note: Note = Field(default="", examples=["Said so on the phone"])
    document: Line = Field(default="", description="Where the paper or recording is kept")

    @model_validator(mode="after")
    def _fits(self) -> Self:
        if self.state == "granted" and self.purpose is None:
            raise ValueError("a consent is for one purpose")
        if self.state == "granted" and len(self.note) < 3:
            raise ValueError("say in the note how the consent is known")
        return self

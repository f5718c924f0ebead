"""Shapes of encrypted custom values."""

from datetime import datetime
from typing import Annotated
from uuid import UUID

from pydantic import ConfigDict, Field, StringConstraints

from tradewind.kernel.schemas import Schema

SecretText = Annotated[
    str,
    StringConstraints(strip_whitespace=True, min_length=1, max_length=5_000, pattern=r"^[^\x00]+$"),
    Field(examples=["DE89 3704 0044 0532 0130 00"]),
]


class LeadSecretRead(Schema):
    """An encrypted field of a lead; `set_at` is null where nothing is stored."""

    model_config = ConfigDict(from_attributes=True)

    field_id: UUID
    key: str = Field(examples=["iban"])
    label: str = Field(examples=["IBAN"])
    set_at: datetime | None
    set_by_name: str | None


class LeadSecretValue(Schema):
    """A value in clear."""

    model_config = ConfigDict(extra="forbid")

    value: SecretText


class LeadSecretShown(Schema):
    """A value in clear; that it was asked for is in the audit log."""

    value: str = Field(examples=["DE89 3704 0044 0532 0130 00"])

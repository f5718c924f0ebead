"""HTTP shapes of what campaigns cost besides their messages."""

from datetime import date, datetime
from typing import Annotated, Literal
from uuid import UUID

from pydantic import AfterValidator, ConfigDict, Field, StringConstraints

from tradewind.kernel.payload import Day, Whole, storable
from tradewind.kernel.places import Currency
from tradewind.kernel.schemas import Schema

_Line = Annotated[str, StringConstraints(strip_whitespace=True, max_length=60), AfterValidator(storable)]
_Note = Annotated[str, StringConstraints(strip_whitespace=True, max_length=200), AfterValidator(storable)]
_Amount = Annotated[Whole, Field(ge=1, le=10**13, description="In minor units of the currency, e.g. cents")]


class CostCreate(Schema):
    """Money spent on a campaign on a day: an advertisement, an agency, postage."""

    model_config = ConfigDict(extra="forbid")
    day: Day
    amount_minor: _Amount
    currency: Currency
    channel: _Line = Field(default="", examples=["LinkedIn ads"])
    note: _Note = ""


class CostUpdate(Schema):
    """What to change of a cost."""

    model_config = ConfigDict(extra="forbid")
    day: Day | None = None
    amount_minor: _Amount | None = None
    currency: Currency | None = None
    channel: _Line | None = None
    note: _Note | None = None


class CostRead(Schema):
    """A cost of a campaign."""

    model_config = ConfigDict(from_attributes=True)
    id: UUID
    day: date
    amount_minor: int
    currency: str
    channel: str
    note: str
    source: Literal["manual", "import"]
    created_by_name: str
    created_at: datetime


class CostsImport(Schema):
    """A CSV text with a header: `day,amount,currency,channel,note`; amounts as people write them, e.g. 1,234.50."""

    model_config = ConfigDict(extra="forbid")
    csv: Annotated[str, Field(min_length=1, max_length=1_000_000), AfterValidator(storable)]


class CostsImported(Schema):
    """How many lines were added; lines that were added before are passed over."""

    added: int
    passed_over: int

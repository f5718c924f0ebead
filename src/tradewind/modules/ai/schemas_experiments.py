"""HTTP shapes of experiments with prompts."""

from datetime import datetime
from typing import Annotated
from uuid import UUID

from pydantic import AfterValidator, ConfigDict, Field

from tradewind.kernel.payload import Whole
from tradewind.kernel.schemas import Schema
from tradewind.modules.ai.contracts_feedback import Because

MOST_ARMS = 5


def _distinct(numbers: list[int]) -> list[int]:
    if len(set(numbers)) < len(numbers):
        raise ValueError("Each version takes part once.")
    return numbers


Number = Annotated[Whole, Field(ge=0, le=1_000_000)]
Numbers = Annotated[list[Number], Field(min_length=2, max_length=MOST_ARMS), AfterValidator(_distinct)]


class ExperimentCreate(Schema):
    """The versions that take turns; 0 is the product's own."""

    model_config = ConfigDict(extra="forbid")

    numbers: Numbers = Field(examples=[[1, 2]])


class ExperimentEnd(Schema):
    """The version to use from now on, one of the experiment's; without it, what was published before."""

    model_config = ConfigDict(extra="forbid")

    publish: Number | None = None


class ArmRead(Schema):
    """How a version does: how often it was used and judged, the mean judgement, and where its true value lies.

    The last three are of single uses, which are kept until a year after the end.
    """

    number: int
    used: int
    judged: int
    rate: float | None = Field(description="Mean judgement, 0 to 1; null without any")
    interval: tuple[float, float] | None = Field(description="95 % interval of the rate")
    best_chance: float = Field(description="How likely it is the best of them, 0 to 1")
    propensity: float | None = Field(description="Mean probability its uses were chosen with; null without any")
    weighed_rate: float | None = Field(
        description="Mean judgement with each use weighed by the inverse of that probability; null without any"
    )
    because: dict[Because, int] = Field(
        description="What its judgements were made of, counted", examples=[{"confirmed": 14, "rated": 6}]
    )


class ExperimentRead(Schema):
    """Versions of a prompt that take turns, or did."""

    id: UUID
    running: bool
    started_by_name: str
    started_at: datetime
    ended_by_name: str
    ended_at: datetime | None
    published: int | None = Field(description="Put in use at the end; null where nothing changed")
    arms: list[ArmRead]


class ExperimentList(Schema):
    """A prompt's experiments, newest first."""

    items: list[ExperimentRead]

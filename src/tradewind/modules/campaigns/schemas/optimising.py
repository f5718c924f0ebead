"""HTTP shapes of what is learnt: off-policy estimates, and the hours at which people answer."""

from datetime import datetime
from typing import Literal

from pydantic import Field

from tradewind.kernel.schemas import Schema

LEAST_EFFECTIVE = 30
"""Of fewer people, counted by their weights, an estimate says nothing yet."""


class Estimate(Schema):
    """Off-policy estimate: the rate had everybody got this. Self-normalised inverse propensities.

    Only draws whose time is over count; the weight of one is at most 100 (`clipped` says how many would weigh more).
    """

    value: float
    error: float = Field(description="Standard error, by the delta method")
    draws: int = Field(description="Draws whose time is over")
    effective: float = Field(description="So many draws of equal weight would say as much (Kish)")
    clipped: int

    @property
    def too_few(self) -> bool:
        """Whether it says nothing yet."""
        return self.effective < LEAST_EFFECTIVE


class HourArm(Schema):
    """People who got their best hour, or another one by chance, and how many did something within two days."""

    arm: Literal["best", "other"]
    drawn: int
    answered: int
    estimate: Estimate | None


class BestWaitRead(Schema):
    """A wait for the best hour: from what it decided, and what that brings."""

    node: str
    name: str
    explore: float
    decided: dict[str, int] = Field(
        description="People by reason: best_own, best_all, best_explored, best_unknown, best_none"
    )
    arms: list[HourArm]
    gain: tuple[float, float] | None = Field(
        description="Rate of answers at best hours over that at hours by chance, and its standard error"
    )


class BestHoursRead(Schema):
    """When the organisation's people answer. `shares` are by hour of the week from Monday midnight, and add up to 1."""

    answers: int
    people: int
    enough: bool = Field(description="Of 50 answers and 10 people on; before, nothing is concluded")
    refreshed_at: datetime | None
    strength: float | None = Field(
        description="So many answers of one's own weigh as much as everybody's; null: people do not surely differ"
    )
    shares: list[float]
    waits: list[BestWaitRead]

"""HTTP shapes of what visitors think."""

from datetime import date
from typing import Annotated

from pydantic import Field

from tradewind.kernel.schemas import Schema

Share = Annotated[float, Field(ge=0, le=1)]


class Interval(Schema):
    """Where the true value lies with a probability of 95 %."""

    low: float
    high: float


class CsatRead(Schema):
    """Ratings from 1 to 5. `satisfied` is the share of 4 and 5; without ratings there is nothing to say."""

    n: int = Field(examples=[42])
    mean: float | None = Field(examples=[4.4])
    satisfied: Share | None = Field(examples=[0.88])
    satisfied_interval: Interval | None
    scores: dict[int, int] = Field(description="How many gave each score", examples=[{1: 1, 2: 0, 3: 4, 4: 12, 5: 25}])


class NpsRead(Schema):
    """Ratings from 0 to 10: share of promoters (9, 10) less that of detractors (0 to 6), from -100 to 100."""

    n: int = Field(examples=[42])
    score: float | None = Field(ge=-100, le=100, examples=[38.1])
    interval: Interval | None
    promoters: int
    passives: int
    detractors: int


class SatisfactionPoint(Schema):
    """What was thought in the window that ends with a day."""

    day: date
    csat_n: int
    csat_satisfied: Share | None
    nps_n: int
    nps_score: float | None


class SatisfactionRead(Schema):
    """What visitors think, over a window that rolls with the day.

    `answer_rate` is the share of the conversations ended in the window that were rated. `previous_*` are those of the
    window before.
    """

    window_days: int
    until: date
    csat: CsatRead
    nps: NpsRead
    ended: int = Field(description="Conversations that ended in the window")
    answer_rate: Share | None
    previous_csat: CsatRead
    previous_nps: NpsRead
    series: list[SatisfactionPoint]

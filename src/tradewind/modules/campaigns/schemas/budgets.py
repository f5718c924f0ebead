"""HTTP shapes of budgets that move between campaigns."""

from datetime import date, datetime
from typing import Annotated, Literal
from uuid import UUID

from pydantic import AfterValidator, ConfigDict, Field, StringConstraints, model_validator

from tradewind.kernel.payload import Flag, Whole, storable
from tradewind.kernel.schemas import Schema

MAX_MEMBERS = 50
PoolMode = Literal["off", "shadow", "on"]
PoolPeriod = Literal["day", "month"]
ShiftCode = Literal["moved", "kept", "too_few", "no_cost", "nothing_to_compare", "used_up", "undone"]
_Name = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=120), AfterValidator(storable)]
_Share = Annotated[float, Field(ge=0, le=1, allow_inf_nan=False)]
_Amount = Annotated[Whole, Field(ge=1, le=10**15)]
_Floor = Annotated[float, Field(ge=0, le=0.5, allow_inf_nan=False)]


class BudgetMemberWrite(Schema):
    """A campaign and its limits, as shares of the whole pool. A locked one keeps the share it has."""

    model_config = ConfigDict(extra="forbid")
    campaign_id: UUID
    min_share: _Share = 0.0
    max_share: _Share = 1.0
    locked: Flag = False

    @model_validator(mode="after")
    def _ordered(self) -> "BudgetMemberWrite":
        if self.min_share > self.max_share:
            raise ValueError("the least share is above the greatest")
        return self


_Members = Annotated[list[BudgetMemberWrite], Field(min_length=2, max_length=MAX_MEMBERS)]


def _fit(members: list[BudgetMemberWrite]) -> list[BudgetMemberWrite]:
    if len({one.campaign_id for one in members}) < len(members):
        raise ValueError("a campaign is named twice")
    if sum(one.min_share for one in members) > 1 + 1e-9:
        raise ValueError("the least shares add up to more than everything")
    return members


class BudgetPoolCreate(Schema):
    """A new pool. Its campaigns begin with equal shares, as far as their limits allow."""

    model_config = ConfigDict(extra="forbid")
    name: _Name = Field(examples=["Spring"])
    amount_microusd: _Amount = Field(examples=[500_000_000], description="For all together, a period")
    period: PoolPeriod = "month"
    mode: PoolMode = Field(default="shadow", description="`shadow` notes what would move, and moves nothing")
    floor: _Floor = Field(default=0.1, description="The share of what is left that each campaign keeps while learning")
    members: Annotated[_Members, AfterValidator(_fit)] = Field(
        examples=[
            [
                {"campaign_id": "01976f2e-3c1a-7000-8000-000000000001", "min_share": 0.2},
                {"campaign_id": "01976f2e-3c1a-7000-8000-000000000002"},
            ]
        ]
    )


class BudgetPoolUpdate(Schema):
    """What to change. New campaigns in `members` give all equal shares again; limits and locks alone do not."""

    model_config = ConfigDict(extra="forbid")
    name: _Name | None = None
    amount_microusd: _Amount | None = None
    period: PoolPeriod | None = None
    mode: PoolMode | None = None
    floor: _Floor | None = None
    members: Annotated[_Members, AfterValidator(_fit)] | None = None


class BudgetMemberRead(Schema):
    """A campaign of a pool as it stands: goals and what they cost in 28 days, what is spent of this period."""

    campaign_id: UUID
    name: str
    state: str
    min_share: float
    max_share: float
    locked: bool
    share: float
    allotted_microusd: int
    spent_microusd: int
    goals: int
    cost_microusd: int


class BudgetShare(Schema):
    """What a decision gave a campaign, from what: `chance` is the probability that it brings most goals for money."""

    campaign_id: UUID
    name: str
    goals: int
    cost_microusd: int
    spent_microusd: int
    min_share: float
    max_share: float
    locked: bool
    chance: float | None
    before: float
    after: float
    allotted_microusd: int


class BudgetAlternative(Schema):
    """What else could have been decided, with the goals that what is left would be expected to bring."""

    name: Literal["as_it_was", "equal", "all_to_the_best"]
    goals: float
    shares: dict[UUID, float]


class BudgetDecisionRead(Schema):
    """A decision. In shadow mode it says what would have moved."""

    id: UUID
    day: date
    decided_at: datetime
    mode: Literal["shadow", "on"]
    origin: Literal["daily", "asked", "undo"]
    moved: bool
    code: ShiftCode
    reason: str
    actor_name: str
    amount_microusd: int
    goals: float = Field(description="Goals that what is left would bring if campaigns went on as they did")
    shares: list[BudgetShare]
    alternatives: list[BudgetAlternative]
    undone_at: datetime | None
    undone_by_name: str
    can_be_undone: bool


class BudgetPoolRead(Schema):
    """A pool with its campaigns and its last decision. `currencies_left_out`: costs in these are not counted."""

    id: UUID
    version: int
    name: str
    amount_microusd: int
    period: PoolPeriod
    mode: PoolMode
    floor: float
    spent_microusd: int
    period_begins: datetime
    members: list[BudgetMemberRead]
    currencies_left_out: list[str]
    last_decision: BudgetDecisionRead | None
    created_at: datetime
    updated_at: datetime

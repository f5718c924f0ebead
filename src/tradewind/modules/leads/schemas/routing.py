"""HTTP shapes of routing rules."""

from datetime import datetime
from typing import Any, Literal
from uuid import UUID

from pydantic import ConfigDict, Field

from tradewind.kernel.payload import Flag, Whole
from tradewind.kernel.schemas import Schema
from tradewind.modules.leads.schemas.texts import RequiredLine

Strategy = Literal["round_robin", "weights", "load", "fixed"]


class RoutingMember(Schema):
    """A person who gets leads; `weight` counts for the strategy weights: 2 gets twice as many as 1."""

    model_config = ConfigDict(extra="forbid")
    user_id: UUID
    weight: Whole = Field(default=1, ge=1, le=100)


class RoutingRuleCreate(Schema):
    """A rule: who gets the leads that fit the condition (all leads without one)."""

    model_config = ConfigDict(extra="forbid")
    name: RequiredLine = Field(examples=["France to Team South"])
    condition: dict[str, Any] | None = Field(default=None, description="In the language of filters and segments")
    strategy: Strategy = "round_robin"
    members: list[RoutingMember] = Field(min_length=1, max_length=50)
    enabled: Flag = True
    position: Whole | None = Field(default=None, ge=0, le=1000, description="Place in the order; last if left out")


class RoutingRuleUpdate(Schema):
    """What to change on a rule; `condition: null` makes it fit every lead."""

    model_config = ConfigDict(extra="forbid")
    name: RequiredLine | None = Field(default=None, examples=["France to Team South"])
    condition: dict[str, Any] | None = None
    strategy: Strategy | None = None
    members: list[RoutingMember] | None = Field(default=None, min_length=1, max_length=50)
    enabled: Flag | None = None


class RoutingOrder(Schema):
    """All rules in their new order."""

    model_config = ConfigDict(extra="forbid")
    rule_ids: list[UUID] = Field(min_length=1, max_length=100)


class RoutingMemberRead(Schema):
    """A person in a rule; an inactive one is passed over."""

    user_id: UUID
    name: str
    weight: int
    active: bool


class RoutingRuleRead(Schema):
    """A rule; `problem` says why it takes no leads at present, if so."""

    id: UUID
    version: int
    name: str = Field(examples=["France to Team South"])
    position: int
    enabled: bool
    condition: dict[str, Any] | None
    strategy: Strategy
    members: list[RoutingMemberRead]
    assigned: int = Field(description="Turns taken since the rule was made")
    last_owner_id: UUID | None
    problem: str | None
    created_at: datetime
    updated_at: datetime


class RoutingTry(Schema):
    """Which lead to try the rules on."""

    model_config = ConfigDict(extra="forbid")
    lead_id: UUID


class RoutingTryRule(Schema):
    """What one rule says of the lead."""

    rule_id: UUID
    name: str
    fits: bool
    words: str


class RoutingTryResult(Schema):
    """Who would get the lead if it came in now, and why; nothing is changed."""

    rule_id: UUID | None
    rule_name: str | None
    owner_id: UUID | None
    owner_name: str | None
    reason: str
    rules: list[RoutingTryRule]


class RoutingDecisionRead(Schema):
    """A decision taken."""

    model_config = ConfigDict(from_attributes=True)
    id: UUID
    lead_id: UUID
    rule_id: UUID | None
    rule_name: str
    strategy: Strategy
    owner_id: UUID
    owner_name: str
    reason: str
    decided_at: datetime

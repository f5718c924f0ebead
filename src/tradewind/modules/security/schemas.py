"""HTTP shapes of security monitoring."""

from datetime import datetime
from typing import Annotated, Literal
from uuid import UUID

from pydantic import ConfigDict, Field, StringConstraints

from tradewind.kernel.schemas import Schema
from tradewind.modules.security.rules import Severity

AlertState = Literal["open", "acknowledged", "closed"]
SubjectType = Literal["user", "api_key"]


class AlertRead(Schema):
    """What a rule found. `networks` are the address ranges it came from, `occurrences` what was counted so far."""

    model_config = ConfigDict(from_attributes=True)

    id: UUID
    rule: str
    rule_label: str
    severity: Severity
    state: AlertState
    subject_type: SubjectType
    subject_id: UUID
    subject_name: str
    occurrences: int
    why: str
    networks: list[str]
    first_at: datetime
    last_at: datetime
    note: str
    handled_by_name: str
    handled_at: datetime | None


class AlertUpdate(Schema):
    """How somebody dealt with an alert. A closed one is final."""

    model_config = ConfigDict(extra="forbid")

    state: Literal["acknowledged", "closed"]
    note: Annotated[str, StringConstraints(strip_whitespace=True, max_length=2000)] = ""


class RuleRead(Schema):
    """A rule as it works in this organisation. `hours_from` and `hours_to` only where the rule knows hours."""

    rule: str
    label: str
    description: str
    enabled: bool
    threshold: int
    window_minutes: int
    severity: Severity
    hours_from: int | None
    hours_to: int | None
    is_default: bool


class RuleUpdate(Schema):
    """What to change of a rule; what is left out stays."""

    model_config = ConfigDict(extra="forbid")

    enabled: bool | None = None
    threshold: Annotated[int | None, Field(ge=1, le=1_000_000)] = None
    window_minutes: Annotated[int | None, Field(ge=1, le=7 * 24 * 60)] = None
    severity: Severity | None = None
    hours_from: Annotated[int | None, Field(ge=0, le=23)] = None
    hours_to: Annotated[int | None, Field(ge=1, le=24)] = None


class RuleList(Schema):
    """All rules."""

    items: list[RuleRead]


class LockRead(Schema):
    """A member's account that refuses passwords, second factors or both for a while."""

    user_id: UUID
    name: str
    email: str
    locked_until: datetime


class LockList(Schema):
    """Locked accounts, those locked longest first."""

    items: list[LockRead]

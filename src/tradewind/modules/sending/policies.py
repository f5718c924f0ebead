"""Guardrails as data: what each kind can be told, and those that every organisation has from the first day."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from typing import Annotated, Any, Literal
from uuid import UUID

from pydantic import AfterValidator, AwareDatetime, ConfigDict, Field, StringConstraints, model_validator

from tradewind.kernel.payload import Flag, Whole, storable
from tradewind.kernel.schemas import Schema
from tradewind.modules.sending.contracts import Mode
from tradewind.modules.sending.rules.hours import Span, Week

_CLOCK = re.compile(r"([01]\d|2[0-3]):[0-5]\d|24:00")
Rule = Literal["hours", "call_hours", "cap", "limit", "budget", "approval"]


def _clock(value: str) -> str:
    if not _CLOCK.fullmatch(value):
        raise ValueError("write a time of day as 08:00; midnight at the end of a day is 24:00")
    return value


def _minutes(text: str) -> int:
    hours, minutes = text.split(":")
    return int(hours) * 60 + int(minutes)


def _names(values: list[str]) -> list[str]:
    return sorted(set(values))


Names = Annotated[
    list[Annotated[str, StringConstraints(min_length=1, max_length=60), AfterValidator(storable)]],
    Field(max_length=20),
    AfterValidator(_names),
]
"""Channels or purposes; empty means all of them."""
ClockTime = Annotated[str, StringConstraints(max_length=5), AfterValidator(_clock)]


class _Settings(Schema):
    model_config = ConfigDict(extra="forbid")


class HoursSettings(_Settings):
    """Messages leave between `start` and `end` of the recipient's day, on `days` (0 is Monday)."""

    rule: Literal["hours"] = "hours"
    channels: Names = []
    days: Annotated[list[Annotated[Whole, Field(ge=0, le=6)]], Field(min_length=1, max_length=7)] = list(range(7))
    start: ClockTime = "08:00"
    end: ClockTime = "20:00"

    @model_validator(mode="after")
    def _ordered(self) -> "HoursSettings":
        if self.span[0] >= self.span[1]:
            raise ValueError("the end must be later in the day than the start")
        return self

    @property
    def span(self) -> Span:
        """Minutes of the day."""
        return _minutes(self.start), _minutes(self.end)

    @property
    def week(self) -> Week:
        """The hours as the rule reads them."""
        return Week.same(frozenset(self.days), self.span)


class CallHoursSettings(_Settings):
    """Calls keep to the hours of the recipient's country, by the built-in table."""

    rule: Literal["call_hours"] = "call_hours"


class CapSettings(_Settings):
    """A person gets at most `amount` messages in any day, week or 30 days, over all `channels` and `purposes`."""

    rule: Literal["cap"] = "cap"
    amount: Whole = Field(ge=1, le=1000)
    period: Literal["day", "week", "month"]
    channels: Names = []
    purposes: Names = []


class LimitSettings(_Settings):
    """The organisation sends at most `amount` messages an hour or day over these channels together."""

    rule: Literal["limit"] = "limit"
    amount: Whole = Field(ge=1, le=100_000_000)
    period: Literal["hour", "day"]
    channels: Names = []


class BudgetSettings(_Settings):
    """Messages cost at most `amount_microusd` a day, a month, or in the whole life of each campaign.

    With a `campaign_id` it binds the messages of that campaign, and counts no others. `besides_microusd` is spent on
    other things than messages in the period that begins on or before `besides_since`, and leaves less for them.
    """

    rule: Literal["budget"] = "budget"
    amount_microusd: Whole = Field(ge=1, le=10**15)
    period: Literal["day", "month", "campaign"]
    channels: Names = []
    campaign_id: UUID | None = None
    besides_microusd: Whole = Field(default=0, ge=0, le=10**18)
    besides_since: AwareDatetime | None = None

    def besides(self, begins: datetime | None) -> int:
        """What was spent besides messages in the period that begins then (None: in the whole life of a campaign)."""
        past = begins is not None and self.besides_since is not None and self.besides_since < begins
        return 0 if past else self.besides_microusd


class ApprovalSettings(_Settings):
    """A person agrees before a campaign or journey reaches over `audience_over`, sends first, or has a new sender."""

    rule: Literal["approval"] = "approval"
    audience_over: Whole | None = Field(default=None, ge=1, le=100_000_000)
    first_send: Flag = False
    new_sender: Flag = False

    @model_validator(mode="after")
    def _says_something(self) -> "ApprovalSettings":
        if self.audience_over is None and not self.first_send and not self.new_sender:
            raise ValueError("say what needs an approval: a size, a first send, or a new sender")
        return self


PolicySettings = Annotated[
    HoursSettings | CallHoursSettings | CapSettings | LimitSettings | BudgetSettings | ApprovalSettings,
    Field(discriminator="rule"),
]


@dataclass(frozen=True)
class Guardrail:
    """A policy in force. `built_in` ones can be changed and switched off, not removed; `version` 0 is as shipped."""

    key: str
    name: str
    mode: Mode
    settings: Any
    built_in: bool = False
    version: int = 0

    @property
    def rule(self) -> Rule:
        """What kind it is."""
        return self.settings.rule

    @cached_property
    def channels(self) -> frozenset[str]:
        """Channels it counts or binds; empty for all."""
        return frozenset({"call"} if self.rule == "call_hours" else getattr(self.settings, "channels", ()))

    @cached_property
    def week(self) -> Week:
        """The hours of an `hours` policy, made once."""
        return self.settings.week

    def binds(self, channel: str) -> bool:
        """Whether messages of a channel are its concern."""
        return not self.channels or channel in self.channels

    @property
    def campaign_id(self) -> UUID | None:
        """The only campaign it binds; None for all."""
        return getattr(self.settings, "campaign_id", None)

    def besides(self, begins: datetime | None) -> int:
        """Micro-USD that a budget lost to other things than messages in the period that begins then."""
        return self.settings.besides(begins) if self.rule == "budget" else 0

    def concerns(self, channel: str, campaign_id: UUID | None) -> bool:
        """Whether messages of a channel and campaign are its concern."""
        return self.binds(channel) and self.campaign_id in (None, campaign_id)


BUILT_IN: Sequence[Guardrail] = (
    Guardrail(
        "message_hours", "Hours for messages", "enforce",
        HoursSettings(channels=["chat", "email", "sms", "social"], start="08:00", end="20:00"), built_in=True,
    ),
    Guardrail("call_hours", "Hours for calls, by country", "enforce", CallHoursSettings(), built_in=True),
    Guardrail("daily_cap", "A day's messages to one person", "enforce", CapSettings(amount=2, period="day"),
              built_in=True),
    Guardrail("weekly_cap", "A week's messages to one person", "enforce", CapSettings(amount=5, period="week"),
              built_in=True),
    Guardrail("large_audience", "Large audiences need a second look", "enforce", ApprovalSettings(audience_over=5_000),
              built_in=True),
)  # fmt: skip

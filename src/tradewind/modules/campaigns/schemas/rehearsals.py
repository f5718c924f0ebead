"""HTTP shapes of dress rehearsals."""

from datetime import date, datetime
from typing import Annotated, Literal
from uuid import UUID

from pydantic import ConfigDict, Field

from tradewind.kernel.payload import Flag, Whole
from tradewind.kernel.schemas import Schema
from tradewind.modules.campaigns.engine.graph import StepKey

RehearsalMode = Literal["replay", "simulate"]


class RehearsalCreate(Schema):
    """How to rehearse the draft: through what happened in the last days, or with an audience that enters now."""

    model_config = ConfigDict(extra="forbid")
    mode: RehearsalMode = "simulate"
    days: Annotated[Whole, Field(ge=1, le=180)] = Field(
        default=90, description="Days to look back (replay), or to look ahead (simulate)"
    )
    people: Annotated[Whole, Field(ge=1, le=200_000)] = Field(
        default=100_000, description="The most people; where more would enter, a part of them is rehearsed with"
    )
    event_rates: Annotated[dict[StepKey, Annotated[float, Field(ge=0, le=1)]], Field(max_length=200)] = Field(
        default={}, description="Simulate: the share of people a wait sees its event from; measured where left out"
    )


class RehearsedStep(Schema):
    """A step in the rehearsal: who came, and by which ports they left."""

    node: str
    name: str
    kind: str
    visits: int
    people: int
    ports: dict[str, int]


class RehearsedDay(Schema):
    """What a day would bring, by channel."""

    day: date
    entered: int
    messages: dict[str, int]
    tasks: int = 0
    webhooks: int = 0


class RehearsalFinding(Schema):
    """Something the rehearsal came upon. Grave ones keep a large journey from being launched."""

    code: str = Field(examples=["dead_branch"])
    severity: Literal["grave", "warning", "note"]
    message: str
    node: str | None = None
    people: int | None = None


class RehearsedPrice(Schema):
    """What messages of a channel would cost, all together, in micro-USD."""

    channel: str
    messages: int
    cost_microusd: int
    origin: Literal["told", "measured", "none"] = Field(
        description="At their steps, from what they cost in 90 days, or nothing was ever paid"
    )


class RehearsedHold(Schema):
    """A limit or budget that would hold messages up: some leave later (until `until`), others never."""

    name: str
    rule: Literal["limit", "budget"]
    period: str
    amount: int = Field(description="Messages, or micro-USD")
    put_off: int
    lost: int
    until: datetime | None


class RehearsedHours(Schema):
    """Why waits for the best hour took theirs: people by reason."""

    node: str
    name: str
    decided: dict[str, int]


class RehearsalReport(Schema):
    """What would happen."""

    mode: RehearsalMode
    begins_on: date
    ends_on: date
    audience: int
    sampled: Flag
    entered: int
    steps_taken: int
    ended: dict[str, int]
    goal: int
    messages: dict[str, int]
    not_sent: dict[str, int] = Field(description="Messages that guardrails would stop, by rule")
    deferred: dict[str, int] = Field(description="Messages that guardrails would put off, by rule")
    most_messages_to_one: int
    cost_microusd: int
    costs: list[RehearsedPrice] = []
    holds: list[RehearsedHold] = []
    best_hours: list[RehearsedHours] = []
    days: list[RehearsedDay]
    mailboxes: list["MailboxVolume"]
    steps: list[RehearsedStep]
    findings: list[RehearsalFinding]
    seconds: float
    assumptions: list[str]


class MailboxVolume(Schema):
    """Mails to the addresses of one provider or company, and on its busiest day."""

    domain: str
    messages: int
    busiest_day: int


class RehearsalRead(Schema):
    """A rehearsal; `fits_draft` is false once the draft has changed since."""

    model_config = ConfigDict(from_attributes=True)
    id: UUID
    journey_id: UUID
    mode: RehearsalMode
    state: Literal["running", "done", "failed"]
    passed: bool | None
    fits_draft: bool
    error: str | None
    run_id: UUID | None
    created_at: datetime
    created_by_name: str
    finished_at: datetime | None
    report: RehearsalReport | None

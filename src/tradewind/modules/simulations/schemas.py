"""HTTP shapes of suites, cases, runs and results."""

from datetime import datetime
from typing import Annotated, Literal
from uuid import UUID

from pydantic import AfterValidator, ConfigDict, Field, StringConstraints

from tradewind.kernel.payload import Flag, storable
from tradewind.kernel.schemas import Schema
from tradewind.modules.simulations.engine.script import Check, Failure, Visitor

SuiteName = Annotated[
    str, StringConstraints(strip_whitespace=True, min_length=1, max_length=120), AfterValidator(storable)
]
CaseName = Annotated[
    str, StringConstraints(strip_whitespace=True, min_length=1, max_length=160), AfterValidator(storable)
]
Checks = Annotated[
    list[Check],
    Field(min_length=1, max_length=30, examples=[[{"kind": "captured", "field": "size"}, {"kind": "booked"}]]),
]
Repetitions = Annotated[int, Field(ge=1, le=20)]
RunState = Literal["queued", "running", "passed", "failed", "broken"]


class SuiteCreate(Schema):
    """A new suite for an agent. With `starter`, visitors are made from the agent's flow, meetings and knowledge."""

    model_config = ConfigDict(extra="forbid")

    agent_id: UUID
    name: SuiteName = Field(examples=["Before launch"])
    repetitions: Repetitions = 3
    gate: Flag = False
    starter: Flag = True


class SuiteUpdate(Schema):
    """What to change."""

    model_config = ConfigDict(extra="forbid")

    name: SuiteName | None = None
    repetitions: Repetitions | None = None
    gate: Flag | None = None


class CaseWrite(Schema):
    """A case in whole. Only cases that are `critical` close the gate when they fail."""

    model_config = ConfigDict(extra="forbid")

    name: CaseName = Field(examples=["Asks for prices, then books"])
    visitor: Visitor = Field(examples=[{"lines": ["What does it cost?"], "answers": {"size": "We are 25 people."}}])
    checks: Checks
    critical: Flag = True


class CaseFromConversation(Schema):
    """Make a case of what a visitor said in a conversation."""

    model_config = ConfigDict(extra="forbid")

    conversation_id: UUID
    name: CaseName | None = None


class CaseRead(CaseWrite):
    """A case as it is kept."""

    id: UUID
    conversation_id: UUID | None
    version: int


class SimulationRunRead(Schema):
    """One run. `pass_k` is the chance that a case passes all repetitions, with its 95 % interval; 0 to 1.

    `current`: the agent's draft is still the one that was tried.
    """

    id: UUID
    suite_id: UUID
    state: RunState
    problem: str
    repetitions: int
    total: int
    passed: int
    failed: int
    pass_k: float | None
    pass_low: float | None
    pass_high: float | None
    cost_microusd: int
    current: bool
    job_run_id: UUID | None
    started_by_name: str
    created_at: datetime
    finished_at: datetime | None


class SuiteSummary(Schema):
    """A suite in the list, with its last run."""

    id: UUID
    agent_id: UUID
    agent_name: str
    name: str
    repetitions: int
    gate: bool
    cases: int
    version: int
    last_run: SimulationRunRead | None


class SuiteRead(SuiteSummary):
    """A suite with its cases."""

    items: list[CaseRead]


class SimulationResultRead(Schema):
    """What came of one conversation; open it in the inbox by its id."""

    attempt: int
    conversation_id: UUID | None
    passed: bool
    failures: list[Failure]
    turns: int
    duration_ms: int


class CaseReport(Schema):
    """A case of a run: how often it passed, and each try."""

    case_id: UUID
    name: str
    critical: bool
    goal: str
    passed: int
    tried: int
    results: list[SimulationResultRead]


class RunReport(SimulationRunRead):
    """A run with all its cases, those that failed first."""

    items: list[CaseReport]

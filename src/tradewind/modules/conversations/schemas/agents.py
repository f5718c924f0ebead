"""HTTP shapes of agents, their versions and the log of their turns."""

from datetime import datetime
from typing import Annotated, Any, Literal
from uuid import UUID

from pydantic import ConfigDict, Field, StringConstraints

from tradewind.kernel.payload import Flag
from tradewind.kernel.schemas import Schema
from tradewind.modules.conversations.engine.settings import AgentSettings, Name

Verdict = Literal["done", "withheld", "refused", "asked"]


class AgentCreate(Schema):
    """A new agent; its settings begin as a draft."""

    model_config = ConfigDict(extra="forbid")

    name: Name = Field(examples=["Ava"])
    settings: AgentSettings = Field(default_factory=AgentSettings)


class AgentUpdate(Schema):
    """What to change. `settings` replaces the whole draft; what talks changes when it is published."""

    model_config = ConfigDict(extra="forbid")

    name: Name | None = None
    active: Flag | None = None
    is_default: Flag | None = None
    settings: AgentSettings | None = None


class AgentSummary(Schema):
    """An agent in the list. `changed`: the draft differs from what was published."""

    id: UUID
    name: str
    active: bool
    is_default: bool
    published: int | None = Field(description="Number of the version that talks; null before the first.")
    published_at: datetime | None
    changed: bool
    languages: list[str]
    flow_id: UUID | None
    event_type_id: UUID | None
    conversations: int = Field(description="Conversations led in the last 30 days.")
    version: int
    updated_at: datetime


class AgentRead(AgentSummary):
    """An agent with its draft, and what keeps it from talking well."""

    settings: AgentSettings
    warnings: list[str] = Field(description="What is worth a look: a flow that is gone, no knowledge to answer from.")


class AgentPublish(Schema):
    """Publish the draft, or with `number` go back to an earlier version."""

    model_config = ConfigDict(extra="forbid")

    number: Annotated[int, Field(ge=1)] | None = None


class AgentVersionRead(Schema):
    """Settings as they were published."""

    id: UUID
    number: int
    settings: AgentSettings
    published_at: datetime
    published_by: UUID | None
    published_by_name: str
    gate: dict[str, Any] | None
    is_published: bool


class TestConversationCreate(Schema):
    """Begin to talk with an agent's draft, or with what is published."""

    model_config = ConfigDict(extra="forbid")

    use: Literal["draft", "published"] = "draft"
    language: Annotated[str, StringConstraints(pattern="^[a-z]{2}$")] | None = None


class TestConversationRead(Schema):
    """The conversation, to be read under `/conversations/{conversation_id}`, and how the agent begins."""

    conversation_id: UUID
    opening: str
    version_id: UUID | None


class TestMessageCreate(Schema):
    """What the visitor would write."""

    model_config = ConfigDict(extra="forbid")

    text: Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=10_000)]


class TestMessageRead(Schema):
    """The message as it was taken; the agent's answer follows with a higher sequence."""

    message_id: UUID
    sequence: int


class DecisionRead(Schema):
    """What became of one action: by which rule, and why."""

    action: dict[str, Any]
    verdict: Verdict
    rule: str
    why: str


class TurnFinding(Schema):
    """Something that speaks against a text that was read."""

    where: str
    code: str
    detail: str
    excerpt: str


class AgentTurnRead(Schema):
    """One turn of an agent, and why it did what it did."""

    id: UUID
    message_sequence: int
    outcome: Literal["settled", "dropped"]
    dropped_because: str | None
    language: str | None
    made_by: Literal["local", "model"]
    model: str | None
    fell_back_because: str | None
    decisions: list[DecisionRead]
    findings: list[TurnFinding]
    retrieved: list[dict[str, Any]]
    cost_microusd: int
    duration_ms: int
    overhead_ms: int
    variant: str | None
    created_at: datetime

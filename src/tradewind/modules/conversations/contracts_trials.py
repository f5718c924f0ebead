"""Trials as other modules see them: a conversation in which nothing leaves, and what was stored of it."""

from dataclasses import dataclass, field
from uuid import UUID

from tradewind.modules.qualification.contracts import Answer


@dataclass(frozen=True, slots=True, kw_only=True)
class TrialTurn:
    """One turn of the agent: the actions that took effect by their kinds, and the rules that stopped others."""

    done: tuple[str, ...]
    stopped_by: tuple[str, ...]
    made_by: str
    cost_microusd: int
    fell_back_because: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class TrialRecord:
    """What is stored of a trial so far. `asked` is what the agent waits for: a question's key, or `@slot` and the like.

    `offered` are labels of the times shown last and `replies` the last answers to tap; `asked_again` are questions put
    though they were answered; `answers` and `outcome` are the flow's; `cited` are titles; `said` the agent's words.
    """

    conversation_id: UUID
    state: str
    urgent: bool
    turns: tuple[TrialTurn, ...]
    asked: str | None
    offered: tuple[str, ...]
    replies: tuple[str, ...]
    asked_again: tuple[str, ...]
    handed_over: tuple[str, ...]
    cited: frozenset[str]
    said: tuple[str, ...]
    visitor_said: tuple[str, ...]
    disclosed: bool
    answers: tuple[Answer, ...] = ()
    outcome: str | None = None
    booked: bool = field(default=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class AgentState:
    """An agent's draft: `fingerprint` changes with anything that changes how it talks; `flow_id` are its questions."""

    agent_id: UUID
    name: str
    fingerprint: str
    flow_id: UUID | None
    event_type_id: UUID | None

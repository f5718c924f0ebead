"""What may keep an agent's draft from being published: modules above register gates, and each is asked."""

from collections.abc import Awaitable, Callable
from hashlib import sha256
from typing import Any

import orjson
from sqlalchemy.ext.asyncio import AsyncSession

from tradewind.modules.conversations.contracts_trials import AgentState
from tradewind.modules.conversations.engine.settings import AgentSettings
from tradewind.modules.conversations.models.agents import Agent

Gate = Callable[[AsyncSession, AgentState], Awaitable[dict[str, Any] | None]]
"""Raises an AppError where the draft must not be published; else what it found, to be kept with the version."""

_gates: list[Gate] = []


def register(gate: Gate) -> Gate:
    """Ask a gate before each publishing."""
    _gates.append(gate)
    return gate


async def passed(session: AsyncSession, agent: Agent) -> dict[str, Any] | None:
    """What the gates found of an agent's draft; None where none of them looks at it. Raises what a gate raises."""
    found: dict[str, Any] = {}
    for gate in _gates:
        found |= await gate(session, state_of(agent)) or {}
    return found or None


def state_of(agent: Agent) -> AgentState:
    """An agent's draft as it stands: whatever changes how it talks changes the fingerprint."""
    said = orjson.dumps([agent.name, agent.draft], option=orjson.OPT_SORT_KEYS)
    settings = AgentSettings.model_validate(agent.draft)
    return AgentState(
        agent_id=agent.id, name=agent.name, fingerprint=sha256(said).hexdigest(), flow_id=settings.flow_id,
        event_type_id=settings.event_type_id,
    )  # fmt: skip

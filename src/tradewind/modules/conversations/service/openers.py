"""Which of an agent's openers begins a conversation: by what came of those before, and never one of them alone."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from uuid import UUID

import numpy as np
from sqlalchemy.ext.asyncio import AsyncSession

from tradewind.kernel.clock import now
from tradewind.modules.ai import api as ai
from tradewind.modules.conversations.contracts import TRIAL_CHANNELS, Begun
from tradewind.modules.conversations.engine.settings import AgentSettings, Opener
from tradewind.modules.conversations.models.conversations import Conversation, Message
from tradewind.modules.conversations.repository import agents as repository
from tradewind.modules.conversations.service import agents

# What people thought longer ago says little of today's words.
_LEARNT_FROM = timedelta(days=180)
# Every page of a website asks, and what was learnt changes slowly.
_KNOWN_FOR = timedelta(minutes=5)
_MOST_KNOWN = 1_000
_known: dict[UUID, tuple[datetime, Mapping[str, tuple[int, float]]]] = {}


async def chosen(
    session: AsyncSession, row: Conversation, settings: AgentSettings
) -> tuple[Opener | None, float | None]:
    """The opener of a conversation and how likely it was chosen; of trials, each as often as every other.

    The same conversation gets the same one as long as nothing new was learnt.
    """
    tried = settings.openers
    if len(tried) < 2 or row.agent_id is None or row.channel in TRIAL_CHANNELS:
        found = settings.opener(row.id.int)
        return found, 1 / len(tried) if found else None
    known = await repository.judged_openers(session, row.agent_id, since=now() - _LEARNT_FROM)
    return _by(known, tried, np.random.default_rng(row.id.int))


async def to_show(session: AsyncSession, agent_id: UUID) -> Begun | None:
    """The opener that a visitor sees before anybody has written; None where the published agent has none."""
    talking = await agents.published(session, agent_id)
    if talking is None or not talking.settings.openers:
        return None
    at = now()
    held = _known.get(agent_id)
    if held is None or held[0] < at:
        if len(_known) >= _MOST_KNOWN:
            _known.clear()
        held = (at + _KNOWN_FOR, await repository.judged_openers(session, agent_id, since=at - _LEARNT_FROM))
        _known[agent_id] = held
    opener, propensity = _by(held[1], talking.settings.openers, np.random.default_rng())
    return Begun(opener.key, opener.text, propensity)


def shown(first: Message) -> tuple[str, float] | None:
    """(key, propensity) of the opener under which the visitor wrote the first message; None where there was none."""
    found = first.data.get("opener")
    return (found["key"], found["propensity"]) if found else None


def _by(
    known: Mapping[str, tuple[int, float]], tried: list[Opener], random: np.random.Generator
) -> tuple[Opener, float]:
    place, propensity = ai.choose([ai.Judged(*known.get(one.key, (0, 0.0))) for one in tried], random)
    return tried[place], propensity

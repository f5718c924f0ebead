"""Which of an agent's openers begins a conversation: by what came of those before, and never one of them alone."""

from datetime import timedelta

import numpy as np
from sqlalchemy.ext.asyncio import AsyncSession

from tradewind.kernel.clock import now
from tradewind.modules.ai import api as ai
from tradewind.modules.conversations.contracts import TRIAL_CHANNELS
from tradewind.modules.conversations.engine.settings import AgentSettings, Opener
from tradewind.modules.conversations.models.conversations import Conversation
from tradewind.modules.conversations.repository import agents as repository

# What people thought longer ago says little of today's words.
_LEARNT_FROM = timedelta(days=180)


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
    arms = [ai.Judged(*known.get(one.key, (0, 0.0))) for one in tried]
    place, propensity = ai.choose(arms, np.random.default_rng(row.id.int))
    return tried[place], propensity

"""The log of turns: why the agent did what it did."""

from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from tradewind.kernel.classification import hides, masked
from tradewind.kernel.database import actor_of
from tradewind.kernel.pagination import Page
from tradewind.modules.conversations.models.agents import AgentTurn
from tradewind.modules.conversations.repository import agents as repository
from tradewind.modules.conversations.schemas.agents import AgentTurnRead
from tradewind.modules.conversations.service import conversations

# Where in an action the visitor's own words and facts stand.
_PERSONAL = ("value", "quote")


async def turns(session: AsyncSession, conversation_id: UUID, *, cursor: str | None, limit: int) -> Page[AgentTurnRead]:
    """Turns of a conversation, newest first. Raises ConversationNotFound."""
    await conversations.find(session, conversation_id)
    found, following, previous = await repository.turns(session, conversation_id, cursor=cursor, limit=limit)
    hidden = hides(actor_of(session))
    return Page(items=[_read(one, hidden=hidden) for one in found], next_cursor=following, previous_cursor=previous)


def _read(turn: AgentTurn, *, hidden: bool) -> AgentTurnRead:
    read = AgentTurnRead.model_validate(turn, from_attributes=True)
    if not hidden:
        return read
    for decision in read.decisions:
        if decision.action.get("kind") == "capture":
            for name in _PERSONAL:
                decision.action[name] = masked(str(decision.action.get(name, "")))
    for finding in read.findings:
        if finding.where == "message":
            finding.excerpt = masked(finding.excerpt) or ""
    return read

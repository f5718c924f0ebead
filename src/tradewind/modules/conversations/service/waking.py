"""Having a worker make the agent's answer. By name: the jobs themselves stand on the services."""

from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from tradewind.kernel import jobs
from tradewind.kernel.schemas import Schema

TAKE_TURN = "conversations.take_turn"
SUMMARISE = "conversations.summarise"


class TurnDue(Schema):
    """A conversation in which the visitor's message `sequence` waits for the agent's answer."""

    conversation_id: UUID
    sequence: int


class Closed(Schema):
    """A conversation that ended; `reopened` tells this end from an earlier one."""

    conversation_id: UUID
    reopened: int


async def take_turn(session: AsyncSession, conversation_id: UUID, sequence: int) -> None:
    """Have the agent answer."""
    payload = TurnDue(conversation_id=conversation_id, sequence=sequence)
    await jobs.enqueue(session, jobs.registered()[TAKE_TURN], payload, priority=1)


async def summarise(session: AsyncSession, conversation_id: UUID, reopened: int) -> None:
    """Have a closed conversation summed up."""
    payload = Closed(conversation_id=conversation_id, reopened=reopened)
    await jobs.enqueue(session, jobs.registered()[SUMMARISE], payload)

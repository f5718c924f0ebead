"""SQL of what conversations came to."""

from uuid import UUID

from sqlalchemy import exists, select, text
from sqlalchemy.ext.asyncio import AsyncSession

from tradewind.modules.conversations.models.agents import AgentTurn

_VERDICTS = text("""
    SELECT f.thumb FROM message_feedback f JOIN conversation_messages m ON m.id = f.message_id
    WHERE m.conversation_id = :conversation_id AND (f.thumb IS NOT NULL OR f.correction <> '')
""")


async def is_modelled(session: AsyncSession, conversation_id: UUID) -> bool:
    """Whether a model made any answer of a conversation."""
    made = exists().where(
        AgentTurn.conversation_id == conversation_id, AgentTurn.outcome == "settled", AgentTurn.made_by == "model"
    )
    return bool(await session.scalar(select(made)))


async def verdicts(session: AsyncSession, conversation_id: UUID) -> list[int | None]:
    """What people thought of a conversation's answers: 1, -1, or None for a correction without a thumb."""
    return list((await session.execute(_VERDICTS, {"conversation_id": conversation_id})).scalars())

"""What was found out in a conversation, for the people who go on with it."""

from dataclasses import asdict
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from tradewind.kernel.classification import hides, masked
from tradewind.kernel.database import actor_of
from tradewind.modules.conversations.schemas.findings import FindingAnswer, FindingReason, FindingsRead
from tradewind.modules.conversations.service import conversations
from tradewind.modules.qualification import api as qualification
from tradewind.modules.qualification.contracts import Result


async def of_conversation(session: AsyncSession, conversation_id: UUID) -> list[FindingsRead]:
    """The runs of flows in a conversation, newest first. Raises ConversationNotFound."""
    await conversations.find(session, conversation_id)
    hidden = hides(actor_of(session))
    return [_read(one, hidden) for one in await qualification.results_of(session, conversation_id)]


def _read(result: Result, hidden: bool) -> FindingsRead:
    return FindingsRead(
        run_id=result.run_id,
        flow_id=result.flow_id,
        state=result.state,
        score=result.score,
        outcome=result.outcome,
        reasons=[FindingReason(**asdict(one)) for one in result.reasons],
        answers=[
            FindingAnswer(
                question_key=one.question_key,
                label=one.label,
                shown=masked(one.shown) if hidden else one.shown,
                quote=masked(one.quote) if hidden else one.quote,
                state=one.state,
            )
            for one in result.answers
        ],
    )

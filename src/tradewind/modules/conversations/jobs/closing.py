"""Summing up conversations that ended."""

from tradewind.kernel.jobs import JobContext, job
from tradewind.modules.conversations.service import after
from tradewind.modules.conversations.service.waking import SUMMARISE, Closed


@job(SUMMARISE, max_attempts=5, timeout_seconds=180)
async def summarise(context: JobContext, payload: Closed) -> None:
    """Sum up a closed conversation; the model is asked outside of any transaction."""
    async with context.transaction() as session:
        material = await after.prepare(session, payload.conversation_id, payload.reopened)
    if material is None:
        return
    found = await after.review(material)
    async with context.transaction() as session:
        await after.store(session, payload.conversation_id, payload.reopened, found)

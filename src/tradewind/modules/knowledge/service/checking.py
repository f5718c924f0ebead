"""Asking for the linter, which is only loaded by the job itself."""

from sqlalchemy.ext.asyncio import AsyncSession

from tradewind.kernel import jobs
from tradewind.kernel.database import actor_of

CHECK = "knowledge.check_texts"


async def ask(session: AsyncSession) -> None:
    """Check the organisation's changed texts once this transaction has committed.

    A check that runs already reads its list again before it ends; what it still misses is caught up with.
    """
    key = f"{CHECK}:{actor_of(session).organisation_id}"
    await jobs.enqueue(session, jobs.registered()[CHECK], jobs.NoPayload(), dedupe_key=key)

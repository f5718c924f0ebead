"""Long work of intents: training, and forgetting old messages."""

import asyncio
from uuid import UUID

from tradewind.kernel.job_runs import store_result
from tradewind.kernel.jobs import JobContext, cron, job
from tradewind.kernel.schemas import Schema
from tradewind.modules.intents.service import suggestions, training


class TrainIntents(Schema):
    """Train a set of intents from its examples."""

    set_id: UUID


@job("intents.train", max_attempts=2, concurrency=1)
async def train(context: JobContext, payload: TrainIntents) -> None:
    """Train with progress; the new version takes over unless it is clearly worse."""
    loop = asyncio.get_running_loop()

    async def tell(share: float, words: str) -> None:
        await context.raise_if_cancelled()
        await context.progress(done=round(100 * share), total=100, message=words)

    def report(share: float, words: str) -> None:
        asyncio.run_coroutine_threadsafe(tell(share, words), loop).result()

    model = await training.train_set(context.database, context.actor, payload.set_id, report)
    if context.run_id is not None:
        async with context.transaction() as session:
            await store_result(
                session,
                context.run_id,
                {"version": model.version, "status": model.status, "accuracy": model.metrics.accuracy},
            )


@cron("intents.forget_unanswered", "50 2 * * *")
async def forget_unanswered(context: JobContext) -> None:
    """Forget old messages, an organisation a transaction."""
    for organisation_id in await context.organisation_ids():
        async with context.as_organisation(organisation_id).transaction() as session:
            await suggestions.forget_old(session)

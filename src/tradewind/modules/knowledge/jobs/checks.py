"""When the linter runs: asked for, after changes, every night with the tidying of questions."""

from sqlalchemy.ext.asyncio import AsyncSession

from tradewind.kernel.database import actor_of
from tradewind.kernel.jobs import JobContext, NoPayload, cron, enqueue, job
from tradewind.modules.knowledge.service import gaps, linting


@job("knowledge.check_texts")
async def check_texts(context: JobContext, payload: NoPayload) -> None:
    """Read the documents that have changed since they were checked."""
    await linting.check_changed(context)


async def ask_for_check(session: AsyncSession) -> None:
    """Check the organisation's changed texts once this transaction has committed.

    A check that runs already reads its list again before it ends; what it still misses, `catch_up` finds.
    """
    await enqueue(session, check_texts, NoPayload(), dedupe_key=f"knowledge.check:{actor_of(session).organisation_id}")


@cron("knowledge.catch_up", "*/10 * * * *")
async def catch_up(context: JobContext) -> None:
    """Check what no job was asked for, as after a crash."""
    for organisation_id in await context.organisation_ids():
        await linting.check_changed(context.as_organisation(organisation_id))


@cron("knowledge.check_all", "40 2 * * *")
async def check_all(context: JobContext) -> None:
    """Read everything that has changed or aged, and tidy up the questions."""
    for organisation_id in await context.organisation_ids():
        own = context.as_organisation(organisation_id)
        await linting.check_changed(own)
        await linting.check_dates_and_links(own)
        await gaps.tidy(own)

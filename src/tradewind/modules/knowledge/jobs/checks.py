"""When the linter runs: asked for, after changes, every night with the tidying of questions."""

from tradewind.kernel.jobs import JobContext, NoPayload, cron, job
from tradewind.modules.knowledge.service.checking import CHECK


@job(CHECK)
async def check_texts(context: JobContext, payload: NoPayload) -> None:
    """Read the documents that have changed since they were checked."""
    # Loads the embedding model's runtime.
    from tradewind.modules.knowledge.service import linting

    await linting.check_changed(context)


@cron("knowledge.catch_up", "*/10 * * * *")
async def catch_up(context: JobContext) -> None:
    """Check what no job was asked for, as after a crash."""
    from tradewind.modules.knowledge.service import linting

    for organisation_id in await context.organisation_ids():
        await linting.check_changed(context.as_organisation(organisation_id))


@cron("knowledge.check_all", "40 2 * * *")
async def check_all(context: JobContext) -> None:
    """Read everything that has changed or aged, and tidy up the questions."""
    from tradewind.modules.knowledge.service import gaps, linting

    for organisation_id in await context.organisation_ids():
        own = context.as_organisation(organisation_id)
        await linting.check_changed(own)
        await linting.check_dates_and_links(own)
        await gaps.tidy(own)

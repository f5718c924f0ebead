"""Background work of mail templates: looking at links, judging clicks."""

from tradewind.kernel.jobs import JobContext, job
from tradewind.modules.email.service import engagement, link_checking


@job(link_checking.CHECK_LINKS, max_attempts=3, concurrency=2, timeout_seconds=300)
async def check_links(context: JobContext, payload: link_checking.TemplateToCheck) -> None:
    """Look at what the links of a template lead to."""
    async with context.transaction() as session:
        addresses = await link_checking.addresses_of(session, payload.template_id)
    found = await link_checking.look(addresses)
    async with context.transaction() as session:
        await link_checking.keep(session, found)


@job(engagement.JUDGE, max_attempts=5, timeout_seconds=300)
async def judge_engagement(context: JobContext, payload: engagement.NothingMore) -> None:
    """Tell people from programs among those who clicked or opened."""
    organisation_id = context.actor.organisation_id
    assert organisation_id is not None
    judging = context.as_organisation(organisation_id)
    while True:
        async with judging.transaction() as session:
            if await engagement.judge_waiting(session) == 0:
                return

"""Later knowledge of programs, applied to everything collected before."""

from tradewind.kernel.job_runs import store_result
from tradewind.kernel.jobs import JobContext, job
from tradewind.kernel.schemas import Schema
from tradewind.modules.tracking.repository import processing as repository
from tradewind.modules.tracking.service.reassessment import reassess_next


class Reassess(Schema):
    """Assess all events of the organisation by today's rules and lists."""


@job("tracking.reassess", concurrency=1)
async def reassess(context: JobContext, payload: Reassess) -> None:
    """Go through the events in parts, each a transaction; a run that begins again finds less to change."""
    async with context.transaction() as session:
        await context.progress(total=await repository.count_events(session))
    after, done, changed, more = None, 0, 0, True
    while more:
        await context.raise_if_cancelled()
        async with context.transaction() as session:
            after, looked_at, differing = await reassess_next(session, after)
        done, changed, more = done + looked_at, changed + differing, after is not None
        await context.progress(done=done)
    if context.run_id is not None:
        async with context.transaction() as session:
            await store_result(session, context.run_id, {"events": done, "changed": changed})

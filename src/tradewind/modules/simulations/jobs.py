"""Long work of simulations: a run."""

from uuid import UUID

from tradewind.kernel.job_runs import store_result
from tradewind.kernel.jobs import JobCancelled, JobContext, job
from tradewind.kernel.schemas import Schema
from tradewind.modules.simulations.service import gate as gate
from tradewind.modules.simulations.service import running


class RunSuite(Schema):
    """Try a draft as a run says."""

    run_id: UUID


@job("simulations.run", max_attempts=3, concurrency=1)
async def run_suite(context: JobContext, payload: RunSuite) -> None:
    """One conversation after the other, each kept at once: a worker that dies loses the one it was in."""
    database, actor = context.database, context.actor
    todo = await running.todo(database, actor, payload.run_id)
    if todo is None:
        return
    agent_id, waiting = todo
    for place, (case, attempt) in enumerate(waiting, 1):
        try:
            await context.raise_if_cancelled()
        except JobCancelled:
            async with context.transaction() as session:
                await running.finish(session, payload.run_id, problem="Cancelled")
            raise
        await running.attempt(database, actor, payload.run_id, agent_id, case, attempt)
        await context.progress(done=place, total=len(waiting), message=case.name)
    async with context.transaction() as session:
        ended = await running.finish(session, payload.run_id)
        if ended is not None and context.run_id is not None:
            await store_result(session, context.run_id, {"state": ended.state, "passed": ended.passed})

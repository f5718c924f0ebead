"""Long work of scoring: training, scoring everyone, the nightly renewal."""

from uuid import UUID

from pydantic import BaseModel

from tradewind.kernel.database import actor_of
from tradewind.kernel.job_runs import store_result
from tradewind.kernel.jobs import JobContext, cron, enqueue, job, start_run
from tradewind.modules.scoring import repository
from tradewind.modules.scoring.service.scoring import Scored, score_all
from tradewind.modules.scoring.service.training import due_for_training, train_model


class TrainModel(BaseModel):
    """Train a model from the organisation's outcomes; score everyone if it takes over."""


class ScoreAll(BaseModel):
    """Score every lead, or only those of an import."""

    import_id: UUID | None = None


class AfterImport(BaseModel):
    """An import has brought leads."""

    import_id: UUID


@job("scoring.train", max_attempts=2, concurrency=1)
async def train(context: JobContext, payload: TrainModel) -> None:
    """Train; when the model takes over, score all leads with it."""

    async def progress(done: int, total: int, message: str) -> None:
        await context.raise_if_cancelled()
        await context.progress(done=done, total=total, message=message)

    result = await train_model(context.database, context.actor, progress=progress)
    async with context.transaction() as session:
        if context.run_id is not None:
            await store_result(
                session,
                context.run_id,
                {
                    "model_id": str(result.model_id),
                    "version": result.version,
                    "promoted": result.promoted,
                    "reason": result.reason,
                    "auc": result.auc,
                },
            )
        if result.promoted:
            await start_run(session, score_everyone, ScoreAll(), title="Score all leads")


@job("scoring.score_all", concurrency=1)
async def score_everyone(context: JobContext, payload: ScoreAll) -> None:
    """Score leads in batches; each batch is a transaction."""
    scored = await _score_all(context, payload.import_id)
    if context.run_id is not None:
        async with context.transaction() as session:
            await store_result(session, context.run_id, {"scored": scored.count, "kind": scored.kind})


@job("scoring.after_import", concurrency=1)
async def after_import(context: JobContext, payload: AfterImport) -> None:
    """Score what came in with what there is; train as well when the import brought enough outcomes."""
    async with context.transaction() as session:
        if await due_for_training(session):
            about = f"import:{payload.import_id}"
            await start_run(session, train, TrainModel(), title="Train the score", subject=about)
    await _score_all(context, payload.import_id)


@cron("scoring.retrain_nightly", "15 3 * * *")
async def retrain_nightly(context: JobContext) -> None:
    """Per organisation: train when there is enough new; else let rule scores follow the time that passed."""
    for organisation_id in await context.organisation_ids():
        async with context.as_organisation(organisation_id).transaction() as session:
            key = f"scoring.nightly:{actor_of(session).organisation_id}"
            if await due_for_training(session):
                await enqueue(session, train, TrainModel(), dedupe_key=key)
            elif await repository.champion(session) is None:
                await enqueue(session, score_everyone, ScoreAll(), dedupe_key=key)


async def _score_all(context: JobContext, import_id: UUID | None) -> Scored:
    async def progress(done: int) -> None:
        await context.raise_if_cancelled()
        await context.progress(done=done)

    async with context.transaction() as session:
        counted = await repository.counts(session)
    if import_id is None:
        await context.progress(total=counted.leads)
    return await score_all(context.database, context.actor, import_id=import_id, progress=progress)

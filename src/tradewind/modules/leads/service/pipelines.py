"""Pipelines and stages: created with sensible defaults, changed without losing a deal."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession

from tradewind.kernel.clock import now
from tradewind.kernel.concurrency import check_version
from tradewind.kernel.database import actor_of
from tradewind.kernel.events import publish
from tradewind.kernel.ids import new_id
from tradewind.modules.identity import api as identity
from tradewind.modules.leads.errors_deals import (
    NameTaken,
    PipelineInUse,
    PipelineNotFound,
    StageInUse,
    StageInvalid,
    StageNotFound,
    TooMany,
)
from tradewind.modules.leads.events_deals import DealsMoved
from tradewind.modules.leads.models.deals import Pipeline, Stage
from tradewind.modules.leads.repository import pipelines as repository
from tradewind.modules.leads.schemas.pipelines import (
    PipelineCreate,
    PipelineRead,
    PipelineUpdate,
    StageCreate,
    StageRead,
    StageUpdate,
)

MAX_PIPELINES = 20
MAX_STAGES = 30
DEFAULT_STAGES = (
    StageCreate(name="Discovery", probability=0.10),
    StageCreate(name="Qualified", probability=0.25),
    StageCreate(name="Demo", probability=0.45),
    StageCreate(name="Proposal", probability=0.65),
    StageCreate(name="Negotiation", probability=0.80),
    StageCreate(name="Won", probability=1.0, kind="won"),
    StageCreate(name="Lost", probability=0.0, kind="lost"),
)


async def ensure_default(session: AsyncSession) -> None:
    """Give an organisation without a pipeline the usual one; harmless to call often and at once."""
    if await repository.has_any(session):
        return
    organisation_id = actor_of(session).organisation_id
    assert organisation_id is not None
    pipeline_id = new_id()
    currency = await _home_currency(session)
    if await repository.add_default(
        session, pipeline_id=pipeline_id, organisation_id=organisation_id, name="Sales", currency=currency
    ):
        _add_stages(session, pipeline_id, organisation_id, DEFAULT_STAGES)
        await session.flush()
        await identity.record(
            session,
            action="pipeline.created",
            subject_type="pipeline",
            subject_id=pipeline_id,
            after={"name": "Sales", "currency": currency, "is_default": True},
            reason="First pipeline of the organisation",
        )


async def list_pipelines(session: AsyncSession) -> list[PipelineRead]:
    """All live pipelines with their stages, in order."""
    await ensure_default(session)
    return await _read_many(session, await repository.all_pipelines(session))


async def read_pipeline(session: AsyncSession, pipeline_id: UUID) -> PipelineRead:
    """One pipeline. Raises PipelineNotFound."""
    return (await _read_many(session, [await require_pipeline(session, pipeline_id)]))[0]


async def require_pipeline(session: AsyncSession, pipeline_id: UUID, *, lock: bool = False) -> Pipeline:
    """The pipeline, or PipelineNotFound."""
    pipeline = await repository.pipeline(session, pipeline_id, lock=lock)
    if pipeline is None:
        raise PipelineNotFound("There is no such pipeline; it may have been removed.")
    return pipeline


async def require_stage(session: AsyncSession, stage_id: UUID, *, lock: bool = False) -> Stage:
    """The stage of a live pipeline, or StageNotFound."""
    stage = await live_stage(session, stage_id, lock=lock)
    if stage is None:
        raise StageNotFound("There is no such stage; it may have been removed.")
    return stage


async def live_stage(session: AsyncSession, stage_id: UUID, *, lock: bool = False) -> Stage | None:
    """The stage of a live pipeline, or None."""
    stage = await repository.stage(session, stage_id, lock=lock)
    return stage if stage is not None and await repository.pipeline(session, stage.pipeline_id) else None


async def create_pipeline(session: AsyncSession, data: PipelineCreate) -> PipelineRead:
    """Add a pipeline. Raises NameTaken, TooMany, StageInvalid."""
    await ensure_default(session)
    existing = await repository.all_pipelines(session)
    if len(existing) >= MAX_PIPELINES:
        raise TooMany(f"An organisation can have {MAX_PIPELINES} pipelines.")
    if await repository.name_taken(session, data.name):
        raise NameTaken(f"There is already a pipeline named “{data.name}”.")
    stages = data.stages or DEFAULT_STAGES
    _check_stages([(stage.name, stage.kind) for stage in stages])
    actor = actor_of(session)
    assert actor.organisation_id is not None
    pipeline = Pipeline(
        id=new_id(),
        organisation_id=actor.organisation_id,
        name=data.name,
        currency=data.currency or await _home_currency(session),
        is_default=False,
        position=1 + max((p.position for p in existing), default=-1),
    )
    session.add(pipeline)
    await _flush_name(session, data.name)
    _add_stages(session, pipeline.id, actor.organisation_id, stages)
    if data.is_default:
        await _make_default(session, pipeline)
    await session.flush()
    await _record(session, "pipeline.created", pipeline, after=_facts(pipeline))
    return await read_pipeline(session, pipeline.id)


async def update_pipeline(
    session: AsyncSession, pipeline_id: UUID, data: PipelineUpdate, if_match: str | None
) -> PipelineRead:
    """Rename, make default, change the currency of new deals. Raises NameTaken, PreconditionFailed."""
    pipeline = await require_pipeline(session, pipeline_id, lock=True)
    current = (await _read_many(session, [pipeline]))[0]
    check_version(if_match, pipeline.version, current.model_dump(mode="json"))
    before = _facts(pipeline)
    if data.name and data.name != pipeline.name:
        if await repository.name_taken(session, data.name, but=pipeline.id):
            raise NameTaken(f"There is already a pipeline named “{data.name}”.")
        pipeline.name = data.name
    if data.currency:
        pipeline.currency = data.currency
    if data.position is not None:
        pipeline.position = data.position
    if data.is_default:
        await _make_default(session, pipeline)
    await _changed(session, pipeline, before, "pipeline.updated")
    return await read_pipeline(session, pipeline_id)


async def delete_pipeline(session: AsyncSession, pipeline_id: UUID) -> None:
    """Remove a pipeline without deals. Raises PipelineInUse with the number of deals, or for the default."""
    pipeline = await require_pipeline(session, pipeline_id, lock=True)
    if pipeline.is_default:
        raise PipelineInUse("This is the default pipeline. Make another one the default first.")
    count = await repository.live_deals(session, pipeline_id=pipeline_id)
    if count:
        raise PipelineInUse(
            f"{count} {'deal is' if count == 1 else 'deals are'} on “{pipeline.name}”. Move or delete them first.",
            extra={"deals": count},
        )
    pipeline.archived_at = now()
    pipeline.version += 1
    await _record(session, "pipeline.deleted", pipeline, before=_facts(pipeline))


async def add_stage(session: AsyncSession, pipeline_id: UUID, data: StageCreate) -> PipelineRead:
    """Add a stage at its place. Raises StageInvalid, TooMany."""
    pipeline = await require_pipeline(session, pipeline_id, lock=True)
    stages = list(await repository.stages_of(session, [pipeline_id]))
    if len(stages) >= MAX_STAGES:
        raise TooMany(f"A pipeline can have {MAX_STAGES} stages.")
    _check_stages([(stage.name, stage.kind) for stage in stages] + [(data.name, data.kind)])
    place = len(stages) if data.position is None else min(data.position, len(stages))
    stage = Stage(
        id=new_id(),
        organisation_id=pipeline.organisation_id,
        pipeline_id=pipeline_id,
        name=data.name,
        probability=_probability(data.kind, data.probability),
        kind=data.kind,
        position=place,
    )
    session.add(stage)
    await session.flush()
    stages.insert(place, stage)
    await repository.reorder(session, pipeline_id, [s.id for s in stages])
    pipeline.version += 1
    await _record(session, "pipeline.stage_added", pipeline, after=_stage_facts(stage))
    return await _fresh(session, pipeline_id)


async def update_stage(session: AsyncSession, pipeline_id: UUID, stage_id: UUID, data: StageUpdate) -> PipelineRead:
    """Rename a stage or change its probability; its kind only while no deal stands on it."""
    pipeline, stages, stage = await _locked_stage(session, pipeline_id, stage_id)
    before = _stage_facts(stage)
    if data.kind and data.kind != stage.kind and await repository.live_deals(session, stage_id=stage_id):
        raise StageInUse("Deals stand on this stage; changing its kind would change their outcome. Move them first.")
    stage.name = data.name or stage.name
    stage.kind = data.kind or stage.kind
    stage.probability = _probability(stage.kind, stage.probability if data.probability is None else data.probability)
    _check_stages([(s.name, s.kind) for s in stages])
    after = _stage_facts(stage)
    if after != before:
        pipeline.version += 1
        await _record(session, "pipeline.stage_updated", pipeline, before=before, after=after)
    await session.flush()
    return await _fresh(session, pipeline_id)


async def reorder_stages(session: AsyncSession, pipeline_id: UUID, stage_ids: Sequence[UUID]) -> PipelineRead:
    """Give all stages a new order. Raises StageInvalid unless the list holds each stage once."""
    pipeline = await require_pipeline(session, pipeline_id, lock=True)
    stages = await repository.stages_of(session, [pipeline_id])
    if sorted(stage_ids) != sorted(stage.id for stage in stages):
        raise StageInvalid(
            "The order must hold every stage of this pipeline exactly once.",
            errors=[{"field": "stage_ids", "message": "does not fit the stages of this pipeline"}],
        )
    names = {stage.id: stage.name for stage in stages}
    await repository.reorder(session, pipeline_id, stage_ids)
    pipeline.version += 1
    await _record(
        session,
        "pipeline.stages_reordered",
        pipeline,
        before={"order": [stage.name for stage in stages]},
        after={"order": [names[stage_id] for stage_id in stage_ids]},
    )
    return await _fresh(session, pipeline_id)


async def remove_stage(session: AsyncSession, pipeline_id: UUID, stage_id: UUID, move_to: UUID | None) -> PipelineRead:
    """Remove a stage; its deals go to `move_to`, a stage of the same kind.

    Raises StageInUse with the number of deals if no target is named, StageInvalid if the pipeline would be left
    without a stage of this kind or the target does not fit.
    """
    pipeline, stages, stage = await _locked_stage(session, pipeline_id, stage_id)
    rest = [s for s in stages if s.id != stage_id]
    _check_stages([(s.name, s.kind) for s in rest])
    await repository.stage(session, stage_id, lock=True)
    count = await repository.live_deals(session, stage_id=stage_id)
    if count and move_to is None:
        raise StageInUse(
            f"{count} {'deal stands' if count == 1 else 'deals stand'} on “{stage.name}”. Choose the stage they go to.",
            extra={"deals": count},
        )
    fitting = [s for s in rest if s.kind == stage.kind]
    target = next((s for s in fitting if s.id == move_to), None) if move_to else fitting[0]
    if target is None:
        raise StageInvalid(
            f"The deals can only go to another stage of this pipeline that is {stage.kind} too, "
            "so that their outcome stays as it is.",
            errors=[{"field": "move_to", "message": "not a fitting stage"}],
        )
    actor = actor_of(session)
    moved = await repository.empty_stage(
        session, from_id=stage_id, to_id=target.id, at=now(), user_id=actor.user_id, user_name=actor.name
    )
    await session.delete(stage)
    await session.flush()
    await repository.reorder(session, pipeline_id, [s.id for s in rest])
    pipeline.version += 1
    await _record(
        session,
        "pipeline.stage_removed",
        pipeline,
        before=_stage_facts(stage),
        after={"deals_moved": moved, "deals_moved_to": target.name},
    )
    if moved:
        await publish(session, DealsMoved(from_stage_id=stage_id, to_stage_id=target.id, count=moved))
    return await _fresh(session, pipeline_id)


def _check_stages(stages: Sequence[tuple[str, str]]) -> None:
    names = [name.casefold() for name, _ in stages]
    twice = next((name for name, _ in stages if names.count(name.casefold()) > 1), None)
    if twice:
        raise StageInvalid(
            f"Two stages are named “{twice}”.", errors=[{"field": "name", "message": "used twice in this pipeline"}]
        )
    kinds = {kind for _, kind in stages}
    missing = [kind for kind in ("open", "won", "lost") if kind not in kinds]
    if missing:
        raise StageInvalid(
            f"A pipeline needs at least one stage that is {' and one that is '.join(missing)}.",
            errors=[{"field": "kind", "message": f"no stage is {missing[0]}"}],
        )


def _probability(kind: str, probability: float) -> float:
    return {"won": 1.0, "lost": 0.0}.get(kind, probability)


def _add_stages(session: AsyncSession, pipeline_id: UUID, organisation_id: UUID, stages: Sequence[StageCreate]) -> None:
    session.add_all(
        Stage(
            id=new_id(),
            organisation_id=organisation_id,
            pipeline_id=pipeline_id,
            name=stage.name,
            probability=_probability(stage.kind, stage.probability),
            kind=stage.kind,
            position=place,
        )
        for place, stage in enumerate(stages)
    )


async def _locked_stage(
    session: AsyncSession, pipeline_id: UUID, stage_id: UUID
) -> tuple[Pipeline, list[Stage], Stage]:
    pipeline = await require_pipeline(session, pipeline_id, lock=True)
    stages = list(await repository.stages_of(session, [pipeline_id]))
    stage = next((s for s in stages if s.id == stage_id), None)
    if stage is None:
        raise StageNotFound("This pipeline has no such stage.")
    return pipeline, stages, stage


async def _make_default(session: AsyncSession, pipeline: Pipeline) -> None:
    present = await repository.default_pipeline(session)
    if present is not None and present.id != pipeline.id:
        present.is_default = False
        present.version += 1
        # The unique index holds per statement: the old default must be gone before the new one is set.
        await session.flush()
    pipeline.is_default = True


async def _flush_name(session: AsyncSession, name: str) -> None:
    try:
        await session.flush()
    except IntegrityError as failure:
        raise NameTaken(f"There is already a pipeline named “{name}”.") from failure


async def _changed(session: AsyncSession, pipeline: Pipeline, before: dict[str, Any], action: str) -> None:
    after = _facts(pipeline)
    if after != before:
        pipeline.version += 1
        await _flush_name(session, pipeline.name)
        await _record(session, action, pipeline, before=before, after=after)


async def _home_currency(session: AsyncSession) -> str:
    return (await identity.get_organisation(session)).currency


async def _fresh(session: AsyncSession, pipeline_id: UUID) -> PipelineRead:
    await session.flush()
    session.expire_all()
    return await read_pipeline(session, pipeline_id)


async def _read_many(session: AsyncSession, pipelines: Sequence[Pipeline]) -> list[PipelineRead]:
    stages = await repository.stages_of(session, [pipeline.id for pipeline in pipelines])
    return [
        PipelineRead(
            id=pipeline.id,
            version=pipeline.version,
            name=pipeline.name,
            currency=pipeline.currency,
            is_default=pipeline.is_default,
            position=pipeline.position,
            stages=[StageRead.model_validate(stage) for stage in stages if stage.pipeline_id == pipeline.id],
            created_at=pipeline.created_at,
            updated_at=pipeline.updated_at,
        )
        for pipeline in pipelines
    ]


def _facts(pipeline: Pipeline) -> dict[str, Any]:
    return {
        "name": pipeline.name,
        "currency": pipeline.currency,
        "is_default": pipeline.is_default,
        "position": pipeline.position,
    }


def _stage_facts(stage: Stage) -> dict[str, Any]:
    return {"stage": stage.name, "probability": round(stage.probability, 4), "kind": stage.kind}


async def _record(
    session: AsyncSession,
    action: str,
    pipeline: Pipeline,
    *,
    before: dict[str, Any] | None = None,
    after: dict[str, Any] | None = None,
) -> None:
    await identity.record(
        session, action=action, subject_type="pipeline", subject_id=pipeline.id, before=before, after=after
    )

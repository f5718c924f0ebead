"""HTTP of pipelines and stages."""

from typing import Annotated
from uuid import UUID

from fastapi import Header, Response

from tradewind.kernel.access import Session, requires
from tradewind.kernel.concurrency import etag
from tradewind.kernel.routing import Router
from tradewind.modules.leads.schemas.pipelines import (
    PipelineCreate,
    PipelineRead,
    PipelineUpdate,
    StageCreate,
    StageOrder,
    StageUpdate,
)
from tradewind.modules.leads.service import pipelines as service

router = Router(prefix="/pipelines", tags=["Pipelines"])
IfMatch = Annotated[str | None, Header()]


@router.get("", dependencies=[requires("deals:read")])
async def list_pipelines(session: Session) -> list[PipelineRead]:
    """All pipelines with their stages. The first call of a new organisation creates the usual one."""
    return await service.list_pipelines(session)


@router.post("", status_code=201, dependencies=[requires("pipelines:write")])
async def create_pipeline(session: Session, data: PipelineCreate) -> PipelineRead:
    """Add a pipeline."""
    return await service.create_pipeline(session, data)


@router.get("/{pipeline_id:uuid}", dependencies=[requires("deals:read")])
async def read_pipeline(session: Session, pipeline_id: UUID, response: Response) -> PipelineRead:
    """One pipeline with its stages."""
    pipeline = await service.read_pipeline(session, pipeline_id)
    response.headers["ETag"] = etag(pipeline.version)
    return pipeline


@router.patch("/{pipeline_id:uuid}", dependencies=[requires("pipelines:write")])
async def update_pipeline(
    session: Session, pipeline_id: UUID, data: PipelineUpdate, response: Response, if_match: IfMatch = None
) -> PipelineRead:
    """Rename a pipeline, make it the default, or change the currency of its new deals."""
    pipeline = await service.update_pipeline(session, pipeline_id, data, if_match)
    response.headers["ETag"] = etag(pipeline.version)
    return pipeline


@router.delete("/{pipeline_id:uuid}", status_code=204, dependencies=[requires("pipelines:write")])
async def delete_pipeline(session: Session, pipeline_id: UUID) -> None:
    """Remove a pipeline that holds no deals and is not the default."""
    await service.delete_pipeline(session, pipeline_id)


@router.post("/{pipeline_id:uuid}/stages", status_code=201, dependencies=[requires("pipelines:write")])
async def add_stage(session: Session, pipeline_id: UUID, data: StageCreate) -> PipelineRead:
    """Add a stage; answers the whole pipeline."""
    return await service.add_stage(session, pipeline_id, data)


@router.put("/{pipeline_id:uuid}/stages/order", dependencies=[requires("pipelines:write")])
async def reorder_stages(session: Session, pipeline_id: UUID, data: StageOrder) -> PipelineRead:
    """Put the stages into a new order."""
    return await service.reorder_stages(session, pipeline_id, data.stage_ids)


@router.patch("/{pipeline_id:uuid}/stages/{stage_id:uuid}", dependencies=[requires("pipelines:write")])
async def update_stage(session: Session, pipeline_id: UUID, stage_id: UUID, data: StageUpdate) -> PipelineRead:
    """Rename a stage or change its probability."""
    return await service.update_stage(session, pipeline_id, stage_id, data)


@router.delete("/{pipeline_id:uuid}/stages/{stage_id:uuid}", dependencies=[requires("pipelines:write")])
async def remove_stage(
    session: Session, pipeline_id: UUID, stage_id: UUID, move_to: UUID | None = None
) -> PipelineRead:
    """Remove a stage; if deals stand on it, `move_to` says where they go."""
    return await service.remove_stage(session, pipeline_id, stage_id, move_to)

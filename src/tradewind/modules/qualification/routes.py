"""HTTP of qualification flows."""

from typing import Annotated
from uuid import UUID

from fastapi import Header, Query, Response

from tradewind.kernel.access import Session, requires
from tradewind.kernel.concurrency import tagged
from tradewind.kernel.pagination import Page
from tradewind.kernel.routing import Router
from tradewind.modules.qualification.contracts import RunState
from tradewind.modules.qualification.schemas import (
    FlowCreate,
    FlowPublish,
    FlowRead,
    FlowRestore,
    FlowRow,
    FlowTemplateRead,
    FlowTried,
    FlowTry,
    FlowUpdate,
    FlowVersionRead,
    QualificationRunRead,
)
from tradewind.modules.qualification.service import flows as service
from tradewind.modules.qualification.service import templates, trying

router = Router(tags=["Qualification flows"])
IfMatch = Annotated[str | None, Header(description="ETag of the version the change is based on")]
READ, WRITE = [requires("agents:read")], [requires("agents:write")]


@router.get("/qualification-flows", dependencies=READ)
async def list_qualification_flows(session: Session) -> list[FlowRow]:
    """All flows, by name, with how many visitors went through each."""
    return await service.list_flows(session)


@router.post("/qualification-flows", status_code=201, dependencies=WRITE)
async def create_qualification_flow(session: Session, data: FlowCreate, response: Response) -> FlowRead:
    """Add a flow as a draft: empty, or from a template."""
    return tagged(response, await service.create_flow(session, data))


@router.get("/qualification-flow-templates", dependencies=READ)
async def list_qualification_templates() -> list[FlowTemplateRead]:
    """Flows to begin with: BANT, MEDDIC and CHAMP."""
    return list(templates.templates())


@router.get("/qualification-flows/{flow_id}", dependencies=READ)
async def read_qualification_flow(session: Session, flow_id: UUID, response: Response) -> FlowRead:
    """A flow with its draft, and what keeps the draft from being published."""
    return tagged(response, await service.read_flow(session, flow_id))


@router.patch("/qualification-flows/{flow_id}", dependencies=WRITE)
async def update_qualification_flow(
    session: Session, flow_id: UUID, data: FlowUpdate, response: Response, if_match: IfMatch = None
) -> FlowRead:
    """Change a flow or its draft. Conversations go on with the published version."""
    return tagged(response, await service.update_flow(session, flow_id, data, if_match))


@router.delete("/qualification-flows/{flow_id}", status_code=204, dependencies=WRITE)
async def delete_qualification_flow(session: Session, flow_id: UUID, if_match: IfMatch = None) -> None:
    """Remove a flow; runs that have begun go on with the version they began with."""
    await service.delete_flow(session, flow_id, if_match)


@router.post("/qualification-flows/{flow_id}/publish", dependencies=WRITE)
async def publish_qualification_flow(
    session: Session, flow_id: UUID, data: FlowPublish, response: Response, if_match: IfMatch = None
) -> FlowRead:
    """Make the draft the version that new conversations follow."""
    return tagged(response, await service.publish_flow(session, flow_id, data, if_match))


@router.get("/qualification-flows/{flow_id}/versions", dependencies=READ)
async def list_qualification_flow_versions(session: Session, flow_id: UUID) -> list[FlowVersionRead]:
    """The newest 50 versions, newest first."""
    return await service.list_versions(session, flow_id)


@router.post("/qualification-flows/{flow_id}/restore", dependencies=WRITE)
async def restore_qualification_flow_version(
    session: Session, flow_id: UUID, data: FlowRestore, response: Response, if_match: IfMatch = None
) -> FlowRead:
    """Make an old version the draft again; publish it to use it."""
    return tagged(response, await service.restore_version(session, flow_id, data.number, if_match))


@router.post("/qualification-flows/{flow_id}/try", dependencies=READ)
async def try_qualification_flow(session: Session, flow_id: UUID, data: FlowTry) -> FlowTried:
    """Talk to the draft: what a message says, what is asked next, and how and why it comes out. Nothing is stored."""
    return await trying.try_flow(session, flow_id, data)


@router.get("/qualification-flows/{flow_id}/runs", dependencies=READ)
async def list_qualification_runs(
    session: Session,
    flow_id: UUID,
    state: Annotated[RunState | None, Query()] = None,
    cursor: Annotated[str | None, Query(min_length=1, max_length=2048)] = None,
    limit: Annotated[int, Query(ge=1, le=100)] = 25,
) -> Page[QualificationRunRead]:
    """What visitors answered, newest first, with score, outcome and reasons."""
    return await service.list_runs(session, flow_id, state=state, cursor=cursor, limit=limit)

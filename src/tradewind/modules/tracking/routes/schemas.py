"""HTTP of the schema registry."""

from typing import Annotated
from uuid import UUID

from fastapi import Header, Response

from tradewind.kernel.access import Session, requires
from tradewind.kernel.concurrency import tagged
from tradewind.kernel.routing import Router
from tradewind.modules.tracking.schemas.registry import SchemaCreate, SchemaDetail, SchemaRead, SchemaUpdate
from tradewind.modules.tracking.service import planning

router = Router(tags=["Event schemas"])
IfMatch = Annotated[str | None, Header(description="ETag of the version the change is based on")]


@router.get("/sources/{source_id:uuid}/schemas", dependencies=[requires("sources:read")])
async def list_event_schemas(session: Session, source_id: UUID) -> list[SchemaRead]:
    """All kinds of events seen or planned, most frequent first."""
    return await planning.list_all(session, source_id)


@router.post("/sources/{source_id:uuid}/schemas", status_code=201, dependencies=[requires("sources:write")])
async def plan_event(session: Session, source_id: UUID, data: SchemaCreate, response: Response) -> SchemaDetail:
    """Plan an event: which properties it must have, of which types and values."""
    return tagged(response, await planning.plan(session, source_id, data))


@router.get("/event-schemas/{schema_id:uuid}", dependencies=[requires("sources:read")])
async def read_event_schema(session: Session, schema_id: UUID, response: Response) -> SchemaDetail:
    """One kind of event with its properties as seen and as planned, and what broke the plan."""
    return tagged(response, await planning.read(session, schema_id))


@router.patch("/event-schemas/{schema_id:uuid}", dependencies=[requires("sources:write")])
async def update_event_schema(
    session: Session, schema_id: UUID, data: SchemaUpdate, response: Response, if_match: IfMatch = None
) -> SchemaDetail:
    """Change or drop a plan. Violations of the plan before are forgotten."""
    return tagged(response, await planning.update(session, schema_id, data, if_match=if_match))


@router.delete("/event-schemas/{schema_id:uuid}", status_code=204, dependencies=[requires("sources:write")])
async def delete_event_schema(session: Session, schema_id: UUID, if_match: IfMatch = None) -> None:
    """Forget a kind of event. It is registered again when it is seen again."""
    await planning.delete(session, schema_id, if_match=if_match)

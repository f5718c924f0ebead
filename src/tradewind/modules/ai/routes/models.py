"""HTTP of connections, models and routes."""

from typing import Annotated
from uuid import UUID

from fastapi import Header, Request, Response

from tradewind.kernel.access import CurrentActor, Session, requires
from tradewind.kernel.concurrency import tagged
from tradewind.kernel.limits import rate_limit
from tradewind.kernel.routing import Router
from tradewind.modules.ai.contracts import Capability
from tradewind.modules.ai.schemas import (
    ComparisonRead,
    ComparisonRequest,
    ConnectionTest,
    ConnectionTestRead,
    ModelConnectionCreate,
    ModelConnectionRead,
    ModelConnectionUpdate,
    ModelCreate,
    ModelRead,
    ModelUpdate,
    OfferedModelsRead,
    ProviderRead,
    RouteRead,
    RouteWrite,
    StatusRead,
)
from tradewind.modules.ai.service import catalogue, comparison, connections, providers, routes, testing

router = Router(prefix="/ai", tags=["Models"])
IfMatch = Annotated[str | None, Header(description="ETag of the version the change is based on")]


@router.get("/status", dependencies=[requires("ai:read")])
async def read_models_status(session: Session) -> StatusRead:
    """Which capabilities have a model. Without one, features work their local way."""
    return await catalogue.status(session)


@router.get("/providers", dependencies=[requires("ai:read")])
async def list_model_providers() -> list[ProviderRead]:
    """All providers that can be connected, with what they can and cannot do."""
    return [ProviderRead.model_validate(one) for one in providers.descriptions()]


@router.get("/connections", dependencies=[requires("ai:read")])
async def list_model_connections(session: Session) -> list[ModelConnectionRead]:
    """All connections, oldest first."""
    return await connections.list_all(session)


@router.post("/connections", status_code=201, dependencies=[requires("ai:write")])
async def create_model_connection(
    session: Session, data: ModelConnectionCreate, response: Response
) -> ModelConnectionRead:
    """Connect a provider. Its key is stored encrypted and never shown again."""
    return tagged(response, await connections.create(session, data))


@router.get("/connections/{connection_id:uuid}", dependencies=[requires("ai:read")])
async def read_model_connection(session: Session, connection_id: UUID, response: Response) -> ModelConnectionRead:
    """One connection."""
    return tagged(response, await connections.read(session, connection_id))


@router.patch("/connections/{connection_id:uuid}", dependencies=[requires("ai:write")])
async def update_model_connection(
    session: Session, connection_id: UUID, data: ModelConnectionUpdate, response: Response, if_match: IfMatch = None
) -> ModelConnectionRead:
    """Change a connection. Other settings need the key again."""
    return tagged(response, await connections.update(session, connection_id, data, if_match=if_match))


@router.delete("/connections/{connection_id:uuid}", status_code=204, dependencies=[requires("ai:write")])
async def delete_model_connection(session: Session, connection_id: UUID, if_match: IfMatch = None) -> None:
    """Remove a connection with its key and its models."""
    await connections.delete(session, connection_id, if_match=if_match)


@router.post(
    "/connections/{connection_id:uuid}/tests",
    dependencies=[requires("ai:write"), rate_limit("model_tests", "30/minute", key="actor")],
)
async def test_model_connection(
    request: Request, actor: CurrentActor, connection_id: UUID, data: ConnectionTest
) -> ConnectionTestRead:
    """Make a tiny real call and say in plain words how it went. It costs what the call costs."""
    database = request.app.state.database
    async with database.transaction(actor) as session:
        route = await connections.route_to_test(session, connection_id, data.capability, data.model)
    result = await testing.test(route)
    async with database.transaction(actor) as session:
        await connections.note_test(session, route.steps[0], result)
    return result


@router.get(
    "/connections/{connection_id:uuid}/offered-models",
    dependencies=[requires("ai:write"), rate_limit("offered_models", "30/minute", key="actor")],
)
async def list_offered_models(request: Request, actor: CurrentActor, connection_id: UUID) -> OfferedModelsRead:
    """What the provider offers to this key, asked of the provider itself."""
    async with request.app.state.database.transaction(actor) as session:
        step = await connections.step_to_ask(session, connection_id)
    return OfferedModelsRead(names=await testing.offered(step))


@router.get("/models", dependencies=[requires("ai:read")])
async def list_models(
    session: Session, capability: Capability | None = None, connection_id: UUID | None = None
) -> list[ModelRead]:
    """The organisation's models of all capabilities with their prices, in the order they were added."""
    return await catalogue.list_all(session, capability=capability, connection_id=connection_id)


@router.post("/models", status_code=201, dependencies=[requires("ai:write")])
async def create_model(session: Session, data: ModelCreate, response: Response) -> ModelRead:
    """Add a model of a connection."""
    return tagged(response, await catalogue.create(session, data))


@router.patch("/models/{model_id:uuid}", dependencies=[requires("ai:write")])
async def update_model(
    session: Session, model_id: UUID, data: ModelUpdate, response: Response, if_match: IfMatch = None
) -> ModelRead:
    """Switch a model on or off, or enter what it costs and how much it reads."""
    return tagged(response, await catalogue.update(session, model_id, data, if_match=if_match))


@router.delete("/models/{model_id:uuid}", status_code=204, dependencies=[requires("ai:write")])
async def delete_model(session: Session, model_id: UUID, if_match: IfMatch = None) -> None:
    """Remove a model, from routes, too."""
    await catalogue.delete(session, model_id, if_match=if_match)


@router.get("/routes", dependencies=[requires("ai:read")])
async def list_model_routes(session: Session) -> list[RouteRead]:
    """Which models answer for what, the most general first. Without any, all models in the order they were added."""
    return await routes.list_all(session)


@router.put("/routes", dependencies=[requires("ai:write")])
async def set_model_route(
    session: Session, data: RouteWrite, response: Response, if_match: IfMatch = None
) -> RouteRead:
    """Set the models, in order, of a capability: of the organisation, a task, a character, or both."""
    return tagged(response, await routes.put(session, data, if_match=if_match))


@router.delete("/routes/{route_id:uuid}", status_code=204, dependencies=[requires("ai:write")])
async def delete_model_route(session: Session, route_id: UUID, if_match: IfMatch = None) -> None:
    """Remove a route: the next more general one answers."""
    await routes.delete(session, route_id, if_match=if_match)


@router.post("/compare", dependencies=[requires("ai:write"), rate_limit("model_comparisons", "20/minute", key="actor")])
async def compare_models(request: Request, actor: CurrentActor, data: ComparisonRequest) -> ComparisonRead:
    """Ask several text models the same at the same time. Each answer costs what it costs."""
    async with request.app.state.database.transaction(actor) as session:
        chosen = await comparison.candidates(session, data.model_ids)
    return await comparison.compare(chosen, data)

"""Routers that are passed over quickly still serve every path that is theirs."""

import re
from uuid import UUID

from fastapi import APIRouter, FastAPI
from fastapi.routing import APIRoute, iter_route_contexts
from starlette.routing import Match

from tradewind.kernel.routing import Router

_VALUES = {"uuid": str(UUID(int=7)), "int": "7", "path": "some/file"}


def scope(path: str, method: str = "GET") -> dict[str, object]:
    return {"type": "http", "method": method, "path": path, "root_path": "", "headers": []}


def test_every_route_is_found(application: FastAPI) -> None:
    lost = []
    count = 0
    for context in iter_route_contexts(application.router.routes):
        if isinstance(context.original_route, APIRoute) and context.path and context.methods:
            path = re.sub(r"{\w+(?::(\w+))?}", lambda part: _VALUES.get(part[1] or "", "anything"), context.path)
            wanted = scope(path, sorted(context.methods)[0])
            count += 1
            if not any(route.matches(wanted)[0] == Match.FULL for route in application.router.routes):
                lost.append(context.path)
    assert count > 500
    assert lost == []


def test_a_router_is_passed_over_unless_the_path_holds_a_word_of_its_routes() -> None:
    tried: list[str] = []

    class Watched(APIRoute):
        def matches(self, scope):
            tried.append(scope["path"])
            return super().matches(scope)

    part = APIRouter(prefix="/things", route_class=Watched)

    @part.get("/{thing}")
    async def read() -> None: ...

    app = FastAPI()
    app.include_router(Router.of(part), prefix="/api/v1")
    found = [app.router.routes[-1].matches(scope(path))[0] for path in ("/api/v1/others/7", "/api/v1/things/7")]
    assert found == [Match.NONE, Match.FULL]
    assert set(tried) == {"/api/v1/things/7"}


def test_a_router_with_a_path_of_parameters_only_is_always_tried() -> None:
    part = APIRouter()

    @part.get("/{page:path}")
    async def read() -> None: ...

    app = FastAPI()
    app.include_router(Router.of(part))
    assert app.router.routes[-1].matches(scope("/whatever"))[0] == Match.FULL

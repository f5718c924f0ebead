"""Routes that are passed over quickly and built late still serve every path that is theirs."""

import re
from uuid import UUID

import pytest
from fastapi import FastAPI
from starlette.routing import Match

from tradewind.kernel.openapi import routes_of
from tradewind.kernel.routing import Route, Router

_VALUES = {"uuid": str(UUID(int=7)), "int": "7", "path": "some/file"}


def scope(path: str, method: str = "GET") -> dict[str, object]:
    return {"type": "http", "method": method, "path": path, "root_path": "", "headers": []}


def test_every_route_is_found_where_the_application_looks_for_it(application: FastAPI) -> None:
    lost = []
    routes = routes_of(application)
    for template, route in routes:
        path = re.sub(r"{\w+(?::(\w+))?}", lambda part: _VALUES.get(part[1] or "", "anything"), template)
        wanted = scope(path, min(route.methods or ()))
        if not any(each.matches(wanted)[0] == Match.FULL for each in application.router.routes):
            lost.append(template)
    assert len(routes) > 500
    assert lost == []


def test_a_route_is_analysed_by_what_only_the_whole_one_knows() -> None:
    router = Router(prefix="/things", tags=["Things"])

    @router.get("/{thing_id}", status_code=203)
    async def read(thing_id: int) -> dict[str, int]:
        return {"id": thing_id}

    (route,) = router.routes
    assert isinstance(route, Route)
    assert route.matches(scope("/api/v1/others/7")) == (Match.NONE, {})
    assert "path_regex" not in vars(route)
    assert route.matches(scope("/api/v1/things/7"))[0] == Match.FULL
    assert route.matches(scope("/api/v1/things/7", "POST"))[0] == Match.PARTIAL
    assert "dependant" not in vars(route)
    assert (route.status_code, route.unique_id) == (203, "things_read")
    assert [field.name for field in route.dependant.path_params] == ["thing_id"]
    with pytest.raises(AttributeError):
        _ = route.anything_else


def test_a_route_that_cannot_be_analysed_says_so_each_time() -> None:
    router = Router()

    @router.get("/{thing}")
    async def read(thing: dict[str, "Router"]) -> None: ...

    (route,) = router.routes
    assert isinstance(route, Route)
    for _ in range(2):
        with pytest.raises(AssertionError, match="Path params"):
            _ = route.dependant


def test_a_path_of_parameters_only_is_always_tried() -> None:
    router = Router(base="")

    @router.get("/{page:path}")
    async def read(page: str) -> None: ...

    assert router.routes[0].matches(scope("/whatever"))[0] == Match.FULL

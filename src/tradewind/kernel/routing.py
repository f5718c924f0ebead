"""Routers whose routes cost nothing until they are asked for.

FastAPI analyses a route when it is declared, and again for each router it is included in; and it tries one route after
the other, those of routers within routers several times over. Of 700 routes that was two fifths of a start, and finding
the last one took 2 ms. Here a route is declared with its whole path, stands in one list with all others, is passed over
where the path lacks its fixed beginning, and is analysed when the first request comes.
"""

from collections.abc import Callable, Iterable, Sequence
from importlib import import_module
from pkgutil import iter_modules
from typing import Any

from fastapi import APIRouter
from fastapi.routing import APIRoute
from starlette.routing import Match, compile_path
from starlette.types import Scope

from tradewind.kernel.openapi_names import operation_id

_OF_THE_PATH = ("path_regex", "path_format", "param_convertors")


class Route(APIRoute):
    """A route that becomes whole when something is asked of it that only analysing its function can tell."""

    def __init__(self, path: str, endpoint: Callable[..., Any], **options: Any) -> None:
        self.path, self.endpoint = path, endpoint
        self.methods = {method.upper() for method in options["methods"] or ("GET",)}
        self._beginning = path.partition("{")[0]
        self._options: dict[str, Any] | None = options

    def matches(self, scope: Scope) -> tuple[Match, Scope]:
        if self._beginning not in scope["path"]:
            return Match.NONE, {}
        return super().matches(scope)

    def __getattr__(self, name: str) -> Any:
        if name in _OF_THE_PATH:
            self.path_regex, self.path_format, self.param_convertors = compile_path(self.path)
        elif (options := self.__dict__.get("_options")) is not None:
            self._options = None
            try:
                super().__init__(self.path, self.endpoint, **options)
            except BaseException:
                self._options = options
                raise
        return object.__getattribute__(self, name)


class Router(APIRouter):
    """A router of such routes; their paths begin with `base` and `prefix`."""

    def __init__(
        self, *, base: str = "/api/v1", prefix: str = "", route_class: type[Route] = Route, **options: Any
    ) -> None:
        super().__init__(
            prefix=base + prefix, route_class=route_class, generate_unique_id_function=operation_id, **options
        )


def gathered(package: str, folders: Iterable[str], *, first: Sequence[str] = ()) -> Router:
    """One router of the routes of every file of a package that has a `router`: those named `first`, others by name."""
    router = Router()
    names = [name for name in sorted(part.name for part in iter_modules(folders)) if name not in first]
    for name in (*first, *names):
        module = import_module(f"{package}.{name}")
        if hasattr(module, "router"):
            router.routes.extend(module.router.routes)
    return router

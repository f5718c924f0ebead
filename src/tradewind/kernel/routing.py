"""Routers that are passed over quickly.

FastAPI tries one route after the other, and those of routers within routers several times over: of 700 routes the last
took 2 ms to find, and a page of the web app, which is none of them, 5 ms.
"""

from collections.abc import Iterable, Sequence
from functools import cached_property
from importlib import import_module
from pkgutil import iter_modules

from fastapi import APIRouter
from fastapi.routing import iter_route_contexts
from starlette.routing import Match
from starlette.types import Scope

_SHARED = frozenset({"", "api", "v1"})


class Router(APIRouter):
    """A router whose routes are tried only where the request's path holds a word of theirs."""

    @classmethod
    def of(cls, router: APIRouter) -> "Router":
        """The routes of any router, which are all known by now; prefix and tags are part of them."""
        quick = cls()
        quick.routes = router.routes
        return quick

    def matches(self, scope: Scope) -> tuple[Match, Scope]:
        words = self._words
        if words is not None and words.isdisjoint(scope["path"].split("/")):
            return Match.NONE, {}
        return super().matches(scope)

    @cached_property
    def _words(self) -> frozenset[str] | None:
        """The first fixed part of each route's path that sets it apart; None where a route has none."""
        found = [_first_word(context.path or "") for context in iter_route_contexts(self.routes)]
        return None if None in found else frozenset(filter(None, found))


def _first_word(path: str) -> str | None:
    return next((part for part in path.split("/") if part not in _SHARED and "{" not in part), None)


def gathered(package: str, folders: Iterable[str], *, prefix: str = "/api/v1", first: Sequence[str] = ()) -> Router:
    """One router out of the `router` of every file of a package that has one: those named `first`, the others by name.

    Their paths stand below `prefix`, unless the file states another `PREFIX`.
    """
    router = Router()
    names = [name for name in sorted(part.name for part in iter_modules(folders)) if name not in first]
    for name in (*first, *names):
        module = import_module(f"{package}.{name}")
        if hasattr(module, "router"):
            router.include_router(Router.of(module.router), prefix=getattr(module, "PREFIX", prefix))
    return router

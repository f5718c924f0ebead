"""Routes that pages of other sites call: every answer says so, refusals too. No cookies come along."""

from collections.abc import Callable, Coroutine
from typing import Any

from fastapi import Request, Response

from tradewind.kernel.asgi import ANNOUNCED, state_of
from tradewind.kernel.routing import Route

TOKEN_HEADER = "Chat-Token"  # noqa: S105 - its name
_ANY = [
    (b"access-control-allow-origin", b"*"),
    (b"access-control-expose-headers", b"Retry-After"),
]
PREFLIGHT = {
    "Access-Control-Allow-Methods": "GET, POST, DELETE",
    "Access-Control-Allow-Headers": f"Content-Type, {TOKEN_HEADER}",
    "Access-Control-Max-Age": "86400",
}


class CrossOriginRoute(Route):
    """A route whose answers any site may read: which sites may use a widget is judged by what they ask for."""

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        handle = super().get_route_handler()

        async def announced(request: Request) -> Response:
            # Before anything is read: a body that cannot be read is refused with the headers as well.
            state_of(request.scope).setdefault(ANNOUNCED, []).extend(_ANY)
            return await handle(request)

        return announced

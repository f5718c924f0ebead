"""What browsers' libraries read before they send: analytics.js its settings, RudderStack its source."""

from typing import Any

from starlette.types import Scope

from tradewind.kernel.asgi import header
from tradewind.modules.tracking.collecting.admission import Source


def segment_settings(write_key: str, source: Source, address: str) -> dict[str, Any]:
    """The document of `GET /v1/projects/{writeKey}/settings`; `tradewind` is for our own snippet."""
    protocol, _, host = address.partition("://")
    return {
        "integrations": {"Segment.io": {"apiKey": write_key, "apiHost": f"{host}/v1", "protocol": protocol}},
        "plan": {"track": {"__default": {"enabled": True, "integrations": {}}}},
        "tradewind": source.settings.public(),
    }


def rudderstack_source(write_key: str, source: Source, address: str) -> dict[str, Any]:
    """The document of `GET /sourceConfig`: events go to our data plane and to no destination of the browser's own."""
    off = {"enabled": False}
    return {
        "source": {
            "id": str(source.id),
            "name": source.kind,
            "writeKey": write_key,
            "enabled": True,
            "config": {"statsCollection": {"errors": off, "metrics": off}},
            "connections": [],
            "destinations": [],
            "dataplanes": {},
            "workspaceId": str(source.organisation_id),
        },
    }


def address(scope: Scope) -> str:
    """How browsers reach this installation, without a trailing slash."""
    public = scope["app"].state.settings.public_url
    if public:
        return public.rstrip("/")
    host = (header(scope, b"host") or b"localhost").decode("latin-1")
    return f"{scope['scheme']}://{host}"

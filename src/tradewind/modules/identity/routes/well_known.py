"""What this installation publishes about itself at fixed addresses."""

from typing import Any

from fastapi import Response

from tradewind.kernel.access import Session, public
from tradewind.kernel.limits import rate_limit
from tradewind.kernel.routing import Router
from tradewind.modules.identity.service.signing_keys import key_ring

router = Router(base="/.well-known", tags=["Sign-in"])


@router.get(
    "/jwks.json",
    dependencies=[public("public keys, for whoever verifies our access tokens"), rate_limit("jwks", "120/minute")],
)
async def read_keys(session: Session, response: Response) -> dict[str, list[dict[str, Any]]]:
    """The public keys that verify access tokens (RFC 7517)."""
    response.headers["Cache-Control"] = "public, max-age=300"
    return {"keys": await key_ring.published(session)}

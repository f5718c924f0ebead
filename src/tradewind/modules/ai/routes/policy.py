"""HTTP of what may go to models."""

from typing import Annotated

from fastapi import Header, Response

from tradewind.kernel.access import Session, requires
from tradewind.kernel.concurrency import etag
from tradewind.kernel.routing import Router
from tradewind.modules.ai.schemas_policy import PolicyRead, PolicyWrite, TextToTry, TryRead
from tradewind.modules.ai.service import policies

router = Router(prefix="/ai", tags=["Models"])


@router.get("/policy", dependencies=[requires("ai:read")])
async def read_policy(session: Session, response: Response) -> PolicyRead:
    """Which personal data is replaced on its way to models, and which topics answers keep to."""
    policy = await policies.read(session)
    response.headers["ETag"] = etag(policy.version)
    return policy


@router.put("/policy", dependencies=[requires("ai:write")])
async def write_policy(
    session: Session,
    response: Response,
    data: PolicyWrite,
    if_match: Annotated[str | None, Header(description="ETag of the version the change is based on")] = None,
) -> PolicyRead:
    """Change these settings. With `If-Match`, 412 if someone else was faster."""
    policy = await policies.write(session, data, if_match=if_match)
    response.headers["ETag"] = etag(policy.version)
    return policy


@router.post("/policy/try", dependencies=[requires("ai:read")])
async def try_policy(session: Session, data: TextToTry) -> TryRead:
    """What the settings make of a text: what a provider would get, its topic, and whether it tries to give orders.

    Nothing is stored, and nothing leaves this installation.
    """
    return await policies.tried(session, data)

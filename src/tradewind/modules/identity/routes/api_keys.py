"""API keys. Only people make and revoke them."""

from uuid import UUID

from fastapi import Response, status

from tradewind.kernel.access import CurrentActor, Session, requires, signed_in
from tradewind.kernel.limits import rate_limit
from tradewind.kernel.routing import Router
from tradewind.modules.identity.schemas.api_keys import (
    ApiKeyCreate,
    ApiKeyCreated,
    ApiKeyList,
    ApiKeyRead,
    CurrentKey,
)
from tradewind.modules.identity.service import api_keys
from tradewind.modules.identity.service.api_keys import ListedKey
from tradewind.modules.identity.service.key_rules import NEVER_SCOPES

router = Router(prefix="/keys", tags=["API keys"])


@router.get("", dependencies=[requires("keys:read")])
async def list_keys(session: Session, actor: CurrentActor) -> ApiKeyList:
    """All keys of the organisation, newest first, revoked ones last."""
    return ApiKeyList(
        items=[_read(each) for each in await api_keys.listed(session)],
        grantable=sorted(actor.permissions - NEVER_SCOPES) if actor.may("keys:write") else [],
    )


@router.get("/current", dependencies=[signed_in(people=False)])
async def read_current_key(session: Session, actor: CurrentActor) -> CurrentKey:
    """The key this request came with, and what it may do. Any key may ask."""
    key = await api_keys.current(session)
    return CurrentKey(
        id=key.id,
        name=key.name,
        kind=key.kind,  # pyright: ignore[reportArgumentType]
        test=key.test,
        organisation_id=key.organisation_id,
        scopes=sorted(actor.permissions),
        expires_at=key.expires_at,
    )


@router.post(
    "",
    status_code=status.HTTP_201_CREATED,
    dependencies=[requires("keys:write", step_up=True), rate_limit("create-key", "60/hour", key="actor")],
)
async def create_key(session: Session, actor: CurrentActor, payload: ApiKeyCreate, response: Response) -> ApiKeyCreated:
    """Make a key. Its secret is in this answer and never again."""
    response.headers["Cache-Control"] = "no-store"
    made = await api_keys.create(session, api_keys.Draft(**payload.model_dump()))
    return ApiKeyCreated(
        **_read(ListedKey(made.key, actor.permissions, actor.visible_owners)).model_dump(), secret=made.secret
    )


@router.delete(
    "/{key_id:uuid}", status_code=status.HTTP_204_NO_CONTENT, dependencies=[requires("keys:write", people=True)]
)
async def revoke_key(session: Session, key_id: UUID) -> None:
    """End a key. It is refused at once; other processes of the installation learn of it within two seconds."""
    await api_keys.revoke(session, key_id)


def _read(listed: ListedKey) -> ApiKeyRead:
    own = {name: getattr(listed.key, name) for name in ApiKeyRead.model_fields if hasattr(listed.key, name)}
    return ApiKeyRead(**own, effective_scopes=sorted(listed.scopes), status=listed.status)

"""User provisioning: tokens for identity providers, rules from groups to roles, what providers did.

The SCIM endpoint itself is `scim.application`, mounted beside the routes.
"""

from typing import Annotated
from uuid import UUID

from fastapi import Header, Request, Response, status

from tradewind.kernel.access import Session, requires
from tradewind.kernel.clock import now
from tradewind.kernel.concurrency import etag
from tradewind.kernel.limits import rate_limit
from tradewind.kernel.routing import Router
from tradewind.modules.identity.models.scim import ScimSettings, ScimToken
from tradewind.modules.identity.repository import scim as repository
from tradewind.modules.identity.schemas.provisioning import (
    ProvisionedGroup,
    ProvisionedPerson,
    ProvisioningOverview,
    ProvisioningRequest,
    ProvisioningRule,
    ProvisioningSettingsRead,
    ProvisioningSettingsUpdate,
    ProvisioningTokenCreate,
    ProvisioningTokenCreated,
    ProvisioningTokenList,
    ProvisioningTokenRead,
)
from tradewind.modules.identity.scim import roles
from tradewind.modules.identity.scim.endpoint import MOUNT_PATH
from tradewind.modules.identity.service import provisioning

router = Router(prefix="/provisioning", tags=["User provisioning"])
_LISTED = 100


@router.get("/tokens", dependencies=[requires("members:write")])
async def list_provisioning_tokens(session: Session) -> ProvisioningTokenList:
    """Tokens identity providers sign in with, newest first; revoked ones are left out."""
    return ProvisioningTokenList(items=[_token(row) for row in await repository.tokens(session)])


@router.post(
    "/tokens",
    status_code=status.HTTP_201_CREATED,
    dependencies=[requires("members:write", step_up=True), rate_limit("provisioning_tokens", "30/hour", key="actor")],
)
async def create_provisioning_token(session: Session, payload: ProvisioningTokenCreate) -> ProvisioningTokenCreated:
    """Make a token. Its clear text is in this answer only."""
    row, secret = await provisioning.create_token(session, name=payload.name, valid_days=payload.valid_days)
    return ProvisioningTokenCreated(**_token(row).model_dump(), token=secret)


@router.delete(
    "/tokens/{token_id}",
    status_code=status.HTTP_204_NO_CONTENT,
    dependencies=[requires("members:write")],
)
async def revoke_provisioning_token(session: Session, token_id: UUID) -> None:
    """Refuse a token from now on. People and groups it made stay."""
    await provisioning.revoke_token(session, token_id)


@router.get("/settings", dependencies=[requires("members:write")])
async def read_provisioning_settings(
    request: Request, session: Session, response: Response
) -> ProvisioningSettingsRead:
    """Which group gives which role, and the address for the identity provider."""
    return _settings(request, await roles.current(session), response)


@router.put("/settings", dependencies=[requires("members:write")])
async def replace_provisioning_settings(
    request: Request,
    session: Session,
    response: Response,
    payload: ProvisioningSettingsUpdate,
    if_match: Annotated[str | None, Header()] = None,
) -> ProvisioningSettingsRead:
    """Save all rules and apply them at once to everyone the identity provider manages. The last admin stays one."""
    saved = await provisioning.change_settings(
        session,
        if_match=if_match,
        default_role=payload.default_role,
        rules=[rule.model_dump() for rule in payload.rules],
    )
    return _settings(request, saved, response)


@router.get("/overview", dependencies=[requires("members:write")])
async def read_provisioning_overview(session: Session) -> ProvisioningOverview:
    """People and groups that identity providers manage, and their last requests; up to 100 of each."""
    people = await repository.people(session, limit=_LISTED, newest_change=True)
    return ProvisioningOverview(
        people=[
            ProvisionedPerson(
                user_id=row.user_id,
                name=row.name,
                email=row.email,
                user_name=row.user_name,
                external_id=row.external_id,
                role=row.role,
                active=row.active,
                groups=[name for _, name in row.groups],
                changed_at=row.updated_at,
            )
            for row in people
        ],
        people_total=await repository.count_people(session, provisioned=True),
        groups=[
            ProvisionedGroup(id=group_id, name=name, members=members, changed_at=changed_at)
            for group_id, name, members, changed_at in await repository.group_sizes(session, limit=_LISTED)
        ],
        groups_total=await repository.count_groups(session),
        requests=[
            ProvisioningRequest.model_validate(row, from_attributes=True)
            for row in await repository.requests(session, limit=_LISTED)
        ],
    )


def _token(row: ScimToken) -> ProvisioningTokenRead:
    return ProvisioningTokenRead(
        id=row.id,
        name=row.name,
        hint=row.hint,
        created_by_name=row.created_by_name,
        created_at=row.created_at,
        expires_at=row.expires_at,
        expired=row.expires_at <= now(),
        last_used_at=row.last_used_at,
    )


def _settings(request: Request, row: ScimSettings, response: Response) -> ProvisioningSettingsRead:
    response.headers["ETag"] = etag(row.version)
    base = request.app.state.settings.public_url or f"{request.url.scheme}://{request.url.netloc}"
    return ProvisioningSettingsRead(
        default_role=row.default_role,
        rules=[ProvisioningRule.model_validate(rule) for rule in row.rules],
        endpoint_url=f"{base.rstrip('/')}{MOUNT_PATH}",
        version=row.version,
    )

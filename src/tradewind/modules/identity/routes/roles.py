"""Roles: the matrix of who may do what, and the organisation's own roles."""

from typing import Annotated
from uuid import UUID

from fastapi import Header, Query, Response, status

from tradewind.kernel.access import Session, requires
from tradewind.kernel.concurrency import etag
from tradewind.kernel.routing import Router
from tradewind.modules.identity.permissions import PERMISSIONS, needs_of
from tradewind.modules.identity.schemas.fields import Line
from tradewind.modules.identity.schemas.roles import PermissionRead, RoleCreate, RoleMatrix, RoleRead, RoleUpdate
from tradewind.modules.identity.service import roles

router = Router(prefix="/roles", tags=["Roles"])
IfMatch = Annotated[str | None, Header(description="ETag of the version the change is based on")]


@router.get("", dependencies=[requires("members:read")])
async def read_roles(session: Session) -> RoleMatrix:
    """Who may do what: all permissions, the built-in roles and the organisation's own."""
    return RoleMatrix(
        permissions=[
            PermissionRead(key=key, description=text, area=key.partition(":")[0], needs=sorted(needs_of(key)))
            for key, text in PERMISSIONS.items()
        ],
        roles=[_read(listed) for listed in await roles.every(session)],
    )


@router.post("", status_code=status.HTTP_201_CREATED, dependencies=[requires("roles:write", step_up=True)])
async def create_role(session: Session, payload: RoleCreate, response: Response) -> RoleRead:
    """Add a role of the organisation's own."""
    return _tagged(await roles.create(session, **payload.model_dump()), response)


@router.patch("/{role_id}", dependencies=[requires("roles:write", step_up=True)])
async def update_role(
    session: Session, role_id: UUID, payload: RoleUpdate, response: Response, if_match: IfMatch = None
) -> RoleRead:
    """Change a role; whoever holds it is affected within two seconds. With If-Match, 412 if someone was faster."""
    values = payload.model_dump(exclude_unset=True)
    return _tagged(await roles.change(session, role_id, values, if_match=if_match), response)


@router.delete(
    "/{role_id}",
    status_code=status.HTTP_204_NO_CONTENT,
    dependencies=[requires("roles:write", step_up=True)],
)
async def delete_role(
    session: Session,
    role_id: UUID,
    move_to: Annotated[Line | None, Query(description="Key of the role that its members take instead")] = None,
) -> None:
    """Remove a role. While people hold it, 409 with their number unless `move_to` says what they become."""
    await roles.remove(session, role_id, move_to=move_to)


def _tagged(listed: roles.Listed, response: Response) -> RoleRead:
    assert listed.stored is not None
    response.headers["ETag"] = etag(listed.stored.version)
    return _read(listed)


def _read(listed: roles.Listed) -> RoleRead:
    role, stored = listed.role, listed.stored
    return RoleRead(
        id=stored.id if stored else None,
        version=stored.version if stored else None,
        built_in=stored is None,
        key=role.key,
        label=role.label,
        description=role.description,
        permissions=sorted(role.permissions),
        lead_visibility=role.lead_visibility,
        members=listed.members,
        invitations=listed.invitations,
    )

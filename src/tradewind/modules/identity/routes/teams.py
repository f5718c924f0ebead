"""Teams of the organisation."""

from typing import Annotated
from uuid import UUID

from fastapi import Header, Response, status

from tradewind.kernel.access import Session, requires
from tradewind.kernel.concurrency import etag
from tradewind.kernel.routing import Router
from tradewind.modules.identity.schemas.roles import TeamCreate, TeamList, TeamRead, TeamUpdate
from tradewind.modules.identity.service import teams

router = Router(prefix="/teams", tags=["Teams"])
IfMatch = Annotated[str | None, Header(description="ETag of the version the change is based on")]


@router.get("", dependencies=[requires("members:read")])
async def list_teams(session: Session) -> TeamList:
    """All teams by name."""
    return TeamList(items=[_read(listed) for listed in await teams.every(session)])


@router.post("", status_code=status.HTTP_201_CREATED, dependencies=[requires("roles:write")])
async def create_team(session: Session, payload: TeamCreate, response: Response) -> TeamRead:
    """Add a team. With members, it needs a proof of identity from the last ten minutes."""
    return _tagged(await teams.create(session, name=payload.name, member_ids=payload.member_ids), response)


@router.patch("/{team_id}", dependencies=[requires("roles:write")])
async def update_team(
    session: Session, team_id: UUID, payload: TeamUpdate, response: Response, if_match: IfMatch = None
) -> TeamRead:
    """Rename a team or set its members. With If-Match, 412 if someone else was faster.

    Adding members needs a proof of identity from the last ten minutes: they and the others may see more then.
    """
    changed = await teams.change(session, team_id, name=payload.name, member_ids=payload.member_ids, if_match=if_match)
    return _tagged(changed, response)


@router.delete("/{team_id}", status_code=status.HTTP_204_NO_CONTENT, dependencies=[requires("roles:write")])
async def delete_team(session: Session, team_id: UUID) -> None:
    """Remove a team; its people stay."""
    await teams.remove(session, team_id)


def _tagged(listed: teams.Listed, response: Response) -> TeamRead:
    response.headers["ETag"] = etag(listed.team.version)
    return _read(listed)


def _read(listed: teams.Listed) -> TeamRead:
    return TeamRead(id=listed.team.id, version=listed.team.version, name=listed.team.name, member_ids=listed.member_ids)

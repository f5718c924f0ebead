"""SQL of custom roles and teams."""

from collections import defaultdict
from collections.abc import Collection, Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import delete, func, select, text, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from tradewind.kernel.clock import now
from tradewind.modules.identity.models import Invitation, Membership
from tradewind.modules.identity.models.roles import CustomRole, Team, TeamMember
from tradewind.modules.identity.permissions import effective_permissions

# What a statement over `memberships m` reads to know a member's permissions and whose leads they see.
ROLE_COLUMNS = """
    m.role AS role_key, m.user_id AS member_id, r.permissions AS role_permissions, r.lead_visibility,
    CASE WHEN r.lead_visibility = 'team' THEN ARRAY(
        SELECT DISTINCT mate.user_id FROM team_members own JOIN team_members mate ON mate.team_id = own.team_id
        WHERE own.user_id = m.user_id AND own.organisation_id = m.organisation_id) END AS teammates
"""
ROLE_JOIN = "LEFT JOIN custom_roles r ON r.organisation_id = m.organisation_id AND r.key = m.role"
_STANDING = text(f"""
    SELECT {ROLE_COLUMNS} FROM memberships m {ROLE_JOIN}
    WHERE m.organisation_id = :organisation_id AND m.user_id = :user_id AND m.active AND m.removed_at IS NULL
""")


def standing(row: Any) -> tuple[frozenset[str], frozenset[UUID] | None]:
    """Permissions and visible owners (None: everyone's records) of a row with ROLE_COLUMNS."""
    permissions = effective_permissions(row.role_key, row.role_permissions)
    if row.lead_visibility in (None, "all"):
        return permissions, None
    return permissions, frozenset({row.member_id, *(row.teammates or ())})


_EVERYONE = text(f"""
    SELECT {ROLE_COLUMNS} FROM memberships m {ROLE_JOIN}
    WHERE m.organisation_id = :organisation_id AND m.active AND m.removed_at IS NULL
        AND (CAST(:user_ids AS uuid[]) IS NULL OR m.user_id = ANY(CAST(:user_ids AS uuid[])))
    ORDER BY m.user_id
""")


async def standings(
    session: AsyncSession, organisation_id: UUID, user_ids: Collection[UUID] | None = None
) -> dict[UUID, tuple[frozenset[str], frozenset[UUID] | None]]:
    """Permissions and visible owners of active members (all, or these), by user id."""
    values = {"organisation_id": organisation_id, "user_ids": None if user_ids is None else list(user_ids)}
    rows = await session.execute(_EVERYONE, values)
    return {row.member_id: standing(row) for row in rows}


async def standing_of(
    session: AsyncSession, organisation_id: UUID, user_id: UUID
) -> tuple[frozenset[str], frozenset[UUID] | None]:
    """Permissions and visible owners of an active member; nothing at all for anybody else."""
    values = {"organisation_id": organisation_id, "user_id": user_id}
    row = (await session.execute(_STANDING, values)).first()
    return standing(row) if row else (frozenset(), frozenset())


async def custom_roles(session: AsyncSession) -> Sequence[CustomRole]:
    """The organisation's own roles, by name."""
    return (await session.scalars(select(CustomRole).order_by(func.lower(CustomRole.name)))).all()


async def by_id(session: AsyncSession, role_id: UUID) -> CustomRole | None:
    """One of the organisation's own roles, read fresh."""
    return await session.get(CustomRole, role_id, populate_existing=True)


async def by_key(session: AsyncSession, key: str) -> CustomRole | None:
    """One of the organisation's own roles."""
    return await session.scalar(select(CustomRole).where(CustomRole.key == key))


async def holders(session: AsyncSession, organisation_id: UUID) -> dict[str, int]:
    """How many members, deactivated ones included, hold each role."""
    rows = await session.execute(
        select(Membership.role, func.count())
        .where(Membership.organisation_id == organisation_id, Membership.removed_at.is_(None))
        .group_by(Membership.role)
    )
    return {row[0]: row[1] for row in rows}


async def invited(session: AsyncSession) -> dict[str, int]:
    """How many open invitations offer each role."""
    rows = await session.execute(
        select(Invitation.role, func.count())
        .where(Invitation.accepted_at.is_(None), Invitation.revoked_at.is_(None), Invitation.expires_at > now())
        .group_by(Invitation.role)
    )
    return {row[0]: row[1] for row in rows}


async def move_holders(session: AsyncSession, organisation_id: UUID, key: str, to: str) -> list[UUID]:
    """Give everyone who holds a role another one; returns their user ids. Invitations follow."""
    await session.execute(
        update(Invitation)
        .where(Invitation.organisation_id == organisation_id, Invitation.role == key, Invitation.accepted_at.is_(None))
        .values(role=to)
    )
    moved = await session.scalars(
        update(Membership)
        .where(Membership.organisation_id == organisation_id, Membership.role == key, Membership.removed_at.is_(None))
        .values(role=to)
        .returning(Membership.user_id)
    )
    return list(moved.all())


async def teams(session: AsyncSession) -> Sequence[Team]:
    """The organisation's teams, by name."""
    return (await session.scalars(select(Team).order_by(func.lower(Team.name)))).all()


async def team(session: AsyncSession, team_id: UUID) -> Team | None:
    """One team, read fresh."""
    return await session.get(Team, team_id, populate_existing=True)


async def team_members(session: AsyncSession) -> dict[UUID, list[UUID]]:
    """User ids by team, of people who are still members of the organisation."""
    rows = await session.execute(
        select(TeamMember.team_id, TeamMember.user_id)
        .join(
            Membership,
            (Membership.user_id == TeamMember.user_id) & (Membership.organisation_id == TeamMember.organisation_id),
        )
        .where(Membership.removed_at.is_(None))
        .order_by(TeamMember.user_id)
    )
    found: dict[UUID, list[UUID]] = defaultdict(list)
    for team_id, user_id in rows:
        found[team_id].append(user_id)
    return found


async def set_team_members(session: AsyncSession, team: Team, user_ids: Sequence[UUID]) -> None:
    """Make exactly these people the members of a team."""
    await session.execute(
        delete(TeamMember).where(TeamMember.team_id == team.id, TeamMember.user_id.not_in(user_ids or [team.id]))
    )
    if user_ids:
        rows = [{"organisation_id": team.organisation_id, "team_id": team.id, "user_id": u} for u in user_ids]
        await session.execute(insert(TeamMember).values(rows).on_conflict_do_nothing())


async def leave_teams(session: AsyncSession, organisation_id: UUID, user_id: UUID) -> None:
    """Take a person out of all teams of the organisation."""
    await session.execute(
        delete(TeamMember).where(TeamMember.organisation_id == organisation_id, TeamMember.user_id == user_id)
    )

"""Teams: people who see each other's leads, deals and tasks where their role says so."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession

from tradewind.kernel.concurrency import check_version
from tradewind.kernel.database import actor_of
from tradewind.kernel.errors import Invalid
from tradewind.kernel.ids import new_id
from tradewind.modules.identity import authenticator
from tradewind.modules.identity.errors import NameTaken, TeamNotFound
from tradewind.modules.identity.models.roles import Team
from tradewind.modules.identity.repository import organisations
from tradewind.modules.identity.repository import roles as repository
from tradewind.modules.identity.service import audit, recent_proof
from tradewind.modules.identity.service.organisations import current_id

MAX_TEAMS = 500


@dataclass(frozen=True, slots=True)
class Listed:
    """A team with its members' user ids."""

    team: Team
    member_ids: list[UUID]


async def every(session: AsyncSession) -> list[Listed]:
    """All teams of the session's organisation, by name."""
    members = await repository.team_members(session)
    return [Listed(team, members.get(team.id, [])) for team in await repository.teams(session)]


async def create(session: AsyncSession, *, name: str, member_ids: Sequence[UUID]) -> Listed:
    """Add a team. Raises StepUpRequired, NameTaken, Invalid for someone who is no member of the organisation."""
    await _prove_widening(session, member_ids)
    organisation_id = current_id(session)
    await organisations.lock_members(session, organisation_id)
    if len(await repository.teams(session)) >= MAX_TEAMS:
        raise Invalid(f"An organisation has up to {MAX_TEAMS} teams.")
    people = await _people(session, organisation_id, member_ids)
    added = Team(id=new_id(), organisation_id=organisation_id, name=name, version=1)
    await _save(session, added)
    await repository.set_team_members(session, added, people)
    await authenticator.forget_sessions_at_commit(session)
    await audit.record(
        session, action="team.created", subject_type="team", subject_id=added.id, after=_shown(added.name, people)
    )
    return Listed(added, people)


async def change(
    session: AsyncSession,
    team_id: UUID,
    *,
    name: str | None,
    member_ids: Sequence[UUID] | None,
    if_match: str | None,
) -> Listed:
    """Rename a team or set its members.

    Raises StepUpRequired, TeamNotFound, NameTaken, Invalid, PreconditionFailed.
    """
    organisation_id = current_id(session)
    await organisations.lock_members(session, organisation_id)
    team = await _team(session, team_id)
    present = (await repository.team_members(session)).get(team.id, [])
    before = _shown(team.name, present)
    check_version(if_match, team.version, before)
    people = present if member_ids is None else await _people(session, organisation_id, member_ids)
    await _prove_widening(session, set(people).difference(present))
    after = _shown(team.name if name is None else name, people)
    if after != before:
        team.name, team.version = after["name"], team.version + 1
        await _save(session, team)
        await repository.set_team_members(session, team, people)
        await authenticator.forget_sessions_at_commit(session)
        await audit.record(
            session, action="team.updated", subject_type="team", subject_id=team.id, before=before, after=after
        )
    return Listed(team, people)


async def remove(session: AsyncSession, team_id: UUID) -> None:
    """Remove a team; its people stay members of the organisation. Raises TeamNotFound."""
    await organisations.lock_members(session, current_id(session))
    team = await _team(session, team_id)
    before = _shown(team.name, (await repository.team_members(session)).get(team.id, []))
    await session.delete(team)
    await session.flush()
    await authenticator.forget_sessions_at_commit(session)
    await audit.record(session, action="team.deleted", subject_type="team", subject_id=team_id, before=before)


async def _prove_widening(session: AsyncSession, joining: Collection[UUID]) -> None:
    """Who joins a team may see more leads, and be seen more: that needs a fresh proof of who adds them."""
    if joining and actor_of(session).kind != "system":
        await recent_proof.check(session)


def _shown(name: str, people: Sequence[UUID]) -> dict[str, Any]:
    return {"name": name, "member_ids": sorted(str(user_id) for user_id in people)}


async def _people(session: AsyncSession, organisation_id: UUID, wanted: Sequence[UUID]) -> list[UUID]:
    known = {UUID(str(row.id)) for row in await organisations.members(session, organisation_id)}
    if not known.issuperset(wanted):
        message = "Choose members of your organisation."
        raise Invalid(message, errors=[{"field": "member_ids", "message": message}])
    return sorted(set(wanted))


async def _team(session: AsyncSession, team_id: UUID) -> Team:
    found = await repository.team(session, team_id)
    if found is None:
        raise TeamNotFound()
    return found


async def _save(session: AsyncSession, team: Team) -> None:
    name = team.name
    try:
        async with session.begin_nested():
            session.add(team)
    except IntegrityError as error:
        raise NameTaken(f"There is a team “{name}” already.") from error

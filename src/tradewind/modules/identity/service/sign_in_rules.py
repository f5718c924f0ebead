"""What an organisation demands of its members' sign-in."""

from dataclasses import dataclass

from sqlalchemy.ext.asyncio import AsyncSession

from tradewind.kernel.database import actor_of
from tradewind.modules.identity import authenticator
from tradewind.modules.identity.errors import EnrolFirst
from tradewind.modules.identity.repository import factors as repository
from tradewind.modules.identity.repository import sessions as session_repository
from tradewind.modules.identity.service import audit, members, organisations


@dataclass(frozen=True, slots=True)
class Rules:
    """The rules, and how many active members could keep them at once."""

    second_factor_required: bool
    members: int
    members_with_second_factor: int


async def current(session: AsyncSession) -> Rules:
    """Rules of the session's organisation."""
    organisation = await organisations.current(session)
    active = {row.id for row in await members.listed(session) if row.active}
    having = await repository.members_with_factor(session)
    return Rules(organisation.second_factor_required, len(active), len(active & having))


async def change(session: AsyncSession, *, second_factor_required: bool) -> Rules:
    """Require a second factor of every member, or no longer. Members without one must add it before anything else.

    Raises EnrolFirst for an administrator whose own session would not satisfy the rule.
    """
    organisation = await organisations.current(session)
    before = organisation.second_factor_required
    if second_factor_required and not before:
        actor = actor_of(session)
        if actor.session_id is None or not await session_repository.is_strong(session, actor.session_id):
            raise EnrolFirst("Add a second factor to your own account before you ask it of others.")
    if second_factor_required != before:
        organisation.second_factor_required = second_factor_required
        organisation.version += 1
        await session.flush()
        await authenticator.forget_sessions_at_commit(session)
        await audit.record(
            session, action="organisation.security_changed", subject_type="organisation", subject_id=organisation.id,
            before={"second_factor_required": before}, after={"second_factor_required": second_factor_required},
        )  # fmt: skip
    return await current(session)

"""What identity contributes to the first steps of an organisation."""

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from tradewind.kernel.database import actor_of
from tradewind.kernel.onboarding import onboarding_step
from tradewind.modules.identity.models import Invitation, Membership, User


@onboarding_step(
    "verify_email",
    title="Confirm your e-mail address",
    description="Follow the link in the mail we sent you.",
    link="/settings/profile",
    position=10,
)
async def email_verified(session: AsyncSession) -> bool:
    """Whether the acting user has proven their address."""
    found = await session.scalar(select(User.email_verified_at).where(User.id == actor_of(session).user_id))
    return found is not None


@onboarding_step(
    "invite_member",
    title="Invite a teammate",
    description="Share leads, deals and tasks with the people you work with.",
    link="/settings/team",
    position=50,
)
async def teammate_invited(session: AsyncSession) -> bool:
    """Whether the organisation has a second member, or has invited one."""
    organisation_id = actor_of(session).organisation_id
    members = await session.scalar(
        select(func.count()).select_from(Membership).where(Membership.organisation_id == organisation_id)
    )
    if (members or 0) > 1:
        return True
    return bool(
        await session.scalar(
            select(Invitation.id)
            .where(Invitation.organisation_id == organisation_id, Invitation.revoked_at.is_(None))
            .limit(1)
        )
    )

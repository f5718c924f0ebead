"""SQL of organisations, memberships and invitations."""

from collections.abc import Collection, Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import func, select, text
from sqlalchemy.ext.asyncio import AsyncSession

from tradewind.kernel.clock import now
from tradewind.kernel.database import asyncpg_connection
from tradewind.modules.identity.models import Invitation, Membership, Organisation, User

_ADMIN_LOCK = 7205


async def organisation(session: AsyncSession, organisation_id: UUID) -> Organisation | None:
    """An organisation the session may see."""
    return await session.get(Organisation, organisation_id)


async def organisations_of_user(session: AsyncSession, user_id: UUID) -> Sequence[Any]:
    """`(id, name, slug, is_sample, role)` of the acting user's organisations, oldest membership first."""
    return (
        await session.execute(
            select(Organisation.id, Organisation.name, Organisation.slug, Organisation.is_sample, Membership.role)
            .join(Membership, Membership.organisation_id == Organisation.id)
            .where(Membership.user_id == user_id, Membership.active, Membership.removed_at.is_(None))
            .order_by(Membership.created_at, Membership.id)
        )
    ).all()


async def members(session: AsyncSession, organisation_id: UUID, *, include_removed: bool = False) -> Sequence[Any]:
    """Members of the organisation with their user's name and address, by name."""
    statement = (
        select(
            User.id, User.name, User.email, User.email_verified_at, User.time_zone,
            Membership.role, Membership.active, Membership.removed_at, Membership.created_at,
        )
        .join(Membership, Membership.user_id == User.id)
        .where(Membership.organisation_id == organisation_id)
        .order_by(func.lower(User.name), User.id)
    )  # fmt: skip
    if not include_removed:
        statement = statement.where(Membership.removed_at.is_(None))
    return (await session.execute(statement)).all()


async def address_keys(session: AsyncSession, organisation_id: UUID) -> dict[UUID, str]:
    """By which address each active member signs in, in the form that addresses are compared by."""
    rows = await session.execute(
        select(User.id, User.email_key)
        .join(Membership, Membership.user_id == User.id)
        .where(Membership.organisation_id == organisation_id, Membership.active, Membership.removed_at.is_(None))
    )
    return {row.id: row.email_key for row in rows}


async def member_name(session: AsyncSession, organisation_id: UUID, user_id: UUID) -> str | None:
    """Name of an active member, or None; plain SQL, because every assignment asks."""
    connection = await asyncpg_connection(session)
    return await connection.fetchval(
        "select users.name from memberships join users on users.id = memberships.user_id "
        "where memberships.organisation_id = $1 and users.id = $2 and memberships.active "
        "and memberships.removed_at is null",
        organisation_id,
        user_id,
    )


async def member_names(session: AsyncSession, organisation_id: UUID, user_ids: Collection[UUID]) -> dict[UUID, str]:
    """Names of those of the people who are active members."""
    connection = await asyncpg_connection(session)
    rows = await connection.fetch(
        "select users.id, users.name from memberships join users on users.id = memberships.user_id "
        "where memberships.organisation_id = $1 and users.id = any($2::uuid[]) and memberships.active "
        "and memberships.removed_at is null",
        organisation_id,
        list(user_ids),
    )
    return {row["id"]: row["name"] for row in rows}


async def membership(
    session: AsyncSession, organisation_id: UUID, user_id: UUID, *, include_removed: bool = False
) -> Membership | None:
    """A user's membership in the organisation."""
    statement = select(Membership).where(Membership.organisation_id == organisation_id, Membership.user_id == user_id)
    if not include_removed:
        statement = statement.where(Membership.removed_at.is_(None))
    return await session.scalar(statement)


async def lock_members(session: AsyncSession, organisation_id: UUID) -> None:
    """One change of roles at a time, so that two admins cannot remove each other in the same moment."""
    await session.execute(
        text("SELECT pg_advisory_xact_lock(:lock, hashtext(:organisation_id))"),
        {"lock": _ADMIN_LOCK, "organisation_id": str(organisation_id)},
    )


async def other_active_admins(session: AsyncSession, organisation_id: UUID, user_id: UUID) -> int:
    """How many active admins the organisation has besides this user."""
    count = await session.scalar(
        select(func.count())
        .select_from(Membership)
        .where(
            Membership.organisation_id == organisation_id,
            Membership.user_id != user_id,
            Membership.role == "admin",
            Membership.active,
            Membership.removed_at.is_(None),
        )
    )
    return count or 0


async def open_invitations(session: AsyncSession, organisation_id: UUID) -> Sequence[Invitation]:
    """Invitations neither accepted nor withdrawn, newest first; expired ones included."""
    return (
        await session.scalars(
            select(Invitation)
            .where(
                Invitation.organisation_id == organisation_id,
                Invitation.accepted_at.is_(None),
                Invitation.revoked_at.is_(None),
            )
            .order_by(Invitation.created_at.desc(), Invitation.id)
            .limit(500)
        )
    ).all()


async def invitation(session: AsyncSession, invitation_id: UUID, *, lock: bool = False) -> Invitation | None:
    """An invitation of the organisation."""
    statement = select(Invitation).where(Invitation.id == invitation_id)
    return await session.scalar(statement.with_for_update() if lock else statement)


async def pending_invitation_of(session: AsyncSession, organisation_id: UUID, email_key: str) -> Invitation | None:
    """An invitation of the address that can still be accepted."""
    return await session.scalar(
        select(Invitation)
        .where(
            Invitation.organisation_id == organisation_id,
            Invitation.email_key == email_key,
            Invitation.accepted_at.is_(None),
            Invitation.revoked_at.is_(None),
            Invitation.expires_at > now(),
        )
        .limit(1)
    )


async def find_invitation(session: AsyncSession, token_hash: bytes) -> tuple[UUID, UUID] | None:
    """`(invitation id, organisation id)` by token, whoever asks."""
    row = (await session.execute(text("SELECT * FROM identity_invitation(:hash)"), {"hash": token_hash})).first()
    return (row.invitation_id, row.organisation_id) if row else None

"""SQL of assistants: clients, grants and their refresh tokens."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

from sqlalchemy import delete, func, select, text, update
from sqlalchemy.ext.asyncio import AsyncSession

from tradewind.kernel.clock import now
from tradewind.modules.identity.models.oauth import OAuthClient, OAuthGrant, OAuthRefreshToken

_LIVE = text("""
    SELECT m.role, u.name, g.client_name, g.scopes FROM oauth_grants g
    JOIN users u ON u.id = g.user_id
    JOIN memberships m ON m.user_id = g.user_id AND m.organisation_id = g.organisation_id
        AND m.active AND m.removed_at IS NULL
    WHERE g.id = :grant_id AND g.code_used_at IS NOT NULL AND g.revoked_at IS NULL AND g.expires_at > :now
""")
_FINDERS = {
    "code": text("SELECT * FROM oauth_grant_of_code(:hash)"),
    "refresh": text("SELECT * FROM oauth_grant_of_refresh(:hash)"),
}
_TOUCH = text("""
    UPDATE oauth_grants SET last_used_at = :now
    WHERE id = :grant_id AND (last_used_at IS NULL OR last_used_at < :before)
""")


@dataclass(frozen=True, slots=True)
class FoundGrant:
    """Whom a code or a refresh token belongs to."""

    grant_id: UUID
    user_id: UUID
    organisation_id: UUID


@dataclass(frozen=True, slots=True)
class LiveGrant:
    """A grant that may be used, with the present role and name of the person who gave it."""

    role: str
    user_name: str
    client_name: str
    scopes: list[str]


async def client(session: AsyncSession, client_id: UUID) -> OAuthClient | None:
    """A registered client."""
    return await session.get(OAuthClient, client_id)


async def unused_clients(session: AsyncSession) -> int:
    """How many clients nobody ever granted anything."""
    statement = select(func.count()).select_from(OAuthClient).where(OAuthClient.last_granted_at.is_(None))
    return await session.scalar(statement) or 0


async def forget_unused_clients(session: AsyncSession, age: timedelta) -> None:
    """Remove clients that registered longer ago than `age` and were never granted anything."""
    await session.execute(
        delete(OAuthClient).where(OAuthClient.last_granted_at.is_(None), OAuthClient.created_at < now() - age)
    )


async def find_grant(session: AsyncSession, kind: str, token_hash: bytes) -> FoundGrant | None:
    """Owner of a `code` or `refresh` token, whoever asks."""
    row = (await session.execute(_FINDERS[kind], {"hash": token_hash})).first()
    return FoundGrant(*row) if row else None


async def lock_grant(session: AsyncSession, grant_id: UUID) -> OAuthGrant | None:
    """The grant, held until the transaction ends so that two exchanges queue up."""
    return await session.scalar(
        select(OAuthGrant).where(OAuthGrant.id == grant_id).with_for_update().execution_options(populate_existing=True)
    )


async def refresh_token(session: AsyncSession, token_hash: bytes) -> OAuthRefreshToken | None:
    """A refresh token of the session's organisation, read fresh."""
    return await session.scalar(
        select(OAuthRefreshToken)
        .where(OAuthRefreshToken.token_hash == token_hash)
        .execution_options(populate_existing=True)
    )


async def live_grant(session: AsyncSession, grant_id: UUID) -> LiveGrant | None:
    """The grant if it was redeemed, is neither revoked nor expired, and its giver is an active member."""
    row = (await session.execute(_LIVE, {"grant_id": grant_id, "now": now()})).first()
    return LiveGrant(row.role, row.name, row.client_name, list(row.scopes)) if row else None


async def touch(session: AsyncSession, grant_id: UUID, every: timedelta) -> None:
    """Note that the grant is being used, at most once per `every`."""
    await session.execute(_TOUCH, {"grant_id": grant_id, "now": now(), "before": now() - every})


async def grants_of_user(session: AsyncSession, user_id: UUID) -> Sequence[OAuthGrant]:
    """Live grants of a person in the session's organisation, newest first."""
    return (
        await session.scalars(
            select(OAuthGrant)
            .where(
                OAuthGrant.user_id == user_id,
                OAuthGrant.code_used_at.is_not(None),
                OAuthGrant.revoked_at.is_(None),
                OAuthGrant.expires_at > now(),
            )
            .order_by(OAuthGrant.created_at.desc())
            .limit(200)
        )
    ).all()


async def revoke(session: AsyncSession, grant_id: UUID, *, user_id: UUID, reason: str) -> str | None:
    """End a live grant of the person; its client's name, or None if there is none."""
    return await session.scalar(
        update(OAuthGrant)
        .where(OAuthGrant.id == grant_id, OAuthGrant.user_id == user_id, OAuthGrant.revoked_at.is_(None))
        .values(revoked_at=now(), revoked_reason=reason)
        .returning(OAuthGrant.client_name)
    )

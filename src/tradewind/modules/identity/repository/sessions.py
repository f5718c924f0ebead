"""SQL of sessions, refresh tokens and failed sign-ins."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import delete, select, text, update
from sqlalchemy.ext.asyncio import AsyncSession

from tradewind.kernel.clock import now
from tradewind.modules.identity.models import LoginThrottle, RefreshToken, UserSession

_LIVE = text("""
    SELECT m.role, u.name FROM user_sessions s
    JOIN users u ON u.id = s.user_id
    JOIN memberships m ON m.user_id = s.user_id AND m.organisation_id = :organisation_id
        AND m.active AND m.removed_at IS NULL
    WHERE s.id = :session_id AND s.revoked_at IS NULL AND s.expires_at > :now
""")


@dataclass(frozen=True, slots=True)
class LiveSession:
    """A session that may be used, with the user's present role in the organisation."""

    role: str
    name: str


@dataclass(frozen=True, slots=True)
class FoundRefresh:
    """Whom a refresh token belongs to."""

    token_id: UUID
    session_id: UUID
    user_id: UUID
    organisation_id: UUID


async def live_session(session: AsyncSession, session_id: UUID, organisation_id: UUID) -> LiveSession | None:
    """The session if neither revoked nor expired and its user is an active member of the organisation."""
    row = (
        await session.execute(_LIVE, {"session_id": session_id, "organisation_id": organisation_id, "now": now()})
    ).first()
    return LiveSession(row.role, row.name) if row else None


async def find_refresh(session: AsyncSession, token_hash: bytes) -> FoundRefresh | None:
    """Owner of a refresh token, whoever asks."""
    row = (await session.execute(text("SELECT * FROM identity_refresh_token(:hash)"), {"hash": token_hash})).first()
    return FoundRefresh(*row) if row else None


async def lock_session(session: AsyncSession, session_id: UUID) -> UserSession | None:
    """The user's session, held until the transaction ends so that two refreshes queue up."""
    return await session.scalar(
        select(UserSession)
        .where(UserSession.id == session_id)
        .with_for_update()
        .execution_options(populate_existing=True)
    )


async def refresh_token(session: AsyncSession, token_id: UUID) -> RefreshToken | None:
    """A refresh token of the acting user, read fresh."""
    return await session.scalar(
        select(RefreshToken).where(RefreshToken.id == token_id).execution_options(populate_existing=True)
    )


async def sessions_of_user(session: AsyncSession, user_id: UUID) -> Sequence[UserSession]:
    """Live sessions of the acting user, last used first."""
    return (
        await session.scalars(
            select(UserSession)
            .where(
                UserSession.user_id == user_id,
                UserSession.revoked_at.is_(None),
                UserSession.expires_at > now(),
            )
            .order_by(UserSession.last_used_at.desc())
            .limit(200)
        )
    ).all()


async def revoke(
    session: AsyncSession, user_id: UUID, *, only: UUID | None = None, but: UUID | None = None, reason: str
) -> list[UUID]:
    """Revoke one session, or all but one; returns the ids of those that were live."""
    statement = (
        update(UserSession)
        .where(UserSession.user_id == user_id, UserSession.revoked_at.is_(None))
        .values(revoked_at=now(), revoked_reason=reason)
        .returning(UserSession.id)
    )
    if only is not None:
        statement = statement.where(UserSession.id == only)
    if but is not None:
        statement = statement.where(UserSession.id != but)
    return list((await session.scalars(statement)).all())


async def throttle(session: AsyncSession, key: UUID) -> LoginThrottle | None:
    """Memory of failed sign-ins under `key`."""
    return await session.get(LoginThrottle, key, populate_existing=True)


_FAILED = text("""
    INSERT INTO login_throttles AS t (id, failures, window_started_at, locks) VALUES (:id, 1, :now, 0)
    ON CONFLICT (id) DO UPDATE SET
        failures = CASE WHEN t.window_started_at <= :window THEN 1 ELSE t.failures + 1 END,
        window_started_at = CASE WHEN t.window_started_at <= :window THEN :now ELSE t.window_started_at END,
        locks = CASE WHEN t.window_started_at <= :forgotten THEN 0 ELSE t.locks END
    RETURNING failures, locks
""")


async def count_failure(session: AsyncSession, key: UUID, *, window: datetime, forgotten: datetime) -> tuple[int, int]:
    """Count one failed sign-in; returns (failures in this window, locks so far).

    A window that began before `window` starts anew; locks from before `forgotten` no longer count.
    """
    return (await session.execute(_FAILED, {"id": key, "now": now(), "window": window, "forgotten": forgotten})).one()


async def lock_sign_in(session: AsyncSession, key: UUID, until: datetime) -> None:
    """Refuse sign-ins under `key` until then, and count the lock."""
    await session.execute(
        update(LoginThrottle)
        .where(LoginThrottle.id == key)
        .values(locked_until=until, locks=LoginThrottle.locks + 1, failures=0)
    )


async def clear_throttle(session: AsyncSession, key: UUID) -> None:
    """Forget failed sign-ins under `key`."""
    await session.execute(delete(LoginThrottle).where(LoginThrottle.id == key))

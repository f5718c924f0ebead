"""SQL of sessions, refresh tokens and failed sign-ins."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import delete, select, text, update
from sqlalchemy.ext.asyncio import AsyncSession

from tradewind.kernel.clock import now
from tradewind.modules.identity.models import LoginThrottle, RefreshToken, UserSession
from tradewind.modules.identity.models.sessions import STRONG
from tradewind.modules.identity.repository.roles import ROLE_COLUMNS, ROLE_JOIN, standing

_LIVE = text(f"""
    SELECT m.role, u.name, s.methods, o.second_factor_required, {ROLE_COLUMNS} FROM user_sessions s
    JOIN users u ON u.id = s.user_id
    JOIN memberships m ON m.user_id = s.user_id AND m.organisation_id = :organisation_id
        AND m.active AND m.removed_at IS NULL
    JOIN organisations o ON o.id = m.organisation_id
    {ROLE_JOIN}
    WHERE s.id = :session_id AND s.revoked_at IS NULL AND s.expires_at > :now
""")


@dataclass(frozen=True, slots=True)
class LiveSession:
    """A session that may be used, with the user's present role in the organisation."""

    role: str
    name: str
    methods: frozenset[str]
    second_factor_required: bool
    permissions: frozenset[str]
    visible_owners: frozenset[UUID] | None


@dataclass(frozen=True, slots=True)
class Proven:
    """When a session was last proven by any means, and by a strong one."""

    authenticated_at: datetime
    strong_at: datetime | None


@dataclass(frozen=True, slots=True)
class FoundRefresh:
    """Whom a refresh token belongs to."""

    token_id: UUID
    session_id: UUID
    user_id: UUID
    organisation_id: UUID


@dataclass(frozen=True, slots=True)
class AtProvider:
    """A session that began at an identity provider: what the provider calls it, and the sealed way to end it there."""

    session_id: UUID
    connection_id: UUID
    name: str | None
    handle_sealed: str


async def note_provider(
    session: AsyncSession, session_id: UUID, *, connection_id: UUID, subject: str, name: str | None, handle: str
) -> None:
    """Note with the acting user's session what the provider calls it; `handle` is sealed."""
    await session.execute(
        update(UserSession)
        .where(UserSession.id == session_id)
        .values(sso_connection_id=connection_id, sso_subject=subject, sso_session=name, sso_handle_sealed=handle)
    )


async def at_provider(session: AsyncSession, session_id: UUID) -> AtProvider | None:
    """Where the acting user's session began, if that was at an identity provider which is still trusted."""
    row = (
        await session.execute(
            select(UserSession.sso_connection_id, UserSession.sso_session, UserSession.sso_handle_sealed).where(
                UserSession.id == session_id, UserSession.sso_connection_id.is_not(None)
            )
        )
    ).first()
    return AtProvider(session_id, *row) if row else None


async def of_provider(
    session: AsyncSession, connection_id: UUID, subject: str | None, names: list[str] | None
) -> list[tuple[UUID, UUID]]:
    """`(session, user)` of the live sessions that a provider means, whoever asks; None for any."""
    rows = await session.execute(
        text("SELECT * FROM identity_sso_sessions(:connection, CAST(:subject AS text), CAST(:names AS text[]))"),
        {"connection": connection_id, "subject": subject, "names": names},
    )
    return [(row.session_id, row.user_id) for row in rows]


async def live_session(session: AsyncSession, session_id: UUID, organisation_id: UUID) -> LiveSession | None:
    """The session if neither revoked nor expired and its user is an active member of the organisation."""
    row = (
        await session.execute(_LIVE, {"session_id": session_id, "organisation_id": organisation_id, "now": now()})
    ).first()
    if row is None:
        return None
    permissions, visible_owners = standing(row)
    return LiveSession(
        row.role, row.name, frozenset(row.methods), row.second_factor_required, permissions, visible_owners
    )


async def proven_at(session: AsyncSession, session_id: UUID) -> Proven | None:
    """When the acting user's session was last proven."""
    row = (
        await session.execute(
            select(UserSession.authenticated_at, UserSession.strong_at).where(UserSession.id == session_id)
        )
    ).first()
    return Proven(row.authenticated_at, row.strong_at) if row else None


async def is_strong(session: AsyncSession, session_id: UUID) -> bool:
    """Whether the acting user's session was opened or confirmed by more than a password."""
    methods = await session.scalar(select(UserSession.methods).where(UserSession.id == session_id))
    return bool(STRONG.intersection(methods or ()))


async def note_proof(session: AsyncSession, session_id: UUID, method: str, *, strong: bool) -> None:
    """Remember a proof just given in the acting user's session."""
    await session.execute(
        text(
            "UPDATE user_sessions SET authenticated_at = :now,"
            " strong_at = CASE WHEN :strong THEN :now ELSE strong_at END,"
            " methods = CASE WHEN :method = ANY (methods) THEN methods ELSE methods || CAST(:method AS text) END"
            " WHERE id = :id"
        ),
        {"now": now(), "strong": strong, "method": method, "id": session_id},
    )


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


async def locks(session: AsyncSession, keys: list[UUID]) -> list[tuple[LoginThrottle, datetime]]:
    """Those of the keys that are locked now, with the end of the lock."""
    rows = await session.scalars(
        select(LoginThrottle).where(LoginThrottle.id.in_(keys), LoginThrottle.locked_until > now())
    )
    return [(row, row.locked_until) for row in rows if row.locked_until is not None]


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

"""SQL of second factors and of the challenges of signing in."""

from collections.abc import Collection, Sequence
from uuid import UUID

from sqlalchemy import delete, func, select, text, update
from sqlalchemy.ext.asyncio import AsyncSession

from tradewind.kernel.clock import now
from tradewind.modules.identity.models import (
    AuthChallenge,
    Membership,
    Organisation,
    Passkey,
    RecoveryCode,
    TotpFactor,
)

_UNPROTECTED = text("""
    SELECT u.id FROM unnest(CAST(:user_ids AS uuid[])) AS u (id)
    WHERE CASE WHEN (
            SELECT o.second_factor_required FROM organisations o
            WHERE o.id = nullif(current_setting('app.org_id', true), '')::uuid
        )
        THEN u.id NOT IN (SELECT identity_members_with_second_factor()) AND NOT EXISTS (
            SELECT FROM sso_links l JOIN sso_connections c ON c.id = l.connection_id AND c.enabled
            WHERE l.user_id = u.id)
        ELSE false END
""")


async def has_factor(session: AsyncSession, user_id: UUID) -> bool:
    """Whether the acting user has an authenticator app or a passkey."""
    found = await session.scalar(
        text(
            "SELECT EXISTS (SELECT FROM totp_factors WHERE user_id = :user AND confirmed_at IS NOT NULL)"
            " OR EXISTS (SELECT FROM passkeys WHERE user_id = :user)"
        ),
        {"user": user_id},
    )
    return bool(found)


async def is_required(session: AsyncSession, user_id: UUID) -> bool:
    """Whether any organisation of the acting user requires a second factor."""
    found = await session.scalar(
        select(Organisation.id)
        .join(Membership, Membership.organisation_id == Organisation.id)
        .where(
            Membership.user_id == user_id,
            Membership.active,
            Membership.removed_at.is_(None),
            Organisation.second_factor_required,
        )
        .limit(1)
    )
    return found is not None


async def members_with_factor(session: AsyncSession) -> set[UUID]:
    """Active members of the session's organisation who have a second factor."""
    return set(await session.scalars(text("SELECT identity_members_with_second_factor()")))


async def unprotected(session: AsyncSession, user_ids: Collection[UUID]) -> set[UUID]:
    """Those of these people who lack the second factor that the session's organisation requires; none if it does not.

    Signing in through the organisation's identity provider counts as one, as it does for sessions.
    """
    return set(await session.scalars(_UNPROTECTED, {"user_ids": list(user_ids)}))


async def lock_factors(session: AsyncSession, user_id: UUID) -> None:
    """One change of a user's factors at a time, so that the last two cannot be removed in the same moment."""
    await session.execute(text("SELECT FROM users WHERE id = :user FOR UPDATE"), {"user": user_id})


async def totp(session: AsyncSession, user_id: UUID, *, confirmed: bool = True) -> TotpFactor | None:
    """The acting user's authenticator app, or the draft of one."""
    condition = TotpFactor.confirmed_at.is_not(None) if confirmed else TotpFactor.confirmed_at.is_(None)
    return await session.scalar(select(TotpFactor).where(TotpFactor.user_id == user_id, condition))


async def remove_totp(session: AsyncSession, user_id: UUID, *, confirmed: bool) -> bool:
    """Delete the app or the draft; False if there was none."""
    condition = TotpFactor.confirmed_at.is_not(None) if confirmed else TotpFactor.confirmed_at.is_(None)
    gone = await session.scalar(
        delete(TotpFactor).where(TotpFactor.user_id == user_id, condition).returning(TotpFactor.id)
    )
    return gone is not None


async def spend_step(session: AsyncSession, factor_id: UUID, step: int) -> bool:
    """Use up a time step and all before it; False if that one was used already."""
    spent = await session.scalar(
        update(TotpFactor)
        .where(TotpFactor.id == factor_id, TotpFactor.last_step < step)
        .values(last_step=step, last_used_at=now())
        .returning(TotpFactor.id)
    )
    return spent is not None


async def passkeys(session: AsyncSession, user_id: UUID) -> Sequence[Passkey]:
    """The acting user's passkeys, oldest first."""
    return (await session.scalars(select(Passkey).where(Passkey.user_id == user_id).order_by(Passkey.created_at))).all()


async def passkey(session: AsyncSession, passkey_id: UUID) -> Passkey | None:
    """One of the acting user's passkeys."""
    return await session.get(Passkey, passkey_id)


async def passkey_owner(session: AsyncSession, credential_id: bytes) -> UUID | None:
    """Whose passkey it is, whoever asks."""
    return await session.scalar(text("SELECT identity_passkey_owner(:id)"), {"id": credential_id})


async def lock_passkey(session: AsyncSession, credential_id: bytes) -> Passkey | None:
    """A passkey of the acting user by its credential, held so that two uses cannot share one counter value."""
    return await session.scalar(
        select(Passkey)
        .where(Passkey.credential_id == credential_id)
        .with_for_update()
        .execution_options(populate_existing=True)
    )


async def codes_left(session: AsyncSession, user_id: UUID) -> int:
    """How many recovery codes still work."""
    count = await session.scalar(
        select(func.count())
        .select_from(RecoveryCode)
        .where(RecoveryCode.user_id == user_id, RecoveryCode.used_at.is_(None))
    )
    return count or 0


async def replace_codes(session: AsyncSession, user_id: UUID, hashes: Sequence[bytes]) -> None:
    """Store new recovery codes in place of all old ones."""
    await session.execute(delete(RecoveryCode).where(RecoveryCode.user_id == user_id))
    session.add_all(RecoveryCode(user_id=user_id, code_hash=code_hash) for code_hash in hashes)
    await session.flush()


async def spend_code(session: AsyncSession, user_id: UUID, code_hash: bytes) -> bool:
    """Use up a recovery code; False if there is no such unused code."""
    spent = await session.scalar(
        update(RecoveryCode)
        .where(RecoveryCode.user_id == user_id, RecoveryCode.code_hash == code_hash, RecoveryCode.used_at.is_(None))
        .values(used_at=now())
        .returning(RecoveryCode.id)
    )
    return spent is not None


async def try_challenge(
    session: AsyncSession, token_hash: bytes, purpose: str, *, max_attempts: int
) -> AuthChallenge | None:
    """Count an attempt at a challenge that can still be met, and hold it until the transaction ends."""
    return await session.scalar(
        update(AuthChallenge)
        .where(
            AuthChallenge.token_hash == token_hash,
            AuthChallenge.purpose == purpose,
            AuthChallenge.used_at.is_(None),
            AuthChallenge.expires_at > now(),
            AuthChallenge.attempts < max_attempts,
        )
        .values(attempts=AuthChallenge.attempts + 1)
        .returning(AuthChallenge)
        .execution_options(populate_existing=True)
    )


async def remove_old_challenges(session: AsyncSession) -> None:
    """Forget challenges that ended more than a day ago."""
    await session.execute(text("DELETE FROM auth_challenges WHERE expires_at < now() - interval '1 day'"))

"""SQL of users, their passwords, and the links mailed to them."""

from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import select, text, update
from sqlalchemy.ext.asyncio import AsyncSession

from tradewind.kernel.clock import now
from tradewind.modules.identity.models import OneTimeToken, User, UserPassword


@dataclass(frozen=True, slots=True)
class Candidate:
    """A user that carries an address, and the organisations they may work in."""

    user_id: UUID
    password_hash: str
    verified: bool
    organisation_ids: list[UUID]


async def candidates(session: AsyncSession, email_key: str) -> list[Candidate]:
    """Users of an address, whoever asks: the verified one first, then the newest unverified; at most two."""
    rows = await session.execute(text("SELECT * FROM identity_login_candidates(:address)"), {"address": email_key})
    return [Candidate(*row) for row in rows]


async def verified_owner(session: AsyncSession, email_key: str) -> UUID | None:
    """The user who proved that the address is theirs."""
    return next((c.user_id for c in await candidates(session, email_key) if c.verified), None)


async def user(session: AsyncSession, user_id: UUID) -> User | None:
    """A user the session may see: the acting one, or a member of the organisation."""
    return await session.get(User, user_id)


async def password(session: AsyncSession, user_id: UUID) -> UserPassword | None:
    """The acting user's own password hash."""
    return await session.get(UserPassword, user_id)


async def has_password(session: AsyncSession, user_id: UUID) -> bool:
    """Whether the acting user has a password that they chose."""
    stored = await password(session, user_id)
    return stored is not None and stored.chosen


async def add_user(
    session: AsyncSession,
    *,
    user_id: UUID,
    email: str,
    email_key: str,
    name: str,
    password_hash: str,
    verified: bool,
    locale: str = "en",
    time_zone: str = "UTC",
    chosen: bool = True,
) -> User:
    """Store a user with a password, `chosen` by them or unknown to anyone; the session must act for the new id."""
    added = User(
        id=user_id,
        email=email,
        email_key=email_key,
        name=name,
        email_verified_at=now() if verified else None,
        locale=locale,
        time_zone=time_zone,
        preferences={},
    )
    session.add(added)
    await session.flush()
    session.add(UserPassword(id=user_id, password_hash=password_hash, chosen=chosen))
    await session.flush()
    return added


async def add_token(session: AsyncSession, token: OneTimeToken) -> None:
    """Store a mailed link; earlier unused ones of the same purpose stop working."""
    await session.execute(
        update(OneTimeToken)
        .where(
            OneTimeToken.user_id == token.user_id,
            OneTimeToken.purpose == token.purpose,
            OneTimeToken.used_at.is_(None),
        )
        .values(used_at=now())
    )
    session.add(token)
    await session.flush()


async def find_token(session: AsyncSession, token_hash: bytes, purpose: str) -> tuple[UUID, UUID] | None:
    """`(token id, user id)` of a mailed link, whoever asks."""
    row = (
        await session.execute(
            text("SELECT * FROM identity_one_time_token(:hash, :purpose)"),
            {"hash": token_hash, "purpose": purpose},
        )
    ).first()
    return (row.token_id, row.user_id) if row else None


async def use_token(session: AsyncSession, token_id: UUID) -> bool:
    """Spend a link of the acting user; False if it was spent or has expired."""
    spent = await session.scalar(
        update(OneTimeToken)
        .where(OneTimeToken.id == token_id, OneTimeToken.used_at.is_(None), OneTimeToken.expires_at > now())
        .values(used_at=now())
        .returning(OneTimeToken.id)
    )
    return spent is not None


async def spend_tokens(session: AsyncSession, user_id: UUID, purpose: str) -> None:
    """Make all unused links of a purpose worthless."""
    await session.execute(
        update(OneTimeToken)
        .where(OneTimeToken.user_id == user_id, OneTimeToken.purpose == purpose, OneTimeToken.used_at.is_(None))
        .values(used_at=now())
    )


async def user_id_by_address(session: AsyncSession, email_key: str) -> UUID | None:
    """A member of the session's organisation by address, the verified first."""
    return await session.scalar(
        select(User.id)
        .where(User.email_key == email_key)
        .order_by(User.email_verified_at.nulls_last(), User.created_at)
        .limit(1)
    )

"""SQL of API keys."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import func, select, text
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncSession

from tradewind.kernel.clock import now
from tradewind.modules.identity.models.api_keys import ApiKey

_TOUCH = text("""
    UPDATE api_keys SET last_used_at = :now, last_used_ip = :ip, secret_hash = coalesce(:hash, secret_hash),
        hash_key_id = coalesce(:hash_key_id, hash_key_id)
    WHERE id = (SELECT id FROM api_keys WHERE id = :id AND (last_used_at IS NULL OR last_used_at <= :before)
                FOR UPDATE SKIP LOCKED)
""")
_REMEMBER = text("""
    INSERT INTO api_key_nonces (key_id, nonce, organisation_id, expires_at)
    VALUES (:key_id, :nonce, :organisation_id, :expires_at) ON CONFLICT DO NOTHING RETURNING 1
""")


@dataclass(frozen=True, slots=True)
class FoundKey:
    """Whose key a secret is; `secret_hash` is the stored one of the hashes asked for."""

    key_id: UUID
    organisation_id: UUID
    secret_hash: bytes


async def find(session: AsyncSession, hashes: list[bytes]) -> FoundKey | None:
    """The key with one of these hashes, in whatever organisation."""
    row = (await session.execute(text("SELECT * FROM identity_api_key_by_hash(:hashes)"), {"hashes": hashes})).first()
    return FoundKey(*row) if row else None


async def organisation_of(session: AsyncSession, key_id: UUID) -> UUID | None:
    """Organisation of a key, whoever asks."""
    return await session.scalar(text("SELECT identity_api_key_organisation(:id)"), {"id": key_id})


async def key(session: AsyncSession, key_id: UUID) -> ApiKey | None:
    """A key of the session's organisation."""
    return await session.get(ApiKey, key_id)


async def several(session: AsyncSession, key_ids: Iterable[UUID]) -> Sequence[ApiKey]:
    """Keys of the session's organisation by their ids."""
    return (await session.scalars(select(ApiKey).where(ApiKey.id.in_(key_ids)))).all()


async def newest(session: AsyncSession, *, limit: int) -> Sequence[ApiKey]:
    """Keys of the organisation, newest first, revoked ones last."""
    order = (ApiKey.revoked_at.is_not(None), ApiKey.id.desc())
    return (await session.scalars(select(ApiKey).order_by(*order).limit(limit))).all()


async def count_live(session: AsyncSession) -> int:
    """How many keys of the organisation are not revoked."""
    statement = select(func.count()).select_from(ApiKey).where(ApiKey.revoked_at.is_(None))
    return await session.scalar(statement) or 0


async def locked(session: AsyncSession, key_id: UUID) -> ApiKey | None:
    """A key, held until the transaction ends."""
    return await session.scalar(select(ApiKey).where(ApiKey.id == key_id).with_for_update())


async def touch(
    session: AsyncSession, key_id: UUID, *, ip: str | None, every: timedelta, rehash: tuple[bytes, str] | None
) -> None:
    """Note a use, unless another process did within `every` or is about to.

    `rehash` replaces the stored hash: the new one, and the master key it was made with.
    """
    moment = now()
    hashed, hash_key_id = rehash or (None, None)
    await session.execute(
        _TOUCH,
        {
            "id": key_id, "now": moment, "ip": ip, "before": moment - every, "hash": hashed, "hash_key_id": hash_key_id
        },
    )  # fmt: skip


async def hashes_by_master_key(connection: AsyncConnection) -> dict[str, int]:
    """How many live keys have a hash made with each master key, over all organisations."""
    rows = await connection.execute(
        text(
            "SELECT hash_key_id, count(*) AS keys_made FROM api_keys "
            "WHERE secret_hash IS NOT NULL AND revoked_at IS NULL AND (expires_at IS NULL OR expires_at > :now) "
            "GROUP BY 1 ORDER BY 1"
        ),
        {"now": now()},
    )
    return {row.hash_key_id: row.keys_made for row in rows}


async def remember_nonce(
    session: AsyncSession, key_id: UUID, nonce: str, *, organisation_id: UUID, until: datetime
) -> bool:
    """Note that a key used a nonce; False if it had been used before."""
    values = {"key_id": key_id, "nonce": nonce, "organisation_id": organisation_id, "expires_at": until}
    return (await session.execute(_REMEMBER, values)).first() is not None

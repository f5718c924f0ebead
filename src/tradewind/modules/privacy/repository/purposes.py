"""SQL of purposes and of the organisation's key."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import Row, func, select, text
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from tradewind.modules.privacy.models.consents import Purpose

_KEY = text("SELECT id, key_sealed, created_at <> now() AS committed FROM privacy_keys")
_ADD_KEY = text("""
    INSERT INTO privacy_keys (id, organisation_id, key_sealed) VALUES (:id, :organisation_id, :sealed)
    ON CONFLICT (organisation_id) DO NOTHING
""")


async def key(session: AsyncSession) -> Row[Any] | None:
    """The organisation's key; `committed` is false while only this transaction can see it."""
    return (await session.execute(_KEY)).one_or_none()


async def add_key(session: AsyncSession, key_id: UUID, organisation_id: UUID, sealed: str) -> None:
    """Store the key unless another transaction was faster."""
    await session.execute(_ADD_KEY, {"id": key_id, "organisation_id": organisation_id, "sealed": sealed})


async def add_defaults(session: AsyncSession, rows: Sequence[dict[str, Any]]) -> None:
    """Store purposes whose keys are free."""
    await session.execute(insert(Purpose).values(list(rows)).on_conflict_do_nothing())


async def all_purposes(session: AsyncSession, *, archived: bool = False) -> list[Purpose]:
    """Purposes in their order."""
    statement = select(Purpose).order_by(Purpose.position, Purpose.id)
    if not archived:
        statement = statement.where(Purpose.archived_at.is_(None))
    return list(await session.scalars(statement))


async def by_key(session: AsyncSession, key: str) -> Purpose | None:
    """The purpose with this key, archived or not."""
    return await session.scalar(select(Purpose).where(Purpose.key == key))


async def locked(session: AsyncSession, purpose_id: UUID) -> Purpose | None:
    """A purpose that nobody else changes until the end of the transaction."""
    return await session.scalar(select(Purpose).where(Purpose.id == purpose_id).with_for_update())


async def count(session: AsyncSession) -> tuple[int, int]:
    """How many purposes there are, archived ones included, and the highest position."""
    row = (await session.execute(select(func.count(), func.coalesce(func.max(Purpose.position), 0)))).one()
    return row[0], row[1]

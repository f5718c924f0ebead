"""SQL of the ways to reach people, deleted ones included."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import Row, text
from sqlalchemy.ext.asyncio import AsyncSession

_COLUMNS = "id, email, phone_key, do_not_email, do_not_call"
_OF_LEADS = text(f"SELECT {_COLUMNS} FROM leads WHERE id = ANY (:ids)")
_HELD_BACK = text(f"""
    SELECT {_COLUMNS} FROM leads WHERE import_id = :import_id AND (do_not_email OR do_not_call) AND id > :after
    ORDER BY id LIMIT :limit
""")
_BY_ADDRESS = text("""
    SELECT id, owner_id FROM leads WHERE deleted_at IS NULL
        AND (email_key = ANY (CAST(:emails AS text[])) OR phone_key = ANY (CAST(:phones AS text[])))
    LIMIT :limit
""")


async def of_leads(session: AsyncSession, lead_ids: Sequence[UUID]) -> Sequence[Row[Any]]:
    """How these people are reached, and whether they are to be left alone."""
    return (await session.execute(_OF_LEADS, {"ids": list(lead_ids)})).all()


async def held_back(session: AsyncSession, import_id: UUID, *, after: UUID, limit: int) -> Sequence[Row[Any]]:
    """People of an import who are to be left alone, past `after`."""
    return (await session.execute(_HELD_BACK, {"import_id": import_id, "after": after, "limit": limit})).all()


async def by_address(
    session: AsyncSession, emails: Sequence[str], phones: Sequence[str], *, limit: int
) -> Sequence[Row[Any]]:
    """People who have one of these normal addresses."""
    values = {"emails": list(emails), "phones": list(phones), "limit": limit}
    return (await session.execute(_BY_ADDRESS, values)).all()

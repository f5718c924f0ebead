"""SQL that keeps the ledger no longer than it serves."""

from datetime import datetime
from typing import Any, cast

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

_CLEAR = text("""
    UPDATE send_intents SET address_sealed = NULL, content = '{}'
    WHERE id IN (SELECT id FROM send_intents WHERE finished_at < :before AND address_sealed IS NOT NULL
                 ORDER BY finished_at LIMIT :limit)""")
_DELETE = text("""
    DELETE FROM send_intents WHERE id IN (
        SELECT id FROM send_intents WHERE finished_at < :before AND address_sealed IS NULL LIMIT :limit)""")
_DELETE_COUNTERS = text("DELETE FROM send_counters WHERE bucket < :before")


async def clear_contents(session: AsyncSession, before: datetime, *, limit: int) -> int:
    """Forget address and content of messages that ended before; returns their number, at most `limit`."""
    return cast(Any, await session.execute(_CLEAR, {"before": before, "limit": limit})).rowcount


async def delete_old(session: AsyncSession, before: datetime, *, limit: int) -> int:
    """Delete messages that ended before, and counters from before; returns the number of messages."""
    await session.execute(_DELETE_COUNTERS, {"before": before})
    return cast(Any, await session.execute(_DELETE, {"before": before, "limit": limit})).rowcount

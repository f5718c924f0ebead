"""The time by the database's clock: the one that all processes share, also where a machine's own is wrong."""

from datetime import datetime, timedelta

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from tradewind.kernel import clock

_TELL = text("SELECT clock_timestamp()")
_CLOCKS_DIFFER = timedelta(seconds=2)


async def shared_now(session: AsyncSession) -> datetime:
    """Current instant, UTC, by the database's clock; `now()` itself where the process's clock agrees with it."""
    before = clock.wall()
    told: datetime = (await session.execute(_TELL)).scalar_one()
    after = clock.wall()
    if before - _CLOCKS_DIFFER <= told <= after + _CLOCKS_DIFFER:
        return clock.now()
    return clock.now() + (told - after)

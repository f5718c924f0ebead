"""SQL of widgets."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import func, select, text
from sqlalchemy.ext.asyncio import AsyncSession

from tradewind.modules.chat.models.widgets import Widget

_ORGANISATION = text("SELECT organisation_of_chat_widget(:key)")
_SEEN = text("""
    UPDATE chat_widgets SET seen_at = :at, seen_on = :site
    WHERE id = :id AND (seen_at IS NULL OR seen_at < :before)
""")
_SEEN_EVERY = timedelta(minutes=1)


async def organisation_of(session: AsyncSession, key: str) -> UUID | None:
    """The organisation of a widget's key, asked before it is known for whom the session acts."""
    return await session.scalar(_ORGANISATION, {"key": key})


async def by_key(session: AsyncSession, key: str) -> Widget | None:
    """The session's organisation's widget with this key."""
    return await session.scalar(select(Widget).where(Widget.key == key))


async def every(session: AsyncSession) -> Sequence[Widget]:
    """All widgets, oldest first."""
    return (await session.scalars(select(Widget).order_by(Widget.id))).all()


async def count(session: AsyncSession) -> int:
    """How many there are."""
    return await session.scalar(select(func.count()).select_from(Widget)) or 0


async def one(session: AsyncSession, widget_id: UUID, *, lock: bool = False) -> Widget | None:
    """A widget by its id."""
    return await session.get(Widget, widget_id, with_for_update=lock)


async def mark_seen(session: AsyncSession, widget_id: UUID, *, site: str, at: datetime) -> None:
    """Note that a page loaded the widget; at most once a minute."""
    await session.execute(_SEEN, {"id": widget_id, "site": site, "at": at, "before": at - _SEEN_EVERY})

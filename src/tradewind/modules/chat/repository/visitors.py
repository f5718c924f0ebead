"""SQL of visitors and of their sessions, which are known by the hash of a token."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import select, text
from sqlalchemy.ext.asyncio import AsyncSession

from tradewind.modules.chat.models.visitors import Visitor

_ADD_SESSION = text("""
    INSERT INTO chat_sessions (token_hash, organisation_id, visitor_id)
    VALUES (:hash, CAST(current_setting('app.org_id') AS uuid), :visitor_id)
""")
_OF_SESSION = text("SELECT visitor_id FROM chat_sessions WHERE token_hash = :hash")
_TOUCH = text("UPDATE chat_sessions SET last_seen_at = :at WHERE token_hash = :hash")
_MOVE_SESSION = text("UPDATE chat_sessions SET visitor_id = :visitor_id WHERE token_hash = :hash")
_END_SESSION = text("DELETE FROM chat_sessions WHERE token_hash = :hash")
_PURGE_SESSIONS = text("DELETE FROM chat_sessions WHERE last_seen_at < :before")
_PURGE_VISITORS = text("""
    DELETE FROM chat_visitors v WHERE v.last_seen_at < :before
        AND NOT EXISTS (SELECT FROM chat_sessions s WHERE s.visitor_id = v.id)
""")
_CLAIM = text("SELECT pg_advisory_xact_lock(hashtextextended(:what, 0))")


async def one(session: AsyncSession, visitor_id: UUID, *, lock: bool = False) -> Visitor | None:
    """A visitor by id."""
    return await session.get(Visitor, visitor_id, with_for_update=lock, populate_existing=lock)


async def of_session(session: AsyncSession, token_hash: bytes) -> UUID | None:
    """The visitor that a token stands for."""
    return await session.scalar(_OF_SESSION, {"hash": token_hash})


async def known(session: AsyncSession, widget_id: UUID, external_id: str) -> Visitor | None:
    """The visitor a site has vouched for. Until the transaction ends, nobody else adds one of this id."""
    await session.execute(_CLAIM, {"what": f"chat_visitor {widget_id} {external_id}"})
    return await session.scalar(
        select(Visitor).where(Visitor.widget_id == widget_id, Visitor.external_id == external_id)
    )


async def add_session(session: AsyncSession, token_hash: bytes, visitor_id: UUID) -> None:
    """Let a token stand for a visitor."""
    await session.execute(_ADD_SESSION, {"hash": token_hash, "visitor_id": visitor_id})


async def touch(session: AsyncSession, token_hash: bytes, at: datetime) -> None:
    """Note that a session is in use."""
    await session.execute(_TOUCH, {"hash": token_hash, "at": at})


async def move_session(session: AsyncSession, token_hash: bytes, visitor_id: UUID) -> None:
    """Let a token stand for another visitor."""
    await session.execute(_MOVE_SESSION, {"hash": token_hash, "visitor_id": visitor_id})


async def end_session(session: AsyncSession, token_hash: bytes) -> None:
    """End one session."""
    await session.execute(_END_SESSION, {"hash": token_hash})


async def purge(session: AsyncSession, before: datetime) -> None:
    """Forget sessions nobody has used since, and visitors left without one."""
    await session.execute(_PURGE_SESSIONS, {"before": before})
    await session.execute(_PURGE_VISITORS, {"before": before})

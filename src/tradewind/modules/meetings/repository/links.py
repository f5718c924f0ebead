"""SQL of signed links: only hashes of their tokens are stored."""

from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

_ADD = text("""
    INSERT INTO meeting_links (token_hash, organisation_id, meeting_id, attendee_id, waiting_id)
    VALUES (:hash, CAST(current_setting('app.org_id') AS uuid), :meeting_id, :attendee_id, :waiting_id)
""")
_FOLLOW = text(
    "UPDATE meeting_links SET meeting_id = :meeting_id, attendee_id = :attendee_id WHERE attendee_id = :before"
)
_PURGE = text("""
    DELETE FROM meeting_links l WHERE l.created_at < now() - interval '60 days' AND NOT EXISTS (
        SELECT FROM meetings m WHERE m.id = l.meeting_id AND m.ends_at > now() - interval '60 days')
""")


@dataclass(frozen=True, slots=True)
class Target:
    """What a link is about: an attendee of a meeting, an offer (both), or a place on a waiting list."""

    meeting_id: UUID | None
    attendee_id: UUID | None
    waiting_id: UUID | None


async def add(
    session: AsyncSession,
    hashed: bytes,
    *,
    meeting_id: UUID | None = None,
    attendee_id: UUID | None = None,
    waiting_id: UUID | None = None,
) -> None:
    """Store a link by the hash of its token."""
    values = {"hash": hashed, "meeting_id": meeting_id, "attendee_id": attendee_id, "waiting_id": waiting_id}
    await session.execute(_ADD, values)


async def follow(session: AsyncSession, before: UUID, *, meeting_id: UUID, attendee_id: UUID) -> None:
    """Let the links of one attendee lead to another: the same person in another meeting."""
    values = {"before": before, "meeting_id": meeting_id, "attendee_id": attendee_id}
    await session.execute(_FOLLOW, values)


async def organisation_of(session: AsyncSession, hashed: bytes) -> UUID | None:
    """The organisation of a link, asked before it is known for whom the session acts."""
    return await session.scalar(text("SELECT organisation_of_meeting_link(:hash)"), {"hash": hashed})


async def target(session: AsyncSession, hashed: bytes) -> Target | None:
    """What a link of the session's organisation is about."""
    row = (
        await session.execute(
            text("SELECT meeting_id, attendee_id, waiting_id FROM meeting_links WHERE token_hash = :hash"),
            {"hash": hashed},
        )
    ).first()
    return Target(**row._mapping) if row else None


async def purge(session: AsyncSession) -> None:
    """Forget links of meetings long over."""
    await session.execute(_PURGE)

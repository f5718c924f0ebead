"""SQL of which mails about a meeting went out: the row and the mail are one transaction."""

from uuid import UUID

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

_FIRST = text("""
    INSERT INTO meeting_mails (meeting_id, recipient_id, sequence, kind, organisation_id)
    VALUES (:meeting_id, :recipient_id, :sequence, :kind, CAST(current_setting('app.org_id') AS uuid))
    ON CONFLICT DO NOTHING RETURNING 1
""")


async def first_time(session: AsyncSession, meeting_id: UUID, recipient_id: UUID, sequence: int, kind: str) -> bool:
    """Whether this mail has not gone to this recipient yet; says so from now on."""
    values = {"meeting_id": meeting_id, "recipient_id": recipient_id, "sequence": sequence, "kind": kind}
    return (await session.execute(_FIRST, values)).first() is not None

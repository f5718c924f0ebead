"""Texts of documents: what they say now, and every version of it."""

import hashlib
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from tradewind.kernel import realtime
from tradewind.kernel.clock import now
from tradewind.kernel.database import actor_of
from tradewind.kernel.ids import new_id
from tradewind.modules.knowledge.models import Document, DocumentVersion


def fingerprint(title: str, content: str) -> str:
    """What tells one text from another."""
    return hashlib.sha256(f"{title}\0{content}".encode()).hexdigest()


async def put(
    session: AsyncSession, document: Document, *, title: str, content: str, language: str | None = None
) -> bool:
    """Have a document say something else, as its next version; False where it says that already.

    The caller has added or locked the row, and enqueues the indexing.
    """
    digest = fingerprint(title, content)
    if digest == document.content_hash:
        return False
    actor = actor_of(session)
    document.title, document.content, document.content_hash = title, content, digest
    document.language = language or document.language
    document.current_version += 1
    document.status, document.error = "pending", None
    document.updated_at = now()
    await session.flush()
    session.add(
        DocumentVersion(
            id=new_id(),
            organisation_id=document.organisation_id,
            document_id=document.id,
            number=document.current_version,
            title=title,
            content=content,
            author_id=actor.user_id,
            author_name=actor.name,
        )
    )
    await session.flush()
    return True


async def tell(session: AsyncSession, source_id: UUID) -> None:
    """Let open pages know that something of a source has changed."""
    await realtime.push(
        session,
        type="knowledge.changed",
        topic="knowledge",
        permission="knowledge:read",
        data={"source_id": str(source_id)},
    )

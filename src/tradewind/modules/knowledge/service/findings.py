"""Findings of the linter as people see them: reading them, dismissing them, asking for a check."""

from typing import Any
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from tradewind.kernel.database import actor_of
from tradewind.kernel.errors import Invalid
from tradewind.kernel.pagination import Page
from tradewind.modules.identity import api as identity
from tradewind.modules.knowledge.errors_answers import FindingNotFound
from tradewind.modules.knowledge.repository import findings as repository
from tradewind.modules.knowledge.schemas.answers import (
    FindingCount,
    FindingDocument,
    FindingSummary,
    FindingUpdate,
    KnowledgeFindingRead,
)


async def page(
    session: AsyncSession, *, state: str, kinds: list[str], cursor: str | None, limit: int
) -> Page[KnowledgeFindingRead]:
    """Findings, the worst first. Raises InvalidCursor."""
    rows, following, previous = await repository.finding_page(
        session, state=state, kinds=kinds, cursor=cursor, limit=limit
    )
    return Page(items=await _shown(session, rows), next_cursor=following, previous_cursor=previous)


async def change(session: AsyncSession, finding_id: UUID, data: FindingUpdate) -> KnowledgeFindingRead:
    """Dismiss a finding with a reason, or open it again. Raises FindingNotFound, Invalid without a reason."""
    found = await repository.finding(session, finding_id, lock=True)
    if found is None:
        raise FindingNotFound("Perhaps its text has just been changed.")
    if data.state == "dismissed" and not data.reason:
        message = "Say why this is no problem."
        raise Invalid(message, errors=[{"field": "reason", "message": message}])
    actor = actor_of(session)
    before = {"state": found.state, "reason": found.reason}
    repository.handled(found, state=data.state, reason=data.reason, by=actor.user_id, name=actor.name)
    await session.flush()
    await identity.record(
        session, action=f"knowledge.finding_{'dismissed' if data.state == 'dismissed' else 'reopened'}",
        subject_type="knowledge_finding", subject_id=finding_id, before=before, after=data.model_dump(),
    )  # fmt: skip
    return (await _shown(session, [found]))[0]


async def summary(session: AsyncSession) -> FindingSummary:
    """Counts by kind and severity, and how current they are."""
    by_kind: dict[tuple[str, str], FindingCount] = {}
    for row in await repository.counts(session):
        count = by_kind.setdefault(
            (row.kind, row.severity), FindingCount(kind=row.kind, severity=row.severity, open=0, dismissed=0)
        )
        setattr(count, row.state, row.count)
    return FindingSummary(
        counts=list(by_kind.values()), open=sum(count.open for count in by_kind.values()),
        checked_at=await repository.checked_at(session), waiting=await repository.waiting(session),
    )  # fmt: skip


async def _shown(session: AsyncSession, rows: list[Any]) -> list[KnowledgeFindingRead]:
    ids = {one for row in rows for one in (row.document_id, row.other_document_id) if one is not None}
    documents = await repository.described(session, ids)

    def document(one: UUID | None) -> FindingDocument | None:
        return FindingDocument.model_validate(documents[one]) if one is not None and one in documents else None

    plain = [name for name in KnowledgeFindingRead.model_fields if name not in ("document", "other_document")]
    return [
        KnowledgeFindingRead.model_validate(
            {name: getattr(row, name) for name in plain}
            | {"document": document(row.document_id), "other_document": document(row.other_document_id)}
        )
        for row in rows
    ]

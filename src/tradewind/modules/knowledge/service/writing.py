"""Writing the answer to what could not be answered: a pair of question and answer that is found at once."""

from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from tradewind.modules.knowledge.contracts import SCOPES, Scope
from tradewind.modules.knowledge.repository import sources as repository
from tradewind.modules.knowledge.schemas.answers import GapAnswer
from tradewind.modules.knowledge.schemas.documents import PairCreate
from tradewind.modules.knowledge.service import gaps, ingestion, pairs, sources
from tradewind.modules.knowledge.service.indexing import index_document

_NAMES: dict[Scope, str] = {
    "public": "Questions and answers",
    "clients": "Questions and answers for clients",
    "internal": "Questions and answers for colleagues",
}


async def add_pair(session: AsyncSession, gap_id: UUID, data: GapAnswer) -> UUID:
    """Add the pair for a gap and make it findable; returns its document.

    Raises GapNotFound, QuestionKnown, SourceNotFound, WrongKind, TooManySources.
    """
    scope = data.scope or await gaps.scope(session, gap_id)
    source_id = data.source_id or await _collection(session, scope)
    pair = await pairs.create(
        session, PairCreate(source_id=source_id, question=data.question, answer=data.answer, scope=scope)
    )
    # Found at once, for the question that is asked again now; the job then notes it and has it checked.
    await index_document(session, pair.id)
    await ingestion.enqueue_indexing(session, [pair.id])
    await gaps.answered_with(session, gap_id, pair.id)
    return pair.id


async def _collection(session: AsyncSession, scope: Scope) -> UUID:
    """The oldest collection of pairs whose texts these people may see, or a new one."""
    for source in await repository.every(session):
        if source.kind == "qa" and SCOPES.index(source.scope) <= SCOPES.index(scope):
            return source.id
    made = await sources.add(session, "qa", _NAMES[scope], scope, {})
    await sources.audit(session, "created", made.id, after={"kind": made.kind, "name": made.name, "scope": made.scope})
    return made.id

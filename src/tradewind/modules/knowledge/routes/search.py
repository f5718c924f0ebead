"""HTTP of searching passages."""

from tradewind.kernel.access import Session, requires
from tradewind.kernel.routing import Router
from tradewind.modules.knowledge.schemas.search import KnowledgeSearch, KnowledgeSearchRead
from tradewind.modules.knowledge.service.search import search

router = Router(prefix="/knowledge", tags=["Knowledge"])


@router.post("/search", dependencies=[requires("knowledge:read")])
async def search_knowledge(session: Session, payload: KnowledgeSearch) -> KnowledgeSearchRead:
    """The passages that fit a text best, by words and by meaning. Changes nothing."""
    found = await search(session, payload.query, scopes=frozenset(payload.scopes), limit=payload.limit)
    return KnowledgeSearchRead.model_validate(found, from_attributes=True)

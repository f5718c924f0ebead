"""HTTP of documents, their versions and passages."""

from typing import Annotated, Literal
from uuid import UUID

from fastapi import Header, Path, Query, Response
from fastapi.responses import PlainTextResponse

from tradewind.kernel.access import Session, requires
from tradewind.kernel.concurrency import tagged
from tradewind.kernel.pagination import Page
from tradewind.kernel.routing import Router
from tradewind.modules.knowledge.contracts import Scope, SourceKind
from tradewind.modules.knowledge.repository import documents as repository
from tradewind.modules.knowledge.schemas.bounds import SearchText
from tradewind.modules.knowledge.schemas.documents import (
    DiffRead,
    DocumentVersionRead,
    DocumentVersionRow,
    KnowledgeDocumentRead,
    KnowledgeDocumentRow,
    KnowledgeDocumentUpdate,
    PairCreate,
    PairUpdate,
    PassageRead,
)
from tradewind.modules.knowledge.service import documents, pairs, versions
from tradewind.modules.knowledge.service.ingestion import enqueue_indexing

router = Router(prefix="/knowledge", tags=["Knowledge"])
IfMatch = Annotated[str | None, Header(description="ETag of the version the change is based on")]
Number = Annotated[int, Path(ge=1, le=2**31 - 1)]


@router.get("/documents", dependencies=[requires("knowledge:read")])
async def list_documents(
    session: Session,
    source_id: UUID | None = None,
    kind: SourceKind | None = None,
    q: Annotated[SearchText | None, Query(description="Words in title, address or text")] = None,
    status: Literal["pending", "indexed", "failed", "excluded", "expired"] | None = None,
    scope: Scope | None = None,
    deleted: Annotated[bool, Query(description="Those removed within the last 30 days")] = False,
    cursor: Annotated[str | None, Query(min_length=1, max_length=2048)] = None,
    limit: Annotated[int, Query(ge=1, le=100)] = 50,
) -> Page[KnowledgeDocumentRow]:
    """Documents, the latest changed first."""
    return await documents.page(
        session, source_id=source_id, kind=kind, q=q, status=status, scope=scope, deleted=deleted,
        cursor=cursor, limit=limit,
    )  # fmt: skip


@router.get("/documents/{document_id:uuid}", dependencies=[requires("knowledge:read")])
async def read_document(session: Session, document_id: UUID, response: Response) -> KnowledgeDocumentRead:
    """One document with its text as Markdown, up to 100,000 characters of it."""
    return tagged(response, await documents.read(session, document_id))


@router.get(
    "/documents/{document_id:uuid}/text",
    dependencies=[requires("knowledge:read")],
    response_class=PlainTextResponse,
    responses={200: {"content": {"text/plain": {"schema": {"type": "string"}}}}},
)
async def read_document_text(session: Session, document_id: UUID) -> PlainTextResponse:
    """The whole text of a document, as Markdown."""
    return PlainTextResponse(await documents.text(session, document_id))


@router.get("/documents/{document_id:uuid}/passages", dependencies=[requires("knowledge:read")])
async def list_passages(
    session: Session,
    document_id: UUID,
    after: Annotated[int, Query(ge=-1, le=2**31 - 1, description="Ordinal of the last one seen")] = -1,
    limit: Annotated[int, Query(ge=1, le=100)] = 50,
) -> list[PassageRead]:
    """The passages a document is searched by, in their order."""
    return await documents.passages(session, document_id, after=after, limit=limit)


@router.patch("/documents/{document_id:uuid}", dependencies=[requires("knowledge:write")])
async def update_document(
    session: Session, document_id: UUID, data: KnowledgeDocumentUpdate, response: Response, if_match: IfMatch = None
) -> KnowledgeDocumentRead:
    """Change title, scope, expiry, or whether it is searched. Scope and expiry hold at once."""
    changed = await documents.update(session, document_id, data, if_match=if_match)
    if changed.status == "pending":
        await enqueue_indexing(session, [document_id])
    return tagged(response, changed)


@router.delete("/documents/{document_id:uuid}", status_code=204, dependencies=[requires("knowledge:write")])
async def delete_document(session: Session, document_id: UUID, if_match: IfMatch = None) -> None:
    """Remove a document. For 30 days it can be brought back."""
    await documents.delete(session, document_id, if_match=if_match)


@router.post("/documents/{document_id:uuid}/restore", dependencies=[requires("knowledge:write")])
async def restore_document(session: Session, document_id: UUID, response: Response) -> KnowledgeDocumentRead:
    """Bring a removed document back."""
    await documents.restore(session, document_id)
    await enqueue_indexing(session, [document_id])
    return tagged(response, await documents.read(session, document_id))


@router.post("/documents/{document_id:uuid}/review", dependencies=[requires("knowledge:write")])
async def review_document(session: Session, document_id: UUID, response: Response) -> KnowledgeDocumentRead:
    """Say that the document still holds; its next review is counted from now."""
    return tagged(response, await documents.review(session, document_id))


@router.post("/documents/{document_id:uuid}/reindex", status_code=202, dependencies=[requires("knowledge:write")])
async def reindex_document(session: Session, document_id: UUID, response: Response) -> KnowledgeDocumentRead:
    """Index a document anew."""
    await documents.existing(session, document_id)
    await repository.set_pending(session, [document_id])
    await enqueue_indexing(session, [document_id])
    await documents.audit(session, "reindexed", document_id)
    return tagged(response, await documents.read(session, document_id))


@router.get("/documents/{document_id:uuid}/versions", dependencies=[requires("knowledge:read")])
async def list_document_versions(session: Session, document_id: UUID) -> list[DocumentVersionRow]:
    """The newest 200 versions, the newest first."""
    return await versions.list_of(session, document_id)


@router.get("/documents/{document_id:uuid}/versions/{number:int}", dependencies=[requires("knowledge:read")])
async def read_document_version(session: Session, document_id: UUID, number: Number) -> DocumentVersionRead:
    """One version with its text."""
    return await versions.read(session, document_id, number)


@router.get("/documents/{document_id:uuid}/versions/{number:int}/diff", dependencies=[requires("knowledge:read")])
async def compare_document_versions(
    session: Session, document_id: UUID, number: Number, against: Annotated[int, Query(ge=1, le=2**31 - 1)]
) -> DiffRead:
    """How two versions differ, line by line."""
    return await versions.compare(session, document_id, number, against)


@router.post("/documents/{document_id:uuid}/versions/{number:int}/restore", dependencies=[requires("knowledge:write")])
async def restore_document_version(
    session: Session, document_id: UUID, number: Number, response: Response
) -> KnowledgeDocumentRead:
    """Make what a version said the newest version."""
    if await versions.restore(session, document_id, number):
        await enqueue_indexing(session, [document_id])
    return tagged(response, await documents.read(session, document_id))


@router.post("/pairs", status_code=201, dependencies=[requires("knowledge:write")])
async def create_pair(session: Session, data: PairCreate, response: Response) -> KnowledgeDocumentRead:
    """Add a question with its answer."""
    made = await pairs.create(session, data)
    await enqueue_indexing(session, [made.id])
    return tagged(response, made)


@router.patch("/pairs/{document_id:uuid}", dependencies=[requires("knowledge:write")])
async def update_pair(
    session: Session, document_id: UUID, data: PairUpdate, response: Response
) -> KnowledgeDocumentRead:
    """Change a question or its answer."""
    if await pairs.update(session, document_id, data):
        await enqueue_indexing(session, [document_id])
    return tagged(response, await documents.read(session, document_id))

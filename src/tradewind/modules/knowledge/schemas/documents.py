"""HTTP shapes of documents, their versions and passages."""

from datetime import datetime
from typing import Literal
from uuid import UUID

from pydantic import ConfigDict, Field

from tradewind.kernel.payload import Flag
from tradewind.kernel.schemas import Schema
from tradewind.modules.knowledge.contracts import DocumentStatus, Scope, SourceKind
from tradewind.modules.knowledge.schemas.bounds import Answer, Content, Expiry, Question, Title


class StoredFile(Schema):
    """The uploaded file a document was read from."""

    name: str
    size_bytes: int
    sha256: str


class KnowledgeDocumentRow(Schema):
    """A document in a list."""

    id: UUID
    version: int
    source_id: UUID
    source_name: str
    kind: SourceKind
    title: str
    url: str | None
    scope: Scope
    own_scope: Scope | None = Field(description="What the document itself asks for; null where its source decides")
    language: str | None
    current_version: int
    status: DocumentStatus
    error: str | None = Field(examples=[None])
    expires_at: datetime | None
    expired: bool
    passages: int
    has_draft: bool
    reviewed_at: datetime | None
    created_at: datetime
    updated_at: datetime
    deleted_at: datetime | None


class KnowledgeDocumentRead(KnowledgeDocumentRow):
    """A document with its text; very long ones are cut here and whole at `/text`."""

    content: str = Field(description="Markdown")
    content_cut: bool
    characters: int
    warnings: list[str] = Field(description="What may be missing, in words")
    file: StoredFile | None
    missing_since: datetime | None = Field(description="Since when a crawled page is not there any more")


class KnowledgeDocumentUpdate(Schema):
    """Values to change; those left out stay. A null scope follows the source again."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"scope": "clients"}]})

    title: Title | None = None
    scope: Scope | None = Field(None, description="Narrower than the source's; a wider one has no effect.")
    expires_at: Expiry = None
    excluded: Flag | None = Field(None, description="True takes it out of search, false puts it back.")


class PassageRead(Schema):
    """A passage as it is searched."""

    ordinal: int
    heading: str
    content: str
    scope: Scope
    expires_at: datetime | None


class DocumentVersionRow(Schema):
    """One version of a document."""

    number: int
    title: str
    author_name: str
    created_at: datetime


class DocumentVersionRead(DocumentVersionRow):
    """One version with its text."""

    content: str


class DiffLine(Schema):
    """A line of a comparison."""

    kind: Literal["same", "added", "removed"]
    text: str


class DiffRead(Schema):
    """What changed between two versions."""

    older: DocumentVersionRow
    newer: DocumentVersionRow
    lines: list[DiffLine]


class PairCreate(Schema):
    """A question with its answer."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [{"question": "Do you offer a trial?", "answer": "Yes: 14 days, with all functions."}]
        }
    )

    source_id: UUID | None = Field(None, description="A source of the kind `qa`; without one the first is taken.")
    question: Question
    answer: Answer
    scope: Scope | None = None
    expires_at: Expiry = None


class PairUpdate(Schema):
    """A question and answer to change; those left out stay."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"answer": "Yes: 30 days."}]})

    question: Question | None = None
    answer: Answer | None = None


class ArticleCreate(Schema):
    """An article; it is a draft until it is published."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {"title": "How billing works", "content": "# Invoices\n\nThey come each month.", "publish": True}
            ]
        }
    )

    source_id: UUID | None = Field(None, description="A source of the kind `article`; without one the first is taken.")
    title: Title
    content: Content = ""
    scope: Scope | None = None
    publish: Flag = False


class DraftSave(Schema):
    """What the draft shall say. `base_version` is the draft's version that the writer saw, 0 for none."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [{"title": "How billing works", "content": "They come each month.", "base_version": 2}]
        }
    )

    title: Title
    content: Content
    base_version: int = Field(ge=0, le=2**31 - 1)


class DraftRead(Schema):
    """The draft of an article."""

    title: str
    content: str
    version: int
    author_name: str
    updated_at: datetime


class ArticlePublish(Schema):
    """Which version of the draft to publish."""

    draft_version: int = Field(ge=1, le=2**31 - 1)


class ArticleRead(Schema):
    """An article: what is published, and the draft if there is one."""

    document: KnowledgeDocumentRead
    draft: DraftRead | None

"""HTTP shapes of sources."""

from datetime import datetime
from typing import Annotated, Literal
from uuid import UUID

from pydantic import ConfigDict, Field, StringConstraints

from tradewind.kernel.payload import Flag, Ratio, Whole
from tradewind.kernel.schemas import Schema
from tradewind.modules.knowledge.contracts import Scope, SourceKind, SourceStatus
from tradewind.modules.knowledge.schemas.bounds import Expiry, Name, Patterns

Rhythm = Literal["never", "daily", "weekly", "monthly"]
PageState = Literal["waiting", "kept", "unchanged", "skipped", "gone", "failed"]


class SiteSettings(Schema):
    """What is crawled of a site, and how."""

    model_config = ConfigDict(extra="ignore")

    url: Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=2_000)] = Field(
        description="Where the crawl begins; it stays on this host.", examples=["https://www.northlight.example/docs"]
    )
    max_pages: Whole = Field(500, ge=1, le=20_000)
    max_depth: Whole = Field(5, ge=0, le=20, description="Links away from the start; pages of the sitemap count as 1.")
    include: Patterns = Field(
        default_factory=list,
        description="Only paths that match one of these, such as `/docs/*`; empty for all.",
        examples=[["/docs/*", "/pricing"]],
    )
    exclude: Patterns = Field(
        default_factory=list, description="Paths to leave out, such as `/blog/tag/*`.", examples=[["/blog/tag/*"]]
    )
    use_sitemap: Flag = True
    recrawl: Rhythm = "weekly"
    delay_seconds: Ratio = Field(
        1.0, ge=0.1, le=60, description="Pause between two requests; a longer one in robots.txt is kept instead."
    )


class KnowledgeSourceCreate(Schema):
    """A source to make. One of the kind `site` is crawled at once."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "kind": "site",
                    "name": "Help centre",
                    "scope": "public",
                    "site": {"url": "https://www.northlight.example/docs", "max_pages": 200},
                }
            ]
        }
    )

    kind: SourceKind
    name: Name
    scope: Scope = Field(description="Who may see answers from it; documents can be narrower, never wider.")
    site: SiteSettings | None = Field(None, description="For the kind `site` only.")
    expires_at: Expiry = None
    review_days: Whole | None = Field(
        None, ge=7, le=730, description="Remind of documents that nobody reviewed for so many days."
    )


class KnowledgeSourceUpdate(Schema):
    """Values to change; those left out stay. A change of scope or expiry holds for every passage at once."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"scope": "internal"}]})

    name: Name | None = None
    scope: Scope | None = None
    site: SiteSettings | None = None
    expires_at: Expiry = None
    review_days: Whole | None = Field(None, ge=7, le=730)


class KnowledgeSourceRead(Schema):
    """A source, what it holds and how it is doing."""

    id: UUID
    version: int
    kind: SourceKind
    name: str
    scope: Scope
    site: SiteSettings | None
    review_days: int | None
    status: SourceStatus
    error: str | None = Field(description="What went wrong and what helps, in words", examples=[None])
    run_id: UUID | None = Field(description="The newest run over it; see `/api/v1/jobs/{run_id}` for its progress")
    documents: int
    pending: int = Field(description="Documents not searchable in their newest form yet")
    failed: int
    expired: int
    passages: int
    is_sample: bool = Field(description="Belongs to the sample company")
    expires_at: datetime | None
    last_indexed_at: datetime | None
    next_crawl_at: datetime | None
    deleted_at: datetime | None
    created_at: datetime
    updated_at: datetime


class KnowledgeRunStarted(Schema):
    """Work has begun."""

    run_id: UUID = Field(description="See `/api/v1/jobs/{run_id}` for its progress")


class CrawledPageRead(Schema):
    """An address that the newest crawl came across, and what became of it."""

    url: str
    depth: int
    state: PageState
    reason: str | None = Field(examples=["robots.txt asks crawlers to stay away."])
    document_id: UUID | None

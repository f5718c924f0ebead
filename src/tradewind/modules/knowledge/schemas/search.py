"""HTTP shapes of a search."""

from typing import Annotated
from uuid import UUID

from pydantic import ConfigDict, Field

from tradewind.kernel.schemas import Schema
from tradewind.modules.knowledge.contracts import Scope
from tradewind.modules.knowledge.schemas.bounds import Asked


class KnowledgeSearch(Schema):
    """What to look for, and among which scopes: `public` is what a visitor may see."""

    model_config = ConfigDict(extra="forbid")

    query: Asked = Field(examples=["What does a monthly plan cost?"])
    scopes: Annotated[list[Scope], Field(min_length=1, max_length=3)] = Field(
        default=["public"], description="Passages of other scopes are neither found nor counted."
    )
    limit: Annotated[int, Field(ge=1, le=50)] = 8


class FoundPassage(Schema):
    """A passage; `lexical` is the share of the query's words it meets, `semantic` the cosine of both vectors."""

    model_config = ConfigDict(from_attributes=True)

    chunk_id: UUID
    document_id: UUID
    source_id: UUID
    title: str = Field(examples=["Prices"])
    url: str | None = Field(examples=["https://moreau.example/prices"])
    heading: str = Field(description="Headings above the passage, joined by “ › ”.", examples=["Plans › Monthly"])
    content: str = Field(description="Markdown", examples=["The monthly plan costs € 20. It can be cancelled any day."])
    best_sentence: str = Field(examples=["The monthly plan costs € 20."])
    score: float = Field(description="Orders the passages of one search.")
    lexical: float
    semantic: float


class KnowledgeSearchRead(Schema):
    """Passages, best first, and how likely (0–1) they hold an answer."""

    model_config = ConfigDict(from_attributes=True)

    passages: list[FoundPassage]
    answerable: float = Field(ge=0, le=1, examples=[0.93])

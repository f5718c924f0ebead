"""An answer by a language model: typed claims with their passages, each checked against the passage's own text."""

import asyncio
from collections.abc import AsyncGenerator, Sequence
from contextlib import aclosing, suppress
from dataclasses import dataclass, field
from typing import Annotated
from uuid import UUID

import structlog
from pydantic import Field, ValidationError
from pydantic_core import from_json
from sqlalchemy.ext.asyncio import AsyncSession

from tradewind.kernel.schemas import Schema
from tradewind.modules.ai import api as ai
from tradewind.modules.ai.contracts import (
    Material,
    Message,
    RenderedPrompt,
    TextDelta,
    TextRequest,
    TextResult,
    TextRoute,
)
from tradewind.modules.identity import api as identity
from tradewind.modules.knowledge.answers.verifying import Verdict, verify
from tradewind.modules.knowledge.contracts import Passage
from tradewind.modules.knowledge.contracts_answers import Citation, Dropped

log = structlog.get_logger(__name__)
FEATURE = "knowledge.answer"
_PASSAGES = "passages"
_MOST_CLAIMS = 12
_LANGUAGES = {
    "en": "English", "de": "German", "es": "Spanish", "fr": "French", "it": "Italian", "nl": "Dutch",
    "pt": "Portuguese",
}  # fmt: skip
# Follows the organisation's own words: only answers of this form can be checked.
_FORM = """

The material “passages” are the passages P1, P2 and so on, each by itself under its id.
Write short claims, one fact each, that read as one answer in a row: one JSON object per line and nothing else, such as
{"text": "The parcel arrives on Monday.", "sources": ["P2"]}
where `sources` are the ids of the passages that state the fact. Copy numbers, prices, dates and names exactly as the \
passages have them. Do not add anything the passages do not say, do not guess, do not speak about the passages.
If the passages do not answer the question, write only {"text": "", "sources": []}"""


class ModelClaim(Schema):
    """One statement of the answer, with the ids of the material that states it."""

    text: Annotated[str, Field(max_length=600)]
    sources: Annotated[list[str], Field(max_length=8)] = []


@dataclass(frozen=True, slots=True)
class Told:
    """The end of a model's answer. Without `text` nothing survived, and `reason` says why."""

    text: str
    citations: tuple[Citation, ...]
    model: str
    dropped: tuple[Dropped, ...]
    reason: str | None = None


@dataclass(slots=True)
class _Writing:
    """The answer while it grows claim by claim."""

    passages: Sequence[Passage]
    parts: list[str] = field(default_factory=list)
    citations: list[Citation] = field(default_factory=list)
    dropped: list[Dropped] = field(default_factory=list)

    async def take(self, claim: ModelClaim) -> str | None:
        """Check a claim; returns what may be shown of it."""
        if not claim.text.strip() or len(self.parts) + len(self.dropped) >= _MOST_CLAIMS:
            return None
        named = [place for place, _ in enumerate(self.passages) if _id(place) in claim.sources]
        texts = [f"{self.passages[place].title}\n\n{self.passages[place].content}" for place in named]
        verdict = await asyncio.to_thread(verify, claim.text, texts, ai.embed_locally)
        if not verdict.supported:
            self.dropped.append(Dropped(claim.text, verdict.reason or "meaning", verdict.detail[:300]))
            log.info("knowledge.claim_dropped", reason=verdict.reason)
            return None
        marks = "".join(f"[{self._number(place, verdict)}]" for place in named)
        self.parts.append(f"{' ' if self.parts else ''}{claim.text.strip()} {marks}")
        return self.parts[-1]

    def _number(self, place: int, verdict: Verdict) -> int:
        passage = self.passages[place]
        for citation in self.citations:
            if citation.chunk_id == passage.chunk_id:
                return citation.number
        number = len(self.citations) + 1
        self.citations.append(
            Citation(
                number=number, chunk_id=passage.chunk_id, document_id=passage.document_id, source_id=passage.source_id,
                title=passage.title, heading=passage.heading, url=passage.url, quote=verdict.quote,
            )
        )  # fmt: skip
        return number


async def prompt(session: AsyncSession, question: str, *, language: str, question_id: UUID) -> RenderedPrompt:
    """What a model is told, in the organisation's own words where it changed the prompt `knowledge.answer`.

    Where versions of it take turns, `question_id` stands for the answer that people will judge.
    """
    values = {
        "company": (await identity.get_organisation(session)).name,
        "language": _LANGUAGES.get(language, "English"),
        "question": question,
        _PASSAGES: "P1, P2 …",
    }
    return await ai.prompt(session, FEATURE, values, subject_id=question_id)


async def claims(route: TextRoute, prompt: RenderedPrompt, passages: Sequence[Passage]) -> AsyncGenerator[str | Told]:
    """Checked pieces of a model's answer as they come, then its end. Raises AppError when no model answers."""
    asked = tuple(one for one in prompt.material if one.id != _PASSAGES)
    given = (
        Material(_id(place), passage.content, title=passage.title, url=passage.url)
        for place, passage in enumerate(passages)
    )
    request = TextRequest(
        feature=FEATURE,
        instructions=prompt.instructions.rstrip() + _FORM,
        messages=(Message("user", prompt.message.strip()),) if prompt.message.strip() else (),
        material=(*given, *asked),
        temperature=0.0,
    )
    writing = _Writing(passages)
    waiting, model = "", route.model
    async with aclosing(ai.stream(route, request)) as pieces:
        async for piece in pieces:
            if isinstance(piece, TextDelta):
                *lines, waiting = (waiting + piece.text).split("\n")
            elif isinstance(piece, TextResult):
                model, lines, waiting = piece.model, [waiting], ""
            else:
                continue
            for line in lines:
                for claim in _claims(line):
                    if (part := await writing.take(claim)) is not None:
                        yield part
    reason = None if writing.parts else "nothing_supported" if writing.dropped else "model_found_nothing"
    yield Told("".join(writing.parts), tuple(writing.citations), model, tuple(writing.dropped), reason)


def _claims(line: str) -> list[ModelClaim]:
    """The claims of a line; models put several in a list now and then. What is no claim is left out."""
    plain = line.strip().removeprefix("- ").rstrip(",")
    try:
        found = from_json(plain)
    except ValueError:
        return []
    if isinstance(found, dict) and isinstance(found.get("claims"), list):
        found = found["claims"]
    claims: list[ModelClaim] = []
    for one in found if isinstance(found, list) else [found]:
        with suppress(ValidationError):
            claims.append(ModelClaim.model_validate(one))
    return claims


def _id(place: int) -> str:
    return f"P{place + 1}"

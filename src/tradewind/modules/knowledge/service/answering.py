"""A question and its cited answer: search, then a model's checked claims or the passages' own sentences.

`prepare` and `finish` work in a transaction; what happens between them (embedding, a model) holds none.
"""

import asyncio
import time
from collections.abc import AsyncIterator, Sequence
from contextlib import aclosing
from dataclasses import dataclass, field, replace
from uuid import UUID

import structlog
from sqlalchemy.ext.asyncio import AsyncSession

from tradewind.kernel.access import Actor
from tradewind.kernel.database import Database
from tradewind.kernel.errors import AppError
from tradewind.kernel.ids import new_id
from tradewind.modules.ai import api as ai
from tradewind.modules.ai.contracts import RenderedPrompt, TextRoute
from tradewind.modules.knowledge.answers.composing import Composed, answer_of, compose, quotable
from tradewind.modules.knowledge.answers.paraphrases import likenesses
from tradewind.modules.knowledge.answers.questions import Question, read_question
from tradewind.modules.knowledge.answers.replies import off_topic, refusal, small_talk
from tradewind.modules.knowledge.answers.words import LANGUAGES
from tradewind.modules.knowledge.contracts import Passage, Scope
from tradewind.modules.knowledge.contracts_answers import LOCAL, Answer, Citation, Dropped, Outcome
from tradewind.modules.knowledge.repository.questions import kinds_of_sources
from tradewind.modules.knowledge.service import asking, modelled
from tradewind.modules.knowledge.service.search import search

log = structlog.get_logger(__name__)

# Sentences are quoted from this likelihood of an answer on, and from this share of the question found in the best one.
# Both chosen by `bench/answer_thresholds.py`; docs/intelligence.md tells what they refuse.
ANSWER_FROM, FIT_FROM = 0.85, 0.45
# A pair whose question is so like (cosine) the one asked answers it whatever the search thinks; chosen there, too.
SAME_QUESTION = 0.70
# A model reads the passages itself and its claims are checked: only where nothing fits it is not asked.
MODEL_FROM = 0.3
_PASSAGES, _CLOSEST = 8, 3
_CLOSEST_FROM = 0.15


@dataclass(frozen=True, slots=True)
class Prepared:
    """A question with what was found for it.

    `route` is the model to ask, if one is connected, `prompt` what it is told. Not `on_topic` is what the organisation
    keeps away from: nothing is looked for.
    """

    id: UUID
    question: Question
    language: str
    scopes: frozenset[Scope]
    channel: str
    passages: tuple[Passage, ...]
    kinds: dict[UUID, str]
    answerable: float
    route: TextRoute | None
    started: float
    prompt: RenderedPrompt | None = None
    on_topic: bool = True


@dataclass(frozen=True, slots=True)
class Draft:
    """An answer that is not stored yet. `fit` (0–1): how well the best sentence fits, where one was looked for."""

    outcome: Outcome
    text: str
    citations: tuple[Citation, ...] = ()
    by: str = LOCAL
    closest: tuple[str, ...] = ()
    dropped: tuple[Dropped, ...] = ()
    fallback: str | None = None
    fit: float = 0.0


@dataclass(frozen=True, slots=True)
class Piece:
    """The next piece of an answer's text, checked."""

    text: str


@dataclass(frozen=True, slots=True)
class _Read:
    """A passage as composing reads it."""

    passage: Passage
    is_pair: bool
    title: str = field(init=False)
    heading: str = field(init=False)
    content: str = field(init=False)
    score: float = field(init=False)

    def __post_init__(self) -> None:
        for name in ("title", "heading", "content", "score"):
            object.__setattr__(self, name, getattr(self.passage, name))


@dataclass(frozen=True, slots=True)
class _Text:
    """A text that is no passage as composing reads it."""

    content: str
    title: str = ""
    heading: str = ""
    score: float = 1.0
    is_pair: bool = False


async def prepare(
    session: AsyncSession,
    question: str,
    *,
    scopes: frozenset[Scope],
    channel: str,
    language: str | None = None,
    modelled_too: bool = True,
) -> Prepared:
    """Find what may answer a question for somebody who may see `scopes`, and unless `modelled_too` is false, which
    model to ask and how. Raises Invalid for none or too much text."""
    started, question_id = time.perf_counter(), new_id()
    text = asking.checked(question)
    read = read_question(text)
    known = language if language in LANGUAGES else read.language
    if read.small_talk is not None:
        return Prepared(question_id, read, known, scopes, channel, (), {}, 0.0, None, started)
    if not (await ai.judge_topic(session, text)).allowed:
        return Prepared(question_id, read, known, scopes, channel, (), {}, 0.0, None, started, on_topic=False)
    found = await search(session, text, scopes=scopes, limit=_PASSAGES)
    kinds = await kinds_of_sources(session, {passage.source_id for passage in found.passages})
    route = await ai.text_model(session, task="answer") if modelled_too else None
    prompt = None
    if route is not None and found.answerable >= MODEL_FROM:
        prompt = await modelled.prompt(session, text, language=known, question_id=question_id)
    return Prepared(
        question_id, read, known, scopes, channel, found.passages, kinds, found.answerable, route, started, prompt
    )


async def events(prepared: Prepared) -> AsyncIterator[Piece | Draft]:
    """The answer as it comes: pieces of text, each checked, then the whole draft. Holds no transaction."""
    if prepared.question.small_talk is not None:
        yield Draft("small_talk", small_talk(prepared.question.small_talk, prepared.language))
        return
    if not prepared.on_topic:
        yield Draft("off_topic", off_topic(prepared.language))
        return
    fallback: str | None = None
    dropped: tuple[Dropped, ...] = ()
    if prepared.route is not None and prepared.prompt is not None:
        said = False
        try:
            async with aclosing(modelled.claims(prepared.route, prepared.prompt, prepared.passages)) as told:
                async for event in told:
                    if isinstance(event, str):
                        said = True
                        yield Piece(event)
                    elif event.text:
                        yield Draft("answered", event.text, event.citations, by=event.model, dropped=event.dropped)
                        return
                    else:
                        fallback, dropped = event.reason, event.dropped
        except AppError as failure:
            # What was already said was checked; the whole answer replaces it.
            log.warning("knowledge.model_failed", code=failure.code, said=said)
            fallback = failure.code
    draft = await local_draft(prepared)
    yield replace(draft, fallback=fallback, dropped=dropped)


async def finish(session: AsyncSession, prepared: Prepared, draft: Draft) -> Answer:
    """Store a question with its answer."""
    answer = told(prepared, draft)
    if prepared.prompt is not None and draft.by == LOCAL:
        await ai.unused(session, prepared.id)
    gap_id = await asking.store(session, prepared.question, answer, scopes=prepared.scopes, channel=prepared.channel)
    return replace(answer, gap_id=gap_id)


def told(prepared: Prepared, draft: Draft) -> Answer:
    """An answer as others see it."""
    return Answer(
        question_id=prepared.id, outcome=draft.outcome, text=draft.text, citations=draft.citations,
        answerable=prepared.answerable, by=draft.by, language=prepared.language, passages=prepared.passages,
        closest=draft.closest, dropped=draft.dropped, fallback=draft.fallback,
        duration_ms=round(1000 * (time.perf_counter() - prepared.started)),
    )  # fmt: skip


async def answer(
    session: AsyncSession, question: str, *, scopes: frozenset[Scope], channel: str, language: str | None = None
) -> Answer:
    """Answer a question in the caller's transaction, which stays open meanwhile, also while a model is asked.

    For jobs and other short transactions; a web request uses `stream`. Raises Invalid.
    """
    prepared = await prepare(session, question, scopes=scopes, channel=channel, language=language)
    async for event in events(prepared):
        if isinstance(event, Draft):
            return await finish(session, prepared, event)
    raise AssertionError("an answer ends with a draft")


async def ask_locally(
    session: AsyncSession, question: str, *, scopes: frozenset[Scope], channel: str
) -> tuple[Prepared, Draft]:
    """What a question would get without a model; nothing is stored. Raises Invalid."""
    prepared = await prepare(session, question, scopes=scopes, channel=channel, modelled_too=False)
    async for event in events(prepared):
        if isinstance(event, Draft):
            return prepared, event
    raise AssertionError("an answer ends with a draft")


async def stream(
    database: Database,
    actor: Actor,
    question: str,
    *,
    scopes: frozenset[Scope],
    channel: str,
    language: str | None = None,
) -> AsyncIterator[Prepared | Piece | Answer]:
    """The passages, the answer's pieces, the stored answer; no transaction is open between them. Raises Invalid."""
    async with database.transaction(actor) as session:
        prepared = await prepare(session, question, scopes=scopes, channel=channel, language=language)
    yield prepared
    async for event in events(prepared):
        if isinstance(event, Piece):
            yield event
            continue
        async with database.transaction(actor) as session:
            stored = await finish(session, prepared, event)
        yield stored


async def local_draft(prepared: Prepared) -> Draft:
    """The answer of the pair that asks the same, else the passages' own sentences, or an honest refusal."""
    composed = await asyncio.to_thread(_composed, prepared)
    if composed is None or composed.fit < FIT_FROM:
        near = [
            passage.title for passage in prepared.passages if prepared.answerable >= _CLOSEST_FROM and passage.title
        ]
        closest = tuple(dict.fromkeys(near))[:_CLOSEST]
        return Draft(
            "refused", refusal(prepared.language, closest), closest=closest, fit=composed.fit if composed else 0.0
        )
    citations = tuple(
        cite(number, prepared.passages[quote.place], quote.text) for number, quote in enumerate(composed.quotes, 1)
    )
    return Draft("answered", composed.text, citations, fit=composed.fit)


def _composed(prepared: Prepared) -> Composed | None:
    readable = [_Read(passage, prepared.kinds.get(passage.source_id) == "qa") for passage in prepared.passages]
    # Of pairs that ask the same the search knows best: it has read their answers, too.
    for place, likeness in likenesses(prepared.question, readable, ai.embed_locally).items():
        if likeness >= SAME_QUESTION:
            return answer_of(readable[place], place, likeness)
    # That an answer is likely was said of the best passage; where nothing of it may be quoted, others may be far off.
    if prepared.answerable < ANSWER_FROM or not any(quotable(one) for one in readable[:1]):
        return None
    return compose(prepared.question, readable, ai.embed_locally)


async def quoted(question: str, texts: Sequence[str]) -> list[tuple[int, str]]:
    """The statements of texts of no document that answer a question, each with the place of its text; often none."""
    readable = [_Text(one) for one in texts]
    composed = await asyncio.to_thread(compose, read_question(question), readable, ai.embed_locally)
    if composed is None or composed.fit < FIT_FROM:
        return []
    return [(one.place, one.text) for one in composed.quotes]


def cite(number: int, passage: Passage, quote: str) -> Citation:
    """A citation of a passage."""
    return Citation(
        number=number, chunk_id=passage.chunk_id, document_id=passage.document_id, source_id=passage.source_id,
        title=passage.title, heading=passage.heading, url=passage.url, quote=quote,
    )  # fmt: skip

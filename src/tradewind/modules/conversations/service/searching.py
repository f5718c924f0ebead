"""What may answer a turn's questions: passages of the knowledge base, each question searched for in its language."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Any
from uuid import UUID

from tradewind.kernel.access import Actor
from tradewind.kernel.database import Database
from tradewind.modules.ai import api as ai
from tradewind.modules.conversations.engine.actions import Claim
from tradewind.modules.conversations.engine.situation import Asked, Finding, Situation, Source
from tradewind.modules.conversations.service.context import Begun
from tradewind.modules.knowledge import api as knowledge

LONGEST_QUESTION = 1_000


@dataclass(slots=True)
class Found:
    """A question with what was found for it, and what the knowledge base is told of the answer."""

    asked: Asked
    prepared: knowledge.Prepared
    draft: knowledge.Draft | None = None


async def search(
    database: Database, actor: Actor, begun: Begun, situation: Situation
) -> tuple[Situation, tuple[Found, ...]]:
    """The situation with the passages that may answer, and the questions they were looked for with."""
    questions = situation.asked or (Asked("", situation.text[-LONGEST_QUESTION:], situation.language),)
    found: list[Found] = []
    async with database.transaction(actor) as session:
        for one in questions:
            prepared = await knowledge.prepare(
                session, one.text[-LONGEST_QUESTION:], scopes=begun.scopes, channel=begun.channel,
                language=one.language, modelled_too=False,
            )  # fmt: skip
            found.append(Found(one, prepared))
        allowed = await ai.judge_topics(situation.settings.topics, situation.text[-LONGEST_QUESTION:])
    on_topic = allowed.allowed and any(one.prepared.on_topic for one in found)
    return _with_passages(situation, found, on_topic=on_topic), tuple(found)


async def claims(found: Sequence[Found], situation: Situation) -> list[Claim]:
    """What the passages themselves answer, in their own sentences; else what a file of the visitor does."""
    said: list[Claim] = []
    ids: dict[UUID | None, str] = {one.chunk_id: name for name, one in situation.sources.items() if one.chunk_id}
    for one in found:
        one.draft = await _draft(one.prepared, set(ids))
        if one.draft is None or one.draft.outcome != "answered":
            continue
        said += [
            Claim(text=each.quote[:600], supports=[ids[each.chunk_id]], answers=one.asked.id)
            for each in one.draft.citations
            if each.chunk_id in ids
        ]
    return said or await _of_files(found, situation)


def retrieved(situation: Situation) -> list[dict[str, Any]]:
    """The passages as the log names them."""
    return [
        {"id": one.id, "title": one.title, "chunk_id": str(one.chunk_id), "document_id": str(one.document_id)}
        for one in situation.sources.values()
        if not one.record and not one.file
    ]


async def _draft(prepared: knowledge.Prepared, trusted: set[UUID | None]) -> knowledge.Draft | None:
    """An answer from the passages, without those that give orders to whoever reads them."""
    if not prepared.on_topic or prepared.question.small_talk is not None:
        return None
    kept = tuple(one for one in prepared.passages if one.chunk_id in trusted)
    return await knowledge.local_draft(replace(prepared, passages=kept))


async def _of_files(found: Sequence[Found], situation: Situation) -> list[Claim]:
    files = [one for one in situation.sources.values() if one.file]
    if not files or not found or not situation.text:
        return []
    quotes = await knowledge.quoted(situation.text[-LONGEST_QUESTION:], [one.text for one in files])
    return [Claim(text=text[:600], supports=[files[place].id]) for place, text in quotes]


def _with_passages(situation: Situation, found: Sequence[Found], *, on_topic: bool) -> Situation:
    """The situation with what was found. Passages that give orders are left out, and said to be."""
    sources: dict[str, Source] = dict(situation.sources)
    findings: list[Finding] = list(situation.findings)
    passages = {passage.chunk_id: passage for one in found for passage in one.prepared.passages}
    for place, passage in enumerate(passages.values(), 1):
        orders = _orders(f"{passage.title}\n{passage.content}")
        if orders:
            findings += [Finding(f"P{place}", one.code, one.detail, one.excerpt) for one in orders]
            continue
        sources[f"P{place}"] = Source(
            id=f"P{place}", text=passage.content, title=passage.title, heading=passage.heading, url=passage.url,
            language=knowledge.language_of(passage.content), chunk_id=passage.chunk_id,
            document_id=passage.document_id,
        )  # fmt: skip
    return replace(situation, sources=sources, findings=tuple(findings), on_topic=on_topic)


# Passages come again and again; looking at all of a turn's takes milliseconds.
_orders = lru_cache(maxsize=2_000)(ai.find_injection)

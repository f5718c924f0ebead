"""What is proposed for a turn: knowledge is searched, a model or the local rules propose, the policy judges."""

import asyncio
import time
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from functools import lru_cache
from typing import Any
from uuid import UUID

import structlog

from tradewind.kernel.access import Actor
from tradewind.kernel.database import Database
from tradewind.kernel.errors import AppError
from tradewind.modules.ai import api as ai
from tradewind.modules.conversations.engine import proposing as engine
from tradewind.modules.conversations.engine.actions import Claim
from tradewind.modules.conversations.engine.proposing import Proposal
from tradewind.modules.conversations.engine.situation import Finding, Situation, Source
from tradewind.modules.conversations.policy import judging, limits
from tradewind.modules.conversations.policy.limits import Gate
from tradewind.modules.conversations.policy.rules import Decision
from tradewind.modules.conversations.service import modelled
from tradewind.modules.conversations.service.context import Begun
from tradewind.modules.knowledge import api as knowledge

log = structlog.get_logger(__name__)

LONGEST_QUESTION = 1_000


@dataclass(slots=True)
class Proposed:
    """A judged proposal, not yet carried out. `question` and `draft` are what the knowledge base is told of it."""

    situation: Situation
    gate: Gate
    proposal: Proposal
    decisions: list[Decision]
    retrieved: list[dict[str, Any]] = field(default_factory=list)
    prepared: knowledge.Prepared | None = None
    draft: knowledge.Draft | None = None
    proposing_ms: int = 0


async def propose(database: Database, actor: Actor, begun: Begun) -> Proposed:
    """The actions for a turn, each judged. Holds no transaction while a model is asked."""
    started = time.perf_counter()
    situation = begun.situation
    prepared = None
    if engine.needs_answer(situation) or situation.reading.is_question:
        async with database.transaction(actor) as session:
            prepared = await knowledge.prepare(
                session, situation.text[-LONGEST_QUESTION:], scopes=begun.scopes, channel=begun.channel,
                language=situation.language, modelled_too=False,
            )  # fmt: skip
            allowed = await ai.judge_topics(situation.settings.topics, situation.text[-LONGEST_QUESTION:])
        situation = _with_passages(situation, prepared, on_topic=prepared.on_topic and allowed.allowed)
    gate = limits.gate(situation)
    if gate.way in ("silent", "people", "fixed"):
        spent = round(1000 * (time.perf_counter() - started))
        actions = tuple(one for one in engine.duties(situation) if one.kind in ("capture", "hand_over"))
        decisions = await asyncio.to_thread(judging.judge, situation, actions) if gate.way != "silent" else []
        return Proposed(situation, gate, Proposal(actions), decisions, proposing_ms=spent)
    proposal, draft = await _proposal(database, actor, begun, situation, gate, prepared)
    spent = round(1000 * (time.perf_counter() - started))
    decisions = await asyncio.to_thread(judging.judge, situation, proposal.actions)
    if (person := engine.escalation(situation, decisions)) is not None:
        decisions += judging.judge(situation, [person])
    return Proposed(
        situation, gate, proposal, decisions, retrieved=_retrieved(situation), prepared=prepared, draft=draft,
        proposing_ms=spent,
    )  # fmt: skip


async def _proposal(
    database: Database,
    actor: Actor,
    begun: Begun,
    situation: Situation,
    gate: Gate,
    prepared: knowledge.Prepared | None,
) -> tuple[Proposal, knowledge.Draft | None]:
    """A model's proposal where one is connected and allowed, else the local one."""
    fell_back = gate.why if gate.way == "local" else None
    if fell_back is None and situation.settings.use_model:
        try:
            async with database.transaction(actor) as session:
                subject_id = None if begun.is_trial else begun.conversation_id
                asked = await modelled.ready(session, situation, subject_id=subject_id)
            if asked is not None:
                return engine.completed(situation, await modelled.propose(asked, situation, begun.names)), None
        except AppError as failure:
            log.warning("conversations.model_failed", code=failure.code)
            fell_back = failure.code
    draft = await _draft(prepared, situation)
    found = engine.locally(situation, _claims(draft, situation))
    return replace(found, fell_back_because=fell_back), draft


async def _draft(prepared: knowledge.Prepared | None, situation: Situation) -> knowledge.Draft | None:
    """What the passages themselves answer, without those that give orders to whoever reads them."""
    if prepared is None or not prepared.on_topic or prepared.question.small_talk is not None:
        return None
    trusted = {source.chunk_id for source in situation.sources.values()}
    kept = tuple(one for one in prepared.passages if one.chunk_id in trusted)
    return await knowledge.local_draft(replace(prepared, passages=kept))


def _claims(draft: knowledge.Draft | None, situation: Situation) -> list[Claim]:
    """The answer's quotes as claims, each with its passage."""
    if draft is None or draft.outcome != "answered":
        return []
    ids: dict[UUID | None, str] = {source.chunk_id: name for name, source in situation.sources.items()}
    return [Claim(text=one.quote[:600], supports=[ids[one.chunk_id]]) for one in draft.citations if one.chunk_id in ids]


def _with_passages(situation: Situation, prepared: knowledge.Prepared, *, on_topic: bool) -> Situation:
    """The situation with what was found. Passages that give orders are left out, and said to be."""
    sources: dict[str, Source] = dict(situation.sources)
    findings: list[Finding] = list(situation.findings)
    for place, passage in enumerate(prepared.passages, 1):
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


def _retrieved(situation: Situation) -> list[dict[str, Any]]:
    return [
        {"id": one.id, "title": one.title, "chunk_id": str(one.chunk_id), "document_id": str(one.document_id)}
        for one in situation.sources.values()
        if not one.record
    ]


__all__: Sequence[str] = ["Proposed", "propose"]

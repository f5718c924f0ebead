"""What is proposed for a turn: knowledge is searched, a model or the local rules propose, the policy judges."""

import asyncio
import time
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import structlog

from tradewind.kernel.access import Actor
from tradewind.kernel.database import Database
from tradewind.kernel.errors import AppError
from tradewind.modules.conversations.engine import proposing as engine
from tradewind.modules.conversations.engine.actions import MOST_CLAIMS, Answer, Claim, CutShort, SmallTalk
from tradewind.modules.conversations.engine.proposing import Proposal
from tradewind.modules.conversations.engine.situation import Situation
from tradewind.modules.conversations.policy import judging, limits
from tradewind.modules.conversations.policy.limits import Gate
from tradewind.modules.conversations.policy.rules import Decision
from tradewind.modules.conversations.service import attachments, modelled, searching
from tradewind.modules.conversations.service.context import Begun
from tradewind.modules.conversations.service.searching import Found
from tradewind.modules.conversations.service.speaking import Speaker

log = structlog.get_logger(__name__)

# Beginnings anew included: what one answer may hold.
_MOST_HEARD = 2 * MOST_CLAIMS


@dataclass(slots=True)
class Proposed:
    """A judged proposal, not yet carried out. `found`: the questions, with what the knowledge base is told of them."""

    situation: Situation
    gate: Gate
    proposal: Proposal
    decisions: list[Decision]
    retrieved: list[dict[str, Any]] = field(default_factory=list)
    found: tuple[Found, ...] = ()
    proposing_ms: int = 0


async def propose(database: Database, actor: Actor, begun: Begun, speaker: Speaker | None = None) -> Proposed:
    """The actions for a turn, each judged, and said where they may be. Holds no transaction while a model is asked."""
    started = time.perf_counter()
    speaker = speaker or Speaker(database, actor, begun)
    situation, found = begun.situation, ()
    if begun.files:
        situation = attachments.with_files(situation, await attachments.read(database, actor, begun.files))
    if engine.needs_answer(situation) or situation.reading.is_question:
        situation, found = await searching.search(database, actor, begun, situation)
    gate = limits.gate(situation)
    if gate.way in ("silent", "people", "fixed"):
        spent = round(1000 * (time.perf_counter() - started))
        actions = tuple(one for one in engine.duties(situation) if one.kind in ("capture", "hand_over"))
        decisions = await asyncio.to_thread(judging.judge, situation, actions) if gate.way != "silent" else []
        return Proposed(situation, gate, Proposal(actions), decisions, proposing_ms=spent)
    turn = _Turn(database, actor, begun, situation, speaker)
    proposal = await turn.proposal(gate, found)
    spent = round(1000 * (time.perf_counter() - started))
    decisions = await turn.judged(proposal)
    await speaker.say(situation, decisions)
    situation = replace(situation, said=speaker.said)
    if (person := engine.escalation(situation, decisions)) is not None:
        decisions += judging.judge(situation, [person])
    return Proposed(
        situation, gate, proposal, decisions, retrieved=searching.retrieved(situation), found=found, proposing_ms=spent
    )


@dataclass(slots=True)
class _Turn:
    """A proposal being made. `heard` are the decisions on claims that came while a model was still writing."""

    database: Database
    actor: Actor
    begun: Begun
    situation: Situation
    speaker: Speaker
    heard: list[Decision] = field(default_factory=list)

    async def proposal(self, gate: Gate, found: tuple[Found, ...]) -> Proposal:
        """A model's proposal where one is connected and allowed, else the local one."""
        situation = self.situation
        fell_back = gate.why if gate.way == "local" else None
        if fell_back is None and situation.settings.use_model:
            asked = None
            try:
                async with self.database.transaction(self.actor) as session:
                    subject_id = None if self.begun.is_trial else self.begun.conversation_id
                    asked = await modelled.ready(session, situation, subject_id=subject_id)
                if asked is not None:
                    await self.speaker.say(situation, self._talk())
                    hear = self._hear if self.speaker.is_watched else None
                    return engine.completed(situation, await modelled.propose(asked, situation, self.begun.names, hear))
            except AppError as failure:
                log.warning("conversations.model_failed", code=failure.code)
                fell_back = failure.code
            if self._said():
                # Part of the answer was read already: another one must not follow it.
                actions = (*engine.duties(situation), CutShort())
                return Proposal(actions, "model", asked.route.model if asked else None, fell_back_because=fell_back)
        claims = await searching.claims(found, situation)
        return replace(engine.locally(situation, claims), fell_back_because=fell_back)

    async def judged(self, proposal: Proposal) -> list[Decision]:
        """What becomes of each action, and of each claim that was said and then not proposed again."""
        decisions = await asyncio.to_thread(judging.judge, self.situation, proposal.actions, self.heard)
        told = [one.action.text for one in decisions if isinstance(one.action, Claim)]
        said = [one for one in self._said() if isinstance(one.action, Claim) and one.action.text not in told]
        told += [one.action.text for one in said if isinstance(one.action, Claim)]
        earlier = [
            Decision(Claim(text=one.text[:600], supports=one.supports), "done", one.rule, "Said before a worker died.")
            for one in self.situation.said
            if one.kind == "claim" and one.text not in told
        ]
        return [*earlier, *said, *decisions]

    async def _hear(self, claims: Sequence[Claim]) -> bool:
        """Judge the claims that are new and say those that pass; False once nobody wants to hear them."""
        known = [one.action for one in self.heard]
        for claim in claims:
            if claim not in known and len(self.heard) < _MOST_HEARD:
                self.heard += await asyncio.to_thread(judging.judge, self.situation, [Answer(claims=[claim])])
                await self.speaker.say(self.situation, [*self._talk(), *self.heard])
        return not self.speaker.stopped

    def _talk(self) -> list[Decision]:
        owed = [one for one in engine.duties(self.situation) if isinstance(one, SmallTalk)]
        return judging.judge(self.situation, owed)

    def _said(self) -> list[Decision]:
        return [one for one in self.heard if isinstance(one.action, Claim) and self.speaker.has_said(one.action.text)]


__all__: Sequence[str] = ["Proposed", "propose"]

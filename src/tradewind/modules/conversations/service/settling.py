"""A turn carried out: what the policy allowed takes effect in one transaction, with the message that tells of it."""

import time
from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession

from tradewind.modules.conversations.contracts import RequestedBy
from tradewind.modules.conversations.engine.actions import Ask, Capture, HandOver
from tradewind.modules.conversations.engine.composing import Effects, Said, compose
from tradewind.modules.conversations.engine.proposing import after_flow
from tradewind.modules.conversations.engine.situation import Situation
from tradewind.modules.conversations.errors import AlreadyHandedOver
from tradewind.modules.conversations.events import MessageSent
from tradewind.modules.conversations.models.agents import AgentTurn
from tradewind.modules.conversations.models.conversations import Conversation
from tradewind.modules.conversations.policy.asking import phrasing
from tradewind.modules.conversations.policy.judging import LOOP, judge
from tradewind.modules.conversations.policy.rules import Decision
from tradewind.modules.conversations.repository import agents as repository
from tradewind.modules.conversations.repository import conversations as rows
from tradewind.modules.conversations.service import booking, qualifying, waking
from tradewind.modules.conversations.service.changing import Change, changing
from tradewind.modules.conversations.service.context import Begun
from tradewind.modules.conversations.service.handover import request
from tradewind.modules.conversations.service.proposing import Proposed
from tradewind.modules.knowledge import api as knowledge
from tradewind.modules.qualification.contracts import Result

_LED_BY = {
    "person": "A person has the conversation now.",
    "waiting": "The conversation waits for a person now.",
    "closed": "The conversation is closed.",
}
_BY_VISITOR = ("The visitor asked", "The visitor wants")


async def settle(session: AsyncSession, begun: Begun, proposed: Proposed, *, started: float) -> bool:
    """Carry out a judged proposal under the conversation's lock; False if it is dropped: things have changed."""
    async with changing(session, begun.conversation_id) as change:
        row = change.row
        because = await _dropped(session, row, begun)
        if because is not None:
            if row.turn_id == begun.turn_id:
                row.turn_id = row.turn_until = None
            session.add(_turn(change, begun, proposed, started=started, dropped=because))
            return False
        # The whole message takes the place of what was said of it.
        row.turn_id, row.turn_until, row.saying = None, None, {}
        row.agent_version_id = row.agent_version_id if begun.agent is None else begun.agent.version_id
        effects, decisions = await _carried_out(change, begun, proposed)
        said = compose(proposed.situation, decisions, effects, text=proposed.gate.text)
        if proposed.gate.way != "silent":
            message = change.say(
                "agent", said.text, data={**said.data, "turn_id": str(begun.turn_id)}, key=f"turn:{begun.turn_id}"
            )
            change.tell(MessageSent, message_id=message.id, sequence=message.sequence, author="agent")
        row.answered_through = max(row.answered_through, begun.through)
        for one in proposed.found:
            if one.draft is not None:
                await knowledge.finish(session, one.prepared, one.draft)
        proposed.decisions = decisions
        session.add(_turn(change, begun, proposed, started=started, said=said))
        newest = await rows.last_sequence_of(session, row.id, "visitor")
        if newest > begun.through and row.state == "agent":
            await waking.take_turn(session, row.id, newest)
    return True


async def _dropped(session: AsyncSession, row: Conversation, begun: Begun) -> str | None:
    """Why the proposal must not take effect any more."""
    if await repository.turn(session, begun.turn_id) is not None:
        return "It was answered meanwhile."
    if row.opted_out:
        return "The visitor wants no AI."
    if row.state != "agent":
        return _LED_BY.get(row.state, f"The conversation is {row.state}.")
    if row.answered_through >= begun.through:
        return "It was answered meanwhile."
    if row.turn_id != begun.turn_id:
        return "Another worker took the turn over."
    return None


async def _carried_out(change: Change, begun: Begun, proposed: Proposed) -> tuple[Effects, list[Decision]]:
    """What the allowed actions come to; decisions that the effects overtook are corrected."""
    situation, gate = proposed.situation, proposed.gate
    if gate.way == "silent":
        return Effects(), proposed.decisions
    facts: dict[str, Any] = {"zone": begun.zone, "trial": begun.is_trial}
    decisions = list(proposed.decisions)
    if gate.way == "people":
        facts["opted_out"] = change.row.opted_out = change.row.opted_out or situation.reading.wants_no_ai
        facts["person"] = await _person(change, situation, gate.why, by="visitor" if facts["opted_out"] else "policy")
        return Effects(**facts), decisions
    if gate.way == "fixed":
        return Effects(**facts), decisions
    facts |= await _noted(change, begun, situation, decisions)
    called = next((one for one in decisions if isinstance(one.action, HandOver) and one.verdict == "done"), None)
    if called is not None:
        assert isinstance(called.action, HandOver)
        reason = called.action.reason or "The agent calls a person"
        by: RequestedBy = "visitor" if reason.startswith(_BY_VISITOR) else "agent"
        facts["person"] = await _person(change, situation, reason, by=by)
        if facts["person"] is None:
            decisions[decisions.index(called)] = Decision(
                called.action, "refused", LOOP[0], "It was handed over at this message before."
            )
    if facts.get("person") is None:
        facts |= await booking.carried_out(change, begun, situation, decisions)
        facts |= _asked(situation, decisions)
    return Effects(**facts), decisions


async def _noted(change: Change, begun: Begun, situation: Situation, decisions: list[Decision]) -> dict[str, Any]:
    """Keep what the visitor said of themselves: the flow's answers, the lead, and what the flow's end brings about."""
    row = change.row
    captures = [one.action for one in decisions if isinstance(one.action, Capture) and one.verdict == "done"]
    # First the flow: whom it finds gets everything that was said before, too.
    result = await _recorded(change, begun, situation, captures)
    email = situation.email or next((one.value for one in captures if one.field == "email"), None)
    lead_id = result.lead_id if result else None
    if lead_id is None and email and row.lead_id is None and not begun.is_trial:
        lead_id = await qualifying.person(change.session, email, situation.name, row.channel)
    if row.lead_id is None and lead_id is not None:
        row.lead_id = lead_id
        change.happened("lead_linked", lead_id=str(lead_id))
    if result is None or begun.flowing is None or not begun.flowing.running or result.state == "running":
        return {}
    change.happened("qualified", outcome=result.outcome, score=result.score, state=result.state)
    step = after_flow(situation, step=result.next_step, qualified=result.state == "qualified")
    if step is not None:
        decisions += judge(situation, [step])
    return {"flow_words": result.message or ""}


async def _recorded(change: Change, begun: Begun, situation: Situation, captures: list[Capture]) -> Result | None:
    """Store what was said for the flow; None where there is none, or nothing was said for it."""
    flowing = begun.flowing
    if flowing is None:
        return None
    read = {one.question_key for one in flowing.reading.all}
    for one in captures:
        if one.field in flowing.states and one.field not in read:
            flowing = await qualifying.told(
                change.session, flowing, one.field, one.quote, one.message_id, language=situation.language,
                zone=begun.zone,
            )  # fmt: skip
    if not flowing.reading.all and flowing.reading.asked is None:
        return None
    return await qualifying.record(change.session, flowing, lead_id=change.row.lead_id, zone=begun.zone)


def _asked(situation: Situation, decisions: list[Decision]) -> dict[str, Any]:
    """The question to ask, in words that may be said."""
    for one in decisions:
        if isinstance(one.action, Ask) and one.verdict == "done" and situation.question is not None:
            words, _ = phrasing(situation, one.action)
            return {"question": words, "question_key": situation.question.key, "options": situation.question.options}
    return {}


async def _person(change: Change, situation: Situation, reason: str, *, by: RequestedBy) -> str | None:
    try:
        found = await request(change, by=by, reason=reason[:500], queue_id=situation.settings.hand_over.queue_id)
    except AlreadyHandedOver:
        return None
    return "offline" if found.state == "offline" else "waiting"


def _turn(
    change: Change,
    begun: Begun,
    proposed: Proposed,
    *,
    started: float,
    dropped: str | None = None,
    said: Said | None = None,
) -> AgentTurn:
    """The turn as the log keeps it."""
    situation, proposal, gate = proposed.situation, proposed.proposal, proposed.gate
    took = round(1000 * (time.perf_counter() - started))
    decisions = [one.plain() for one in proposed.decisions]
    if gate.rule:
        verdict = {"silent": "refused", "people": "done", "fixed": "done"}.get(gate.way, "withheld")
        decisions.insert(
            0, {"action": {"kind": "gate", "way": gate.way}, "verdict": verdict, "rule": gate.rule, "why": gate.why}
        )
    return AgentTurn(
        **({"id": begun.turn_id} if dropped is None else {}),
        organisation_id=change.row.organisation_id,
        conversation_id=begun.conversation_id,
        message_sequence=begun.through,
        version_id=begun.agent.version_id if begun.agent else None,
        outcome="dropped" if dropped else "settled",
        dropped_because=dropped,
        language=situation.language,
        proposed=[one.model_dump(mode="json") for one in proposal.actions],
        decisions=decisions,
        findings=[
            {"where": one.where, "code": one.code, "detail": one.detail, "excerpt": one.excerpt}
            for one in situation.findings
        ],
        retrieved=proposed.retrieved,
        afterwards=(said.pending if said else situation.pending).model_dump(mode="json"),
        made_by=proposal.made_by,
        model=proposal.model,
        fell_back_because=proposal.fell_back_because,
        cost_microusd=proposal.cost_microusd,
        duration_ms=took,
        overhead_ms=max(0, took - proposed.proposing_ms),
        variant=situation.greeted_with or (said.data.get("variant") if said else None),
        propensity=situation.propensity if situation.greeted_with else said.propensity if said else None,
        created_at=change.at,
    )

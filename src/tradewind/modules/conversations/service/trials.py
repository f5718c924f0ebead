"""Trials: an agent's draft talks with somebody made up, turn by turn, and what is stored of it."""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from tradewind.kernel.access import Actor
from tradewind.kernel.database import Database
from tradewind.modules.conversations import gates
from tradewind.modules.conversations.contracts import NewConversation
from tradewind.modules.conversations.contracts_trials import AgentState, TrialRecord, TrialTurn
from tradewind.modules.conversations.errors_agents import AgentNotFound
from tradewind.modules.conversations.models.agents import AgentTurn
from tradewind.modules.conversations.models.conversations import Message
from tradewind.modules.conversations.repository import agents as turn_rows
from tradewind.modules.conversations.repository import conversations as rows
from tradewind.modules.conversations.service import conversations, messages, turns, waking
from tradewind.modules.qualification import api as qualification

_MOST = 500


async def agent_state(session: AsyncSession, agent_id: UUID) -> AgentState:
    """An agent's draft as it stands now. Raises AgentNotFound."""
    agent = await turn_rows.agent(session, agent_id)
    if agent is None:
        raise AgentNotFound()
    return gates.state_of(agent)


async def start(database: Database, actor: Actor, agent_id: UUID, *, subject: str) -> UUID:
    """Begin a trial with an agent's draft; returns the conversation's id."""
    async with database.transaction(actor) as session:
        new = NewConversation(channel="simulation", agent_id=agent_id, subject=subject)
        return (await conversations.start(session, new)).id


async def say(database: Database, actor: Actor, conversation_id: UUID, text: str, *, key: str) -> TrialRecord:
    """Say something as the visitor, let the agent answer here and now, and read what is stored then.

    Raises ConversationNotFound, MessageInvalid, and what the turn raises.
    """
    async with database.transaction(actor) as session:
        received = await messages.receive(session, conversation_id, text, key=key)
    due = waking.TurnDue(conversation_id=conversation_id, sequence=received.message.sequence)
    await turns.take(database, actor, due)
    async with database.transaction(actor) as session:
        return await record(session, conversation_id)


async def record(session: AsyncSession, conversation_id: UUID) -> TrialRecord:
    """What is stored of a trial. Raises ConversationNotFound."""
    row = await conversations.find(session, conversation_id)
    taken = await turn_rows.settled_turns(session, conversation_id)
    said = await rows.messages(session, conversation_id, kinds=("message",), limit=_MOST)
    ours = [one for one in said if one.author == "agent"]
    last = ours[-1] if ours else None
    run_id = next((one.afterwards.get("run_id") for one in reversed(taken) if one.afterwards.get("run_id")), None)
    result = await qualification.result(session, UUID(str(run_id))) if run_id else None
    facts = [_facts(one) for one in taken]
    return TrialRecord(
        conversation_id=conversation_id,
        state=row.state,
        urgent=row.urgent,
        turns=tuple(facts),
        asked=taken[-1].afterwards.get("asked") if taken else None,
        offered=tuple(one["label"] for one in last.data.get("slots", ())) if last else (),
        replies=tuple(last.data.get("quick_replies", ())) if last else (),
        asked_again=_asked_again(taken),
        handed_over=tuple(one.reason for one in await rows.handovers(session, conversation_id)),
        cited=_cited(ours),
        said=tuple(one.text for one in ours),
        visitor_said=tuple(one.text for one in said if one.author == "visitor"),
        disclosed=bool(ours and ours[0].data.get("disclosed")),
        answers=result.answers if result else (),
        outcome=result.outcome if result else None,
        booked=any("book" in one.done for one in facts),
    )


def _facts(turn: AgentTurn) -> TrialTurn:
    # A claim is judged for itself and has no kind of its own.
    kinds = [(one, one["action"].get("kind", "answer")) for one in turn.decisions]
    return TrialTurn(
        done=tuple(kind for one, kind in kinds if one["verdict"] == "done"),
        stopped_by=tuple(one["rule"] for one, _ in kinds if one["verdict"] in ("refused", "withheld")),
        made_by=turn.made_by,
        cost_microusd=turn.cost_microusd,
        fell_back_because=turn.fell_back_because,
    )


def _asked_again(taken: Sequence[AgentTurn]) -> tuple[str, ...]:
    """Questions that were put after an answer to them had been noted."""
    noted: set[str] = set()
    again = []
    for turn in taken:
        for one in turn.decisions:
            if one["action"].get("kind") == "capture" and one["verdict"] == "done":
                noted.add(one["action"]["field"])
        if turn.afterwards.get("asked") in noted:
            again.append(str(turn.afterwards["asked"]))
    return tuple(again)


def _cited(said: Sequence[Message]) -> frozenset[str]:
    return frozenset(citation["title"] for one in said for citation in one.data.get("citations", ()))

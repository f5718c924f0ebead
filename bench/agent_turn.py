"""A turn of the agent, from the visitor's committed message to the committed answer, with the local answerer.

The passages and questions are those of the bench of answers. Overhead is everything but searching and proposing: lease,
reading the situation, languages, policy, effects and message. The floor is the answer of the knowledge base alone.
"""

import asyncio
import time

from sqlalchemy import text

from bench.answers import questions_of
from bench.data import settings
from bench.figures import Figure, percentile, show
from bench.search import prepared
from tradewind import modules
from tradewind.kernel.access import Actor
from tradewind.kernel.database import Database
from tradewind.kernel.database.migrate import migrate
from tradewind.kernel.ids import new_id
from tradewind.modules.conversations import api as conversations
from tradewind.modules.conversations.contracts import NewConversation
from tradewind.modules.conversations.schemas.agents import AgentCreate, AgentPublish
from tradewind.modules.conversations.service import agents, turns, waking
from tradewind.modules.knowledge.contracts import VISITOR_SCOPES
from tradewind.modules.knowledge.service import answering

OVERHEAD_MS, TURN_MS, CHUNKS, TURNS, PER_CONVERSATION = 60.0, 500.0, 10_000, 120, 10


def figures(*, leads: int = 1_000_000) -> list[Figure]:
    """p95 of a turn, and of what the engine adds to searching and proposing."""
    modules.load_all()
    return asyncio.run(_measure(min(CHUNKS, leads), min(TURNS, leads)))


async def _measure(chunks: int, count: int) -> list[Figure]:
    database = Database(settings())
    database.start_server()
    await migrate(database)
    await database.open()
    try:
        actor, there = await prepared(database, chunks)
        assert actor.organisation_id is not None
        system = Actor.system(actor.organisation_id, "bench")
        questions = (await questions_of(database, actor))[:count]
        floors = []
        for question in questions[: count // 2]:
            began = time.perf_counter()
            async for _ in answering.stream(database, actor, question, scopes=VISITOR_SCOPES, channel="bench"):
                pass
            floors.append(1000 * (time.perf_counter() - began))
        times, overheads, answered = await _turns(database, actor, system, questions)
        await _clean(database, actor)
    finally:
        await database.close()
    turn, overhead, floor = percentile(times, 0.95), percentile(overheads, 0.95), percentile(floors, 0.95)
    return [
        Figure(
            f"Agent's turn, local answers, {there:,} passages, p95", turn, "ms", goal=f"< {TURN_MS:.0f} ms",
            good=turn < TURN_MS, floor=floor, ratio=turn / floor,
            note=f"{answered} of {len(times)} answered, floor: the knowledge base's answer alone",
        ),
        Figure(
            "Agent's turn, engine overhead, p95", overhead, "ms", goal=f"< {OVERHEAD_MS:.0f} ms",
            good=overhead < OVERHEAD_MS, note="without search and proposal",
        ),
    ]  # fmt: skip


async def _turns(
    database: Database, actor: Actor, system: Actor, questions: list[str]
) -> tuple[list[float], list[float], int]:
    """Milliseconds of each turn, of its overhead, and how many were answered; the first turn only warms up."""
    async with database.transaction(actor) as session:
        agent = await agents.create(session, AgentCreate(name=f"Bench {new_id()}"))
        await agents.publish(session, agent.id, AgentPublish(), None)
    times: list[float] = []
    conversation_id = None
    for place, question in enumerate([questions[0], *questions]):
        if place % PER_CONVERSATION == 0:
            async with database.transaction(system) as session:
                made = await conversations.start(session, NewConversation(channel="simulation", agent_id=agent.id))
                conversation_id = made.id
        assert conversation_id is not None
        began = time.perf_counter()
        async with database.transaction(system) as session:
            received = await conversations.receive(session, conversation_id, question, key=f"b{place}")
        due = waking.TurnDue(conversation_id=conversation_id, sequence=received.message.sequence)
        await turns.take(database, system, due)
        times.append(1000 * (time.perf_counter() - began))
    async with database.transaction(system) as session:
        rows = (
            await session.execute(
                text("""
                    SELECT t.overhead_ms, t.decisions FROM agent_turns t
                    JOIN conversations c ON c.id = t.conversation_id WHERE c.agent_id = :id ORDER BY t.created_at
                """),
                {"id": agent.id},
            )
        ).all()[1:]
    answered = sum(any(one["rule"] == "claim.supported" for one in row.decisions) for row in rows)
    return times[1:], [float(row.overhead_ms) for row in rows], answered


async def _clean(database: Database, actor: Actor) -> None:
    async with database.transaction(actor) as session:
        await session.execute(text("DELETE FROM conversations WHERE channel = 'simulation'"))
        await session.execute(text("DELETE FROM agents WHERE name LIKE 'Bench %'"))
        await session.execute(text("DELETE FROM knowledge_questions WHERE channel IN ('bench', 'simulation')"))
        await session.execute(text("DELETE FROM knowledge_gaps"))


if __name__ == "__main__":
    show("Agent", figures())

"""From a question to its cited answer, with no language model.

The passages are those of the bench of search, ten thousand or as many as are there. They are made of made-up words, so
each question takes a run of words from one of them and thereby has an answer. The floor is the search alone, its
query's embedding included.
"""

import argparse
import asyncio
import time

import numpy as np
from sqlalchemy import text

from bench.data import settings
from bench.figures import Figure, percentile, show
from bench.search import prepared
from tradewind import modules
from tradewind.kernel.access import Actor
from tradewind.kernel.database import Database
from tradewind.kernel.database.migrate import migrate
from tradewind.modules.knowledge.contracts import VISITOR_SCOPES
from tradewind.modules.knowledge.service import answering
from tradewind.modules.knowledge.service.search import search

GOAL_MS, CHUNKS, QUESTIONS = 400.0, 10_000, 200


def figures(*, leads: int = 1_000_000) -> list[Figure]:
    """p95 from a question to its stored answer."""
    return measured(min(CHUNKS, leads))


def measured(chunks: int) -> list[Figure]:
    """`figures` on at least so many passages."""
    modules.load_all()
    return asyncio.run(_measure(chunks))


async def _measure(chunks: int) -> list[Figure]:
    database = Database(settings())
    database.start_server()
    await migrate(database)
    await database.open()
    try:
        actor, there = await prepared(database, chunks)
        questions = await questions_of(database, actor)
        times, floors, answered = [], [], 0
        for question in questions:
            async with database.transaction(actor) as session:
                await session.connection()
                began = time.perf_counter()
                await search(session, question, scopes=VISITOR_SCOPES)
                floors.append(1000 * (time.perf_counter() - began))
            began = time.perf_counter()
            async for event in answering.stream(database, actor, question, scopes=VISITOR_SCOPES, channel="bench"):
                if isinstance(event, answering.Answer):
                    answered += event.outcome == "answered"
            times.append(1000 * (time.perf_counter() - began))
        async with database.transaction(actor) as session:
            await session.execute(text("DELETE FROM knowledge_questions WHERE channel = 'bench'"))
            await session.execute(text("DELETE FROM knowledge_gaps"))
    finally:
        await database.close()
    p95, floor = percentile(times, 0.95), percentile(floors, 0.95)
    return [
        Figure(
            f"Local answer: {there:,} passages, p95", p95, "ms", goal=f"< {GOAL_MS:.0f} ms", good=p95 < GOAL_MS,
            floor=floor, ratio=p95 / floor, note=f"{answered} of {len(questions)} answered, floor: the search alone",
        )
    ]  # fmt: skip


async def questions_of(database: Database, actor: Actor) -> list[str]:
    """Questions whose words stand together in one passage."""
    random = np.random.default_rng(7)
    async with database.transaction(actor) as session:
        contents = (await session.scalars(text("SELECT content FROM knowledge_chunks ORDER BY id LIMIT 500"))).all()
    asked = []
    for place in random.integers(0, len(contents), QUESTIONS):
        sentence = str(random.choice([one for one in contents[place].split(". ") if one] or [contents[place]]))
        asked.append(f"What is {' '.join(sentence.split()[:8])}?")
    return asked


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--chunks", type=int, default=CHUNKS, help="how many passages at least")
    show("Answers", measured(parser.parse_args().chunks))

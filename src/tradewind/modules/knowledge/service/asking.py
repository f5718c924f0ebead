"""Questions asked: stored with what they got, judged by people, and gathered where nothing answers them."""

import asyncio
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from tradewind.kernel.classification import scrubbed
from tradewind.kernel.database import actor_of
from tradewind.kernel.errors import Invalid
from tradewind.modules.ai import api as ai
from tradewind.modules.knowledge.answers.questions import Question
from tradewind.modules.knowledge.contracts import SCOPES, Scope
from tradewind.modules.knowledge.contracts_answers import Answer
from tradewind.modules.knowledge.models_answers import AskedQuestion
from tradewind.modules.knowledge.repository import questions as repository

MOST_CHARACTERS = 1_000
# Questions at least this alike ask for one thing; chosen by `bench/answer_thresholds.py` on BANKING77's intents.
SAME_GAP = 0.62
_LONGEST_ANSWER = 6_000
TEST_CHANNEL = "test"


def checked(question: str) -> str:
    """A question with its outer space removed. Raises Invalid when nothing is left or too much is."""
    text = question.replace("\x00", "").strip()
    if not text or len(text) > MOST_CHARACTERS:
        message = f"Ask in 1 to {MOST_CHARACTERS:,} characters."
        raise Invalid(message, errors=[{"field": "question", "message": message}])
    return text


async def store(
    session: AsyncSession, question: Question, answer: Answer, *, scopes: frozenset[Scope], channel: str
) -> UUID | None:
    """Keep a question with its answer, without the addresses and numbers in it; returns its gap if it was refused."""
    actor = actor_of(session)
    assert actor.organisation_id is not None
    text = scrubbed(question.text)
    gap_id = None
    if answer.refused and question.terms:
        # Loads the libraries of classifiers.
        from tradewind.modules.intents import api as intents

        gap_id = await _gap(session, text, answer.language, scopes)
        await intents.note_unanswered(session, text)
    session.add(
        AskedQuestion(
            id=answer.question_id, organisation_id=actor.organisation_id, channel=channel,
            scopes=sorted(scopes, key=SCOPES.index), language=answer.language, question=text, outcome=answer.outcome,
            answer=answer.text[:_LONGEST_ANSWER], answered_by=answer.by, answerable=answer.answerable,
            citations=[_plain(citation) for citation in answer.citations],
            passages=[
                {
                    "chunk_id": str(passage.chunk_id), "document_id": str(passage.document_id), "title": passage.title,
                    "heading": passage.heading, "score": round(passage.score, 4),
                }
                for passage in answer.passages
            ],
            dropped=[{"text": one.text, "reason": one.reason, "detail": one.detail} for one in answer.dropped],
            duration_ms=answer.duration_ms, asked_by=actor.user_id if channel == TEST_CHANNEL else None, gap_id=gap_id,
        )
    )  # fmt: skip
    await session.flush()
    return gap_id


async def _gap(session: AsyncSession, text: str, language: str, scopes: frozenset[Scope]) -> UUID:
    """The gap a question falls into: one that is like it, or a new one."""
    vector = (await asyncio.to_thread(ai.embed_locally, [text]))[0]
    await repository.hold_gaps(session)
    # Whoever may see least needs the widest answer.
    scope = SCOPES[max(map(SCOPES.index, scopes), default=0)]
    nearest = await repository.nearest_gap(session, vector, least=SAME_GAP)
    if nearest is None:
        return await repository.add_gap(session, question=text, language=language, scope=scope, vector=vector)
    await repository.asked_again(session, nearest, scope=scope)
    return nearest


def _plain(citation: object) -> dict[str, object]:
    fields = ("number", "chunk_id", "document_id", "source_id", "title", "heading", "url", "quote")
    found = {name: getattr(citation, name) for name in fields}
    return {name: str(value) if isinstance(value, UUID) else value for name, value in found.items()}

"""What other modules may ask of intents."""

from collections.abc import Sequence

from sqlalchemy.ext.asyncio import AsyncSession

from tradewind.modules.intents.contracts import IntentResult, NearExample
from tradewind.modules.intents.service import classifying, suggestions

__all__ = ["IntentResult", "NearExample", "classify", "classify_many", "note_unanswered"]


async def classify(session: AsyncSession, text: str, *, intent_set: str) -> IntentResult:
    """What a text is about, by the set of this key; shipped ones need no training.

    Raises IntentSetNotFound, NotTrained.
    """
    return (await classifying.classify(session, [text], intent_set))[0]


async def classify_many(session: AsyncSession, texts: Sequence[str], *, intent_set: str) -> list[IntentResult]:
    """`classify` of several texts at once, in their order."""
    return await classifying.classify(session, texts, intent_set)


async def note_unanswered(session: AsyncSession, text: str) -> None:
    """Keep a message that found no answer: groups of them are suggested as new intents."""
    await suggestions.note(session, text)

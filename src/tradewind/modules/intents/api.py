"""What other modules may ask of intents."""

from collections.abc import Sequence

from sqlalchemy.ext.asyncio import AsyncSession

from tradewind.modules.intents.contracts import IntentResult, NearExample
from tradewind.modules.intents.service import classifying, suggestions, teaching

__all__ = ["IntentResult", "NearExample", "classify", "classify_many", "label_given", "note_unanswered", "teach"]


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


async def teach(session: AsyncSession, text: str, *, intent_set: str, label: str) -> bool:
    """Keep a text as an example of a label of the organisation's set, copied from the shipped one if there is none.

    It counts when somebody trains the set. False where there is no such label or no room.
    """
    return await teaching.teach(session, intent_set, label, text)


async def label_given(session: AsyncSession, text: str, *, intent_set: str) -> str | None:
    """The label of the example that says exactly this in the organisation's set; None without one."""
    return await teaching.label_of(session, intent_set, text)

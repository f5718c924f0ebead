"""Messages nothing could be said to, and the new intents they suggest."""

import asyncio
from collections import Counter
from collections.abc import Sequence
from datetime import timedelta
from uuid import UUID

import numpy as np
from sqlalchemy.ext.asyncio import AsyncSession

from tradewind.kernel.clock import now
from tradewind.modules.ai.api import embed_locally
from tradewind.modules.identity import api as identity
from tradewind.modules.intents import repository
from tradewind.modules.intents.engine.words import plain_words
from tradewind.modules.intents.errors import MessagesGone
from tradewind.modules.intents.models import UnansweredMessage
from tradewind.modules.intents.schemas import (
    IntentCreate,
    IntentSuggestion,
    SuggestionAccept,
    SuggestionList,
    UnansweredRead,
)
from tradewind.modules.intents.service import classifying, sets
from tradewind.modules.intents.service.texts import label_of, text_key

KEPT_DAYS, KEPT_MESSAGES = 90, 2_000
_CLUSTERED = 500
_MAX_CHARACTERS = 1_000
_LEAST_TOGETHER = 2
# Average cosine distance within which messages count as one topic.
_APART = 0.5


async def note(session: AsyncSession, text: str) -> None:
    """Keep a message that found no answer; the same one again counts up. Empty ones are left out."""
    content = text.strip()[:_MAX_CHARACTERS]
    if content:
        await repository.note_unanswered(session, content, text_key(content))


async def suggest(session: AsyncSession, set_id: UUID) -> SuggestionList:
    """Group the newest waiting messages, and say which intent of the set each group is closest to."""
    row = await sets.get(session, set_id)
    waiting = await repository.unanswered(session, _CLUSTERED)
    vectors = await _vectors(waiting)
    groups = await asyncio.to_thread(_groups, vectors)
    trained = await repository.published(session, set_id) is not None
    rare = Counter(word for message in waiting for word in set(plain_words(message.text)))
    items = []
    for group in groups:
        messages = sorted((waiting[at] for at in group), key=lambda message: -message.times)
        label, chance = None, None
        if trained:
            label, chance = await _near(session, row.key, [message.text for message in messages])
        items.append(
            IntentSuggestion(
                label=_name(messages, rare, len(waiting)),
                times=sum(message.times for message in messages),
                messages=[
                    UnansweredRead(id=each.id, text=each.text, times=each.times, last_at=each.last_at)
                    for each in messages
                ],
                near_label=label,
                near_in_scope=chance,
            )
        )
    items.sort(key=lambda item: (-item.times, item.label))
    return SuggestionList(items=items, single=len(waiting) - sum(len(item.messages) for item in items))


async def accept(session: AsyncSession, data: SuggestionAccept) -> UUID:
    """Make messages examples of an intent, a new one if need be; returns its id. Raises MessagesGone."""
    await sets.get(session, data.set_id, lock=True)
    messages = await _waiting(session, data.message_ids)
    intent = await repository.intent_by_label(session, data.set_id, data.label)
    if intent is None:
        intent = await sets.add_intent(session, data.set_id, IntentCreate(label=data.label))
    await sets.insert(session, intent, [message.text for message in messages])
    for message in messages:
        await session.delete(message)
    return intent.id


async def dismiss(session: AsyncSession, message_ids: Sequence[UUID]) -> None:
    """Messages that are no intent are not suggested again. Raises MessagesGone."""
    messages = await _waiting(session, message_ids)
    for message in messages:
        message.dismissed_at = now()
    await identity.record(
        session, action="intents.messages_dismissed", subject_type="intent_unanswered", subject_id=None,
        after={"messages": len(messages)},
    )  # fmt: skip


async def forget_old(session: AsyncSession) -> None:
    """Forget what nobody looked at for three months, and the oldest beyond two thousand."""
    await repository.forget_unanswered(session, now() - timedelta(days=KEPT_DAYS), KEPT_MESSAGES)


async def _waiting(session: AsyncSession, message_ids: Sequence[UUID]) -> list[UnansweredMessage]:
    messages = await repository.unanswered_by_id(session, set(message_ids))
    if not messages:
        raise MessagesGone("Somebody else has dealt with these messages.")
    return messages


async def _vectors(messages: Sequence[UnansweredMessage]) -> np.ndarray:
    """Vectors of the messages (n × 384), computed once and kept with them."""
    new = [message for message in messages if message.vector is None]
    computed = await asyncio.to_thread(embed_locally, [message.text for message in new])
    for message, vector in zip(new, computed, strict=True):
        message.vector = vector.astype(np.float32).tobytes()
    return np.array([np.frombuffer(message.vector or b"", np.float32) for message in messages])


def _groups(vectors: np.ndarray) -> list[list[int]]:
    """Rows that belong together by meaning, at least two each."""
    if len(vectors) < _LEAST_TOGETHER:
        return []
    from scipy.cluster.hierarchy import fcluster, linkage

    numbers = fcluster(linkage(vectors, "average", metric="cosine"), _APART, "distance")
    groups = [np.flatnonzero(numbers == number).tolist() for number in np.unique(numbers)]
    return [group for group in groups if len(group) >= _LEAST_TOGETHER]


def _name(messages: Sequence[UnansweredMessage], rare: Counter[str], size: int) -> str:
    """A label from the words that the messages share most and few others have."""
    shared: Counter[str] = Counter()
    for message in messages:
        shared.update(dict.fromkeys(set(plain_words(message.text)), message.times))
    ranked = sorted(shared, key=lambda word: (-shared[word] * np.log((size + 1) / rare[word] + 1), word))
    return label_of(" ".join(ranked[:2]) or messages[0].text)


async def _near(session: AsyncSession, key: str, texts: Sequence[str]) -> tuple[str, float]:
    """The intent of the set that most of the texts come closest to, and how likely they are in scope."""
    results = await classifying.classify(session, texts[:20], key)
    label, _ = Counter(result.best_label for result in results).most_common(1)[0]
    chances = [result.in_scope_probability for result in results if result.best_label == label]
    return label, round(sum(chances) / len(chances), 4)

"""Why the sample company's agent said what it said: the log of its turns, read off its own words."""

import re
import zlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from tradewind.kernel.ids import new_id
from tradewind.modules.conversations.engine.actions import Answer, Ask, Book, Claim, HandOver, OfferSlots
from tradewind.modules.conversations.models.agents import AgentTurn
from tradewind.modules.conversations.models.conversations import Conversation, Message
from tradewind.modules.conversations.policy import judging
from tradewind.modules.conversations.policy.rules import Decision

_PAIRS = text("""
    SELECT d.title, d.content, d.id AS document_id, c.id AS chunk_id
    FROM knowledge_documents d JOIN knowledge_chunks c ON c.document_id = d.id AND c.ordinal = 0
    WHERE d.title = ANY (:questions) AND d.deleted_at IS NULL
""")
_SENTENCE = re.compile(r"(?<=[.!?])\s+")
# What the engine says in its own words; all else in a message that cites is a claim.
_ENGINE = re.compile(
    r"not a person|kein Mensch|no una persona|pas une personne|^(Yes|Sí)[.:]$|[Aa] colleague|sorry|^Thank you|\?$"
)


@dataclass(frozen=True, slots=True)
class Pair:
    """A question of the knowledge base with its answer, and where it is kept."""

    title: str
    content: str
    document_id: UUID
    chunk_id: UUID


async def find_pairs(session: AsyncSession, sources: Mapping[str, str]) -> dict[str, Pair]:
    """The pairs that the scripts cite, by the scripts' keys."""
    rows = await session.execute(_PAIRS, {"questions": list(sources.values())})
    found = {row.title: Pair(*row) for row in rows}
    return {key: found[question] for key, question in sources.items() if question in found}


def log_of(row: Conversation, said: Sequence[Message], cited: Mapping[int, Pair]) -> list[AgentTurn]:
    """A turn for each of the agent's messages, which get their sources; `cited` is by sequence."""
    turns: list[AgentTurn] = []
    asked: Message | None = None
    for message in said:
        if message.author == "visitor":
            asked = message
        elif message.author == "agent" and asked is not None:
            turns.append(_turn(row, asked, message, cited.get(message.sequence)))
    return turns


def _turn(row: Conversation, asked: Message, message: Message, pair: Pair | None) -> AgentTurn:
    turn_id = new_id()
    decisions = _decisions(row, message.text, pair)
    claims = [one.action for one in decisions if isinstance(one.action, Claim)]
    others = [one.action for one in decisions if not isinstance(one.action, Claim)]
    message.data = {**message.data, "turn_id": str(turn_id)}
    if claims and pair is not None:
        where = {"title": pair.title, "document_id": str(pair.document_id), "chunk_id": str(pair.chunk_id)}
        citation = {"number": 1, **where, "heading": "", "url": None, "quote": pair.content}
        message.data = {**message.data, "citations": [citation]}
    took = 40 + zlib.crc32(message.text.encode()) % 90
    return AgentTurn(
        id=turn_id, organisation_id=row.organisation_id, conversation_id=row.id, message_sequence=asked.sequence,
        version_id=row.agent_version_id, outcome="settled", language=row.language,
        proposed=[one.model_dump(mode="json") for one in ([Answer(claims=claims)] if claims else []) + others],
        decisions=[one.plain() for one in decisions], findings=[], retrieved=_retrieved(pair),
        afterwards={"disclosed": True}, made_by="local", cost_microusd=0, duration_ms=took, overhead_ms=took // 4,
        created_at=message.created_at,
    )  # fmt: skip


def _retrieved(pair: Pair | None) -> list[dict[str, Any]]:
    if pair is None:
        return []
    where = {"chunk_id": str(pair.chunk_id), "document_id": str(pair.document_id)}
    return [{"id": "P1", "title": pair.title, **where}]


def _decisions(row: Conversation, words: str, pair: Pair | None) -> list[Decision]:
    found: list[Decision] = []
    for sentence in _SENTENCE.split(words):
        if "Tuesday at 11:00 or" in sentence:
            found.append(Decision(OfferSlots(), "done", "offer.event_type", "Free times are shown."))
        elif sentence.startswith("Done: your demo"):
            why = "Time, name, address and yes are the visitor's."
            found.append(Decision(Book(), "done", "book.yes", why))
        elif sentence.startswith("How many"):
            action = Ask(question_key="team_size", phrasing=sentence)
            found.append(Decision(action, "done", "ask.in_order", "The flow asks it next."))
        elif "asking a colleague" in sentence:
            reason = "It is urgent" if row.urgent else "The visitor wants a person"
            found.append(Decision(HandOver(reason=reason), "done", judging.HAND_OVER[0], reason))
        elif pair is not None and not _ENGINE.search(sentence):
            found.append(_claim(row, sentence, pair))
    return found


def _claim(row: Conversation, sentence: str, pair: Pair) -> Decision:
    if row.language != "en":
        claim = Claim(text=sentence, supports=["P1"], quote=pair.content)
        return Decision(claim, "done", "claim.quoted", "A translation of words in the source.")
    own = sentence.rstrip(".").casefold() in pair.content.casefold()
    why = "It is the source's own sentence." if own else "A cited source says so."
    return Decision(Claim(text=sentence, supports=["P1"]), "done", "claim.supported", why)

"""The list of conversations: filters, words, order; what hangs on those of a page."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, column, exists, func, or_, select, table
from sqlalchemy.dialects.postgresql import TSVECTOR
from sqlalchemy.ext.asyncio import AsyncSession

from tradewind.kernel.pagination import SortColumn, fetch_page
from tradewind.modules.conversations.contracts import TRIAL_CHANNELS
from tradewind.modules.conversations.models.conversations import (
    Conversation,
    ConversationFile,
    Feedback,
    Message,
    Rating,
)

_WORD = re.compile(r"\w+")
_MOST_WORDS = 8
_leads = table("leads", column("id"), column("full_name"), column("company_name"), column("deleted_at"))
_words = column("words", TSVECTOR)
_reads = table("conversation_reads", column("conversation_id"), column("user_id"), column("sequence"))


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """Which conversations; None or empty does not restrict. `nobody`: those without an assignee."""

    states: Sequence[str] = ()
    channels: Sequence[str] = ()
    queue_id: UUID | None = None
    assignee_id: UUID | None = None
    nobody: bool = False
    lead_id: UUID | None = None
    agent_id: UUID | None = None
    urgent: bool | None = None
    overdue: bool | None = None
    mentioned: UUID | None = None
    outcomes: Sequence[str] = ()
    search: str | None = None
    in_texts: bool = True


def conditions(wanted: Wanted) -> list[ColumnElement[bool]]:
    """The filters as SQL over conversations. Trials are left out unless their channel is asked for."""
    row = Conversation
    found: list[ColumnElement[bool]] = []
    if wanted.channels:
        found.append(row.channel.in_(wanted.channels))
    else:
        found.append(row.channel.not_in(sorted(TRIAL_CHANNELS)))
    if wanted.states:
        found.append(row.state.in_(wanted.states))
    for given, attribute in (
        (wanted.queue_id, row.queue_id),
        (wanted.assignee_id, row.assignee_id),
        (wanted.lead_id, row.lead_id),
        (wanted.agent_id, row.agent_id),
        (wanted.urgent, row.urgent),
    ):
        if given is not None:
            found.append(attribute == given)
    if wanted.nobody:
        found.append(row.assignee_id.is_(None))
    if wanted.overdue is not None:
        found.append(row.breached_at.is_not(None) if wanted.overdue else row.breached_at.is_(None))
    if wanted.outcomes:
        found.append(row.outcome.in_(wanted.outcomes))
    if wanted.mentioned is not None:
        found.append(
            exists(
                select(Message.id).where(
                    Message.conversation_id == row.id,
                    Message.kind == "note",
                    Message.data.contains({"mentions": [str(wanted.mentioned)]}),
                )
            )
        )
    if wanted.search:
        found.append(_saying(wanted.search, in_texts=wanted.in_texts))
    return found


async def page(
    session: AsyncSession, wanted: Wanted, *, order: str, cursor: str | None, limit: int
) -> tuple[list[UUID], str | None, str | None]:
    """Ids of conversations that fit, in an order: `newest`, `oldest`, or `waiting` (who waits longest first)."""
    columns = {
        "newest": [SortColumn("last_message_at", Conversation.last_message_at.expression, descending=True)],
        "oldest": [SortColumn("last_message_at", Conversation.last_message_at.expression)],
        "waiting": [SortColumn("waiting_since", Conversation.waiting_since.expression, nullable=True)],
    }[order]
    columns.append(SortColumn("id", Conversation.id.expression, descending=order == "newest"))
    rows, following, previous = await fetch_page(
        session, select(Conversation.id).where(*conditions(wanted)), columns, cursor=cursor, limit=limit
    )
    return [row.id for row in rows], following, previous


async def ids_of(session: AsyncSession, wanted: Wanted, *, limit: int) -> list[UUID]:
    """Ids of all conversations that fit, newest first, at most `limit`."""
    statement = select(Conversation.id).where(*conditions(wanted)).order_by(Conversation.id.desc())
    return list(await session.scalars(statement.limit(limit)))


async def several(session: AsyncSession, ids: Sequence[UUID]) -> list[Conversation]:
    """Conversations in the order of their ids as given."""
    found = {one.id: one for one in await session.scalars(select(Conversation).where(Conversation.id.in_(ids)))}
    return [found[one] for one in ids if one in found]


async def read_through(session: AsyncSession, ids: Sequence[UUID], user_id: UUID | None) -> dict[UUID, int]:
    """How far somebody has read each conversation; those never opened are left out."""
    if user_id is None:
        return {}
    statement = select(_reads.c.conversation_id, _reads.c.sequence).where(
        _reads.c.conversation_id.in_(ids), _reads.c.user_id == user_id
    )
    return {row.conversation_id: row.sequence for row in await session.execute(statement)}


async def ratings(session: AsyncSession, ids: Sequence[UUID]) -> dict[UUID, list[Rating]]:
    """The ratings of conversations."""
    return await _grouped(session, Rating, Rating.conversation_id, ids)


async def files(session: AsyncSession, ids: Sequence[UUID]) -> dict[UUID, list[ConversationFile]]:
    """The files of conversations."""
    return await _grouped(session, ConversationFile, ConversationFile.conversation_id, ids)


async def feedback(session: AsyncSession, message_ids: Sequence[UUID]) -> dict[UUID, list[Feedback]]:
    """The verdicts on messages."""
    return await _grouped(session, Feedback, Feedback.message_id, message_ids)


async def _grouped(session: AsyncSession, model: Any, key: Any, ids: Sequence[UUID]) -> dict[UUID, list[Any]]:
    found: dict[UUID, list[Any]] = {}
    for one in await session.scalars(select(model).where(key.in_(ids)).order_by(model.id)):
        found.setdefault(getattr(one, key.key), []).append(one)
    return found


def _saying(search: str, *, in_texts: bool) -> ColumnElement[bool]:
    """Conversations of this number, with a lead of this name, or in whose messages all these words begin."""
    words = _WORD.findall(search.lower())[:_MOST_WORDS]
    named = func.lower(_leads.c.full_name).contains(search.lower(), autoescape=True)
    firm = func.lower(_leads.c.company_name).contains(search.lower(), autoescape=True)
    found: list[ColumnElement[bool]] = [
        exists(select(_leads.c.id).where(_leads.c.id == Conversation.lead_id, or_(named, firm)))
    ]
    digits = search.strip().lstrip("#")
    if digits.isascii() and digits.isdigit() and len(digits) <= 15:
        found.append(Conversation.number == int(digits))
    if words and in_texts:
        query = func.to_tsquery("simple", " & ".join(f"{word}:*" for word in words))
        found.append(Conversation.id.in_(select(Message.conversation_id).where(_words.op("@@")(query))))
    return or_(*found)

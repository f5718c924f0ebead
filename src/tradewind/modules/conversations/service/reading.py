"""Conversations as members see them: with names, and without what they may not see."""

from collections.abc import Sequence
from typing import Any, Literal
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from tradewind.kernel.classification import hides, masked
from tradewind.kernel.clock import now
from tradewind.kernel.database import actor_of
from tradewind.kernel.pagination import Page
from tradewind.modules.conversations.engine.saying import kept, pieces
from tradewind.modules.conversations.errors import ConversationNotFound
from tradewind.modules.conversations.models.conversations import Conversation, ConversationFile, Feedback, Message
from tradewind.modules.conversations.repository import conversations as rows
from tradewind.modules.conversations.repository import lists, people
from tradewind.modules.conversations.repository.lists import Wanted
from tradewind.modules.conversations.schemas.conversations import (
    ConversationFileRead,
    ConversationRead,
    ConversationSummary,
    ConversationSummaryRead,
    HandoverRead,
    LeadRef,
    MessageRead,
    PersonRef,
    QueueRef,
    RatingRead,
    VerdictRead,
)
from tradewind.modules.identity import api as identity
from tradewind.modules.leads import api as leads

Order = Literal["newest", "oldest", "waiting"]
_TOGETHER = ("lead", "assignee", "queue", "unread", "due_at", "overdue", "csat", "subject", "preview")


async def page(
    session: AsyncSession, wanted: Wanted, *, order: Order, cursor: str | None, limit: int
) -> Page[ConversationSummaryRead]:
    """One page of the conversations that fit and that the actor sees."""
    ids, following, previous = await lists.page(session, wanted, order=order, cursor=cursor, limit=limit)
    items = await summaries(session, await lists.several(session, ids))
    return Page(items=items, next_cursor=following, previous_cursor=previous)


async def read_if_seen(session: AsyncSession, conversation_id: UUID) -> ConversationRead | None:
    """One conversation; None where it is out of the actor's sight."""
    try:
        return await read(session, conversation_id)
    except ConversationNotFound:
        return None


async def summaries(session: AsyncSession, found: Sequence[Conversation]) -> list[ConversationSummaryRead]:
    """Conversations for the list."""
    facts = await _facts(session, found)
    return [ConversationSummaryRead(**one) for one in facts]


async def read(session: AsyncSession, conversation_id: UUID) -> ConversationRead:
    """One conversation with what hangs on it. Raises ConversationNotFound."""
    row = await rows.conversation(session, conversation_id)
    if row is None:
        raise ConversationNotFound()
    hidden = hides(actor_of(session))
    (facts,) = await _facts(session, [row])
    names = await _names(session, [row.closed_by])
    ratings = (await lists.ratings(session, [row.id])).get(row.id, [])
    files = (await lists.files(session, [row.id])).get(row.id, [])
    growing = "".join(pieces(kept(row.saying)))
    return ConversationRead(
        **facts,
        agent_version_id=row.agent_version_id,
        opted_out=row.opted_out,
        visitor_read_through=row.visitor_read_through,
        closed_by=_person(row.closed_by, names),
        growing=masked(growing) if hidden else growing,
        summary=_summary(row.summary, hidden=hidden),
        handovers=[HandoverRead.model_validate(one) for one in await rows.handovers(session, row.id)],
        ratings=[_rating(one, hidden=hidden) for one in ratings],
        files=[ConversationFileRead.model_validate(one) for one in files],
    )


async def messages(
    session: AsyncSession, conversation_id: UUID, *, after: int, before: int | None, limit: int
) -> list[MessageRead]:
    """Messages in order: those after a sequence, or else the last ones, before a sequence if given.

    Raises ConversationNotFound.
    """
    if await rows.conversation(session, conversation_id) is None:
        raise ConversationNotFound()
    found = await rows.messages(session, conversation_id, after=after, before=before, limit=limit, newest=after == 0)
    feedback = await lists.feedback(session, [one.id for one in found])
    files: dict[UUID | None, list[ConversationFile]] = {}
    for one in (await lists.files(session, [conversation_id])).get(conversation_id, []):
        files.setdefault(one.message_id, []).append(one)
    hidden = hides(actor_of(session))
    return [shown(one, feedback.get(one.id, []), files.get(one.id, []), hidden=hidden) for one in found]


async def message(session: AsyncSession, row: Message) -> MessageRead:
    """One message as it is shown."""
    feedback = await lists.feedback(session, [row.id])
    files = (await lists.files(session, [row.conversation_id])).get(row.conversation_id, [])
    own = [one for one in files if one.message_id == row.id]
    return shown(row, feedback.get(row.id, []), own, hidden=hides(actor_of(session)))


def shown(
    row: Message, feedback: Sequence[Feedback], files: Sequence[ConversationFile], *, hidden: bool
) -> MessageRead:
    """A message; where personal data is hidden, without its text and all facts but the event's name."""
    event = {"event": row.data["event"]} if "event" in row.data else {}
    return MessageRead(
        id=row.id,
        sequence=row.sequence,
        author=row.author,  # pyright: ignore[reportArgumentType]
        kind=row.kind,  # pyright: ignore[reportArgumentType]
        text=masked(row.text) if hidden else row.text,
        data=event if hidden else row.data,
        key=row.key,
        member=PersonRef(id=row.member_id, name=row.member_name) if row.member_id else None,
        feedback=[_verdict(one, hidden=hidden) for one in feedback],
        files=[ConversationFileRead.model_validate(one) for one in files],
        created_at=row.created_at,
        delivered_at=row.delivered_at,
        seen_at=row.seen_at,
    )


async def _facts(session: AsyncSession, found: Sequence[Conversation]) -> list[dict[str, Any]]:
    ids = [row.id for row in found]
    reader, _ = await identity.person_behind(session)
    known = {one.id: one for one in await leads.lead_summaries(session, [r.lead_id for r in found if r.lead_id])}
    names = await _names(session, [row.assignee_id for row in found])
    queues = {one.id: QueueRef(id=one.id, name=one.name) for one in await people.queues(session)} if found else {}
    read_through = await lists.read_through(session, ids, reader)
    ratings = await lists.ratings(session, ids)
    hidden, at = hides(actor_of(session)), now()
    own = [name for name in ConversationSummaryRead.model_fields if name not in _TOGETHER]
    result: list[dict[str, Any]] = []
    for row in found:
        lead = known.get(row.lead_id) if row.lead_id else None
        due_at = row.first_reply_due_at or row.next_reply_due_at
        result.append(
            {name: getattr(row, name) for name in own}
            | {
                "lead": lead
                and LeadRef(
                    id=lead.id,
                    name=lead.full_name,
                    company=lead.company_name,
                    email=lead.email,
                    verified=row.lead_verified,
                ),
                "assignee": _person(row.assignee_id, names),
                "queue": queues.get(row.queue_id) if row.queue_id else None,
                "unread": row.last_sequence > read_through.get(row.id, 0),
                "due_at": due_at,
                "overdue": due_at is not None and due_at < at,
                "csat": next((one.score for one in ratings.get(row.id, []) if one.kind == "csat"), None),
                "subject": masked(row.subject) if hidden else row.subject,
                "preview": masked(row.preview) if hidden else row.preview,
            }
        )
    return result


async def _names(session: AsyncSession, ids: Sequence[UUID | None]) -> dict[UUID, str]:
    wanted = {one for one in ids if one is not None}
    if not wanted:
        return {}
    return {one.id: one.name for one in await identity.list_members(session, active_only=False) if one.id in wanted}


def _person(user_id: UUID | None, names: dict[UUID, str]) -> PersonRef | None:
    return PersonRef(id=user_id, name=names.get(user_id, "")) if user_id else None


def _summary(found: dict[str, Any] | None, *, hidden: bool) -> ConversationSummary | None:
    if found is None:
        return None
    texts = {"text": masked(found["text"]), "action_items": masked(found["action_items"])} if hidden else {}
    return ConversationSummary.model_validate(found | texts)


def _rating(one: Any, *, hidden: bool) -> RatingRead:
    read = RatingRead.model_validate(one)
    return read.model_copy(update={"comment": masked(read.comment)}) if hidden else read


def _verdict(one: Feedback, *, hidden: bool) -> VerdictRead:
    return VerdictRead(
        given_by=one.given_by,  # pyright: ignore[reportArgumentType]
        member_id=one.member_id,
        thumb=one.thumb,
        correction=masked(one.correction) if hidden else one.correction,
    )

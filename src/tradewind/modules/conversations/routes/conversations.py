"""HTTP of conversations for members and programs: listing, reading, answering, and all that members do with them."""

from typing import Annotated, Literal
from uuid import UUID

from fastapi import Query, Response

from tradewind.kernel.access import Session, requires
from tradewind.kernel.classification import hides
from tradewind.kernel.concurrency import etag
from tradewind.kernel.database import actor_of
from tradewind.kernel.pagination import Page
from tradewind.kernel.routing import Router
from tradewind.modules.conversations.contracts import Channel, Outcome, State
from tradewind.modules.conversations.repository.lists import Wanted
from tradewind.modules.conversations.schemas.conversations import (
    AssignmentWrite,
    CloseWrite,
    ConversationNoteCreate,
    ConversationRead,
    ConversationReplyCreate,
    ConversationSummaryRead,
    FeedbackWrite,
    MessageRead,
    ReadWrite,
    SnoozeWrite,
)
from tradewind.modules.conversations.service import acting, messages, ratings, reading
from tradewind.modules.identity import api as identity

router = Router(tags=["Conversations"])
_READ, _WRITE = [requires("conversations:read")], [requires("conversations:write")]
_ID = "/conversations/{conversation_id:uuid}"


@router.get("/conversations", dependencies=_READ)
async def list_conversations(
    session: Session,
    state: Annotated[list[State] | None, Query(max_length=5)] = None,
    channel: Annotated[list[Channel] | None, Query(max_length=6)] = None,
    queue: UUID | None = None,
    assignee: Annotated[Literal["me", "nobody"] | UUID | None, Query(description="A member, `me` or `nobody`")] = None,
    mentions: Annotated[Literal["me"] | None, Query(description="Those in whose notes you are mentioned")] = None,
    lead: UUID | None = None,
    agent: UUID | None = None,
    urgent: bool | None = None,
    overdue: bool | None = None,
    outcome: Annotated[list[Outcome] | None, Query(max_length=4)] = None,
    search: Annotated[str | None, Query(min_length=1, max_length=200, description="Words, a name, or #412")] = None,
    order: Literal["newest", "oldest", "waiting"] = "newest",
    cursor: Annotated[str | None, Query(min_length=1, max_length=2048)] = None,
    limit: Annotated[int, Query(ge=1, le=100)] = 50,
) -> Page[ConversationSummaryRead]:
    """Conversations that you see. Trials of agents are listed only if their channel is asked for."""
    me, _ = await identity.person_behind(session)
    wanted = Wanted(
        states=state or (),
        channels=channel or (),
        queue_id=queue,
        assignee_id=me if assignee == "me" else assignee if isinstance(assignee, UUID) else None,
        nobody=assignee == "nobody",
        mentioned=me if mentions else None,
        lead_id=lead,
        agent_id=agent,
        urgent=urgent,
        overdue=overdue,
        outcomes=outcome or (),
        search=search,
        # A match would betray what is masked.
        in_texts=not hides(actor_of(session)),
    )
    return await reading.page(session, wanted, order=order, cursor=cursor, limit=limit)


@router.get(_ID, dependencies=_READ)
async def read_conversation(session: Session, conversation_id: UUID, response: Response) -> ConversationRead:
    """One conversation with its hand-overs, ratings, files and summary."""
    return await _shown(session, conversation_id, response)


@router.get(f"{_ID}/messages", dependencies=_READ)
async def list_messages(
    session: Session,
    conversation_id: UUID,
    after: Annotated[int, Query(ge=0, le=1_000_000, description="Messages after this sequence")] = 0,
    before: Annotated[int | None, Query(ge=1, le=1_000_000, description="The last ones before this sequence")] = None,
    limit: Annotated[int, Query(ge=1, le=500)] = 100,
) -> list[MessageRead]:
    """Messages, notes and events in order: the last ones, or those after or before a sequence."""
    return await reading.messages(session, conversation_id, after=after, before=before, limit=limit)


@router.post(f"{_ID}/messages", status_code=201, dependencies=_WRITE)
async def reply(session: Session, conversation_id: UUID, data: ConversationReplyCreate) -> MessageRead:
    """Answer the visitor. Whoever answers takes the conversation over: from then on the agent is silent."""
    row = await messages.reply(session, conversation_id, data.text, key=data.key, data=data.data)
    return await reading.message(session, row)


@router.post(f"{_ID}/notes", status_code=201, dependencies=_WRITE)
async def add_note(session: Session, conversation_id: UUID, data: ConversationNoteCreate) -> MessageRead:
    """Write a note that only members see."""
    row = await messages.note(session, conversation_id, data.text, mentions=data.mentions, key=data.key)
    return await reading.message(session, row)


@router.post(f"{_ID}/join", dependencies=_WRITE)
async def join(session: Session, conversation_id: UUID, response: Response) -> ConversationRead:
    """Take a conversation over before answering; the agent leaves."""
    await acting.join(session, conversation_id)
    return await _shown(session, conversation_id, response)


@router.post(f"{_ID}/assign", dependencies=_WRITE)
async def assign(session: Session, conversation_id: UUID, data: AssignmentWrite) -> ConversationRead | None:
    """Give a conversation to a member or a queue. What the agent leads waits for them from then on.

    The answer is null where it is out of your own sight from then on.
    """
    await acting.assign(session, conversation_id, assignee_id=data.assignee_id, queue_id=data.queue_id)
    return await reading.read_if_seen(session, conversation_id)


@router.post(f"{_ID}/hand-back", dependencies=_WRITE)
async def hand_back(session: Session, conversation_id: UUID) -> ConversationRead | None:
    """Return a conversation to the agent, who answers what nobody answered yet. Null if out of your sight then."""
    await acting.hand_back(session, conversation_id)
    return await reading.read_if_seen(session, conversation_id)


@router.post(f"{_ID}/close", dependencies=_WRITE)
async def close(
    session: Session, conversation_id: UUID, response: Response, data: CloseWrite | None = None
) -> ConversationRead:
    """End a conversation. It counts as a success only if the visitor confirmed it, now or by a good rating."""
    await acting.close(session, conversation_id, confirmed=data.confirmed if data else False)
    return await _shown(session, conversation_id, response)


@router.post(f"{_ID}/reopen", dependencies=_WRITE)
async def reopen(session: Session, conversation_id: UUID, response: Response) -> ConversationRead:
    """Let a closed conversation go on, with you."""
    await acting.reopen(session, conversation_id)
    return await _shown(session, conversation_id, response)


@router.post(f"{_ID}/not-urgent", dependencies=_WRITE)
async def not_urgent(session: Session, conversation_id: UUID, response: Response) -> ConversationRead:
    """Take the mark of urgency off. The same words raise no alarm again; the set `urgency` keeps them to learn from."""
    await acting.not_urgent(session, conversation_id)
    return await _shown(session, conversation_id, response)


@router.post(f"{_ID}/snooze", dependencies=_WRITE)
async def snooze(session: Session, conversation_id: UUID, data: SnoozeWrite, response: Response) -> ConversationRead:
    """Put a conversation away until a moment, at most a year ahead, or until the visitor writes."""
    await acting.snooze(session, conversation_id, data.until)
    return await _shown(session, conversation_id, response)


@router.post(f"{_ID}/wake", dependencies=_WRITE)
async def wake(session: Session, conversation_id: UUID, response: Response) -> ConversationRead:
    """End a snooze at once."""
    await acting.wake(session, conversation_id)
    return await _shown(session, conversation_id, response)


@router.post(f"{_ID}/read", status_code=204, dependencies=_READ)
async def mark_read(session: Session, conversation_id: UUID, data: ReadWrite | None = None) -> None:
    """Say how far you have read."""
    await acting.mark_read(session, conversation_id, data.through if data else None)


@router.post("/messages/{message_id:uuid}/feedback", dependencies=_WRITE)
async def judge_message(session: Session, message_id: UUID, data: FeedbackWrite) -> MessageRead:
    """Say what you think of a message of the agent: it learns from thumbs and corrections."""
    row = await ratings.judge_as_member(session, message_id, thumb=data.thumb, correction=data.correction)
    return await reading.message(session, row)


async def _shown(session: Session, conversation_id: UUID, response: Response) -> ConversationRead:
    found = await reading.read(session, conversation_id)
    response.headers["ETag"] = etag(found.version)
    return found

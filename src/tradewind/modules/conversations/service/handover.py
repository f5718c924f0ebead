"""The way to people: asking for one, who it goes to, taking over, giving back; and what is promised meanwhile."""

from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from tradewind.modules.conversations import contracts, lifecycle
from tradewind.modules.conversations.contracts import RequestedBy
from tradewind.modules.conversations.errors import WrongState
from tradewind.modules.conversations.events import (
    ConversationAssigned,
    HandoverAccepted,
    HandoverRequested,
    HandoverReturned,
)
from tradewind.modules.conversations.models.conversations import Handover
from tradewind.modules.conversations.repository import conversations as rows
from tradewind.modules.conversations.repository import people
from tradewind.modules.conversations.service import hours, views, waking
from tradewind.modules.conversations.service.changing import Change, changing
from tradewind.modules.identity import api as identity

WRITE = "conversations:write"


async def ask_for_person(
    session: AsyncSession,
    conversation_id: UUID,
    *,
    by: RequestedBy,
    reason: str,
    queue_id: UUID | None = None,
    urgent: bool = False,
) -> contracts.Handover:
    """Let a conversation wait for a person; what waits or is with one already stays so.

    Raises ConversationNotFound, WrongState for a closed one, AlreadyHandedOver (of the agent, in a circle).
    """
    async with changing(session, conversation_id) as change:
        change.row.urgent = change.row.urgent or urgent
        found = await request(change, by=by, reason=reason, queue_id=queue_id)
    return views.handover(found)


async def request(change: Change, *, by: RequestedBy, reason: str, queue_id: UUID | None = None) -> Handover:
    """As `ask_for_person`, within a change."""
    session, row = change.session, change.row
    if change.handover is not None:
        return change.handover
    earlier = [one.at_sequence for one in await rows.handovers(session, row.id)]
    wanted = await people.queue(session, queue_id) if queue_id else None
    queue = wanted or (await people.queue(session, row.queue_id) if row.queue_id else None)
    queue = queue or await people.default_queue(session)
    row.queue_id = queue.id if queue else None
    presence = await hours.presence(session, row.queue_id)
    found = lifecycle.hand_over(
        row,
        None,
        by=by,
        reason=reason,
        at=change.at,
        at_sequence=await rows.last_sequence_of(session, row.id, "visitor"),
        last_at_sequence=max(earlier, default=None),
        offline=not presence.open,
    )
    session.add(found)
    change.handover = found
    found.due_at = await hours.due(session, row.queue_id, change.at, first=True)
    row.first_reply_due_at, row.next_reply_due_at, row.breached_at = found.due_at, None, None
    change.happened(
        "handover_requested", reason=reason, by=by, offline=not presence.open or None, due_at=_written(found.due_at)
    )
    if row.assignee_id is None and queue is not None and queue.assignment == "round_robin":
        await _give_next(change, queue.id)
    change.tell(
        HandoverRequested,
        handover_id=found.id,
        queue_id=row.queue_id,
        reason=reason,
        urgent=row.urgent,
        offline=not presence.open,
        due_at=found.due_at,
    )
    return found


async def join(change: Change, member_id: UUID, name: str) -> None:
    """A member takes the conversation over within a change; who has it already changes nothing. Raises WrongState."""
    was = change.row.state
    before = change.handover.state if change.handover else None
    sequence = await rows.last_sequence_of(change.session, change.row.id, "visitor")
    found = lifecycle.join(change.row, change.handover, member_id=member_id, at=change.at, at_sequence=sequence)
    if change.handover is None:
        change.session.add(found)
        change.handover = found
    if was != "person":
        change.happened("member_joined", name=name)
    if before != "accepted":
        change.tell(HandoverAccepted, handover_id=found.id, member_id=member_id)


async def give_back(change: Change) -> None:
    """Return the conversation to the agent, who answers what the visitor said last and nobody answered."""
    session, row, ended = change.session, change.row, change.handover
    lifecycle.give_back(row, ended, at=change.at)
    change.happened("handed_back")
    if ended is not None:
        change.tell(HandoverReturned, handover_id=ended.id)
    asked = await rows.last_sequence_of(session, row.id, "visitor")
    answered = await rows.last_sequence_of(session, row.id, "member", "agent")
    if asked > answered:
        # What was said while people had it counts as unanswered.
        row.answered_through = min(row.answered_through, asked - 1)
        await waking.take_turn(session, row.id, asked)
    else:
        row.answered_through = max(row.answered_through, asked)


async def assign(change: Change, *, assignee_id: UUID | None, queue_id: UUID | None, by: UUID | None) -> None:
    """Give the conversation to a member, to a queue, or (both None) to whoever comes first. Raises WrongState."""
    row = change.row
    if row.state == "closed":
        raise WrongState("The conversation is closed. Reopen it first.")
    moved = queue_id is not None and queue_id != row.queue_id
    if queue_id is not None:
        row.queue_id = queue_id
    if row.state == "agent":
        row.assignee_id = assignee_id
        await request(change, by="member", reason="Assigned by a member", queue_id=queue_id)
    elif assignee_id is None:
        await put_back(change, anew=moved)
    else:
        row.assignee_id = assignee_id
    await _say_assigned(change, by)


async def put_back(change: Change, *, anew: bool = True) -> None:
    """Take a conversation from its assignee: it waits for its queue, which gives it to the next one (`anew`)."""
    row = change.row
    lifecycle.put_back(row, change.handover, at=change.at)
    if row.state == "waiting" and row.next_reply_due_at is None and row.first_reply_due_at is None:
        row.next_reply_due_at = await hours.due(change.session, row.queue_id, change.at, first=False)
    queue = await people.queue(change.session, row.queue_id) if row.queue_id else None
    if anew and row.state == "waiting" and queue is not None and queue.assignment == "round_robin":
        await _give_next(change, queue.id)


async def _give_next(change: Change, queue_id: UUID) -> None:
    """Assign to the member of the queue whose turn was longest ago, of those who can answer now."""
    session = change.session
    members = await people.members_in_turn(session, queue_id)
    able = await identity.standings(session, [one.user_id for one in members])
    for one in members:
        standing = able.get(one.user_id)
        if standing is not None and WRITE in standing.permissions:
            one.last_assigned_at = change.at
            change.row.assignee_id = one.user_id
            await _say_assigned(change, None)
            return


async def _say_assigned(change: Change, by: UUID | None) -> None:
    row = change.row
    names = await identity.active_member_names(change.session, [row.assignee_id] if row.assignee_id else [])
    change.happened(
        "assigned",
        assignee_id=str(row.assignee_id) if row.assignee_id else None,
        name=names.get(row.assignee_id) if row.assignee_id else None,
        queue_id=str(row.queue_id) if row.queue_id else None,
    )
    change.tell(ConversationAssigned, assignee_id=row.assignee_id, queue_id=row.queue_id, by=by)


def _written(moment: object) -> str | None:
    return None if moment is None else str(moment)

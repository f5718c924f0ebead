"""What members do with a conversation beside answering: taking, giving, snoozing, closing, reopening, reading."""

from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from tradewind.kernel.clock import now
from tradewind.kernel.database import actor_of
from tradewind.modules.conversations import lifecycle
from tradewind.modules.conversations.contracts import Outcome
from tradewind.modules.conversations.errors import ConversationNotFound, QueueNotFound, SettingsInvalid, WrongState
from tradewind.modules.conversations.events import ConversationClosed, ConversationReopened
from tradewind.modules.conversations.repository import conversations as rows
from tradewind.modules.conversations.repository import people
from tradewind.modules.conversations.service import handover, waking
from tradewind.modules.conversations.service.changing import Change, changing, note_change
from tradewind.modules.identity import api as identity
from tradewind.modules.qualification import api as qualification

LONGEST_SNOOZE = timedelta(days=365)
_READ = text("""
    INSERT INTO conversation_reads (conversation_id, user_id, organisation_id, sequence)
    VALUES (:conversation_id, :user_id, :organisation_id, :sequence)
    ON CONFLICT (conversation_id, user_id) DO UPDATE
    SET sequence = greatest(conversation_reads.sequence, excluded.sequence)
""")


async def join(session: AsyncSession, conversation_id: UUID) -> None:
    """Take a conversation over without a word yet; the agent leaves. Raises ConversationNotFound, WrongState."""
    member_id, name = await identity.person_behind(session)
    if member_id is None:
        raise WrongState("Only a member can take a conversation: this caller stands for none.")
    async with changing(session, conversation_id) as change:
        await handover.join(change, member_id, name)
        await note_change(session, change, "joined")


async def assign(
    session: AsyncSession, conversation_id: UUID, *, assignee_id: UUID | None, queue_id: UUID | None
) -> None:
    """Give a conversation to a member who may answer, to a queue, or back to whoever comes first.

    What the agent leads waits for them then. Raises ConversationNotFound, QueueNotFound, SettingsInvalid, WrongState.
    """
    await check_assignee(session, assignee_id)
    if queue_id is not None and await people.queue(session, queue_id) is None:
        raise QueueNotFound()
    by, _ = await identity.person_behind(session)
    async with changing(session, conversation_id) as change:
        before = {"assignee_id": change.row.assignee_id, "queue_id": change.row.queue_id}
        await handover.assign(change, assignee_id=assignee_id, queue_id=queue_id, by=by)
        after = {"assignee_id": change.row.assignee_id, "queue_id": change.row.queue_id}
        await note_change(session, change, "assigned", before=before, after=after)


async def hand_back(session: AsyncSession, conversation_id: UUID) -> None:
    """Return a conversation to the agent, who goes on with it. Raises ConversationNotFound, WrongState."""
    async with changing(session, conversation_id) as change:
        await handover.give_back(change)
        await note_change(session, change, "handed_back")


async def snooze(session: AsyncSession, conversation_id: UUID, until: datetime) -> None:
    """Put a conversation away until a moment at most a year ahead, or until the visitor writes.

    Raises ConversationNotFound, WrongState, SettingsInvalid.
    """
    if not now() < until <= now() + LONGEST_SNOOZE:
        message = "Choose a moment in the future, at most a year ahead."
        raise SettingsInvalid(message, errors=[{"field": "until", "message": message}])
    member_id, _ = await identity.person_behind(session)
    async with changing(session, conversation_id) as change:
        lifecycle.snooze(change.row, until=until)
        # Asleep it is nobody's turn: whoever put it away keeps it in sight.
        change.row.assignee_id = change.row.assignee_id or member_id
        change.happened("snoozed", until=until.isoformat())
        await note_change(session, change, "snoozed", after={"until": until})


async def wake(session: AsyncSession, conversation_id: UUID) -> bool:
    """End a snooze, because its time has come or somebody wants it; False if it does not sleep.

    Raises ConversationNotFound.
    """
    async with changing(session, conversation_id) as change:
        if not lifecycle.wake(change.row, change.handover, at=change.at):
            return False
        change.happened("woken")
        return True


async def close(session: AsyncSession, conversation_id: UUID, *, confirmed: bool = False, because: str = "") -> Outcome:
    """End a conversation. `confirmed` says that the visitor confirmed to be served; silence never counts as that.

    Raises ConversationNotFound, WrongState.
    """
    async with changing(session, conversation_id) as change:
        outcome = await end(change, confirmed=confirmed, because=because)
        if actor_of(session).kind != "system":
            await note_change(session, change, "closed", after={"outcome": outcome})
    return outcome


async def end(change: Change, *, confirmed: bool, because: str) -> Outcome:
    """As `close`, within a change."""
    session, row = change.session, change.row
    joined = any(one.accepted_at for one in await rows.handovers(session, row.id))
    by, _ = await identity.person_behind(session)
    outcome = lifecycle.close(row, change.handover, at=change.at, by=by, confirmed=confirmed, person_joined=joined)
    change.happened("closed", outcome=outcome, because=because or None)
    change.tell(ConversationClosed, outcome=outcome, reopened=row.reopened)
    await waking.summarise(session, row.id, row.reopened)
    return outcome


async def reopen(session: AsyncSession, conversation_id: UUID) -> None:
    """Let a closed conversation go on with the member who reopens it. Raises ConversationNotFound, WrongState."""
    member_id, name = await identity.person_behind(session)
    async with changing(session, conversation_id) as change:
        lifecycle.reopen(change.row)
        change.happened("reopened")
        change.tell(ConversationReopened)
        if member_id is not None:
            await handover.join(change, member_id, name)
        await note_change(session, change, "reopened")


async def not_urgent(session: AsyncSession, conversation_id: UUID) -> None:
    """Take the mark of urgency off; the words that raised it can wait from now on. Raises ConversationNotFound."""
    async with changing(session, conversation_id) as change:
        row = change.row
        if not row.urgent:
            return
        row.urgent = False
        raised = await rows.newest_event(session, row.id, "urgent")
        change.happened("not_urgent")
        await note_change(session, change, "not_urgent", before={"urgent": True}, after={"urgent": False})
        if change.is_trial:
            return
        said = raised.data.get("at_sequence") if raised else None
        words = await rows.messages(session, row.id, after=said - 1, before=said + 1) if said else []
        others = row.lead_id is not None and await rows.is_urgent_elsewhere(session, row.lead_id, row.id)
        await qualification.calm(
            session, words[0].text if words else "", subject_id=row.id, lead_id=None if others else row.lead_id
        )


async def opt_out(session: AsyncSession, conversation_id: UUID) -> None:
    """The visitor wants to talk to people only: the agent leaves for good. Raises ConversationNotFound."""
    async with changing(session, conversation_id) as change:
        if change.row.opted_out:
            return
        change.row.opted_out = True
        change.happened("opted_out")
        if change.row.state == "agent":
            await handover.request(change, by="visitor", reason="The visitor wants no automated answers")


async def mark_read(session: AsyncSession, conversation_id: UUID, through: int | None) -> None:
    """The member has read all up to a sequence, or all. Raises ConversationNotFound."""
    row = await rows.conversation(session, conversation_id)
    if row is None:
        raise ConversationNotFound()
    user_id, _ = await identity.person_behind(session)
    if user_id is not None:
        await session.execute(
            _READ,
            {
                "conversation_id": conversation_id,
                "user_id": user_id,
                "organisation_id": row.organisation_id,
                "sequence": row.last_sequence if through is None else min(through, row.last_sequence),
            },
        )


async def check_assignee(session: AsyncSession, assignee_id: UUID | None) -> None:
    """That a conversation can be given to this member. Raises SettingsInvalid."""
    if assignee_id is None:
        return
    standing = (await identity.standings(session, [assignee_id])).get(assignee_id)
    if standing is None or handover.WRITE not in standing.permissions:
        message = "There is no such member, or the member's role may not answer conversations."
        raise SettingsInvalid(message, errors=[{"field": "assignee_id", "message": message}])

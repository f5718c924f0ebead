"""Every change of a conversation: under its lock, with what is said numbered, stored, published and pushed together."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import datetime
from typing import Any
from uuid import UUID

import orjson
from sqlalchemy.ext.asyncio import AsyncSession

from tradewind.kernel import events, realtime
from tradewind.kernel.clock import now
from tradewind.kernel.database import actor_of
from tradewind.kernel.database.sight import seeing_everything
from tradewind.kernel.ids import new_id
from tradewind.modules.conversations import lifecycle
from tradewind.modules.conversations.contracts import MAX_TEXT, TRIAL_CHANNELS, Author, MessageKind, topic
from tradewind.modules.conversations.engine.saying import facts, kept, pieces
from tradewind.modules.conversations.errors import ConversationFull, ConversationNotFound
from tradewind.modules.conversations.events import ConversationFact, MessageSent
from tradewind.modules.conversations.models.conversations import Conversation, Handover, Message
from tradewind.modules.conversations.repository import conversations as rows
from tradewind.modules.conversations.repository import people
from tradewind.modules.conversations.service.views import for_visitor
from tradewind.modules.identity import api as identity
from tradewind.modules.leads import api as leads

MAX_MESSAGES = 20_000
PREVIEW = 160
# A longer text is announced without its content, which the receiver then reads from the records.
_PUSHED_BYTES = 16_000


class Change:
    """A conversation whose lock is held, its open hand-over, and what is said and told when the change is done."""

    def __init__(self, session: AsyncSession, row: Conversation, handover: Handover | None) -> None:
        self.session = session
        self.row = row
        self.handover = handover
        self.at: datetime = now()
        self.said: list[Message] = []
        self._facts: list[ConversationFact] = []

    @property
    def is_trial(self) -> bool:
        """Whether nothing of the conversation may leave it."""
        return self.row.channel in TRIAL_CHANNELS

    def say(
        self,
        author: Author,
        text: str,
        *,
        kind: MessageKind = "message",
        data: dict[str, Any] | None = None,
        key: str | None = None,
        member_id: UUID | None = None,
        member_name: str = "",
    ) -> Message:
        """Add what was said, with the next sequence. Raises ConversationFull."""
        row = self.row
        if row.state != "agent":
            self.keep_what_was_said()
        if row.last_sequence >= MAX_MESSAGES:
            raise ConversationFull(f"A conversation holds up to {MAX_MESSAGES} messages. Begin a new one.")
        row.last_sequence += 1
        message = Message(
            id=new_id(),
            organisation_id=row.organisation_id,
            conversation_id=row.id,
            sequence=row.last_sequence,
            author=author,
            member_id=member_id,
            member_name=member_name,
            kind=kind,
            text=text[:MAX_TEXT],
            data=data or {},
            key=key,
            created_at=self.at,
        )
        if kind == "message":
            row.last_message_at = self.at
            row.preview = " ".join(text.split())[:PREVIEW]
        self.session.add(message)
        self.said.append(message)
        return message

    def keep_what_was_said(self) -> None:
        """Make a message of what the agent said of an answer that will not be made: it was read already."""
        said, self.row.saying = kept(self.row.saying), {}
        if said:
            message = self.say("agent", "".join(pieces(said)), data={**facts(said), "cut_short": True})
            self.tell(MessageSent, message_id=message.id, sequence=message.sequence, author="agent")

    def happened(self, event: str, **facts: Any) -> Message:
        """Add what happened, for whoever reads the conversation later."""
        actor = actor_of(self.session)
        author: Author = "member" if actor.kind in ("user", "api_key") else "system"
        return self.say(
            author,
            "",
            kind="event",
            data={"event": event, **{name: value for name, value in facts.items() if value is not None}},
            member_id=actor.user_id if author == "member" else None,
            member_name=actor.name if author == "member" else "",
        )

    def tell(self, fact: type[ConversationFact], **fields: Any) -> None:
        """Publish a fact about the conversation once the change is done; trials publish nothing."""
        if not self.is_trial:
            row = self.row
            self._facts.append(fact(conversation_id=row.id, channel=row.channel, lead_id=row.lead_id, **fields))

    async def finish(self) -> None:
        """Store, publish and push."""
        row = self.row
        if row.state != "agent" and row.saying:
            self.keep_what_was_said()
        if not self.said and not self._facts and not self.session.is_modified(row):
            return
        wrong = lifecycle.faults(row, self.handover if self._is_open() else None)
        if wrong:
            raise AssertionError(f"conversation {row.id}: {'; '.join(wrong)}")
        row.version += 1
        row.updated_at = self.at
        await self.session.flush()
        await events.publish(self.session, *self._facts)
        await push_changed(self.session, row, self.said[-1] if self.said else None)
        for message in self.said:
            if for_visitor(message):
                await realtime.push_to_guests(
                    self.session, type="message", topic=topic(row.id), data=wire_form(message)
                )

    def _is_open(self) -> bool:
        return self.handover is not None and self.handover.state in lifecycle.OPEN_HANDOVERS


@asynccontextmanager
async def changing(session: AsyncSession, conversation_id: UUID) -> AsyncIterator[Change]:
    """Change a conversation that the actor sees, alone; all is stored and told at the end of the block.

    Raises ConversationNotFound.
    """
    row = await rows.conversation(session, conversation_id, lock=True)
    if row is None:
        raise ConversationNotFound()
    # It may be changed out of the actor's sight, by being given to somebody else.
    async with seeing_everything(session):
        change = Change(session, row, await rows.open_handover(session, conversation_id))
        yield change
        await change.finish()


async def push_changed(session: AsyncSession, row: Conversation, newest: Message | None = None) -> None:
    """Tell the browsers of those who see the conversation that it is another one now."""
    data: dict[str, Any] = {
        "conversation_id": row.id,
        "number": row.number,
        "state": row.state,
        "assignee_id": row.assignee_id,
        "queue_id": row.queue_id,
        "urgent": row.urgent,
        "sequence": row.last_sequence,
        "version": row.version,
    }
    if newest is not None:
        data |= {"message_id": newest.id, "author": newest.author, "kind": newest.kind}
    await realtime.push(
        session,
        type="conversation.changed",
        topic="conversations",
        permission="conversations:read",
        data=data,
        owners=await owners_of(session, row),
    )


async def owners_of(session: AsyncSession, row: Conversation) -> list[UUID | None] | None:
    """Whose sight a conversation is in, as the table's policy says; None if in everyone's."""
    if row.assignee_id is None and row.state == "waiting" and row.queue_id is None:
        return None
    found: list[UUID | None] = [row.assignee_id]
    if row.lead_id is not None:
        found += [one.owner_id for one in await leads.lead_summaries(session, [row.lead_id])]
    if row.assignee_id is None and row.state == "waiting" and row.queue_id is not None:
        found += [one.user_id for one in await people.members(session, [row.queue_id])]
    return found


def wire_form(message: Message) -> dict[str, Any]:
    """A message as the visitor's open page gets it; one too large for a push comes without text and data."""
    whole = {
        "id": message.id,
        "sequence": message.sequence,
        "author": message.author,
        "kind": message.kind,
        "text": message.text,
        "data": message.data,
        "key": message.key,
        "member_name": message.member_name,
        "created_at": message.created_at,
    }
    if len(orjson.dumps(whole, default=str)) > _PUSHED_BYTES:
        whole |= {"text": None, "data": None}
    return whole


async def note_change(session: AsyncSession, change: Change, action: str, **facts: Any) -> None:
    """Write a member's act into the audit log."""
    await identity.record(
        session, action=f"conversation.{action}", subject_type="conversation", subject_id=change.row.id, **facts
    )

"""One turn of an agent: begun under the conversation's lock, proposed outside of any transaction, settled in one.

Whatever dies in between is taken up again: the lease of a turn ends by itself, and a turn that has settled is known by
its id, so that each message is answered once.
"""

import time
from datetime import timedelta
from uuid import UUID, uuid5

import structlog
from sqlalchemy.ext.asyncio import AsyncSession

from tradewind.kernel.access import Actor
from tradewind.kernel.clock import now
from tradewind.kernel.database import Database
from tradewind.kernel.errors import AppError
from tradewind.modules.conversations.repository import conversations as rows
from tradewind.modules.conversations.service import context, messages, proposing, settling, speaking, waking
from tradewind.modules.conversations.service.changing import changing
from tradewind.modules.conversations.service.handover import request

log = structlog.get_logger(__name__)

# Longer than a model may take, and the search and checks around it.
LEASE = timedelta(seconds=75)
_TURNS = UUID("0d5b5d0e-6c52-4f7e-9b0b-6f6f3a3f6c11")
FAILED = "The agent could not answer"


class Busy(Exception):
    """Another worker makes this very answer now, or died doing so; `seconds` until its lease ends."""

    def __init__(self, seconds: float) -> None:
        super().__init__(f"the turn is leased for {seconds:.0f} more seconds")
        self.seconds = seconds


async def take(database: Database, actor: Actor, due: waking.TurnDue) -> bool:
    """Answer what the visitor said and nobody answered; False where nothing is to be answered by the agent.

    Raises Busy.
    """
    started = time.perf_counter()
    async with database.transaction(actor) as session:
        begun = await _begin(session, due)
    if begun is None:
        return False
    if begun.agent is None:
        return await give_up(database, actor, due.conversation_id, because="No agent talks here any more")
    done = False
    try:
        async with database.transaction(actor) as session:
            await messages.tell_typing(session, due.conversation_id, author="agent")
        proposed = await proposing.propose(database, actor, begun, speaking.Speaker(database, actor, begun))
        async with database.transaction(actor) as session:
            settled = await settling.settle(session, begun, proposed, started=started)
        done = True
        return settled
    finally:
        if not done:
            await _let_go(database, actor, begun)


async def give_up(database: Database, actor: Actor, conversation_id: UUID, *, because: str = FAILED) -> bool:
    """Hand over what the agent failed to answer: nobody waits for an answer that does not come."""
    async with database.transaction(actor) as session, changing(session, conversation_id) as change:
        row = change.row
        if row.state != "agent" or row.last_visitor_at is None:
            return False
        row.turn_id = row.turn_until = None
        try:
            await request(change, by="policy", reason=because)
        except AppError as problem:
            log.warning("conversations.give_up_refused", code=problem.code)
            change.keep_what_was_said()
            return False
    return True


async def _let_go(database: Database, actor: Actor, begun: context.Begun) -> None:
    """End the lease of a turn that failed, so that the next attempt need not wait for it."""
    async with database.transaction(actor) as session:
        row = await rows.conversation(session, begun.conversation_id, lock=True)
        if row is not None and row.turn_id == begun.turn_id:
            row.turn_id = row.turn_until = None


async def _begin(session: AsyncSession, due: waking.TurnDue) -> context.Begun | None:
    """Take the lease and read what the turn is decided on. Raises Busy."""
    row = await rows.conversation(session, due.conversation_id, lock=True)
    if row is None or row.state != "agent" or row.opted_out:
        return None
    heard = await context.unanswered(session, row)
    if not heard:
        return None
    turn_id = uuid5(_TURNS, f"{row.id}:{heard[-1].sequence}:{row.reopened}")
    at = now()
    if row.turn_id is not None and row.turn_id != turn_id and row.turn_until is not None and row.turn_until > at:
        # Whoever holds the lease looks for newer messages when it settles.
        raise Busy((row.turn_until - at).total_seconds())
    row.turn_id, row.turn_until = turn_id, at + LEASE
    return await context.read(session, row, heard, turn_id)

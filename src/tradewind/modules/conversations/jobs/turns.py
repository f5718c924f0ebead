"""Jobs that make the agent's answers."""

from datetime import timedelta
from uuid import UUID

import structlog

from tradewind.kernel.clock import now
from tradewind.kernel.jobs import JobContext, Retry, cron, job
from tradewind.modules.conversations.repository import agents as repository
from tradewind.modules.conversations.service import turns, waking

log = structlog.get_logger(__name__)

ATTEMPTS = 4
# What nobody answered for so long, no job will answer: people get it.
LOST_AFTER = timedelta(minutes=5)


@job(waking.TAKE_TURN, max_attempts=ATTEMPTS, timeout_seconds=100)
async def take_turn(context: JobContext, payload: waking.TurnDue) -> None:
    """Answer the visitor; after the last failure, a person is called instead."""
    try:
        await turns.take(context.database, context.actor, payload)
    except turns.Busy as busy:
        if context.attempt > 1:
            raise Retry(busy.seconds + 1, str(busy)) from busy
    except Exception:
        # The edge: whatever went wrong, the visitor is not left without an answer.
        if context.attempt < ATTEMPTS:
            raise
        log.exception("conversations.turn_failed", conversation_id=str(payload.conversation_id))
        await turns.give_up(context.database, context.actor, payload.conversation_id)


@cron("conversations.find_unanswered", "* * * * *")
async def find_unanswered(context: JobContext) -> None:
    """Give to people what the agent should have answered minutes ago."""
    for organisation_id in await context.organisation_ids():
        inside = context.as_organisation(organisation_id)
        async with inside.transaction() as session:
            lost: list[UUID] = await repository.unanswered(session, before=now() - LOST_AFTER)
        for conversation_id in lost:
            await turns.give_up(inside.database, inside.actor, conversation_id)

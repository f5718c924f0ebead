"""Reminders of what expires or was not reviewed."""

from datetime import timedelta

from tradewind.kernel.clock import now
from tradewind.kernel.events import publish
from tradewind.kernel.jobs import JobContext, cron
from tradewind.modules.knowledge.events import DocumentsDue
from tradewind.modules.knowledge.repository import documents as repository

_SOON = timedelta(days=7)
_AT_ONCE = 1_000
_NAMED = 3


@cron("knowledge.remind", "5 6 * * *")
async def remind(context: JobContext) -> None:
    """Each morning, tell once of each document that expires within a week or waits for its review."""
    for organisation_id in await context.organisation_ids():
        async with context.as_organisation(organisation_id).transaction() as session:
            due = await repository.take_due(session, now(), now() + _SOON, limit=_AT_ONCE)
            if due:
                expiring = sum(row["expires_at"] is not None and row["expires_at"] <= now() + _SOON for row in due)
                titles = [row["title"][:120] for row in due[:_NAMED]]
                await publish(session, DocumentsDue(count=len(due), expiring=expiring, titles=titles))

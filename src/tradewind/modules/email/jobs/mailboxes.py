"""Schedules of e-mail: mailboxes are read every minute, domains checked and the sink tidied every day."""

from datetime import timedelta
from uuid import UUID

from sqlalchemy import delete

from tradewind.kernel.clock import now
from tradewind.kernel.jobs import JobContext, cron, enqueue, job
from tradewind.kernel.schemas import Schema
from tradewind.modules.email.models.sink import SunkMail
from tradewind.modules.email.service import domains, mailboxes

# A mail that left stays until what it may bring back has come back.
_SENT_KEPT = timedelta(days=7)


class Mailbox(Schema):
    """A mailbox to read."""

    mailbox_id: UUID


@job("email.read_mailbox", max_attempts=1, timeout_seconds=600)
async def read_mailbox(context: JobContext, payload: Mailbox) -> None:
    """Take in what is new in a mailbox."""
    await mailboxes.read(context, payload.mailbox_id)


@cron("email.read_mailboxes", "* * * * *")
async def read_mailboxes(context: JobContext) -> None:
    """Have every mailbox of every organisation read; one that is being read is left alone."""
    for organisation_id in await context.organisation_ids():
        async with context.as_organisation(organisation_id).transaction() as session:
            for mailbox_id in await mailboxes.due(session):
                key = f"email.read_mailbox:{mailbox_id}"
                await enqueue(session, read_mailbox, Mailbox(mailbox_id=mailbox_id), dedupe_key=key)


@cron("email.daily", "23 4 * * *")
async def daily(context: JobContext) -> None:
    """Ask DNS again about sending domains, and forget account mails that have left."""
    for organisation_id in await context.organisation_ids():
        inside = context.as_organisation(organisation_id)
        await domains.check_stale(context.database, inside)
        async with inside.transaction() as session:
            gone = delete(SunkMail).where(SunkMail.leaves, SunkMail.created_at < now() - _SENT_KEPT)
            await session.execute(gone)

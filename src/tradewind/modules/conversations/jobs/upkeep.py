"""What happens to conversations by the clock: waking, broken promises, ending in silence."""

from collections.abc import Awaitable, Callable
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from tradewind.kernel.jobs import JobContext, cron
from tradewind.modules.conversations.service import clockwork, files


@cron("conversations.tick", "* * * * *")
async def tick(context: JobContext) -> None:
    """Wake what slept long enough, tell of promises that were broken, end what fell silent: one transaction each."""
    steps: tuple[tuple[clockwork.Due, Callable[[AsyncSession, UUID], Awaitable[object]]], ...] = (
        ("asleep", clockwork.wake),
        ("overdue", clockwork.tell_overdue),
        ("silent", clockwork.end_in_silence),
    )
    for organisation_id in await context.organisation_ids():
        inside = context.as_organisation(organisation_id)
        async with inside.transaction() as session:
            due = await clockwork.due(session)
        for kind, step in steps:
            for conversation_id in due[kind]:
                async with inside.transaction() as session:
                    await step(session, conversation_id)


@cron("conversations.sweep_files", "15 4 * * *")
async def sweep_files(context: JobContext) -> None:
    """Remove stored content that no file refers to any more."""
    for organisation_id in await context.organisation_ids():
        async with context.as_organisation(organisation_id).transaction() as session:
            await files.sweep(session)

"""Schedules: counts of segments, and removal of what was deleted long ago."""

from tradewind.kernel.jobs import JobContext, cron
from tradewind.modules.leads.repository import segments as segment_rows
from tradewind.modules.leads.service import companies, files, people, segments


@cron("leads.count_segments", "*/15 * * * *")
async def count_segments(context: JobContext) -> None:
    """Bring the member counts of all segments up to date, one transaction a segment."""
    for organisation_id in await context.organisation_ids():
        inside = context.as_organisation(organisation_id)
        async with inside.transaction() as session:
            ids = [segment.id for segment in await segment_rows.all_of(session)]
        for segment_id in ids:
            async with inside.transaction() as session:
                segment = await segment_rows.get(session, segment_id, lock=True)
                if segment is not None:
                    await segments.refresh_count(session, segment)


@cron("leads.purge_deleted", "40 2 * * *")
async def purge_deleted(context: JobContext) -> None:
    """Remove leads and companies deleted long enough ago, and stored files nobody refers to."""
    for organisation_id in await context.organisation_ids():
        inside = context.as_organisation(organisation_id)
        for purge in (people.purge_deleted, companies.purge_deleted):
            purged = 1
            while purged:
                async with inside.transaction() as session:
                    purged = await purge(session)
        async with inside.transaction() as session:
            await files.sweep(session, context.database.settings.home)

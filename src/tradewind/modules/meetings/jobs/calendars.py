"""Background work of calendars."""

from datetime import timedelta

from tradewind.kernel.clock import now
from tradewind.kernel.jobs import JobContext, cron, job
from tradewind.modules.meetings.repository import calendars as repository
from tradewind.modules.meetings.service.calendars import copying, leaving, syncing, waking

_PAUSE = timedelta(minutes=5)
_PAUSE_WITH_CHANNEL = timedelta(minutes=30)
_AT_ONCE = 500
_IMPATIENT_ATTEMPTS = 4


@job(waking.SYNCHRONISE, max_attempts=3, concurrency=8, timeout_seconds=300)
async def synchronise_calendar(context: JobContext, payload: waking.CalendarToRead) -> None:
    """Read what is new in a calendar."""
    await syncing.synchronise(context.database, payload.organisation_id, payload.calendar_id)


@job(waking.COPY_OUT, max_attempts=12, concurrency=8, timeout_seconds=300)
async def copy_to_calendars(context: JobContext, payload: waking.MeetingToCopy) -> None:
    """Write a meeting into its hosts' calendars, or take it out."""
    organisation_id = context.actor.organisation_id
    assert organisation_id is not None
    patient = context.attempt >= _IMPATIENT_ATTEMPTS
    await copying.copy_out(context.database, organisation_id, payload.meeting_id, patient=patient)


@job(leaving.END_CHANNELS, max_attempts=8, timeout_seconds=300)
async def end_calendar_channels(context: JobContext, payload: leaving.ChannelsToEnd) -> None:
    """Have a vendor tell of changes no longer."""
    await leaving.end(context.database, context.actor, payload)


@cron("meetings.sweep_calendars", "* * * * *")
async def sweep_calendars(context: JobContext) -> None:
    """Look at calendars whose turn it is: those with a living channel seldom, as channels lose notices too."""
    async with context.transaction() as session:
        waiting = await repository.due(
            session, now(), pause=_PAUSE, pause_with_channel=_PAUSE_WITH_CHANNEL, at_most=_AT_ONCE
        )
        for organisation_id, calendar_id in waiting:
            await waking.read_calendar(session, organisation_id, calendar_id)

"""Background work of journeys: the engine's turns, looks at audiences and dates, moves, endings, rehearsals."""

from datetime import datetime
from uuid import UUID

import structlog
from sqlalchemy import text

from tradewind.kernel.clock import now
from tradewind.kernel.jobs import JobContext, NoPayload, cron, enqueue_many, job
from tradewind.modules.campaigns.repository import campaigns, enrolments
from tradewind.modules.campaigns.repository import journeys as repository
from tradewind.modules.campaigns.service import (
    budget_pools,
    campaign_launching,
    entering,
    hearing,
    hours,
    moving,
    rehearsing,
    running,
    sweeping,
    waking,
)
from tradewind.modules.campaigns.service.programs import home_zone, of_version

log = structlog.get_logger(__name__)
_MONTHS_KEPT = 24
_BATCH = 10_000


@job(waking.TURN, max_attempts=8, timeout_seconds=300)
async def turn(context: JobContext, payload: NoPayload) -> None:
    """Move on who is due for a few seconds, then hand over to the next turn: so a worker may stop in between."""
    if await running.run_turn(context.database):
        async with context.transaction() as session:
            await waking.wake(session)


@cron("journeys.minute", "* * * * *")
async def minute(context: JobContext) -> None:
    """See that a turn is under way; then what comes by the clock: campaigns, appointments, scores, dates, audiences."""
    at = now()
    if await running.is_due_soon(context.database):
        async with context.transaction() as session:
            await waking.wake(session)
    async with context.transaction() as session:
        organisations = await campaigns.active_organisations(session)
    for organisation_id in organisations:
        await _look_at_campaigns(context.as_organisation(organisation_id))
    for organisation_id in await _live_organisations(context):
        try:
            await _look_around(context.as_organisation(organisation_id), at)
        except Exception:
            # The edge of an organisation: its defect must not keep the others from being looked at.
            log.exception("journeys.minute_failed", organisation_id=str(organisation_id))


@job(waking.SWEEP, timeout_seconds=3600)
async def sweep_one(context: JobContext, payload: waking.Sweep) -> None:
    """Look at all ways into one journey now."""
    await _look(context, payload.journey_id, appointments=True, dates=True, audience=True)


@job(waking.STOP, timeout_seconds=3600)
async def end_all(context: JobContext, payload: waking.Sweep) -> None:
    """End a stopped journey for everybody in flight."""
    ended = _BATCH
    while ended == _BATCH:
        async with context.transaction() as session:
            found = await enrolments.end(
                session, "e.journey_id = $4", payload.journey_id, reason="stopped", at=now(), limit=_BATCH
            )
            await entering.count_ended(session, found)
        ended = len(found)


@job(waking.MOVE, timeout_seconds=3600)
async def move_people(context: JobContext, payload: waking.Move) -> None:
    """Move people in flight to another version, a batch a transaction."""
    done, moved = 0, moving.BATCH
    while moved == moving.BATCH:
        await context.raise_if_cancelled()
        async with context.transaction() as session:
            moved = await moving.move_batch(session, payload)
        done += moved
        await context.progress(done=done)


@job(waking.REHEARSE, max_attempts=2, timeout_seconds=1800)
async def rehearse(context: JobContext, payload: waking.Rehearse) -> None:
    """Run a rehearsal and store its report."""
    await rehearsing.run(context, payload.rehearsal_id)


@cron("campaigns.shift_budgets", "7 * * * *")
async def shift_budgets(context: JobContext) -> None:
    """Decide on shared budgets once a day, as soon as the day has begun where the organisation is."""
    for organisation_id in await context.organisation_ids():
        try:
            async with context.as_organisation(organisation_id).transaction() as session:
                await budget_pools.decide_daily(session)
        except Exception:
            # The edge of an organisation: its defect must not keep the others from being decided on.
            log.exception("campaigns.shift_failed", organisation_id=str(organisation_id))


@cron("journeys.hours", "20 1 * * *")
async def hours_of_all(context: JobContext) -> None:
    """Have the hours at which people answer counted anew."""
    organisations = await context.organisation_ids()
    async with context.transaction() as session:
        await enqueue_many(session, [waking.count_hours(one) for one in organisations])


@job(waking.HOURS, max_attempts=3, timeout_seconds=3600)
async def count_hours(context: JobContext, payload: waking.CountHours) -> None:
    """Count when an organisation's people answer."""
    await hours.refresh(context.as_organisation(payload.organisation_id))


@cron("journeys.months", "45 3 * * *")
async def months(context: JobContext) -> None:
    """Make the coming month's part of the trace, and let go of what is older than it is kept."""
    async with context.transaction() as session:
        await session.execute(text("SELECT journeys_keep_months(1, :kept)"), {"kept": _MONTHS_KEPT})


async def _look_at_campaigns(context: JobContext) -> None:
    """Begin and end campaigns of an organisation whose time it is, each in a transaction of its own."""
    async with context.transaction() as session:
        due = [campaign.id for campaign in await campaigns.by_clock(session)]
    for campaign_id in due:
        try:
            async with context.transaction() as session:
                await campaign_launching.by_clock(session, campaign_id)
        except Exception:
            # The edge of a campaign: its defect must not keep the others from beginning and ending.
            log.exception("campaigns.clock_failed", campaign_id=str(campaign_id))


async def _look_around(context: JobContext, at: datetime) -> None:
    """Look at all journeys of an organisation."""
    async with context.transaction() as session:
        live = [journey.id for journey, _ in await repository.live(session)]
        for program in await hearing.in_use(session):
            await sweeping.sweep_scores(session, program)
            await sweeping.look_again(session, program, at)
    for journey_id in live:
        await _look(context, journey_id, appointments=True, dates=at.minute % 15 == 0, audience=at.minute % 5 == 0)


async def _look(context: JobContext, journey_id: UUID, *, appointments: bool, dates: bool, audience: bool) -> None:
    """Look at a journey's ways in, a batch a transaction, until nobody is left to come in."""
    more = True
    while more:
        async with context.transaction() as session:
            # Under lock: two who look at once would each take stock, and both write what they have kept.
            journey = await repository.journey(session, journey_id, lock=True)
            if journey is None or journey.state != "live":
                return
            [version] = await repository.versions_by_id(session, [journey.published_version_id or journey_id])
            program = of_version(version, await home_zone(session))
            more = appointments and await sweeping.keep_appointments(session, journey, version, program)
            if dates:
                await sweeping.sweep_dates(session, journey, version, program)
                dates = False
            if audience:
                more = await sweeping.sweep_audience(session, journey, version, program) or more


async def _live_organisations(context: JobContext) -> list[UUID]:
    async with context.transaction() as session:
        return list(await session.scalars(text("SELECT journeys_live_organisations()")))

"""Letting in only so many people an hour: whoever comes gets a place in the journey's queue, once, in order.

A place is the moment at which somebody enters; it is kept with the person, so a restart changes nothing. Places that
went by while nobody worked (a pause, a machine that was off) are given back, and the whole queue gets new ones: it goes
on at the same pace instead of catching up at once.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from tradewind.modules.campaigns.engine.pacing import Pacer
from tradewind.modules.campaigns.engine.program import Program
from tradewind.modules.campaigns.engine.stepping import Place
from tradewind.modules.campaigns.models import Journey, JourneyVersion
from tradewind.modules.campaigns.repository import journeys as repository
from tradewind.modules.campaigns.repository import queues
from tradewind.modules.campaigns.repository.enrolments import Claimed
from tradewind.modules.campaigns.service.programs import programs


async def queue(
    session: AsyncSession,
    journey: Journey,
    compiled: Mapping[UUID, Program],
    claimed: Sequence[Claimed],
    moment: datetime,
    grace: timedelta,
) -> Pacer | None:
    """The queue of a journey, locked, if one of these has to be given a place; else None. See `keep`."""
    entering = [one.place for one in claimed if one.place.visit == 0 and one.place.signal is None]
    late = [place for place in entering if place.due_at > place.since and moment - place.due_at > grace]
    if not late and all(place.due_at > place.since for place in entering):
        return None
    published_id = journey.published_version_id
    if published_id is None:
        return None
    program = compiled.get(published_id) or (await programs(session, [published_id]))[published_id]
    if program.pace is None:
        return None
    free_at = await queues.hold(session, journey.id)
    if late:
        await queues.anew(session, journey.id)
        for place in entering:
            place.due_at = place.since
        free_at = None
    return Pacer(program.pace, program.window, program.zone, free_at)


def takes_place(place: Place) -> bool:
    """Whether somebody who was given a moment uses it: waits for it or has entered; not who left at once."""
    return place.visit > 1 or place.state == "waiting"


async def keep(session: AsyncSession, journey: Journey, pacer: Pacer | None) -> None:
    """Store how far the queue is taken."""
    if pacer is not None:
        await queues.release(session, journey.id, pacer.free_at)


async def published(session: AsyncSession, journey: Journey, before_id: UUID | None) -> None:
    """Where a new version has another pace, everybody in the queue gets a new place by it."""
    assert journey.published_version_id is not None
    before = await repository.version(session, before_id) if before_id else None
    after = await repository.version(session, journey.published_version_id)
    if before is not None and after is not None and _pace(before) != _pace(after):
        await queues.hold(session, journey.id)
        await queues.anew(session, journey.id)
        await queues.release(session, journey.id, None)


def _pace(version: JourneyVersion) -> Any:
    return version.draft.get("settings", {}).get("pace")

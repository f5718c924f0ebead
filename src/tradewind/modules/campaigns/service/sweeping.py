"""Looking at audiences, dates and schedules by the clock: who has come, who has left, whose day it is."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from hashlib import sha256
from typing import Any
from uuid import UUID

import orjson
from sqlalchemy.ext.asyncio import AsyncSession

from tradewind.kernel.clock import now
from tradewind.modules.campaigns.engine.program import Node, Program
from tradewind.modules.campaigns.engine.steps import (
    AudienceTrigger,
    DateTrigger,
    ScheduleTrigger,
    ScoreTrigger,
    SegmentTrigger,
)
from tradewind.modules.campaigns.models import Journey, JourneyVersion
from tradewind.modules.campaigns.repository import audience, signals
from tradewind.modules.campaigns.repository import journeys as repository
from tradewind.modules.campaigns.repository.enrolments import Entry
from tradewind.modules.campaigns.service import entering, waking
from tradewind.modules.campaigns.service.programs import home_zone, of_version
from tradewind.modules.leads import api as leads
from tradewind.modules.leads.conditions import Compiled
from tradewind.modules.leads.errors import ConditionInvalid

BATCH = 5_000
_RECENT = timedelta(minutes=3)


async def live_programs(session: AsyncSession) -> list[tuple[Journey, JourneyVersion, Program]]:
    """Live journeys with the version new people follow, ready to run."""
    found = await repository.live(session)
    zone = await home_zone(session) if found else ""
    return [(journey, version, of_version(version, zone)) for journey, version in found]


async def sweep_audience(
    session: AsyncSession,
    journey: Journey,
    version: JourneyVersion,
    program: Program,
    *,
    among: Sequence[UUID] | None = None,
) -> bool:
    """Let in whom a segment or score lets in now, up to BATCH a trigger; True where more are waiting.

    The first look at an audience takes stock: whoever is in it then enters only where the trigger says so.
    """
    more = False
    for node in program.triggers:
        condition = condition_of(node)
        if condition is None:
            continue
        source = source_of(node)
        try:
            compiled = await leads.compile_condition(session, condition, first=audience.FIRST)
        except ConditionInvalid:
            continue  # its segment or field is gone: the trigger rests until somebody mends it
        stocked = source in journey.swept
        if among is not None and not stocked:
            continue  # stock is taken of everybody at once
        if stocked and isinstance(node.settings, AudienceTrigger) and not node.settings.later:
            continue  # who was in it at the launch is who gets it
        compiled = who_enters(session, compiled, node, journey.campaign_id)
        came = await audience.come(session, journey.id, source, compiled, among=among, limit=BATCH)
        gone = []
        if stocked:
            gone = await audience.gone(session, journey.id, source, compiled, among=among, limit=BATCH)
        elif len(came) < BATCH:
            journey.swept = {**journey.swept, source: "stocked"}
            await session.flush()
        wanted = gone if _by_exit(node) else came if stocked or _from_the_start(node) else []
        at = now()
        await entering.enter(
            session, version, [Entry(one, f"{source}:{at:%Y%m%dT%H%M%S.%f}", node.key, at, at) for one in wanted]
        )
        more = more or len(came) == BATCH or len(gone) == BATCH
    return more


async def sweep_dates(session: AsyncSession, journey: Journey, version: JourneyVersion, program: Program) -> None:
    """Let in those whose day it is today or tomorrow; they move when it is time where they live."""
    assert journey.hears_since is not None
    today = now().date()
    for node in program.triggers:
        if not isinstance(node.settings, DateTrigger):
            continue
        for day in (today, today + timedelta(days=1)):
            condition = entering.date_condition(
                node.settings.field, day - timedelta(days=node.settings.days), every_year=node.settings.every_year
            )
            after = None
            while True:
                try:
                    people = await leads.matching_lead_ids(session, condition, after_id=after, limit=BATCH)
                except ConditionInvalid:
                    break  # the field is gone: the trigger rests until somebody mends it
                zones = await entering.zones_of(session, people, program.zone)
                entries = [entering.on_day(node, one, day, zone) for one, zone in zones.items()]
                await entering.enter(session, version, [one for one in entries if one.at >= journey.hears_since])
                if len(people) < BATCH:
                    break
                after = people[-1]


async def keep_appointments(session: AsyncSession, journey: Journey, version: JourneyVersion, program: Program) -> bool:
    """Let in the segment of a schedule whose time has come, up to BATCH people; True where more are waiting."""
    assert journey.hears_since is not None
    more = False
    for node in program.triggers:
        if not isinstance(node.settings, ScheduleTrigger):
            continue
        moment = entering.last_appointment(node, program.zone, now())
        if moment is None or moment < journey.hears_since:
            continue
        mark, name = moment.isoformat(), f"appointment:{node.key}"
        kept = journey.swept.get(name, {})
        if kept.get("at") == mark and kept.get("done"):
            continue
        after = UUID(kept["after"]) if kept.get("at") == mark and kept.get("after") else None
        condition = {"field": "segment", "op": "in", "value": [str(node.settings.segment_id)]}
        try:
            people = await leads.matching_lead_ids(session, condition, after_id=after, limit=BATCH)
        except ConditionInvalid:
            continue  # the segment is gone: the trigger rests until somebody mends it
        at = now()
        await entering.enter(session, version, [Entry(one, f"{node.key}:{mark}", node.key, at, at) for one in people])
        full = len(people) == BATCH
        last = str(people[-1]) if full else None
        journey.swept = {**journey.swept, name: {"at": mark, "done": not full, "after": last}}
        await session.flush()
        more = more or full
    return more


async def sweep_scores(session: AsyncSession, program: Program) -> None:
    """Let go on those who wait for a score that they have by now."""
    for node in program.nodes.values():
        if node.kind != "score_wait":
            continue
        after = None
        while page := await signals.at_node(session, program.version_id, node.key, after, BATCH):
            [met] = await leads.conditions_met(session, [node.settings.condition], [one[1] for one in page])
            ready = [enrolment_id for enrolment_id, person_id in page if met and person_id in met]
            if ready and await signals.happened(session, ready, now()):
                await waking.wake(session)
            if len(page) < BATCH:
                break
            after = page[-1][0]


async def look_again(session: AsyncSession, program: Program, at: datetime) -> None:
    """Events that came in the very moment in which somebody moved, so that both missed each other."""
    if await signals.look_back(session, program, since=at - _RECENT):
        await waking.wake(session)


def who_enters(session: AsyncSession, condition: Compiled, node: Node, campaign_id: UUID | None) -> Compiled:
    """A condition of a trigger without those whom it leaves out because of what they got lately."""
    days = node.settings.without_recent_days if isinstance(node.settings, AudienceTrigger) else None
    return audience.not_recent(session, condition, days=days, campaign_id=campaign_id)


def is_complete(journey: Journey, program: Program) -> bool:
    """Whether nobody can enter any more: everybody of the only audiences there are has, and nobody comes later."""
    return all(
        isinstance(node.settings, AudienceTrigger) and not node.settings.later and source_of(node) in journey.swept
        for node in program.triggers
    )


def source_of(node: Node) -> str:
    """What stock of a trigger's audience is kept under: another condition is another audience."""
    known = sha256(orjson.dumps(condition_of(node), option=orjson.OPT_SORT_KEYS)).hexdigest()
    return f"{node.key}:{known[:12]}"


def _from_the_start(node: Node) -> bool:
    return isinstance(node.settings, AudienceTrigger) or node.settings.include_current


def condition_of(node: Node) -> Mapping[str, Any] | None:
    """Who is in the audience of a trigger, in the language of segments; None for one that has none."""
    settings = node.settings
    if isinstance(settings, SegmentTrigger):
        return {"field": "segment", "op": "in", "value": [str(settings.segment_id)]}
    if isinstance(settings, ScoreTrigger | AudienceTrigger):
        return settings.condition
    return None


def _by_exit(node: Node) -> bool:
    return isinstance(node.settings, SegmentTrigger) and node.settings.on == "segment_exit"

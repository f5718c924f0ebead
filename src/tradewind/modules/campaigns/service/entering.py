"""How people come into journeys: by what they do, by audiences, by dates and schedules, by hand."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy.ext.asyncio import AsyncSession

from tradewind.kernel.clock import now
from tradewind.kernel.database.sight import seeing_everything
from tradewind.kernel.ids import new_id
from tradewind.modules.campaigns.engine.graph import ReEntry, door_of
from tradewind.modules.campaigns.engine.program import Node, Program
from tradewind.modules.campaigns.engine.steps import EventTrigger, FormTrigger
from tradewind.modules.campaigns.errors import EnrolmentNotFound, WrongState
from tradewind.modules.campaigns.models import Journey, JourneyVersion
from tradewind.modules.campaigns.repository import enrolments, events
from tradewind.modules.campaigns.repository import journeys as repository
from tradewind.modules.campaigns.repository.enrolments import Entry
from tradewind.modules.campaigns.schemas.enrolments import Enrolled, EnrolPeople
from tradewind.modules.campaigns.service import journeys, waking
from tradewind.modules.campaigns.service.entry_events import event_of
from tradewind.modules.identity import api as identity
from tradewind.modules.leads import api as leads
from tradewind.modules.sending import api as sending

TAKES_NOBODY = "Only a live campaign, or a live journey with a trigger “By hand or API”, takes people."
# The clocks of browsers are ahead sometimes.
_CLOCKS_DIFFER = timedelta(minutes=10)


async def enter(session: AsyncSession, version: JourneyVersion, entries: Sequence[Entry]) -> list[UUID]:
    """Let people in who may, and have them move; returns who came in. Doing it twice lets nobody in twice."""
    re_entry = ReEntry.model_validate(version.draft.get("settings", {}).get("re_entry") or {})
    came = await enrolments.enter(
        session, version.journey_id, version.id, entries, re_entry=re_entry.mode, days=re_entry.days
    )
    if came:
        await repository.count_up(session, version.id, {("", "entered"): len(came)})
        await waking.wake(session)
    return came


async def by_events(
    session: AsyncSession,
    journey: Journey,
    version: JourneyVersion,
    program: Program,
    kinds: Sequence[str],
    people: Sequence[UUID],
) -> int:
    """Let in those of these people to whom a trigger's event happened since the journey listens; returns how many."""
    assert journey.hears_since is not None
    entries = []
    for node in program.triggers:
        if isinstance(node.settings, EventTrigger | FormTrigger):
            match = event_of(node.settings)
            if events.kinds_fit(match, kinds):
                found = await events.times(
                    session, match, since=journey.hears_since, until=now() + _CLOCKS_DIFFER, people=people
                )
                entries += [
                    Entry(person_id, f"{node.key}:{at:%Y%m%dT%H%M%S.%f}", node.key, at, at)
                    for person_id, times in found.items()
                    for at in times
                ]
    return len(await enter(session, version, sorted(entries, key=lambda one: (one.at, str(one.person_id)))))


async def enrol_by_hand(session: AsyncSession, journey_id: UUID, data: EnrolPeople) -> Enrolled:
    """Put people into a live journey. Raises JourneyNotFound, WrongState where nobody can be put in."""
    journey = await journeys.require(session, journey_id)
    key = data.key or new_id().hex
    came = await put_in(session, journey, data.person_ids, dict.fromkeys(data.person_ids, f"api:{key}"))
    if came is None:
        raise WrongState(TAKES_NOBODY)
    wanted = set(data.person_ids)
    after = {"entered": len(came), "key": data.key}
    await journeys.record(session, "journey.people_enrolled", journey, after=after)
    return Enrolled(entered=len(came), passed_over=len(wanted) - len(came))


async def put_in(
    session: AsyncSession, journey: Journey, people: Iterable[UUID], keys: Mapping[UUID, str]
) -> list[UUID] | None:
    """Put people into a journey by its trigger for that; None where it is not live or has none."""
    if journey.state != "live" or journey.published_version_id is None:
        return None
    version = await repository.version(session, journey.published_version_id)
    assert version is not None
    door = door_of(version.draft)
    if door is None:
        return None
    at = now()
    return await enter(session, version, [Entry(one, keys[one], door, at, at) for one in dict.fromkeys(people)])


async def take_out(session: AsyncSession, enrolment_id: UUID) -> None:
    """Take a person out, and withdraw messages to them that have not left. Raises EnrolmentNotFound."""
    # Whoever sees the person may take them out: the first condition obeys the caller's sight.
    ended = await enrolments.end(session, "e.id = $4", enrolment_id, reason="taken_out", at=now())
    if not ended:
        raise EnrolmentNotFound("This person is not in the journey any more.")
    [(_, version_id, journey_id)] = ended
    await repository.count_up(session, version_id, {("", "exited"): 1})
    await sending.cancel(session, keys=await enrolments.send_keys(session, enrolment_id), reason="Taken out by hand")
    await identity.record(
        session, action="journey.person_taken_out", subject_type="journey", subject_id=journey_id,
        after={"enrolment_id": str(enrolment_id)},
    )  # fmt: skip


async def end_for(session: AsyncSession, people: Sequence[UUID], reason: str) -> int:
    """End all journeys of these people; returns how many there were."""
    async with seeing_everything(session):
        ended = await enrolments.end(session, "e.person_id = ANY ($4::uuid[])", list(people), reason=reason, at=now(),
                                     limit=1_000_000)  # fmt: skip
        await count_ended(session, ended)
    return len(ended)


async def count_ended(session: AsyncSession, ended: Sequence[tuple[UUID, UUID, UUID]]) -> None:
    """Raise the counters for people who were ended: (enrolment, version, journey) of each."""
    by_version: dict[UUID, int] = {}
    for _, version_id, _ in ended:
        by_version[version_id] = by_version.get(version_id, 0) + 1
    for version_id in sorted(by_version):
        await repository.count_up(session, version_id, {("", "exited"): by_version[version_id]})


def on_day(node: Node, person_id: UUID, day: date, zone: str) -> Entry:
    """The entry of a person by a date trigger that falls on `day`."""
    at = datetime.combine(day, time.fromisoformat(node.settings.at), ZoneInfo(zone)).astimezone(UTC)
    return Entry(person_id, f"{node.key}:{day.isoformat()}", node.key, at, at)


def date_condition(field: str, day: date, *, every_year: bool) -> dict[str, Any]:
    """That a date field stands on a day, or on the same day of one of the last 49 years."""
    days = [day]
    if every_year:
        days += [anniversary for years in range(1, 50) if (anniversary := _years_before(day, years)) is not None]
    leaves = [{"field": field, "op": "between", "value": [one.isoformat(), one.isoformat()]} for one in days]
    return leaves[0] if len(leaves) == 1 else {"any": leaves}


def last_appointment(node: Node, zone: str, at: datetime) -> datetime | None:
    """When a schedule's time was last, at or before `at`; None if there was none in five weeks."""
    settings = node.settings
    place = ZoneInfo(zone)
    today = at.astimezone(place).date()
    for ago in range(36):
        day = today - timedelta(days=ago)
        if (
            (settings.every == "once" and day != settings.day)
            or (settings.every == "week" and day.weekday() not in settings.weekdays)
            or (settings.every == "month" and day.day != settings.day_of_month)
        ):
            continue
        moment = datetime.combine(day, time.fromisoformat(settings.at), place).astimezone(UTC)
        if moment <= at:
            return moment
    return None


async def zones_of(session: AsyncSession, people: Sequence[UUID], otherwise: str) -> dict[UUID, str]:
    """Each live person's time zone."""
    return {one.id: one.time_zone or otherwise for one in await leads.lead_summaries(session, people)}


def _years_before(day: date, years: int) -> date | None:
    try:
        return day.replace(year=day.year - years)
    except ValueError:
        return None

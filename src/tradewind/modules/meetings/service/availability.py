"""Availability schedules: everyone keeps their own, managers also shared ones and those of others."""

from typing import Any
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from tradewind.kernel.clock import now
from tradewind.kernel.concurrency import check_version
from tradewind.kernel.database import actor_of
from tradewind.kernel.errors import Forbidden
from tradewind.kernel.ids import new_id
from tradewind.modules.identity import api as identity
from tradewind.modules.meetings.errors import ScheduleInUse, ScheduleInvalid, ScheduleNotFound, TooMany
from tradewind.modules.meetings.models.event_types import AvailabilitySchedule
from tradewind.modules.meetings.repository import availability as repository
from tradewind.modules.meetings.schemas.availability import ScheduleCreate, ScheduleRead, ScheduleUpdate
from tradewind.modules.meetings.service.opening_hours import DEFAULT_NAME, DEFAULT_WEEK

MAX_SCHEDULES = 50
_MANAGE = "meetings:manage"


async def list_schedules(session: AsyncSession) -> list[ScheduleRead]:
    """Shared schedules and the caller's own; for managers everyone's."""
    await ensure_default(session)
    user_id, _ = await identity.person_behind(session)
    found = await repository.visible(session, user_id, everyone=actor_of(session).may(_MANAGE))
    return [await _read(session, one) for one in found]


async def read_schedule(session: AsyncSession, schedule_id: UUID) -> ScheduleRead:
    """One schedule. Raises ScheduleNotFound, also for another member's unless the caller manages them."""
    return await _read(session, await _seen(session, schedule_id))


async def create_schedule(session: AsyncSession, data: ScheduleCreate) -> ScheduleRead:
    """Add a schedule; the first of a member is the member's default. Raises Forbidden, ScheduleInvalid, TooMany."""
    actor = actor_of(session)
    assert actor.organisation_id is not None
    own, _ = await identity.person_behind(session)
    user_id = None if data.shared else (data.user_id or own)
    if user_id is not None and not await identity.active_member_names(session, [user_id]):
        raise _invalid("user_id", "There is no such member.")
    if user_id is None or user_id != own:
        actor.require(_MANAGE)
    present = await repository.count(session, user_id)
    if present >= MAX_SCHEDULES:
        raise TooMany(f"{MAX_SCHEDULES} schedules are the most one can keep. Change or remove another one.")
    zone = data.time_zone or await _home_zone(session, user_id)
    schedule = AvailabilitySchedule(
        id=new_id(), organisation_id=actor.organisation_id, user_id=user_id, time_zone=zone,
        **data.model_dump(mode="json", include={"name", "weekly", "overrides", "holidays"}),
    )  # fmt: skip
    if data.is_default or (present == 0 and user_id is not None):
        await _make_default(session, schedule)
    session.add(schedule)
    await session.flush()
    await _record(session, "availability.created", schedule, after=_facts(schedule))
    return await _read(session, schedule)


async def update_schedule(
    session: AsyncSession, schedule_id: UUID, data: ScheduleUpdate, if_match: str | None
) -> ScheduleRead:
    """Change a schedule. Raises ScheduleNotFound, Forbidden, PreconditionFailed."""
    schedule = await _changeable(session, schedule_id, if_match)
    before = _facts(schedule)
    values = data.model_dump(mode="json", exclude_unset=True, exclude={"is_default"})
    for name, value in values.items():
        if value is not None or name == "holidays":
            setattr(schedule, name, value)
    if data.is_default:
        await _make_default(session, schedule)
    elif data.is_default is False:
        schedule.is_default = False
    schedule.version += 1
    schedule.updated_at = now()
    await session.flush()
    after = _facts(schedule)
    changed = {name for name in after if after[name] != before[name]}
    await _record(
        session, "availability.updated", schedule,
        before={name: before[name] for name in changed}, after={name: after[name] for name in changed},
    )  # fmt: skip
    return await _read(session, schedule)


async def delete_schedule(session: AsyncSession, schedule_id: UUID, if_match: str | None) -> None:
    """Remove a schedule. Raises ScheduleInUse naming the event types whose hours it gives, and as `update_schedule`."""
    schedule = await _changeable(session, schedule_id, if_match)
    titles = await repository.titles_using(session, schedule_id)
    if titles:
        named = ", ".join(f"“{title}”" for title in titles[:5])
        raise ScheduleInUse(f"These event types use the schedule: {named}. Choose other hours for them first.")
    await session.delete(schedule)
    await _record(session, "availability.deleted", schedule, before=_facts(schedule))


async def ensure_default(session: AsyncSession) -> None:
    """Give an organisation without a default the usual working hours; harmless to call often and at once."""
    if await repository.default(session, None) is not None or await repository.count(session, None):
        return
    actor = actor_of(session)
    assert actor.organisation_id is not None
    schedule_id = new_id()
    await repository.add_default(
        session,
        {
            "id": schedule_id,
            "organisation_id": actor.organisation_id,
            "user_id": None,
            "name": DEFAULT_NAME,
            "time_zone": await _home_zone(session, None),
            "weekly": DEFAULT_WEEK,
            "overrides": [],
        },
    )
    schedule = await repository.schedule(session, schedule_id)
    if schedule is not None:  # else somebody else was faster
        reason = "First schedule of the organisation"
        await _record(session, "availability.created", schedule, after=_facts(schedule), reason=reason)


async def _seen(session: AsyncSession, schedule_id: UUID, *, lock: bool = False) -> AvailabilitySchedule:
    schedule = await repository.schedule(session, schedule_id, lock=lock)
    if schedule is None:
        raise ScheduleNotFound("There is no such schedule; it may have been removed.")
    own, _ = await identity.person_behind(session)
    if schedule.user_id not in (None, own) and not actor_of(session).may(_MANAGE):
        raise ScheduleNotFound("There is no such schedule; it may have been removed.")
    return schedule


async def _changeable(session: AsyncSession, schedule_id: UUID, if_match: str | None) -> AvailabilitySchedule:
    schedule = await _seen(session, schedule_id, lock=True)
    current = await _read(session, schedule)
    if not current.editable:
        raise Forbidden("This schedule is shared by all; changing it needs the permission “meetings:manage”.")
    check_version(if_match, schedule.version, current.model_dump(mode="json"))
    return schedule


async def _make_default(session: AsyncSession, schedule: AvailabilitySchedule) -> None:
    present = await repository.default(session, schedule.user_id)
    if present is not None and present is not schedule:
        present.is_default = False
        # The unique index holds per statement: the old default must be gone before the new one is set.
        await session.flush()
    schedule.is_default = True


async def _home_zone(session: AsyncSession, user_id: UUID | None) -> str:
    if user_id is not None:
        return (await identity.member(session, user_id)).time_zone
    return (await identity.get_organisation(session)).time_zone


async def _read(session: AsyncSession, schedule: AvailabilitySchedule) -> ScheduleRead:
    own, _ = await identity.person_behind(session)
    actor = actor_of(session)
    editable = actor.may(_MANAGE) or (actor.may("meetings:write") and own is not None and schedule.user_id == own)
    return ScheduleRead.model_validate(schedule).model_copy(update={"editable": editable})


def _facts(schedule: AvailabilitySchedule) -> dict[str, Any]:
    names = ("name", "user_id", "time_zone", "is_default", "weekly", "overrides", "holidays")
    return {name: getattr(schedule, name) for name in names}


def _invalid(field: str, message: str) -> ScheduleInvalid:
    return ScheduleInvalid(message, errors=[{"field": field, "message": message}])


async def _record(session: AsyncSession, action: str, schedule: AvailabilitySchedule, **facts: Any) -> None:
    await identity.record(session, action=action, subject_type="availability", subject_id=schedule.id, **facts)

"""HTTP of availability schedules and public holidays."""

from typing import Annotated
from uuid import UUID

from fastapi import Header, Query, Response

from tradewind.kernel.access import Session, requires
from tradewind.kernel.concurrency import tagged
from tradewind.kernel.routing import Router
from tradewind.modules.meetings.schemas.availability import (
    CountryCode,
    HolidayCountry,
    HolidayRead,
    ScheduleCreate,
    ScheduleRead,
    ScheduleUpdate,
    SubdivisionCode,
)
from tradewind.modules.meetings.service import availability as service
from tradewind.modules.meetings.service import holidays

router = Router(tags=["Availability"])
IfMatch = Annotated[str | None, Header(description="ETag of the version the change is based on")]
READ, WRITE = [requires("meetings:read")], [requires("meetings:write")]


@router.get("/availability", dependencies=READ)
async def list_schedules(session: Session) -> list[ScheduleRead]:
    """Shared schedules and your own; with `meetings:manage` everyone's."""
    return await service.list_schedules(session)


@router.post("/availability", status_code=201, dependencies=WRITE)
async def create_schedule(session: Session, data: ScheduleCreate, response: Response) -> ScheduleRead:
    """Add a schedule of your own; shared ones and those of others need `meetings:manage`."""
    return tagged(response, await service.create_schedule(session, data))


@router.get("/availability/{schedule_id}", dependencies=READ)
async def read_schedule(session: Session, schedule_id: UUID, response: Response) -> ScheduleRead:
    """One schedule."""
    return tagged(response, await service.read_schedule(session, schedule_id))


@router.patch("/availability/{schedule_id}", dependencies=WRITE)
async def update_schedule(
    session: Session, schedule_id: UUID, data: ScheduleUpdate, response: Response, if_match: IfMatch = None
) -> ScheduleRead:
    """Change a schedule; meetings booked before stay as they are."""
    return tagged(response, await service.update_schedule(session, schedule_id, data, if_match))


@router.delete("/availability/{schedule_id}", status_code=204, dependencies=WRITE)
async def delete_schedule(session: Session, schedule_id: UUID, if_match: IfMatch = None) -> None:
    """Remove a schedule that no event type uses."""
    await service.delete_schedule(session, schedule_id, if_match)


@router.get("/holidays", dependencies=READ)
async def list_holidays(
    country: CountryCode, year: Annotated[int, Query(ge=2000, le=2100)], subdivision: SubdivisionCode | None = None
) -> list[HolidayRead]:
    """The public holidays of a country, or of a part of it, in a year."""
    return await holidays.of_year(country, subdivision, year)


@router.get("/holidays/countries", dependencies=READ)
async def list_holiday_countries() -> list[HolidayCountry]:
    """Countries whose holidays are known."""
    return await holidays.countries()

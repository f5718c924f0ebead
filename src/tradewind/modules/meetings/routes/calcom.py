"""HTTP for programs made for Cal.com: a compatible subset of its API v2, failures in its envelope.

Specification: https://cal.com/docs/api-reference/v2, slots 2024-09-04, bookings 2024-08-13 and 2026-02-25.
"""

from collections.abc import Callable, Coroutine
from typing import Annotated, Any, Literal
from uuid import UUID

from fastapi import Header, Query, Request, Response
from fastapi.exceptions import RequestValidationError

from tradewind.kernel.access import Session, requires
from tradewind.kernel.errors import AppError
from tradewind.kernel.places import TimeZone
from tradewind.kernel.routing import Route, Router
from tradewind.modules.meetings.schemas.calcom import (
    CalcomBookingAnswer,
    CalcomBookingCancel,
    CalcomBookingCreate,
    CalcomBookingReschedule,
    CalcomDone,
    CalcomEventTypeChoice,
    CalcomFailure,
    CalcomReservationAnswer,
    CalcomReservationCreate,
    CalcomSlotsAnswer,
    Number,
    Slug,
)
from tradewind.modules.meetings.service import calcom


class Refused(AppError):
    """A failure as Cal.com writes it; what it says beyond code and message is in `details`."""

    def __init__(self, status: int, code: str, message: str, details: dict[str, Any], headers: dict[str, str]) -> None:
        super().__init__(message, code=code)
        self.status = status  # pyright: ignore[reportAttributeAccessIssue]
        self._details = details
        self._headers = headers

    @property
    def headers(self) -> dict[str, str]:
        return {**self._headers, "Content-Type": "application/json"}

    def problem(self, request_id: str | None) -> dict[str, Any]:
        details = self._details | {"requestId": request_id}
        return {"status": "error", "error": {"code": self.code, "message": self.detail, "details": details}}


class CalcomRoute(Route):
    """Turns failures into `Refused`: raised again, so that the transaction still ends as it must."""

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        handle = super().get_route_handler()

        async def handled(request: Request) -> Response:
            try:
                return await handle(request)
            except AppError as failure:
                known = {"type", "title", "status", "detail", "code", "request_id"}
                details = {name: value for name, value in failure.problem(None).items() if name not in known}
                raise Refused(failure.status, failure.code, failure.detail, details, failure.headers) from failure
            except RequestValidationError as failure:
                errors = [
                    {"field": ".".join(map(str, error["loc"][1:])), "message": error["msg"]}
                    for error in failure.errors()
                ]
                message = "; ".join(f"{error['field']}: {error['message']}" for error in errors[:5])
                raise Refused(422, "kernel.invalid", message, {"errors": errors}, {}) from failure

        return handled


# What stands before the routes, such as limits, answers as everywhere.
_FAILURES: dict[int | str, dict[str, Any]] = {
    status: {"model": CalcomFailure, "description": meaning}
    for status, meaning in {
        401: "No valid API key",
        403: "The key lacks the permission",
        404: "No such thing in this organisation",
        409: "The time is taken, or the booking cannot be changed any more",
        422: "Some values are not valid",
        503: "Temporarily unavailable",
    }.items()
}
router = Router(base="/v2", tags=["Cal.com"], route_class=CalcomRoute, responses=_FAILURES)
_READ, _WRITE = [requires("meetings:read")], [requires("meetings:write")]
SlotsVersion = Annotated[str, Header(alias="cal-api-version", pattern="^2024-09-04$")]
BookingsVersion = Annotated[str, Header(alias="cal-api-version", pattern="^(2024-08-13|2026-02-25)$")]
Instant = Annotated[str, Query(min_length=10, max_length=40, description="A day, or a moment with its offset; UTC")]


@router.get("/slots", dependencies=_READ, response_model_exclude_none=True)
async def list_calcom_slots(
    session: Session,
    start: Instant,
    end: Instant,
    event_type_id: Annotated[Number | None, Query(alias="eventTypeId")] = None,
    event_type_slug: Annotated[Slug | None, Query(alias="eventTypeSlug")] = None,
    username: Annotated[Slug | None, Query(description="The organisation's slug")] = None,
    team_slug: Annotated[Slug | None, Query(alias="teamSlug", description="The same")] = None,
    organization_slug: Annotated[Slug | None, Query(alias="organizationSlug", description="The same")] = None,
    time_zone: Annotated[TimeZone, Query(alias="timeZone")] = "UTC",
    duration: Annotated[int | None, Query(ge=1, le=1_440, description="Minutes")] = None,
    format: Annotated[Literal["time", "range"], Query(description="`range`: with the end of each")] = "time",
    version: SlotsVersion = "2024-09-04",
) -> CalcomSlotsAnswer:
    """Free times by day, at most 62 days; the event type by its `number`, or by its slug and the organisation's."""
    choice = CalcomEventTypeChoice(
        event_type_id=event_type_id, event_type_slug=event_type_slug, username=username, team_slug=team_slug,
        organization_slug=organization_slug,
    )  # fmt: skip
    found = await calcom.free_times(
        session, choice, start=start, end=end, zone=time_zone, length=duration, ranges=format == "range"
    )
    return CalcomSlotsAnswer(data=found)


@router.post("/slots/reservations", status_code=201, dependencies=_WRITE)
async def create_calcom_reservation(
    session: Session, data: CalcomReservationCreate, version: SlotsVersion = "2024-09-04"
) -> CalcomReservationAnswer:
    """Keep a time free, from one minute to a day. Who holds it books it by `POST /v2/bookings` for the same time."""
    return CalcomReservationAnswer(data=await calcom.reserve(session, data))


@router.delete("/slots/reservations/{uid}", dependencies=_WRITE)
async def delete_calcom_reservation(session: Session, uid: UUID, version: SlotsVersion = "2024-09-04") -> CalcomDone:
    """Give reserved time back before it runs out."""
    await calcom.release(session, uid)
    return CalcomDone()


@router.post("/bookings", status_code=201, dependencies=_WRITE)
async def create_calcom_booking(
    session: Session, data: CalcomBookingCreate, version: BookingsVersion = "2026-02-25"
) -> CalcomBookingAnswer:
    """Book a time. If it is lost, the answer 409 has the nearest free ones in `error.details.alternatives`."""
    return CalcomBookingAnswer(data=await calcom.book(session, data))


@router.get("/bookings/{uid}", dependencies=_READ)
async def read_calcom_booking(
    session: Session, uid: UUID, version: BookingsVersion = "2026-02-25"
) -> CalcomBookingAnswer:
    """One booking."""
    return CalcomBookingAnswer(data=await calcom.read(session, uid))


@router.post("/bookings/{uid}/reschedule", status_code=201, dependencies=_WRITE)
async def reschedule_calcom_booking(
    session: Session, uid: UUID, data: CalcomBookingReschedule, version: BookingsVersion = "2026-02-25"
) -> CalcomBookingAnswer:
    """Move a booking; it keeps its `uid`. If the time is lost, the present one stays: 409 with alternatives."""
    return CalcomBookingAnswer(data=await calcom.move(session, uid, data.start))


@router.post("/bookings/{uid}/cancel", dependencies=_WRITE)
async def cancel_calcom_booking(
    session: Session, uid: UUID, data: CalcomBookingCancel | None = None, version: BookingsVersion = "2026-02-25"
) -> CalcomBookingAnswer:
    """Cancel a booking; its time is free at once. A second time changes nothing."""
    return CalcomBookingAnswer(data=await calcom.cancel(session, uid, data.cancellation_reason if data else ""))

"""HTTP of routing forms, for those who make them and for strangers who answer them."""

from typing import Annotated
from uuid import UUID

from fastapi import Header, Path, Query, Response

from tradewind.kernel.access import Session, public, requires
from tradewind.kernel.concurrency import tagged
from tradewind.kernel.limits import rate_limit
from tradewind.kernel.pagination import Page
from tradewind.kernel.routing import Router
from tradewind.modules.meetings.errors_bookings import BookingInvalid
from tradewind.modules.meetings.schemas.routing_forms import (
    PublicRoutingForm,
    RoutedTo,
    RoutingAnswer,
    RoutingAnswerRead,
    RoutingFormCreate,
    RoutingFormRead,
    RoutingFormTry,
    RoutingFormUpdate,
    RoutingTried,
)
from tradewind.modules.meetings.service import routing_forms as service

router = Router(tags=["Routing forms"])
IfMatch = Annotated[str | None, Header(description="ETag of the version the change is based on")]
Organisation = Annotated[str, Path(min_length=1, max_length=80, description="The organisation's slug")]
Form = Annotated[str, Path(min_length=1, max_length=80, description="The form's slug")]
READ, MANAGE = [requires("meetings:read")], [requires("meetings:manage")]
_OPEN = public("Strangers answer here to be led to the right meeting")


@router.get("/routing-forms", dependencies=READ)
async def list_routing_forms(session: Session) -> list[RoutingFormRead]:
    """All routing forms, by title."""
    return await service.list_forms(session)


@router.post("/routing-forms", status_code=201, dependencies=MANAGE)
async def create_routing_form(session: Session, data: RoutingFormCreate, response: Response) -> RoutingFormRead:
    """Add a form: questions, rules tried in their order, and where everybody else goes."""
    return tagged(response, await service.create_form(session, data))


@router.get("/routing-forms/{form_id}", dependencies=READ)
async def read_routing_form(session: Session, form_id: UUID, response: Response) -> RoutingFormRead:
    """One form."""
    return tagged(response, await service.read_form(session, form_id))


@router.patch("/routing-forms/{form_id}", dependencies=MANAGE)
async def update_routing_form(
    session: Session, form_id: UUID, data: RoutingFormUpdate, response: Response, if_match: IfMatch = None
) -> RoutingFormRead:
    """Change a form."""
    return tagged(response, await service.update_form(session, form_id, data, if_match))


@router.delete("/routing-forms/{form_id}", status_code=204, dependencies=MANAGE)
async def delete_routing_form(session: Session, form_id: UUID, if_match: IfMatch = None) -> None:
    """Remove a form; its address ends."""
    await service.delete_form(session, form_id, if_match)


@router.post("/routing-forms/{form_id}/try", dependencies=READ)
async def try_routing_form(session: Session, form_id: UUID, data: RoutingFormTry) -> RoutingTried:
    """Where some answers would lead, and why. Nothing is recorded."""
    return await service.try_form(session, form_id, data.answers)


@router.get("/routing-forms/{form_id}/answers", dependencies=READ)
async def list_routing_answers(
    session: Session,
    form_id: UUID,
    cursor: Annotated[str | None, Query(min_length=1, max_length=2048)] = None,
    limit: Annotated[int, Query(ge=1, le=100)] = 25,
) -> Page[RoutingAnswerRead]:
    """What strangers answered, newest first, where that led, and why."""
    return await service.list_answers(session, form_id, cursor=cursor, limit=limit)


@router.get("/booking/{organisation}/forms/{form}", dependencies=[_OPEN, rate_limit("booking.read", "240/minute")])
async def read_public_form(session: Session, organisation: Organisation, form: Form) -> PublicRoutingForm:
    """A form for strangers."""
    return await service.public_form(session, organisation, form)


@router.post("/booking/{organisation}/forms/{form}", dependencies=[_OPEN, rate_limit("booking.write", "20/minute")])
async def answer_public_form(session: Session, organisation: Organisation, form: Form, data: RoutingAnswer) -> RoutedTo:
    """Answer a form and be told where to go."""
    if data.website:
        message = "stays empty"
        raise BookingInvalid("The field “website” stays empty.", errors=[{"field": "website", "message": message}])
    return await service.answer_form(session, organisation, form, data.answers)

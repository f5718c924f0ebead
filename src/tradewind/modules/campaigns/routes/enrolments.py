"""HTTP of the people in journeys."""

from typing import Annotated
from uuid import UUID

from fastapi import Path, Query

from tradewind.kernel.access import Session, requires
from tradewind.kernel.pagination import Page
from tradewind.kernel.routing import Router
from tradewind.modules.campaigns.schemas.enrolments import (
    Enrolled,
    EnrolmentRead,
    EnrolmentState,
    EnrolmentTrace,
    EnrolPeople,
    JourneyCounts,
    JourneySplitRead,
    PersonEnrolment,
)
from tradewind.modules.campaigns.schemas.optimising import BestHoursRead
from tradewind.modules.campaigns.service import choosing, entering, hours, splits, tracing

router = Router(tags=["Journeys"])
READ = [requires("campaigns:read")]
PEOPLE = [requires("leads:read")]
LAUNCH = [requires("campaigns:launch")]
_Cursor = Annotated[str | None, Query(min_length=1, max_length=2048)]


@router.get("/journeys/{journey_id}/enrolments", dependencies=[*READ, *PEOPLE])
async def list_journey_enrolments(
    session: Session,
    journey_id: UUID,
    state: Annotated[EnrolmentState | None, Query()] = None,
    node: Annotated[str | None, Query(max_length=40, description="Only who is at this step")] = None,
    cursor: _Cursor = None,
    limit: Annotated[int, Query(ge=1, le=100)] = 25,
) -> Page[EnrolmentRead]:
    """People in a journey, newest first: where each one is, and what for."""
    return await tracing.list_enrolments(session, journey_id, state=state, node=node, cursor=cursor, limit=limit)


@router.post("/journeys/{journey_id}/enrolments", dependencies=LAUNCH)
async def enrol_people(session: Session, journey_id: UUID, data: EnrolPeople) -> Enrolled:
    """Put people into a live journey that has an API trigger."""
    return await entering.enrol_by_hand(session, journey_id, data)


@router.get("/journey-enrolments", dependencies=[*READ, *PEOPLE])
async def list_enrolments_of_person(
    session: Session, person_id: UUID, limit: Annotated[int, Query(ge=1, le=100)] = 25
) -> list[PersonEnrolment]:
    """The journeys and campaigns a person is or was in, newest first, each with its newest message to them."""
    return await tracing.of_person(session, person_id, limit=limit)


@router.get("/journey-enrolments/{enrolment_id}", dependencies=[*READ, *PEOPLE])
async def read_journey_enrolment(session: Session, enrolment_id: UUID) -> EnrolmentTrace:
    """Where a person is in a journey, and why: every step with its reason."""
    return await tracing.trace(session, enrolment_id)


@router.delete("/journey-enrolments/{enrolment_id}", status_code=204, dependencies=LAUNCH)
async def remove_journey_enrolment(session: Session, enrolment_id: UUID) -> None:
    """Take a person out of a journey, and take back messages to them that have not left yet."""
    await entering.take_out(session, enrolment_id)


@router.get("/journeys/{journey_id}/counts", dependencies=READ)
async def read_journey_counts(
    session: Session, journey_id: UUID, number: Annotated[int | None, Query(ge=1, le=1_000_000)] = None
) -> JourneyCounts:
    """How many people are at each step, and how many went each way: of one version, or of all."""
    return await tracing.counts(session, journey_id, number)


@router.get("/journeys/{journey_id}/splits", dependencies=READ)
async def list_journey_splits(session: Session, journey_id: UUID) -> list[JourneySplitRead]:
    """Splits of the published version: how each variant does, and what chance it has from here."""
    return await splits.list_splits(session, journey_id)


@router.delete("/journeys/{journey_id}/splits/{node}/choice", dependencies=LAUNCH)
async def leave_journey_split_to_chance(
    session: Session, journey_id: UUID, node: Annotated[str, Path(max_length=40)]
) -> list[JourneySplitRead]:
    """Take back that somebody chose a variant of a split: chance decides again, by what is known by now."""
    return await choosing.leave_split_to_chance(session, journey_id, node)


@router.get("/journeys/{journey_id}/best-hours", dependencies=READ)
async def read_journey_best_hours(session: Session, journey_id: UUID) -> BestHoursRead:
    """When people answer, and what the waits for the best hour of the published version bring."""
    return await hours.best_hours(session, journey_id)

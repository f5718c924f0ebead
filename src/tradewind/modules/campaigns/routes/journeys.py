"""HTTP of journeys: editing, launching, versions."""

from typing import Annotated
from uuid import UUID

from fastapi import Header, Query, Response

from tradewind.kernel.access import Session, requires
from tradewind.kernel.concurrency import tagged
from tradewind.kernel.routing import Router
from tradewind.modules.campaigns.schemas.journeys import (
    JourneyCheck,
    JourneyCreate,
    JourneyMove,
    JourneyMoved,
    JourneyProblem,
    JourneyPublish,
    JourneyRead,
    JourneyRestore,
    JourneyRow,
    JourneyState,
    JourneyTemplateRead,
    JourneyUpdate,
    JourneyVersionRead,
    StepKindRead,
    WebhookSecrets,
)
from tradewind.modules.campaigns.service import calling, catalogue, journeys, moving, publishing, templates

router = Router(tags=["Journeys"])
IfMatch = Annotated[str | None, Header(description="ETag of the version the change is based on")]
READ = [requires("campaigns:read")]
WRITE = [requires("campaigns:write")]
LAUNCH = [requires("campaigns:launch")]


@router.get("/journeys", dependencies=READ)
async def list_journeys(session: Session, state: Annotated[JourneyState | None, Query()] = None) -> list[JourneyRow]:
    """All journeys, by name, with how many people are in each."""
    return await journeys.list_journeys(session, state)


@router.post("/journeys", status_code=201, dependencies=WRITE)
async def create_journey(session: Session, data: JourneyCreate, response: Response) -> JourneyRead:
    """Add a journey as a draft: empty, from a template, or of a given draft."""
    return tagged(response, await journeys.create_journey(session, data))


@router.get("/journey-templates", dependencies=READ)
async def list_journey_templates() -> list[JourneyTemplateRead]:
    """Journeys to begin with."""
    return list(templates.templates())


@router.get("/journey-step-kinds", dependencies=READ)
async def list_journey_step_kinds() -> list[StepKindRead]:
    """The palette: every kind of step with its ports and the schema of its settings."""
    return catalogue.step_kinds()


@router.get("/journeys/{journey_id}", dependencies=READ)
async def read_journey(session: Session, journey_id: UUID, response: Response) -> JourneyRead:
    """A journey with its draft, and what keeps the draft from running."""
    return tagged(response, await journeys.read_journey(session, journey_id))


@router.patch("/journeys/{journey_id}", dependencies=WRITE)
async def update_journey(
    session: Session, journey_id: UUID, data: JourneyUpdate, response: Response, if_match: IfMatch = None
) -> JourneyRead:
    """Change a journey or its draft. People in flight go on with the version they entered."""
    return tagged(response, await journeys.update_journey(session, journey_id, data, if_match))


@router.delete("/journeys/{journey_id}", status_code=204, dependencies=WRITE)
async def delete_journey(session: Session, journey_id: UUID, if_match: IfMatch = None) -> None:
    """Remove a journey that is not live or paused; what happened in it stays with the people."""
    await journeys.delete_journey(session, journey_id, if_match)


@router.post("/journeys/{journey_id}/check", dependencies=READ)
async def check_journey(session: Session, journey_id: UUID, data: JourneyCheck) -> list[JourneyProblem]:
    """What is wrong with the draft, or with one that is not stored, each thing at its step."""
    return await journeys.check_journey(session, journey_id, data.draft)


@router.post("/journeys/{journey_id}/launch", dependencies=LAUNCH)
async def launch_journey(
    session: Session, journey_id: UUID, data: JourneyPublish, response: Response, if_match: IfMatch = None
) -> JourneyRead:
    """Publish the draft and let people enter. Large audiences ask for a rehearsal that found nothing grave."""
    return tagged(response, await publishing.launch(session, journey_id, data, if_match))


@router.post("/journeys/{journey_id}/publish", dependencies=LAUNCH)
async def publish_journey(
    session: Session, journey_id: UUID, data: JourneyPublish, response: Response, if_match: IfMatch = None
) -> JourneyRead:
    """Make the draft of a running journey the version that new people follow; the others finish on theirs."""
    return tagged(response, await publishing.publish(session, journey_id, data, if_match))


@router.post("/journeys/{journey_id}/pause", dependencies=LAUNCH)
async def pause_journey(session: Session, journey_id: UUID, response: Response) -> JourneyRead:
    """Nobody enters and nobody moves until it goes on; waits run on meanwhile."""
    return tagged(response, await publishing.pause(session, journey_id))


@router.post("/journeys/{journey_id}/resume", dependencies=LAUNCH)
async def resume_journey(session: Session, journey_id: UUID, response: Response) -> JourneyRead:
    """Go on after a pause: whoever became due meanwhile moves now."""
    return tagged(response, await publishing.resume(session, journey_id))


@router.post("/journeys/{journey_id}/stop", dependencies=LAUNCH)
async def stop_journey(session: Session, journey_id: UUID, response: Response) -> JourneyRead:
    """End it for everybody at once, and take back messages that have not left yet."""
    return tagged(response, await publishing.stop(session, journey_id))


@router.get("/journeys/{journey_id}/versions", dependencies=READ)
async def list_journey_versions(session: Session, journey_id: UUID) -> list[JourneyVersionRead]:
    """The newest 50 versions, newest first, with how many people are on each."""
    return await publishing.list_versions(session, journey_id)


@router.post("/journeys/{journey_id}/restore", dependencies=WRITE)
async def restore_journey_version(
    session: Session, journey_id: UUID, data: JourneyRestore, response: Response, if_match: IfMatch = None
) -> JourneyRead:
    """Make an old version the draft again; publish it to use it."""
    return tagged(response, await publishing.restore_version(session, journey_id, data.number, if_match))


@router.post("/journeys/{journey_id}/move-people", dependencies=LAUNCH)
async def move_journey_people(session: Session, journey_id: UUID, data: JourneyMove) -> JourneyMoved:
    """Move people in flight to the published version, or see what that would mean."""
    return await moving.move_people(session, journey_id, data)


@router.get("/journeys/{journey_id}/webhook-secrets", dependencies=LAUNCH)
async def read_journey_webhook_secrets(session: Session, journey_id: UUID) -> WebhookSecrets:
    """What webhook steps of the journey sign with (Standard Webhooks): receivers check one of them."""
    await journeys.require(session, journey_id)
    return WebhookSecrets(secrets=calling.secrets_of(journey_id))

"""HTTP of dress rehearsals."""

from uuid import UUID

from tradewind.kernel.access import Session, requires
from tradewind.kernel.routing import Router
from tradewind.modules.campaigns.schemas.rehearsals import RehearsalCreate, RehearsalRead
from tradewind.modules.campaigns.service import rehearsals

router = Router(tags=["Journeys"])
READ = [requires("campaigns:read")]
WRITE = [requires("campaigns:write")]


@router.post("/journeys/{journey_id}/rehearsals", status_code=201, dependencies=WRITE)
async def rehearse_journey(session: Session, journey_id: UUID, data: RehearsalCreate) -> RehearsalRead:
    """Run the draft against a virtual clock, with senders that send nothing; the report follows."""
    return await rehearsals.begin(session, journey_id, data)


@router.get("/journeys/{journey_id}/rehearsals", dependencies=READ)
async def list_journey_rehearsals(session: Session, journey_id: UUID) -> list[RehearsalRead]:
    """The newest 20 rehearsals, newest first."""
    return await rehearsals.list_rehearsals(session, journey_id)


@router.get("/journey-rehearsals/{rehearsal_id}", dependencies=READ)
async def read_journey_rehearsal(session: Session, rehearsal_id: UUID) -> RehearsalRead:
    """A rehearsal and its report."""
    return await rehearsals.read_rehearsal(session, rehearsal_id)

"""Dress rehearsals as people begin and read them; `rehearsing` does the work."""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from tradewind.kernel import jobs
from tradewind.kernel.clock import now
from tradewind.kernel.database import actor_of
from tradewind.kernel.ids import new_id
from tradewind.kernel.jobs import start_run
from tradewind.modules.campaigns.engine.graph import JourneyDraft
from tradewind.modules.campaigns.errors import JourneyInvalid, RehearsalNotFound
from tradewind.modules.campaigns.models import Journey, JourneyRehearsal
from tradewind.modules.campaigns.repository import rehearsals as repository
from tradewind.modules.campaigns.schemas.rehearsals import RehearsalCreate, RehearsalRead, RehearsalReport
from tradewind.modules.campaigns.service import journeys, waking

_SHOWN = 20


async def begin(session: AsyncSession, journey_id: UUID, data: RehearsalCreate) -> RehearsalRead:
    """Rehearse the draft as it is now, in the background. Raises JourneyNotFound, JourneyInvalid."""
    journey = await journeys.require(session, journey_id)
    draft = JourneyDraft.model_validate(journey.draft)
    graph, found = await journeys.judged(session, draft, journey.id)
    wrong = [one for one in found if one.severity == "error"]
    if graph is None or wrong:
        raise JourneyInvalid(
            "Put right what keeps the draft from running, then rehearse it.",
            errors=[{"field": one.node or "journey", "message": one.message} for one in wrong],
        )
    actor = actor_of(session)
    rehearsal = JourneyRehearsal(
        id=new_id(), organisation_id=journey.organisation_id, journey_id=journey.id, mode=data.mode,
        settings=data.model_dump(mode="json"), program=draft.program(), fingerprint=journeys.fingerprint(draft),
        created_at=now(), created_by_name=actor.name,
    )  # fmt: skip
    session.add(rehearsal)
    await session.flush()
    rehearsal.run_id = await start_run(
        session, jobs.registered()[waking.REHEARSE], waking.Rehearse(rehearsal_id=rehearsal.id),
        title=f"Rehearsal of “{journey.name}”", subject=f"journey:{journey.id}", for_everyone=True,
    )  # fmt: skip
    await session.flush()
    await journeys.record(
        session, "journey.rehearsed", journey, after={"rehearsal_id": str(rehearsal.id), "mode": data.mode}
    )
    return (await _read(session, [rehearsal], journey))[0]


async def list_rehearsals(session: AsyncSession, journey_id: UUID, *, limit: int = _SHOWN) -> list[RehearsalRead]:
    """The newest rehearsals of a journey. Raises JourneyNotFound."""
    journey = await journeys.require(session, journey_id)
    return await _read(session, await repository.newest(session, journey_id, limit), journey)


async def read_rehearsal(session: AsyncSession, rehearsal_id: UUID) -> RehearsalRead:
    """A rehearsal. Raises RehearsalNotFound."""
    rehearsal = await repository.rehearsal(session, rehearsal_id)
    if rehearsal is None:
        raise RehearsalNotFound("There is no such rehearsal.")
    return (await _read(session, [rehearsal], await journeys.require(session, rehearsal.journey_id)))[0]


async def _read(session: AsyncSession, found: Sequence[JourneyRehearsal], journey: Journey) -> list[RehearsalRead]:
    present = journeys.fingerprint(JourneyDraft.model_validate(journey.draft))
    ended = await repository.failures(session, [one.run_id for one in found if one.run_id and one.state == "running"])
    names = set(RehearsalRead.model_fields) - {"fits_draft", "report", "state", "error"}
    return [
        RehearsalRead(
            **{name: getattr(one, name) for name in names},
            state="failed" if one.run_id in ended else "done" if one.state == "done" else "running",
            error=ended.get(one.run_id) if one.run_id else None,
            fits_draft=one.fingerprint == present,
            report=RehearsalReport.model_validate(one.report) if one.report else None,
        )
        for one in found
    ]

"""From draft to live journey and back: versions, launch, pause, stop."""

from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from tradewind.kernel.clock import now
from tradewind.kernel.database import actor_of
from tradewind.kernel.database.sight import seeing_everything
from tradewind.kernel.events import publish as tell
from tradewind.kernel.ids import new_id
from tradewind.kernel.jobs import enqueue
from tradewind.modules.campaigns.engine.graph import JourneyDraft
from tradewind.modules.campaigns.errors import (
    JourneyInvalid,
    JourneyNotFound,
    RehearsalNeeded,
    VersionNotFound,
    WrongState,
)
from tradewind.modules.campaigns.events import JourneyHeld, JourneyLaunched, JourneyStopped
from tradewind.modules.campaigns.models import Journey, JourneyVersion
from tradewind.modules.campaigns.repository import audience, rehearsals
from tradewind.modules.campaigns.repository import journeys as repository
from tradewind.modules.campaigns.schemas.journeys import JourneyPublish, JourneyRead, JourneyUpdate, JourneyVersionRead
from tradewind.modules.campaigns.service import hours, journeys, pacing, waking
from tradewind.modules.sending import api as sending


async def launch(
    session: AsyncSession, journey_id: UUID, data: JourneyPublish, if_match: str | None, *, by_campaign: bool = False
) -> JourneyRead:
    """Publish the draft and let people enter. What a campaign is carried out by is launched, paused … by it alone.

    Raises JourneyNotFound, JourneyInvalid, RehearsalNeeded, PreconditionFailed, WrongState where it runs already.
    """
    journey = await journeys.changeable(session, journey_id, if_match)
    if not by_campaign:
        await journeys.own_master(session, journey)
    if journey.state in ("live", "paused"):
        raise WrongState("It is running already. Publish the draft to change it, or resume it.")
    number = await _publish(session, journey, data.note)
    journey.state = "live"
    journey.launched_at = journey.hears_since = now()
    journey.swept = {}
    async with seeing_everything(session):
        await audience.forget(session, journey.id)
    await journeys.touch(session, journey)
    await journeys.record(session, "journey.launched", journey, after={"number": number, "note": data.note})
    await publish_news(session, journey)
    return await journeys.shown(session, journey)


async def publish(session: AsyncSession, journey_id: UUID, data: JourneyPublish, if_match: str | None) -> JourneyRead:
    """Make the draft of a running journey the version new people follow.

    Raises JourneyNotFound, JourneyInvalid, RehearsalNeeded, PreconditionFailed, WrongState where it does not run.
    """
    journey = await journeys.changeable(session, journey_id, if_match)
    if journey.state not in ("live", "paused"):
        raise WrongState("It is not running. Launch it instead.")
    number = await _publish(session, journey, data.note)
    await journeys.touch(session, journey)
    await journeys.record(session, "journey.published", journey, after={"number": number, "note": data.note})
    await enqueue(session, waking.sweep_job(), waking.Sweep(journey_id=journey.id))
    return await journeys.shown(session, journey)


async def pause(session: AsyncSession, journey_id: UUID, *, by_campaign: bool = False) -> JourneyRead:
    """Nobody enters and nobody moves. Raises JourneyNotFound, WrongState."""
    journey = await _in_state(session, journey_id, by_campaign, "live", "Only a live journey can be paused.")
    journey.state = "paused"
    await journeys.touch(session, journey)
    await journeys.record(session, "journey.paused", journey)
    return await journeys.shown(session, journey)


async def hold(session: AsyncSession, journey_id: UUID, reason: str) -> None:
    """Pause a live journey because of itself: people stay where they are until somebody has looked at it."""
    journey = await repository.at_rest(session, journey_id)
    if journey is not None and journey.state == "live":
        journey.state = "paused"
        await journeys.touch(session, journey)
        await journeys.record(session, "journey.paused", journey, reason=reason)
        await tell(session, JourneyHeld(journey_id=journey.id, reason=reason))


async def resume(session: AsyncSession, journey_id: UUID, *, by_campaign: bool = False) -> JourneyRead:
    """Go on. Raises JourneyNotFound, WrongState."""
    journey = await _in_state(session, journey_id, by_campaign, "paused", "Only a paused journey can go on.")
    journey.state = "live"
    journey.hears_since = now()
    await journeys.touch(session, journey)
    await journeys.record(session, "journey.resumed", journey)
    await publish_news(session, journey)
    return await journeys.shown(session, journey)


async def stop(session: AsyncSession, journey_id: UUID, *, by_campaign: bool = False) -> JourneyRead:
    """End it for everybody: nobody moves from this commit on; a job sees to those in flight.

    Raises JourneyNotFound, WrongState.
    """
    journey = await _at_rest(session, journey_id)
    if not by_campaign:
        await journeys.own_master(session, journey)
    if journey.state not in ("live", "paused"):
        raise WrongState("It is not running.")
    journey.state = "stopped"
    await journeys.touch(session, journey)
    withdrawn = await sending.cancel(session, journey_id=journey.id, reason=f"The journey “{journey.name}” was stopped")
    await journeys.record(session, "journey.stopped", journey, after={"messages_withdrawn": withdrawn})
    await enqueue(session, waking.stop_job(), waking.Sweep(journey_id=journey.id))
    await tell(session, JourneyStopped(journey_id=journey.id))
    return await journeys.shown(session, journey)


async def list_versions(session: AsyncSession, journey_id: UUID) -> list[JourneyVersionRead]:
    """The newest 50 versions, newest first. Raises JourneyNotFound."""
    journey = await journeys.require(session, journey_id)
    waiting = await repository.waiting_by_version(session, journey_id)
    return [
        JourneyVersionRead(
            id=one.id, number=one.number, note=one.note, published_at=one.published_at,
            published_by_name=one.published_by_name, current=one.id == journey.published_version_id,
            waiting=waiting.get(one.id, 0), draft=JourneyDraft.model_validate(one.draft),
        )
        for one in await repository.versions(session, journey_id)
    ]  # fmt: skip


async def restore_version(session: AsyncSession, journey_id: UUID, number: int, if_match: str | None) -> JourneyRead:
    """Make an old version the draft again. Raises JourneyNotFound, VersionNotFound, PreconditionFailed."""
    journey = await journeys.changeable(session, journey_id, if_match)
    old = next((one for one in await repository.versions(session, journey_id, 1_000) if one.number == number), None)
    if old is None:
        raise VersionNotFound(f"“{journey.name}” has no version {number}.")
    return await journeys.update_journey(
        session, journey_id, JourneyUpdate(draft=JourneyDraft.model_validate(old.draft)), None
    )


async def publish_news(session: AsyncSession, journey: Journey) -> None:
    """Wake the engine for a journey that runs from now on."""
    await enqueue(session, waking.sweep_job(), waking.Sweep(journey_id=journey.id))
    await waking.wake(session)
    await tell(session, JourneyLaunched(journey_id=journey.id))


async def _publish(session: AsyncSession, journey: Journey, note: str) -> int:
    draft = JourneyDraft.model_validate(journey.draft)
    graph, found = await journeys.judged(session, draft, journey.id)
    wrong = [one for one in found if one.severity == "error"]
    if wrong or graph is None:
        raise JourneyInvalid(
            f"Put {len(wrong)} thing{'s' if len(wrong) != 1 else ''} right first.",
            errors=[{"field": one.node or "journey", "message": one.message} for one in wrong],
        )
    estimate = await journeys.audience_estimate(session, graph)
    if estimate > journeys.LARGE and not await rehearsals.passed(session, journey.id, journeys.fingerprint(draft)):
        raise RehearsalNeeded(
            f"About {estimate:,} people would enter. Rehearse this draft first, and put right what is grave.",
            extra={"audience_estimate": estimate},
        )
    actor = actor_of(session)
    version = JourneyVersion(
        id=new_id(), organisation_id=journey.organisation_id, journey_id=journey.id, note=note, draft=journey.draft,
        number=await repository.newest_number(session, journey.id) + 1, published_at=now(),
        published_by=actor.user_id, published_by_name=actor.name,
    )  # fmt: skip
    session.add(version)
    await session.flush()
    before, journey.published_version_id = journey.published_version_id, version.id
    await pacing.published(session, journey, before)
    await hours.published(session, graph)
    return version.number


async def _in_state(session: AsyncSession, journey_id: UUID, by_campaign: bool, state: str, otherwise: str) -> Journey:
    journey = await _at_rest(session, journey_id)
    if not by_campaign:
        await journeys.own_master(session, journey)
    if journey.state != state:
        raise WrongState(otherwise)
    return journey


async def _at_rest(session: AsyncSession, journey_id: UUID) -> Journey:
    # A tick under way would intend messages after those that wait were withdrawn.
    journey = await repository.at_rest(session, journey_id)
    if journey is None:
        raise JourneyNotFound("There is no such journey; it may have been removed.")
    return journey

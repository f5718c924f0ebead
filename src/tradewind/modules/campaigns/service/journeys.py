"""Journeys as people edit them."""

import hashlib
from collections.abc import Sequence
from dataclasses import asdict
from datetime import timedelta
from typing import Any
from uuid import UUID

import orjson
from sqlalchemy.ext.asyncio import AsyncSession

from tradewind.kernel.clock import now
from tradewind.kernel.concurrency import check_version
from tradewind.kernel.database import actor_of
from tradewind.kernel.ids import new_id
from tradewind.modules.campaigns.engine.checking import Problem, read
from tradewind.modules.campaigns.engine.graph import DraftComment, JourneyDraft, JourneyGraph, door_of
from tradewind.modules.campaigns.engine.steps import (
    AudienceTrigger,
    EventTrigger,
    FormTrigger,
    ScheduleTrigger,
    ScoreTrigger,
    SegmentTrigger,
)
from tradewind.modules.campaigns.errors import CampaignNotFound, JourneyNotFound, LimitReached, WrongState
from tradewind.modules.campaigns.models import Journey, JourneyVersion
from tradewind.modules.campaigns.repository import audience, campaigns, events, rehearsals
from tradewind.modules.campaigns.repository import journeys as repository
from tradewind.modules.campaigns.schemas.journeys import (
    JourneyCreate,
    JourneyPeople,
    JourneyProblem,
    JourneyRead,
    JourneyRow,
    JourneyUpdate,
)
from tradewind.modules.campaigns.service import references
from tradewind.modules.campaigns.service.entry_events import event_of
from tradewind.modules.campaigns.service.templates import template
from tradewind.modules.identity import api as identity
from tradewind.modules.leads import api as leads
from tradewind.modules.leads.errors import ConditionInvalid

MAX_JOURNEYS = 500
LARGE = 1_000
"""An audience that asks for a rehearsal before the launch."""
_COUNTED = 100_000
_SHOWN = (
    "id", "version", "name", "description", "state", "campaign_id", "launched_at", "created_at", "updated_at",
)  # fmt: skip


async def list_journeys(session: AsyncSession, state: str | None = None) -> list[JourneyRow]:
    """All journeys, by name."""
    return [JourneyRow(**row) for row in await _rows(session, await repository.every_journey(session, state))]


async def read_journey(session: AsyncSession, journey_id: UUID) -> JourneyRead:
    """A journey with its draft. Raises JourneyNotFound."""
    return await shown(session, await require(session, journey_id))


async def create_journey(session: AsyncSession, data: JourneyCreate) -> JourneyRead:
    """Add a journey as a draft. Raises LimitReached, TemplateNotFound."""
    if len(await repository.every_journey(session)) >= MAX_JOURNEYS:
        raise LimitReached(f"{MAX_JOURNEYS} journeys are the most one can keep. Remove some that are not used.")
    actor = actor_of(session)
    assert actor.organisation_id is not None
    draft = data.draft or (template(data.template).draft if data.template else JourneyDraft())
    journey = Journey(
        id=new_id(), organisation_id=actor.organisation_id, name=data.name, description=data.description,
        draft=_signed(session, draft, []).model_dump(mode="json", by_alias=True), created_by=actor.user_id,
    )  # fmt: skip
    session.add(journey)
    await session.flush()
    await record(session, "journey.created", journey, after=facts(journey))
    return await shown(session, journey)


async def update_journey(
    session: AsyncSession, journey_id: UUID, data: JourneyUpdate, if_match: str | None
) -> JourneyRead:
    """Change a journey or its draft. Raises JourneyNotFound, PreconditionFailed."""
    journey = await changeable(session, journey_id, if_match)
    before = facts(journey)
    if data.name is not None:
        journey.name = data.name
    if data.description is not None:
        journey.description = data.description
    if "campaign_id" in data.model_fields_set and data.campaign_id != journey.campaign_id:
        await _attach(session, journey, data.campaign_id)
    if data.draft is not None:
        known = JourneyDraft.model_validate(journey.draft).comments
        journey.draft = _signed(session, data.draft, known).model_dump(mode="json", by_alias=True)
    after = facts(journey)
    changed = [name for name in after if after[name] != before[name]]
    if changed:
        await touch(session, journey)
        await record(
            session, "journey.updated", journey,
            before={name: before[name] for name in changed}, after={name: after[name] for name in changed},
        )  # fmt: skip
    return await shown(session, journey)


async def delete_journey(session: AsyncSession, journey_id: UUID, if_match: str | None) -> None:
    """Remove a journey from sight. Raises JourneyNotFound, PreconditionFailed, WrongState for a running one."""
    journey = await changeable(session, journey_id, if_match)
    if journey.state in ("live", "paused"):
        raise WrongState("People are in this journey. Stop it first.")
    await own_master(session, journey)
    journey.deleted_at = now()
    await touch(session, journey)
    await record(session, "journey.deleted", journey, before=facts(journey))


async def check_journey(session: AsyncSession, journey_id: UUID, draft: JourneyDraft | None) -> list[JourneyProblem]:
    """What is wrong with a draft. Raises JourneyNotFound."""
    journey = await require(session, journey_id)
    _, found = await judged(session, draft or JourneyDraft.model_validate(journey.draft), journey_id)
    return [JourneyProblem(**asdict(one)) for one in found]


async def judged(
    session: AsyncSession, draft: JourneyDraft, journey_id: UUID | None
) -> tuple[JourneyGraph | None, list[Problem]]:
    """The strict form of a draft (None where it cannot be read), and all its problems, errors first."""
    graph, found = read(draft)
    if graph is not None:
        found += await references.problems(session, graph, journey_id=journey_id)
    return graph, sorted(found, key=lambda one: one.severity != "error")


async def audience_estimate(session: AsyncSession, graph: JourneyGraph) -> int:
    """People who would enter at the launch or, by what they do, within thirty days as the last were."""
    total = 0
    since = now() - timedelta(days=30)
    for node in graph.nodes:
        told = node.settings
        if isinstance(told, ScheduleTrigger) or (isinstance(told, SegmentTrigger) and told.include_current):
            found = await leads.segment(session, told.segment_id)
            total += (found.member_count or 0) if found else 0
        elif isinstance(told, AudienceTrigger):
            total += await _audience_of(session, told)
        elif isinstance(told, ScoreTrigger) and told.include_current:
            total += len(await leads.matching_lead_ids(session, told.condition, limit=_COUNTED))
        elif isinstance(told, EventTrigger | FormTrigger):
            sql, values = events.matching(event_of(told), actor_of(session).organisation_id)
            total += await repository.happened_to(session, sql, values, since=since, limit=_COUNTED)
    return total


async def _audience_of(session: AsyncSession, told: AudienceTrigger) -> int:
    try:
        condition = await leads.compile_condition(session, told.condition, first=audience.FIRST_OF_COUNT)
    except ConditionInvalid:
        return 0  # told by the check of references
    wanted = audience.not_recent(session, condition, days=told.without_recent_days, campaign_id=None)
    return await audience.count(session, wanted, limit=_COUNTED)


def fingerprint(draft: JourneyDraft) -> str:
    """Of what decides how a draft runs: the same for two drafts that differ in layout and comments only."""
    return hashlib.sha256(orjson.dumps(draft.program(), option=orjson.OPT_SORT_KEYS)).hexdigest()


async def require(session: AsyncSession, journey_id: UUID, *, lock: bool = False) -> Journey:
    """The journey. Raises JourneyNotFound."""
    journey = await repository.journey(session, journey_id, lock=lock)
    if journey is None:
        raise JourneyNotFound("There is no such journey; it may have been removed.")
    return journey


async def changeable(session: AsyncSession, journey_id: UUID, if_match: str | None) -> Journey:
    """The journey under lock, if the caller saw its present version. Raises JourneyNotFound, PreconditionFailed."""
    journey = await require(session, journey_id, lock=True)
    if if_match is not None:
        check_version(if_match, journey.version, (await shown(session, journey)).model_dump(mode="json", by_alias=True))
    return journey


async def own_master(session: AsyncSession, journey: Journey) -> None:
    """Raise WrongState for a journey that a campaign is carried out by: what begins and ends it is the campaign."""
    owner = await campaigns.owner_of(session, journey.id)
    if owner is not None:
        raise WrongState(f"It carries out the campaign “{owner.name}”: do that there.", extra={"campaign_id": owner.id})


async def touch(session: AsyncSession, journey: Journey) -> None:
    """A new version of the journey for those who edit it."""
    journey.version += 1
    journey.updated_at = now()
    await session.flush()


async def shown(session: AsyncSession, journey: Journey) -> JourneyRead:
    """A journey as people see it."""
    [row] = await _rows(session, [journey])
    draft = JourneyDraft.model_validate(journey.draft)
    graph, found = await judged(session, draft, journey.id)
    estimate = await audience_estimate(session, graph) if graph else 0
    passed = estimate <= LARGE or await rehearsals.passed(session, journey.id, fingerprint(draft))
    return JourneyRead(
        **row, draft=draft, problems=[JourneyProblem(**asdict(one)) for one in found],
        audience_estimate=estimate, rehearsal_needed=not passed,
    )  # fmt: skip


def facts(journey: Journey) -> dict[str, Any]:
    """What the audit log keeps of a journey."""
    return {name: getattr(journey, name) for name in ("name", "description", "state", "draft", "campaign_id")}


async def record(session: AsyncSession, action: str, journey: Journey, **more: Any) -> None:
    """Write an act on a journey into the audit log."""
    await identity.record(session, action=action, subject_type="journey", subject_id=journey.id, **more)


async def _attach(session: AsyncSession, journey: Journey, campaign_id: UUID | None) -> None:
    """Have a journey belong to a campaign, or to none: its messages from now on count there."""
    await own_master(session, journey)
    if campaign_id is not None and await campaigns.campaign(session, campaign_id) is None:
        raise CampaignNotFound("There is no such campaign; it may have been removed.")
    journey.campaign_id = campaign_id


async def _rows(session: AsyncSession, found: Sequence[Journey]) -> list[dict[str, Any]]:
    published = await repository.versions_by_id(
        session, [one.published_version_id for one in found if one.published_version_id]
    )
    told: dict[UUID, JourneyVersion] = {version.journey_id: version for version in published}
    counted = await repository.totals(session, [one.id for one in found])
    return [
        {
            **{name: getattr(journey, name) for name in _SHOWN},
            "published_number": told[journey.id].number if journey.id in told else None,
            "published_at": told[journey.id].published_at if journey.id in told else None,
            "unpublished_changes": journey.id not in told or _changed(told[journey.id].draft, journey.draft),
            "takes_people": journey.state == "live" and door_of(told[journey.id].draft) is not None,
            "step_count": len(journey.draft.get("nodes", [])),
            "people": people(counted.get(journey.id, {})),
        }
        for journey in found
    ]


def people(counted: dict[str, int]) -> JourneyPeople:
    """Counters as they are shown."""
    ended = {name: counted.get(name, 0) for name in ("done", "exited", "failed")}
    waiting = max(0, counted.get("entered", 0) - sum(ended.values()))
    return JourneyPeople(waiting=waiting, goal=counted.get("goal", 0), **ended)


def _changed(published: dict[str, Any], draft: dict[str, Any]) -> bool:
    return any(published.get(part) != draft.get(part) for part in ("nodes", "edges", "settings"))


def _signed(session: AsyncSession, draft: JourneyDraft, known: Sequence[DraftComment]) -> JourneyDraft:
    """Comments carry who wrote them: new ones the caller's name, old ones keep theirs."""
    actor, before = actor_of(session), {one.id: one for one in known}
    signed = []
    for one in draft.comments:
        old = before.get(one.id)
        author = (
            {"author_id": old.author_id, "author_name": old.author_name, "at": old.at}
            if old
            else {"author_id": actor.user_id, "author_name": actor.name[:120], "at": now()}
        )
        signed.append(one.model_copy(update=author))
    return draft.model_copy(update={"comments": signed})

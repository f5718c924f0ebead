"""Where everybody is, and why: enrolments, traces and counts as people read them."""

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from tradewind.kernel.clock import now
from tradewind.kernel.pagination import Page
from tradewind.modules.campaigns.engine.program import Node, Program
from tradewind.modules.campaigns.errors import EnrolmentNotFound, VersionNotFound
from tradewind.modules.campaigns.repository import campaigns as campaign_rows
from tradewind.modules.campaigns.repository import journeys as repository
from tradewind.modules.campaigns.repository import tracing as rows
from tradewind.modules.campaigns.schemas.enrolments import (
    CampaignName,
    EdgeCount,
    EnrolmentRead,
    EnrolmentTrace,
    JourneyCounts,
    LastMessage,
    NodeCount,
    PersonEnrolment,
    StepTaken,
)
from tradewind.modules.campaigns.service import journeys
from tradewind.modules.campaigns.service.programs import programs
from tradewind.modules.campaigns.service.words import ended_because, waits_for, why_taken
from tradewind.modules.leads import api as leads
from tradewind.modules.sending import api as sending
from tradewind.modules.sending.contracts import MessageSummary


async def list_enrolments(
    session: AsyncSession, journey_id: UUID, *, state: str | None, node: str | None, cursor: str | None, limit: int
) -> Page[EnrolmentRead]:
    """People in a journey, newest first. Raises JourneyNotFound."""
    await journeys.require(session, journey_id)
    found, following, preceding = await rows.page(
        session, journey_id, state=state, node=node, cursor=cursor, limit=limit
    )
    return Page(items=await _shown(session, found), next_cursor=following, previous_cursor=preceding)


async def of_person(session: AsyncSession, person_id: UUID, *, limit: int) -> list[PersonEnrolment]:
    """The journeys a person is or was in, newest first; none for a person the caller does not see."""
    found = await rows.of_person(session, person_id, limit)
    journey_ids = {row.journey_id for row in found}
    messages = await sending.last_for(session, person_id, journey_ids) if found else {}
    owners = await campaign_rows.names_by_journey(session, journey_ids) if found else {}
    return [
        PersonEnrolment(
            **dict(one), campaign=CampaignName(id=owner[0], name=owner[1]) if owner else None,
            last_message=_last(messages.get(one.journey_id), one),
        )
        for one in await _shown(session, found)
        for owner in [owners.get(one.journey_id)]
    ]  # fmt: skip


def _last(message: MessageSummary | None, enrolment: EnrolmentRead) -> LastMessage | None:
    """The message, where it belongs to this time in the journey and not to an earlier or later one."""
    if message is None or message.created_at < enrolment.entered_at:
        return None
    if enrolment.ended_at is not None and message.created_at > enrolment.ended_at:
        return None
    reason = message.outcome.get("reason") or _held_by(message)
    at = message.sent_at or message.not_before
    return LastMessage(id=message.id, channel=message.channel, state=message.state, at=at, reason=reason)


def _held_by(message: MessageSummary) -> str | None:
    """What keeps a message that has not left from leaving: the strictest of its reasons."""
    order = ("defer", "approve", "block")
    against = [one for one in message.decision.reasons if one.verdict in order and not one.shadow]
    if message.state == "sent" or not against:
        return None
    return max(against, key=lambda one: order.index(one.verdict)).text


async def trace(session: AsyncSession, enrolment_id: UUID) -> EnrolmentTrace:
    """Where a person is, and every step with its reason. Raises EnrolmentNotFound."""
    row = await rows.one(session, enrolment_id)
    if row is None:
        raise EnrolmentNotFound("There is no such enrolment.")
    [enrolment] = await _shown(session, [row])
    taken = await rows.steps(session, enrolment_id)
    drawn = await rows.draws(session, enrolment_id)
    compiled = await programs(session, {one["version_id"] for one in taken})
    steps = []
    for one in taken:
        node = compiled[one["version_id"]].nodes.get(one["node"])
        facts: Mapping[str, Any] = one["why"]
        if one["visit"] in drawn and not facts:
            facts = {"code": "drawn", "propensity": round(drawn[one["visit"]]["propensity"], 4)}
        steps.append(
            StepTaken(
                visit=one["visit"], node=one["node"], node_name=_name(node, one["node"]),
                node_kind=node.kind if node else None, port=one["port"], next_node=one["next_node"], at=one["at"],
                why=why_taken(node, one["port"], facts), facts=dict(facts),
            )
        )  # fmt: skip
    return EnrolmentTrace(enrolment=enrolment, steps=steps)


async def counts(session: AsyncSession, journey_id: UUID, number: int | None) -> JourneyCounts:
    """Live counts, of one version or of all. Raises JourneyNotFound, VersionNotFound."""
    await journeys.require(session, journey_id)
    versions = [
        one for one in await repository.versions(session, journey_id, 1_000) if number is None or one.number == number
    ]
    if number is not None and not versions:
        raise VersionNotFound(f"This journey has no version {number}.")
    ids = [one.id for one in versions]
    waiting: dict[str, int] = {}
    for _, node, people in await repository.waiting_by_node(session, ids):
        waiting[node] = waiting.get(node, 0) + people
    return JourneyCounts(
        number=number,
        waiting=[NodeCount(node=node, waiting=people) for node, people in sorted(waiting.items())],
        left=[
            EdgeCount(node=node, port=port, people=people)
            for node, port, people in await repository.flows(session, ids)
        ],
        as_of=now(),
    )


async def _shown(session: AsyncSession, found: Sequence[Any]) -> list[EnrolmentRead]:
    names = await repository.names(session, list({row.journey_id for row in found}))
    version_ids = {row.version_id for row in found}
    compiled = await programs(session, version_ids) if found else {}
    numbers = {one.id: one.number for one in await repository.versions_by_id(session, list(version_ids))}
    people = {one.id: one.full_name for one in await leads.lead_summaries(session, [row.person_id for row in found])}
    return [_read(row, compiled[row.version_id], names, numbers, people) for row in found]


def _read(
    row: Any, program: Program, names: Mapping[UUID, str], numbers: Mapping[UUID, int], people: Mapping[UUID, str]
) -> EnrolmentRead:
    node = program.nodes.get(row.node)
    return EnrolmentRead(
        id=row.id, journey_id=row.journey_id, journey_name=names.get(row.journey_id, ""), person_id=row.person_id,
        person_name=people.get(row.person_id, ""), version_number=numbers[row.version_id], state=row.state,
        node=row.node, node_name=_name(node, row.node), node_kind=node.kind if node else None, since=row.since,
        due_at=row.due_at if row.state == "waiting" else None,
        visit=row.visit, entered_at=row.entered_at, ended_at=row.ended_at, goal_at=row.goal_at,
        reason=ended_because(row.reason), waits_for=waits_for(node) if row.state == "waiting" else "",
    )  # fmt: skip


def _name(node: Node | None, key: str) -> str:
    return node.title if node else key

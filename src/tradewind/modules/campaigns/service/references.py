"""What a graph refers to outside of itself: conditions, segments, templates, members, channels, other journeys."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from tradewind.modules.campaigns.engine.checking import Problem
from tradewind.modules.campaigns.engine.graph import JourneyGraph
from tradewind.modules.campaigns.engine.steps import (
    AudienceTrigger,
    BranchSettings,
    DateTrigger,
    EnrolSettings,
    EventMatch,
    EventTrigger,
    EventWait,
    ScheduleTrigger,
    SegmentTrigger,
    SendSettings,
    TaskSettings,
    UpdateSettings,
)
from tradewind.modules.campaigns.repository import journeys as repository
from tradewind.modules.email import api as email
from tradewind.modules.identity import api as identity
from tradewind.modules.leads import api as leads
from tradewind.modules.leads.errors import ConditionInvalid
from tradewind.modules.sending.channels import channels

HEARD = frozenset({"deal.created", "deal.won"})
"""Facts about records that journeys are told of all the same."""


async def problems(session: AsyncSession, graph: JourneyGraph, *, journey_id: UUID | None) -> list[Problem]:
    """References that lead nowhere, each at its step."""
    found: list[Problem] = []
    settings = graph.settings
    for field, reached in (("goal", settings.goal), ("exit_when", settings.exit_when)):
        if reached is not None and reached.condition is not None:
            found += await _condition(session, reached.condition, None, f"{field}.condition")
        if reached is not None and reached.event is not None:
            found += _event(reached.event, None, f"{field}.event.kind")
    members = await _members(session, graph)
    for node in graph.nodes:
        told = node.settings
        if isinstance(told, BranchSettings | AudienceTrigger):
            found += await _condition(session, told.condition, node.id, "condition")
        elif isinstance(told, SegmentTrigger | ScheduleTrigger):
            if await leads.segment(session, told.segment_id) is None:
                found.append(Problem("no_segment", "The segment is not there any more.", node.id, field="segment_id"))
        elif isinstance(told, DateTrigger):
            found += await _condition(session, {"field": told.field, "op": "within_days", "value": 1}, node.id, "field")
        elif isinstance(told, EventTrigger | EventWait):
            found += _event(told.event, node.id, "event.kind")
        elif isinstance(told, SendSettings):
            found += _channel(told, node.id)
            found += await _template(session, told, node.id)
        elif isinstance(told, EnrolSettings):
            found += await _journey(session, told, node.id, journey_id)
        if isinstance(told, TaskSettings) and told.member_id is not None and told.member_id not in members:
            found.append(Problem("no_member", "This member is not there any more.", node.id, field="member_id"))
        if isinstance(told, UpdateSettings) and told.owner_id is not None and told.owner_id not in members:
            found.append(Problem("no_member", "This member is not there any more.", node.id, field="owner_id"))
    return found


async def _condition(
    session: AsyncSession, condition: Mapping[str, Any], node: str | None, field: str
) -> list[Problem]:
    try:
        await leads.compile_condition(session, condition)
    except ConditionInvalid as error:
        wrong = error.errors or [{"field": "", "message": error.detail}]
        return [
            Problem("condition", one["message"], node, field=f"{field}.{one['field']}".strip(".")) for one in wrong[:5]
        ]
    return []


def _event(match: EventMatch, node: str | None, field: str) -> list[Problem]:
    if leads.is_engagement(match.kind) or match.kind in HEARD:
        return []
    message = f"“{match.kind}” is a fact about a record, nothing a person does: ask for it in a condition instead."
    return [Problem("unheard", message, node, field=field)]


def _channel(settings: SendSettings, node: str) -> list[Problem]:
    if settings.channel in channels():
        return []
    ready = ", ".join(sorted(set(channels()) - {"webhook"})) or "none"
    message = f"Nothing is connected that sends on this channel yet; there are: {ready}."
    return [Problem("no_channel", message, node, field="channel")]


async def _template(session: AsyncSession, settings: SendSettings, node: str) -> list[Problem]:
    if settings.channel != "email" or settings.template_id is None:
        return []
    found = await email.published_versions(session, [settings.template_id])
    if settings.template_id not in found:
        return [Problem("no_template", "The mail template is not there any more.", node, field="template_id")]
    if found[settings.template_id] is None:
        return [Problem("unpublished", "Publish the mail template first.", node, field="template_id")]
    return []


async def _journey(session: AsyncSession, settings: EnrolSettings, node: str, journey_id: UUID | None) -> list[Problem]:
    if settings.journey_id == journey_id:
        message = "A journey cannot lead into itself; go back to a step instead."
        return [Problem("itself", message, node, field="journey_id")]
    other = await repository.journey(session, settings.journey_id)
    if other is None:
        return [Problem("no_journey", "This journey is not there any more.", node, field="journey_id")]
    entries = [one["settings"].get("on") for one in other.draft.get("nodes", []) if one.get("kind") == "trigger"]
    if "api" not in entries:
        message = f"“{other.name}” has no trigger for people who are put in; add one of the kind “By hand or API”."
        return [Problem("no_way_in", message, node, field="journey_id", severity="warning")]
    return []


async def _members(session: AsyncSession, graph: JourneyGraph) -> set[UUID]:
    named = {
        value
        for node in graph.nodes
        for value in (getattr(node.settings, "member_id", None), getattr(node.settings, "owner_id", None))
        if value is not None
    }
    return set(await identity.active_member_names(session, named)) if named else set()

"""Splits: what chance each variant has, and how each one does."""

from collections.abc import Mapping
from datetime import timedelta
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from tradewind.kernel.clock import now
from tradewind.modules.campaigns.engine.allocation import best_chances, difference, interval, shares
from tradewind.modules.campaigns.engine.program import Node, Program
from tradewind.modules.campaigns.models import Journey
from tradewind.modules.campaigns.repository import journeys as repository
from tradewind.modules.campaigns.repository import splits as rows
from tradewind.modules.campaigns.schemas.enrolments import ChosenVariant, JourneyArmRead, JourneySplitRead
from tradewind.modules.campaigns.schemas.optimising import Estimate
from tradewind.modules.campaigns.service import journeys
from tradewind.modules.campaigns.service.programs import programs

_NONE: Mapping[str, Mapping[str, str]] = {}


async def chances(
    session: AsyncSession, compiled: Mapping[UUID, Program], chosen: Mapping[str, Mapping[str, str]] = _NONE
) -> dict[UUID, dict[str, dict[str, float]]]:
    """By version and step: the chance of each variant at this moment; `chosen` is that of the journey."""
    learning = [one.version_id for one in compiled.values() if any(_learns(node) for node in one.splits)]
    counted = await rows.counts(session, learning) if learning else {}
    return {
        version_id: {node.key: _given(node, counted.get((version_id, node.key), {}), chosen) for node in program.splits}
        for version_id, program in compiled.items()
    }


async def list_splits(session: AsyncSession, journey_id: UUID) -> list[JourneySplitRead]:
    """Splits of the published version with their variants; none before the first launch. Raises JourneyNotFound."""
    journey = await journeys.require(session, journey_id)
    if journey.published_version_id is None:
        return []
    program = (await programs(session, [journey.published_version_id]))[journey.published_version_id]
    version = await repository.version(session, journey.published_version_id)
    assert version is not None
    counted = await rows.counts(session, [version.id])
    spans = {node.key: timedelta(days=node.settings.reward_days) for node in program.splits}
    told = await rows.estimates(session, version.id, spans, now())
    estimated = {place: Estimate(**one) for place, one in told.items()}
    return [
        JourneySplitRead(
            version_number=version.number, node=node.key, name=node.name, method=node.settings.method,
            reward_days=node.settings.reward_days, chosen=_choice(journey, node),
            arms=_arms(node, counted.get((version.id, node.key), {}), estimated, journey.chosen),
        )
        for node in program.splits
    ]  # fmt: skip


def _given(
    node: Node, counted: Mapping[str, tuple[int, int]], chosen: Mapping[str, Mapping[str, str]]
) -> dict[str, float]:
    """The chance of each variant at the next draw: of one that somebody chose it is 1."""
    given = shares(node.settings, counted)
    variant = chosen[node.key]["variant"] if node.key in chosen else None
    return {key: float(key == variant) for key in given} if variant in given else given


def _choice(journey: Journey, node: Node) -> ChosenVariant | None:
    chosen = journey.chosen.get(node.key)
    return ChosenVariant.model_validate(chosen) if chosen else None


def _learns(node: Node) -> bool:
    return node.settings.method == "adaptive"


def _arms(
    node: Node,
    counted: Mapping[str, tuple[int, int]],
    estimated: Mapping[tuple[str, str], Estimate],
    chosen: Mapping[str, Mapping[str, str]],
) -> list[JourneyArmRead]:
    variants = node.settings.variants
    given = _given(node, counted, chosen)
    compared = [one.key for one in variants if not one.holdout]
    best = dict(zip(compared, best_chances([counted.get(key, (0, 0)) for key in compared]), strict=True))
    held = [counted.get(one.key, (0, 0)) for one in variants if one.holdout]
    held_drawn, held_rewarded = sum(one[0] for one in held), sum(one[1] for one in held)
    arms = []
    for one in variants:
        drawn, rewarded = counted.get(one.key, (0, 0))
        low, high = interval(drawn, rewarded) if drawn else (None, None)
        estimate = estimated.get((node.key, one.key))
        rate = rewarded / drawn if drawn else None
        lift, (lift_low, lift_high) = None, (None, None)
        if rate is not None and held_drawn and not one.holdout:
            lift = rate - held_rewarded / held_drawn
            lift_low, lift_high = difference(drawn, rewarded, held_drawn, held_rewarded)
        arms.append(
            JourneyArmRead(
                variant=one.key, name=one.name or one.key, holdout=one.holdout, drawn=drawn, rewarded=rewarded,
                rate=rate, low=low, high=high, best=best.get(one.key), propensity=given[one.key],
                value_if_always=estimate.value if estimate else None, value_error=estimate.error if estimate else None,
                estimate=estimate, lift=lift, lift_low=lift_low, lift_high=lift_high,
            )
        )  # fmt: skip
    return arms

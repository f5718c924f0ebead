"""Splits: what chance each variant has, and how each one does."""

from collections.abc import Mapping
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from tradewind.modules.campaigns.engine.allocation import best_chances, interval, shares
from tradewind.modules.campaigns.engine.program import Node, Program
from tradewind.modules.campaigns.repository import journeys as repository
from tradewind.modules.campaigns.repository import splits as rows
from tradewind.modules.campaigns.schemas.enrolments import JourneyArmRead, JourneySplitRead
from tradewind.modules.campaigns.service import journeys
from tradewind.modules.campaigns.service.programs import programs


async def chances(session: AsyncSession, compiled: Mapping[UUID, Program]) -> dict[UUID, dict[str, dict[str, float]]]:
    """By version and step: the chance of each variant at this moment."""
    learning = [one.version_id for one in compiled.values() if any(_learns(node) for node in one.splits)]
    counted = await rows.counts(session, learning) if learning else {}
    return {
        version_id: {
            node.key: shares(node.settings, counted.get((version_id, node.key), {})) for node in program.splits
        }
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
    estimated = await rows.estimates(session, version.id)
    return [
        JourneySplitRead(
            version_number=version.number, node=node.key, name=node.name, method=node.settings.method,
            reward_days=node.settings.reward_days,
            arms=_arms(node, counted.get((version.id, node.key), {}), estimated),
        )
        for node in program.splits
    ]  # fmt: skip


def _learns(node: Node) -> bool:
    return node.settings.method == "adaptive"


def _arms(
    node: Node, counted: Mapping[str, tuple[int, int]], estimated: Mapping[tuple[str, str], tuple[float, float]]
) -> list[JourneyArmRead]:
    variants = node.settings.variants
    given = shares(node.settings, counted)
    compared = [one.key for one in variants if not one.holdout]
    best = dict(zip(compared, best_chances([counted.get(key, (0, 0)) for key in compared]), strict=True))
    held = [counted.get(one.key, (0, 0)) for one in variants if one.holdout]
    drawn, rewarded = sum(one[0] for one in held), sum(one[1] for one in held)
    baseline = rewarded / drawn if drawn else None
    arms = []
    for one in variants:
        drawn, rewarded = counted.get(one.key, (0, 0))
        low, high = interval(drawn, rewarded) if drawn else (None, None)
        value, error = estimated.get((node.key, one.key), (None, None))
        rate = rewarded / drawn if drawn else None
        arms.append(
            JourneyArmRead(
                variant=one.key, name=one.name or one.key, holdout=one.holdout, drawn=drawn, rewarded=rewarded,
                rate=rate, low=low, high=high, best=best.get(one.key), propensity=given[one.key],
                value_if_always=value, value_error=error,
                lift=rate - baseline if rate is not None and baseline is not None and not one.holdout else None,
            )
        )  # fmt: skip
    return arms

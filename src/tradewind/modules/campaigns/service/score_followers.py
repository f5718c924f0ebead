"""Which journeys act on scores: scoring tells of them before it changes any."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession

from tradewind.modules.campaigns.engine.program import Program
from tradewind.modules.campaigns.engine.steps import ScheduleTrigger, ScoreTrigger
from tradewind.modules.campaigns.service import hearing, sweeping
from tradewind.modules.leads import api as leads
from tradewind.modules.leads.conditions import references
from tradewind.modules.scoring.contracts import FollowingJourney, ScoreEntrance


class JourneysByScore:
    """What a preview of scores asks: `scoring.contracts.Journeys`."""

    async def following(self, session: AsyncSession) -> Sequence[FollowingJourney]:
        """Live journeys that ask for the score, themselves or by a segment, in any version somebody is on."""
        segments = frozenset(str(one.id) for one in await leads.segments_asking(session, "score"))
        live = await sweeping.live_programs(session)
        programs = [*(program for _, _, program in live), *(await hearing.in_use(session) if live else [])]
        asking = {one.journey_id for one in programs if any(_asks(each, segments) for each in _conditions(one))}
        found = [
            FollowingJourney(
                journey.name,
                [
                    ScoreEntrance(frozenset(node.settings.bands), node.settings.at_least)
                    for node in program.triggers
                    if isinstance(node.settings, ScoreTrigger)
                ],
            )
            for journey, _, program in live
            if journey.id in asking
        ]
        return sorted(found, key=lambda one: one.name)


def _conditions(program: Program) -> Iterator[Mapping[str, Any]]:
    yield from program.conditions
    for node in program.triggers:
        if isinstance(node.settings, ScheduleTrigger):
            yield {"field": "segment", "op": "in", "value": [str(node.settings.segment_id)]}
        elif (condition := sweeping.condition_of(node)) is not None:
            yield condition


def _asks(condition: Mapping[str, Any], segments: frozenset[str]) -> bool:
    return any(
        name.startswith("score") or (name == "segment" and isinstance(value, list) and not segments.isdisjoint(value))
        for name, value in references(condition)
    )

"""Versions made ready to run, kept by id: a version never changes."""

from collections.abc import Iterable
from functools import lru_cache
from uuid import UUID

import orjson
from sqlalchemy.ext.asyncio import AsyncSession

from tradewind.modules.campaigns.engine.checking import read
from tradewind.modules.campaigns.engine.graph import JourneyDraft
from tradewind.modules.campaigns.engine.program import DEFAULT_ZONE, Program, compile_graph
from tradewind.modules.campaigns.models import JourneyVersion
from tradewind.modules.campaigns.repository import journeys as repository
from tradewind.modules.identity import api as identity


async def programs(session: AsyncSession, version_ids: Iterable[UUID]) -> dict[UUID, Program]:
    """The programs of these versions."""
    wanted = set(version_ids)
    zone = await home_zone(session)
    return {one.id: of_version(one, zone) for one in await repository.versions_by_id(session, sorted(wanted))}


async def home_zone(session: AsyncSession) -> str:
    """The organisation's time zone."""
    return (await identity.get_organisation(session)).time_zone or DEFAULT_ZONE


def of_version(version: JourneyVersion, zone: str) -> Program:
    """A version's program; `zone` is the organisation's."""
    return _compiled(version.id, version.journey_id, orjson.dumps(version.draft), zone)


@lru_cache(maxsize=200)
def _compiled(version_id: UUID, journey_id: UUID, draft: bytes, zone: str) -> Program:
    graph, _ = read(JourneyDraft.model_validate_json(draft))
    assert graph is not None, "only what can be read is published"
    return compile_graph(graph, journey_id=journey_id, version_id=version_id, zone=zone)

"""What resolvers work with: the caller, one transaction, and loaders that gather ids before they ask."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import Any, TypeVar
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession
from strawberry.dataloader import DataLoader

from tradewind.kernel.access import Actor
from tradewind.kernel.pagination import RowCursors, row_cursors
from tradewind.modules.identity import api as identity
from tradewind.modules.leads.service import batches, pipelines
from tradewind.modules.scoring.service import reading as scores

R = TypeVar("R")
OfRecord = tuple[UUID, int]
"""A lead or company, and how many of its rows are wanted."""


@dataclass
class Context:
    """Context of one query. The session serves one statement at a time; `read` queues resolvers up for it."""

    session: AsyncSession
    actor: Actor
    lock: asyncio.Lock = field(default_factory=asyncio.Lock)

    def __post_init__(self) -> None:
        self.companies = self._by_id(batches.companies_by_id)
        self.leads = self._by_id(batches.leads_by_id)
        self.scores = self._by_id(scores.lead_scores)
        self.members = self._by_id(_members)
        self.pipelines = self._by_id(_pipelines)
        self.deals = self._of_records(batches.deals_of_leads)
        self.tasks = self._of_records(batches.tasks_of_leads)
        self.timelines = self._of_records(batches.timelines_of_leads)
        self.people = self._of_records(batches.leads_of_companies)
        self.company_deals = self._of_records(batches.deals_of_companies)

    async def read(self, function: Callable[..., Awaitable[R]], *args: Any, **kwargs: Any) -> R:
        """`await function(session, …)`, one at a time."""
        async with self.lock:
            return await function(self.session, *args, **kwargs)

    async def read_page(self, function: Callable[..., Awaitable[R]], *args: Any, **kwargs: Any) -> tuple[R, RowCursors]:
        """The same for a page, with what makes the cursors of its rows."""
        with row_cursors() as cursors:
            return await self.read(function, *args, **kwargs), cursors

    def _by_id(self, function: Callable[..., Awaitable[Mapping[UUID, Any]]]) -> DataLoader[UUID, Any]:
        async def load(ids: list[UUID]) -> Sequence[Any]:
            found = await self.read(function, ids)
            return [found.get(identifier) for identifier in ids]

        return DataLoader(load_fn=load)

    def _of_records(self, function: Callable[..., Awaitable[Mapping[UUID, list[Any]]]]) -> DataLoader[OfRecord, Any]:
        async def load(keys: list[OfRecord]) -> Sequence[Any]:
            rows: dict[OfRecord, list[Any]] = {}
            for limit in sorted({limit for _, limit in keys}):
                ids = [record_id for record_id, wanted in keys if wanted == limit]
                found = await self.read(partial(function, limit=limit), ids)
                rows |= {(record_id, limit): found.get(record_id, []) for record_id in ids}
            return [rows[key] for key in keys]

        return DataLoader(load_fn=load)


async def _members(session: AsyncSession, ids: Sequence[UUID]) -> dict[UUID, Any]:
    return {member.id: member for member in await identity.list_members(session, active_only=False)}


async def _pipelines(session: AsyncSession, ids: Sequence[UUID]) -> dict[UUID, Any]:
    return {pipeline.id: pipeline for pipeline in await pipelines.list_pipelines(session)}

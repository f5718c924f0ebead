"""SQL for many records at once: by their ids, or the first rows of each of many leads."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

import asyncpg
from sqlalchemy import ColumnElement, Row, func, select
from sqlalchemy.ext.asyncio import AsyncSession

from tradewind.kernel.database import actor_of, asyncpg_connection
from tradewind.modules.leads.models.companies import Company
from tradewind.modules.leads.models.deals import Deal
from tradewind.modules.leads.models.work import Task
from tradewind.modules.leads.repository import deals, timeline
from tradewind.modules.leads.repository.lists import LIST_COLUMNS


async def leads(session: AsyncSession, lead_ids: Sequence[UUID]) -> list[asyncpg.Record]:
    """Rows of the list by id; deleted leads are left out."""
    connection = await asyncpg_connection(session)
    columns = ", ".join(f"leads.{name}" for name in LIST_COLUMNS)
    return await connection.fetch(
        f"select {columns} from leads where leads.id = any($1::uuid[]) and leads.deleted_at is null", list(lead_ids)
    )


async def companies(session: AsyncSession, company_ids: Sequence[UUID]) -> list[Company]:
    """Companies by id; deleted ones are left out."""
    wanted = select(Company).where(Company.id.in_(company_ids), Company.deleted_at.is_(None))
    return list((await session.scalars(wanted)).all())


async def deals_of_leads(session: AsyncSession, lead_ids: Sequence[UUID], limit: int) -> Sequence[Row[Any]]:
    """The newest live deals of each lead."""
    ranked = _ranked(Deal, Deal.lead_id, lead_ids, Deal.created_at.desc(), Deal.deleted_at.is_(None))
    return await deals.read_many(session, select(ranked.c.id).where(ranked.c.place <= limit))


async def deals_of_companies(session: AsyncSession, company_ids: Sequence[UUID], limit: int) -> Sequence[Row[Any]]:
    """The newest live deals of each company."""
    ranked = _ranked(Deal, Deal.company_id, company_ids, Deal.created_at.desc(), Deal.deleted_at.is_(None))
    return await deals.read_many(session, select(ranked.c.id).where(ranked.c.place <= limit))


async def leads_of_companies(session: AsyncSession, company_ids: Sequence[UUID], limit: int) -> list[asyncpg.Record]:
    """The newest people of each company, as rows of the list."""
    connection = await asyncpg_connection(session)
    columns = ", ".join(f"leads.{name}" for name in LIST_COLUMNS)
    return await connection.fetch(
        f"""
        select entry.* from unnest($1::uuid[]) as wanted(id), lateral (
          select {columns} from leads where leads.company_id = wanted.id and leads.deleted_at is null
          order by leads.created_at desc, leads.id desc limit $2) as entry
        """,
        list(company_ids),
        limit,
    )


async def tasks_of_leads(session: AsyncSession, lead_ids: Sequence[UUID], limit: int) -> list[Task]:
    """The open tasks of each lead that are due first."""
    ranked = _ranked(Task, Task.lead_id, lead_ids, Task.due_at.asc().nulls_last(), Task.done_at.is_(None))
    first = select(ranked.c.id).where(ranked.c.place <= limit)
    found = select(Task).where(Task.id.in_(first)).order_by(Task.due_at.asc().nulls_last(), Task.id)
    return list((await session.scalars(found)).all())


async def timelines_of_leads(session: AsyncSession, lead_ids: Sequence[UUID], limit: int) -> list[asyncpg.Record]:
    """The newest entries of each lead's timeline."""
    connection = await asyncpg_connection(session)
    return await connection.fetch(
        f"""
        select entry.* from unnest($2::uuid[]) as wanted(id), lateral (
          select {timeline.COLUMNS} from activities
          where activities.organisation_id = $1 and activities.lead_id = wanted.id
          order by occurred_at desc, id desc limit $3) as entry
        """,
        actor_of(session).organisation_id,
        list(lead_ids),
        limit,
    )


def _ranked(
    table: Any, lead_id: Any, lead_ids: Sequence[UUID], order: ColumnElement[Any], living: ColumnElement[bool]
) -> Any:
    place = func.row_number().over(partition_by=lead_id, order_by=(order, table.id)).label("place")
    return select(table.id, place).where(lead_id.in_(lead_ids), living).subquery()

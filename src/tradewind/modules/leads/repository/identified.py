"""SQL of people found by what they told on the web: found, added and filled in sets."""

from collections.abc import Collection, Mapping, Sequence
from typing import Any
from uuid import UUID

import asyncpg
import orjson
from sqlalchemy.ext.asyncio import AsyncSession

from tradewind.kernel.clock import now
from tradewind.kernel.database import actor_of, asyncpg_connection
from tradewind.kernel.ids import new_id
from tradewind.modules.leads.repository.timeline import NOT_ENGAGEMENT

# What may be filled where it is empty, with its type.
FILLED: Mapping[str, str] = {
    "first_name": "text", "last_name": "text", "full_name": "text", "phone": "text", "phone_key": "text",
    "job_title": "text", "company_id": "uuid", "company_name": "text", "country": "text", "region": "text",
    "city": "text", "language": "text", "time_zone": "text", "website": "text",
}  # fmt: skip
_NAMES = ", ".join(FILLED)
_TYPED = ", ".join(f"{name} {kind}" for name, kind in FILLED.items())


async def by_email(session: AsyncSession, keys: Collection[str]) -> dict[str, UUID]:
    """The oldest live lead of each address that has one."""
    connection = await asyncpg_connection(session)
    rows = await connection.fetch(
        "select distinct on (email_key) email_key, id from leads "
        "where organisation_id = $1 and email_key = any($2::text[]) and deleted_at is null order by email_key, id",
        actor_of(session).organisation_id,
        list(keys),
    )
    return {row["email_key"]: row["id"] for row in rows}


async def live(session: AsyncSession, lead_ids: Collection[UUID]) -> set[UUID]:
    """Those of the leads that are there."""
    connection = await asyncpg_connection(session)
    rows = await connection.fetch(
        "select id from leads where id = any($1::uuid[]) and deleted_at is null", list(lead_ids)
    )
    return {row["id"] for row in rows}


async def insert(session: AsyncSession, rows: Sequence[Mapping[str, Any]], *, title: str) -> None:
    """Add leads (id, email, email_key, source, first_seen_at, custom and all of FILLED) with their first entries."""
    actor, moment = actor_of(session), now()
    connection = await asyncpg_connection(session)
    await connection.execute(
        f"""
        with lead as (
          insert into leads (id, organisation_id, created_at, updated_at, email, email_key, source, first_seen_at,
            custom, {_NAMES})
          select id, $1, $2, $2, email, email_key, source, first_seen_at, custom,
            {_NAMES}
          from jsonb_to_recordset($3::jsonb)
            as r(id uuid, email text, email_key text, source text, first_seen_at timestamptz, custom jsonb, {_TYPED})
          returning id, source)
        insert into activities (id, organisation_id, lead_id, kind, title, occurred_at, created_at, actor_kind,
          actor_name, source)
        select e.id, $1, lead.id, 'lead.created', $4, $2, $2, $5, $6, lead.source
        from lead join unnest($7::uuid[], $8::uuid[]) as e(id, lead_id) on e.lead_id = lead.id
        """,
        actor.organisation_id,
        moment,
        orjson.dumps([dict(row) for row in rows], default=str).decode(),
        title,
        actor.kind,
        actor.name[:200],
        [new_id() for _ in rows],
        [row["id"] for row in rows],
    )


async def locked(session: AsyncSession, lead_ids: Collection[UUID]) -> list[asyncpg.Record]:
    """Live leads with what can be filled, locked in one order."""
    connection = await asyncpg_connection(session)
    return await connection.fetch(
        f"select id, custom, {_NAMES} from leads where id = any($1::uuid[]) and deleted_at is null "
        "order by id for update",
        list(lead_ids),
    )


async def fill(session: AsyncSession, rows: Sequence[Mapping[str, Any]]) -> None:
    """Set FILLED and `custom` of the leads with these ids; their versions rise."""
    connection = await asyncpg_connection(session)
    await connection.execute(
        f"""
        update leads set {", ".join(f"{name} = r.{name}" for name in FILLED)}, custom = r.custom,
          version = version + 1, updated_at = $2
        from jsonb_to_recordset($1::jsonb) as r(id uuid, custom jsonb, {_TYPED}) where leads.id = r.id
        """,
        orjson.dumps([dict(row) for row in rows], default=str).decode(),
        now(),
    )


async def companies(session: AsyncSession, named: Mapping[str, str]) -> dict[str, UUID]:
    """The oldest company of each name key, added under the given name where there is none."""
    organisation_id = actor_of(session).organisation_id
    connection = await asyncpg_connection(session)
    found = """
        select distinct on (name_key) name_key, id from companies
        where organisation_id = $1 and name_key = any($2::text[]) and deleted_at is null order by name_key, id
    """
    known = {row["name_key"]: row["id"] for row in await connection.fetch(found, organisation_id, list(named))}
    added = {key: new_id() for key in named if key not in known}
    if added:
        await connection.execute(
            "insert into companies (id, organisation_id, created_by, name, name_key) "
            "select id, $1, $5, name, key from unnest($2::uuid[], $3::text[], $4::text[]) as c(id, name, key)",
            organisation_id,
            list(added.values()),
            [named[key] for key in added],
            list(added),
            actor_of(session).user_id,
        )
    return known | added


async def fill_companies(
    session: AsyncSession, rows: Sequence[tuple[UUID, str | None, int | None, str | None]]
) -> None:
    """Fill (id, industry, employees, website) where a company has none."""
    connection = await asyncpg_connection(session)
    await connection.execute(
        """
        update companies c set industry = coalesce(c.industry, f.industry), website = coalesce(c.website, f.website),
          employee_count = coalesce(c.employee_count, f.employees), version = c.version + 1, updated_at = $5
        from unnest($1::uuid[], $2::text[], $3::int[], $4::text[]) as f(id, industry, employees, website)
        where c.id = f.id and ((c.industry is null and f.industry is not null)
          or (c.employee_count is null and f.employees is not null) or (c.website is null and f.website is not null))
        """,
        *(list(column) for column in zip(*rows, strict=True)),
        now(),
    )


async def reassign(session: AsyncSession, moves: Mapping[UUID, UUID | None]) -> list[UUID]:
    """Give timeline entries to other leads, or take them out (None); returns the leads that won or lost some."""
    connection = await asyncpg_connection(session)
    rows = await connection.fetch(
        """
        with wanted as (select * from unnest($1::uuid[], $2::uuid[]) as w(id, lead_id)),
        former as (
          select a.id, a.lead_id from activities a join wanted w on w.id = a.id
          where a.lead_id is distinct from w.lead_id for update of a),
        gone as (
          delete from activities a using wanted w where a.id = w.id and w.lead_id is null returning a.id),
        moved as (
          update activities a set lead_id = w.lead_id from wanted w
          where a.id = w.id and w.lead_id is not null and a.lead_id is distinct from w.lead_id returning a.lead_id)
        select lead_id from former union select lead_id from moved
        """,
        list(moves),
        list(moves.values()),
    )
    return [row["lead_id"] for row in rows if row["lead_id"] is not None]


async def set_human(session: AsyncSession, values: Mapping[UUID, float]) -> list[UUID]:
    """Set how likely people did these activities; returns the leads concerned."""
    connection = await asyncpg_connection(session)
    rows = await connection.fetch(
        """
        update activities a set human = h.human from unnest($1::uuid[], $2::real[]) as h(id, human)
        where a.id = h.id and a.human is distinct from h.human returning a.lead_id
        """,
        list(values),
        list(values.values()),
    )
    return list({row["lead_id"] for row in rows if row["lead_id"] is not None})


async def settle_times(session: AsyncSession, lead_ids: Collection[UUID]) -> None:
    """Set first seen and last activity anew, after entries came or went."""
    connection = await asyncpg_connection(session)
    await connection.execute(
        """
        update leads set last_activity_at = t.last_at, first_seen_at = least(leads.first_seen_at, t.first_at)
        from (select l.id, max(a.occurred_at) as last_at, min(a.occurred_at) as first_at
              from unnest($1::uuid[]) as l(id) left join activities a on a.lead_id = l.id and a.organisation_id = $2
                and not a.kind ^@ any($3::text[]) group by l.id) as t
        where leads.id = t.id and leads.last_activity_at is distinct from t.last_at
        """,
        list(lead_ids),
        actor_of(session).organisation_id,
        list(NOT_ENGAGEMENT),
    )

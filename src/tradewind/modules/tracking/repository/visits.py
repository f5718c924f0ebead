"""SQL of sessions and touches."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

import asyncpg
from sqlalchemy.ext.asyncio import AsyncSession

from tradewind.kernel.database import actor_of, asyncpg_connection
from tradewind.modules.tracking.channels import Origin
from tradewind.modules.tracking.sessions import Device, Session, Touch

_TEXTS = ("utm_source", "utm_medium", "utm_campaign", "utm_term", "utm_content", "referrer_host", "landing_path")
TOUCH_COLUMNS = f"t.id, t.session_id, t.at, t.channel, t.click_ids, {', '.join(f't.{name}' for name in _TEXTS)}"
# Touches of visitors: those of sessions in which a device was theirs.
OF_VISITORS = """
    visitor_identifiers i
    join visitor_sessions s on s.organisation_id = i.organisation_id and s.device = i.value and s.device_kind = i.kind
      and s.started_at < i.until and s.last_at >= i.since
"""


async def sessions_near(
    session: AsyncSession, spans: Mapping[Device, tuple[datetime, datetime]]
) -> dict[Device, list[Session]]:
    """Stored sessions of devices that overlap these spans, with their touches; locked by the identities' lock."""
    connection = await asyncpg_connection(session)
    rows = await connection.fetch(
        """
        select s.id, s.device_kind, s.device, s.started_at, s.last_at, s.events, s.pages, s.human_events, s.user_agent
        from unnest($2::text[], $3::text[], $4::timestamptz[], $5::timestamptz[]) as w(kind, device, first_at, last_at)
        join visitor_sessions s on s.organisation_id = $1 and s.device = w.device and s.device_kind = w.kind
          and s.started_at <= w.last_at and s.last_at >= w.first_at
        """,
        actor_of(session).organisation_id,
        [kind for kind, _ in spans],
        [device for _, device in spans],
        [first for first, _ in spans.values()],
        [last for _, last in spans.values()],
    )
    touches: dict[UUID, list[Touch]] = {}
    for touch in await _touches(connection, [row["id"] for row in rows]):
        origin = Origin(click_ids=tuple(touch["click_ids"]), **{name: touch[name] for name in _TEXTS})
        touches.setdefault(touch["session_id"], []).append(Touch(id=touch["id"], at=touch["at"], origin=origin))
    found: dict[Device, list[Session]] = {}
    for row in rows:
        found.setdefault((row["device_kind"], row["device"]), []).append(
            Session(
                started_at=row["started_at"],
                last_at=row["last_at"],
                events=row["events"],
                pages=row["pages"],
                human_events=row["human_events"],
                user_agent=row["user_agent"],
                touches=touches.get(row["id"], []),
                ids=[row["id"]],
            )
        )
    return found


async def _touches(connection: asyncpg.Connection, session_ids: Sequence[UUID]) -> list[asyncpg.Record]:
    if not session_ids:
        return []
    return await connection.fetch(
        f"select {TOUCH_COLUMNS} from visitor_touches t where t.session_id = any($1::uuid[])", session_ids
    )


async def write_sessions(session: AsyncSession, rows: Sequence[tuple[UUID, Device, Session]]) -> None:
    """Add sessions or set them to what they have become."""
    connection = await asyncpg_connection(session)
    await connection.execute(
        """
        insert into visitor_sessions (organisation_id, id, device_kind, device, started_at, last_at, events, pages,
          human_events, user_agent)
        select $1, n.* from unnest($2::uuid[], $3::text[], $4::text[], $5::timestamptz[], $6::timestamptz[],
          $7::int[], $8::int[], $9::int[], $10::text[]) as n
        on conflict (id) do update set started_at = excluded.started_at, last_at = excluded.last_at,
          events = excluded.events, pages = excluded.pages, human_events = excluded.human_events,
          user_agent = excluded.user_agent
        """,
        actor_of(session).organisation_id,
        [row[0] for row in rows],
        [row[1][0] for row in rows],
        [row[1][1] for row in rows],
        [row[2].started_at for row in rows],
        [row[2].last_at for row in rows],
        [row[2].events for row in rows],
        [row[2].pages for row in rows],
        [row[2].human_events for row in rows],
        [row[2].user_agent for row in rows],
    )


async def add_touches(session: AsyncSession, rows: Sequence[tuple[UUID, UUID, Device, Touch]]) -> None:
    """Add touches: (id, session, device, touch)."""
    connection = await asyncpg_connection(session)
    await connection.execute(
        """
        insert into visitor_touches (organisation_id, id, session_id, device_kind, device, at, signature, channel,
          utm_source, utm_medium, utm_campaign, utm_term, utm_content, referrer_host, landing_path, click_ids)
        select $1, n.id, n.session_id, n.kind, n.device, n.at, n.signature, n.channel, n.source, n.medium, n.campaign,
          n.term, n.content, n.referrer, n.landing,
          case when n.clicks = '' then '{}' else string_to_array(n.clicks, ',') end
        from unnest($2::uuid[], $3::uuid[], $4::text[], $5::text[], $6::timestamptz[], $7::text[], $8::text[],
          $9::text[], $10::text[], $11::text[], $12::text[], $13::text[], $14::text[], $15::text[], $16::text[])
          as n(id, session_id, kind, device, at, signature, channel, source, medium, campaign, term, content,
            referrer, landing, clicks)
        """,
        actor_of(session).organisation_id,
        [row[0] for row in rows],
        [row[1] for row in rows],
        [row[2][0] for row in rows],
        [row[2][1] for row in rows],
        [row[3].at for row in rows],
        [row[3].origin.signature for row in rows],
        [row[3].origin.channel for row in rows],
        *([getattr(row[3].origin, name) for row in rows] for name in _TEXTS),
        [",".join(row[3].origin.click_ids) for row in rows],
    )


async def move_touches(session: AsyncSession, homes: Mapping[UUID, UUID]) -> None:
    """Put touches into other sessions."""
    connection = await asyncpg_connection(session)
    await connection.execute(
        "update visitor_touches t set session_id = w.session_id from unnest($1::uuid[], $2::uuid[]) "
        "as w(id, session_id) where t.id = w.id",
        list(homes),
        list(homes.values()),
    )


async def remove(session: AsyncSession, *, sessions: Iterable[UUID], touches: Iterable[UUID]) -> None:
    """Remove touches, and sessions that became part of others."""
    connection = await asyncpg_connection(session)
    await connection.execute("delete from visitor_touches where id = any($1::uuid[])", list(touches))
    await connection.execute("delete from visitor_sessions where id = any($1::uuid[])", list(sessions))


async def first_touches(session: AsyncSession, visitor_ids: Collection[UUID]) -> dict[UUID, asyncpg.Record]:
    """The first touch of each visitor who has one: `at`, `channel`."""
    connection = await asyncpg_connection(session)
    rows = await connection.fetch(
        f"""
        select distinct on (i.visitor_id) i.visitor_id, t.at, t.channel
        from {OF_VISITORS} join visitor_touches t on t.session_id = s.id and t.at < i.until
        where i.visitor_id = any($1::uuid[]) order by i.visitor_id, t.at
        """,
        list(visitor_ids),
    )
    return {row["visitor_id"]: row for row in rows}


async def touches_of_leads(
    session: AsyncSession, lead_ids: Collection[UUID], *, before: datetime | None, limit: int | None
) -> list[dict[str, Any]]:
    """Touches with `lead_id` and their session's counts, in the order of time; `limit` keeps each lead's newest."""
    connection = await asyncpg_connection(session)
    rows = await connection.fetch(
        f"""
        with found as (
          select distinct on (v.lead_id, t.id) v.lead_id, {TOUCH_COLUMNS}, s.events, s.human_events
          from visitors v join ({OF_VISITORS}) on i.visitor_id = v.id
          join visitor_touches t on t.session_id = s.id and t.at < i.until
          where v.organisation_id = $1 and v.lead_id = any($2::uuid[]) and ($3::timestamptz is null or t.at < $3)),
        placed as (select *, row_number() over (partition by lead_id order by at desc, id desc) as place from found)
        select * from placed where $4::int is null or place <= $4 order by lead_id, at, id
        """,
        actor_of(session).organisation_id,
        list(lead_ids),
        before,
        limit,
    )
    return [dict(row) for row in rows]


async def counts_of_leads(
    session: AsyncSession, lead_ids: Collection[UUID], *, before: datetime | None, likely_bot: float
) -> list[asyncpg.Record]:
    """(lead_id, sessions, human_sessions, pages, events, human_events, first_at, last_at) of leads with visits."""
    connection = await asyncpg_connection(session)
    return await connection.fetch(
        f"""
        with visits as (
          select distinct v.lead_id, s.* from visitors v join ({OF_VISITORS}) on i.visitor_id = v.id
          where v.organisation_id = $1 and v.lead_id = any($2::uuid[])
            and ($3::timestamptz is null or s.started_at < $3))
        select lead_id, count(*)::int as sessions,
          count(*) filter (where human_events >= events * $4::real)::int as human_sessions,
          sum(pages)::int as pages, sum(events)::int as events, sum(human_events)::int as human_events,
          min(started_at) as first_at, max(last_at) as last_at
        from visits group by lead_id
        """,
        actor_of(session).organisation_id,
        list(lead_ids),
        before,
        likely_bot,
    )


async def sessions_of_lead(session: AsyncSession, lead_id: UUID, limit: int) -> list[asyncpg.Record]:
    """The newest sessions of a lead, newest first, with the channel that began each."""
    connection = await asyncpg_connection(session)
    return await connection.fetch(
        f"""
        select found.*, (select t.channel from visitor_touches t where t.session_id = found.id
          order by t.at limit 1) as channel
        from (
          select distinct on (s.started_at, s.id) s.id, s.started_at, s.last_at, s.device_kind, s.device, s.user_agent,
            s.pages, s.events, s.human_events, i.since, i.until
          from visitors v join ({OF_VISITORS}) on i.visitor_id = v.id
          where v.organisation_id = $1 and v.lead_id = $2 order by s.started_at desc, s.id, i.since limit $3) as found
        """,
        actor_of(session).organisation_id,
        lead_id,
        limit,
    )


async def devices_of_lead(session: AsyncSession, lead_id: UUID, limit: int) -> list[asyncpg.Record]:
    """(user_agent, sessions, last_at) of a lead's devices, the one used last first."""
    connection = await asyncpg_connection(session)
    return await connection.fetch(
        f"""
        select max(s.user_agent) as user_agent, count(distinct s.id)::int as sessions, max(s.last_at) as last_at
        from visitors v join ({OF_VISITORS}) on i.visitor_id = v.id
        where v.organisation_id = $1 and v.lead_id = $2
        group by s.device_kind, s.device order by last_at desc limit $3
        """,
        actor_of(session).organisation_id,
        lead_id,
        limit,
    )


async def seen_in(session: AsyncSession, sessions: Sequence[asyncpg.Record], limit: int) -> list[asyncpg.Record]:
    """The first events of each of `sessions_of_lead`, with `session_id`, in the order of time."""
    connection = await asyncpg_connection(session)
    found: list[asyncpg.Record] = []
    for kind, column in (("anonymous", "anonymous_id"), ("user", "user_id")):
        wanted = [row for row in sessions if row["device_kind"] == kind]
        if wanted:
            found += await connection.fetch(
                f"""
                select w.id as session_id, e.* from unnest($2::uuid[], $3::text[], $4::timestamptz[], $5::timestamptz[],
                  $6::timestamptz[]) as w(id, device, first_at, last_at, until),
                lateral (select type, name, path, title, properties ->> 'form_name' as form, occurred_at, human,
                  human_reasons from events e
                  where e.organisation_id = $1 and e.{column} = w.device and e.occurred_at >= w.first_at
                    and e.occurred_at <= w.last_at and e.occurred_at < w.until and e.type in ('page', 'screen', 'track')
                  order by e.occurred_at, e.id limit $7) as e
                """,
                actor_of(session).organisation_id,
                [row["id"] for row in wanted],
                [row["device"] for row in wanted],
                [max(row["started_at"], row["since"]) for row in wanted],
                [row["last_at"] for row in wanted],
                [row["until"] for row in wanted],
                limit,
            )
    return found


async def lead_of_browser(session: AsyncSession, anonymous_id: str) -> UUID | None:
    """The live lead a browser belongs to now."""
    connection = await asyncpg_connection(session)
    return await connection.fetchval(
        """
        select l.id from visitor_identifiers i join visitors v on v.id = i.visitor_id
        join leads l on l.id = v.lead_id and l.deleted_at is null
        where i.organisation_id = $1 and i.kind = 'anonymous' and i.value = $2 and i.since <= now() and i.until > now()
        """,
        actor_of(session).organisation_id,
        anonymous_id,
    )

"""SQL of processing: batches that wait, their events, and what later evidence says of them."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from uuid import UUID

import asyncpg
from sqlalchemy.ext.asyncio import AsyncSession

from tradewind.kernel.database import actor_of, asyncpg_connection
from tradewind.modules.tracking.contracts import CollectedEvent
from tradewind.modules.tracking.repository.identities import Identifier

_FIELDS = tuple(CollectedEvent.__dataclass_fields__)
_COLUMNS = ", ".join(f"e.{name}" for name in _FIELDS)


def _event(row: asyncpg.Record) -> CollectedEvent:
    values = dict(row)
    values["human_reasons"] = tuple(values["human_reasons"])
    return CollectedEvent(**values)


async def pending(session: AsyncSession) -> bool:
    """Whether batches of the organisation wait."""
    connection = await asyncpg_connection(session)
    return bool(await connection.fetchval("select exists (select from event_batches where set_aside_at is null)"))


async def set_oldest_aside(session: AsyncSession) -> int:
    """Leave the oldest waiting batch for later; returns how many events it has."""
    connection = await asyncpg_connection(session)
    events = await connection.fetchval(
        """
        update event_batches set set_aside_at = now() where id =
          (select id from event_batches where set_aside_at is null order by id limit 1) returning events
        """
    )
    return events or 0


async def take_up_set_aside(session: AsyncSession) -> bool:
    """Let all batches that were set aside wait again; whether there were any."""
    connection = await asyncpg_connection(session)
    status = await connection.execute("update event_batches set set_aside_at = null where set_aside_at is not null")
    return status != "UPDATE 0"


async def claim(session: AsyncSession, at_most: int) -> list[CollectedEvent]:
    """Take the oldest waiting batches, of about so many events together and at least one, and return their events.

    Nobody else takes them while the identities' lock is held; they are gone once the transaction commits.
    """
    connection = await asyncpg_connection(session)
    rows = await connection.fetch(
        f"""
        with line as (
          select id, received_at, first_id, last_id, sum(events) over (order by id) - events as before
          from event_batches where organisation_id = $1 and set_aside_at is null order by id limit 1000),
        taken as (
          delete from event_batches b using line l where b.id = l.id and l.before < $2
          returning b.received_at, b.first_id, b.last_id)
        select {_COLUMNS} from taken t join events e on e.organisation_id = $1 and e.received_at = t.received_at
          and e.id between t.first_id and t.last_id
        """,
        actor_of(session).organisation_id,
        at_most,
    )
    return [_event(row) for row in rows]


async def newest_events(
    session: AsyncSession, identifiers: Sequence[Identifier], types: Collection[str], limit: int
) -> list[CollectedEvent]:
    """The newest events of each identifier's part of time, at most `limit` of each."""
    connection = await asyncpg_connection(session)
    found: list[asyncpg.Record] = []
    for kind, condition in _OWN.items():
        wanted = [one for one in identifiers if one.kind == kind]
        if wanted:
            found += await connection.fetch(
                f"""
                select e.* from unnest($2::text[], $3::timestamptz[], $4::timestamptz[]) as w(value, since, until),
                lateral (select {_COLUMNS} from events e where e.organisation_id = $1 and {condition}
                  and e.occurred_at >= w.since and e.occurred_at < w.until and e.type = any($5::text[])
                  order by e.occurred_at desc limit $6) as e
                """,
                actor_of(session).organisation_id,
                [one.value for one in wanted],
                [one.since for one in wanted],
                [one.until for one in wanted],
                list(types),
                limit,
            )
    return [_event(row) for row in found]


# Whose an event is: the user's it names, else the browser's.
_OWN = {"user": "e.user_id = w.value", "anonymous": "e.anonymous_id = w.value and e.user_id is null"}


async def event_ids(
    session: AsyncSession, identifier: tuple[str, str], since: datetime, until: datetime, after: UUID | None, limit: int
) -> list[UUID]:
    """Ids of an identifier's events within a time, ascending, following `after`."""
    kind, value = identifier
    if kind not in _OWN:
        return []
    connection = await asyncpg_connection(session)
    condition = _OWN[kind].replace("w.value", "$2")
    rows = await connection.fetch(
        f"select e.id from events e where e.organisation_id = $1 and {condition} and e.occurred_at >= $3 "
        "and e.occurred_at < $4 and ($5::uuid is null or e.id > $5) order by e.id limit $6",
        actor_of(session).organisation_id,
        value,
        since,
        until,
        after,
        limit,
    )
    return [row["id"] for row in rows]


async def events_within(
    session: AsyncSession, device: tuple[str, str], first_at: datetime, last_at: datetime, lacking: str, limit: int
) -> list[asyncpg.Record]:
    """(id, received_at, human, human_reasons) of a device's events in a time that lack a reason."""
    connection = await asyncpg_connection(session)
    column = "anonymous_id" if device[0] == "anonymous" else "user_id"
    return await connection.fetch(
        f"select id, received_at, human, human_reasons from events where organisation_id = $1 and {column} = $2 "
        "and occurred_at between $3 and $4 and not $5 = any(human_reasons) limit $6",
        actor_of(session).organisation_id,
        device[1],
        first_at,
        last_at,
        lacking,
        limit,
    )


async def set_human(session: AsyncSession, judged: Mapping[UUID, tuple[datetime, float, Sequence[str]]]) -> None:
    """Write what is thought of events now: id → (received_at, probability, reasons)."""
    connection = await asyncpg_connection(session)
    await connection.execute(
        """
        update events e set human = w.human,
          human_reasons = case when w.reasons = '' then '{}' else string_to_array(w.reasons, ',') end
        from unnest($2::uuid[], $3::timestamptz[], $4::real[], $5::text[]) as w(id, received_at, human, reasons)
        where e.organisation_id = $1 and e.id = w.id and e.received_at = w.received_at
        """,
        actor_of(session).organisation_id,
        list(judged),
        [received_at for received_at, _, _ in judged.values()],
        [human for _, human, _ in judged.values()],
        [",".join(reasons) for _, _, reasons in judged.values()],
    )


async def recount_sessions(
    session: AsyncSession, event_ids: Collection[UUID], received: tuple[datetime, datetime], likely_bot: float
) -> None:
    """Count anew how many events of the sessions around these events are probably a person's."""
    connection = await asyncpg_connection(session)
    await connection.execute(
        """
        with touched as (
          select distinct s.id, s.device_kind, s.device, s.started_at, s.last_at
          from events e join visitor_sessions s on s.organisation_id = $1
            and ((s.device_kind = 'anonymous' and s.device = e.anonymous_id)
              or (s.device_kind = 'user' and e.anonymous_id is null and s.device = e.user_id))
            and e.occurred_at between s.started_at and s.last_at
          where e.organisation_id = $1 and e.id = any($2::uuid[]) and e.received_at between $3 and $4)
        update visitor_sessions s set human_events = (
          select count(*) from events e where e.organisation_id = $1 and e.human >= $5
            and e.occurred_at between t.started_at and t.last_at
            and case t.device_kind when 'anonymous' then e.anonymous_id = t.device
              else e.anonymous_id is null and e.user_id = t.device and e.type in ('page', 'screen') end)
        from touched t where s.id = t.id
        """,
        actor_of(session).organisation_id,
        list(event_ids),
        *received,
        likely_bot,
    )


async def events_after(session: AsyncSession, after: tuple[datetime, UUID] | None, limit: int) -> list[asyncpg.Record]:
    """What humanness is judged by, of the next events in the order of their arrival."""
    connection = await asyncpg_connection(session)
    received_at, event_id = after or (None, None)
    return await connection.fetch(
        """
        select id, received_at, type, name, ip, user_agent, context, human, human_reasons from events
        where organisation_id = $1 and ($2::timestamptz is null or (received_at, id) > ($2, $3::uuid))
        order by received_at, id limit $4
        """,
        actor_of(session).organisation_id,
        received_at,
        event_id,
        limit,
    )


async def count_events(session: AsyncSession) -> int:
    """How many events the organisation has."""
    connection = await asyncpg_connection(session)
    counted = "select count(*) from events where organisation_id = $1"
    return await connection.fetchval(counted, actor_of(session).organisation_id) or 0

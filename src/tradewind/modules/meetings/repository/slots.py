"""Everything that decides when hosts are free, read at once."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

import numpy as np
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from tradewind.kernel.database import asyncpg_connection
from tradewind.modules.meetings.engine.availability import Claim, Instants

# Hours for this event type go before those the event type names, then the host's own, then the organisation's.
# Claims are read whatever the caller's sight of meetings; they name no people.
_HOSTS = """
    SELECT h.user_id, s.id AS schedule_id, s.name AS schedule_name, s.time_zone, s.weekly, s.overrides, s.holidays,
           b.starts AS busy_starts, b.ends AS busy_ends,
           c.meetings, c.starts, c.ends, c.before, c.after, c.seats, c.same
    FROM event_type_hosts h
    LEFT JOIN LATERAL (
        SELECT * FROM availability_schedules a
        WHERE a.id IN (h.schedule_id, $2) OR (a.is_default AND a.user_id = h.user_id)
              OR (a.is_default AND a.user_id IS NULL)
        ORDER BY CASE WHEN a.id = h.schedule_id THEN 0 WHEN a.id = $2 THEN 1
                      WHEN a.user_id IS NOT NULL THEN 2 ELSE 3 END
        LIMIT 1
    ) s ON true
    CROSS JOIN LATERAL (
        SELECT array_agg(date_part('epoch', starts_at)::bigint) AS starts,
               array_agg(date_part('epoch', ends_at)::bigint) AS ends
        FROM busy_times WHERE user_id = h.user_id AND ends_at > $3 AND starts_at < $4
    ) b
    CROSS JOIN LATERAL (
        SELECT array_agg(meeting_id) AS meetings,
               array_agg(date_part('epoch', starts_at)::bigint) AS starts,
               array_agg(date_part('epoch', ends_at)::bigint) AS ends,
               array_agg(buffer_before * 60) AS before,
               array_agg(buffer_after * 60) AS after,
               array_agg(seats_taken) AS seats,
               array_agg(event_type_id IS NOT DISTINCT FROM $1) AS same
        FROM meeting_claims
        WHERE user_id = h.user_id AND live AND (held_until IS NULL OR held_until > $5)
              AND ends_at > $3 AND starts_at < $4 AND meeting_id IS DISTINCT FROM $6
    ) c
    WHERE h.event_type_id = $1 AND ($7::uuid[] IS NULL OR h.user_id = ANY ($7))
    ORDER BY h.priority DESC, h.user_id
"""


@dataclass(frozen=True, slots=True)
class ScheduleRow:
    """A schedule as stored."""

    id: UUID
    name: str
    time_zone: str
    weekly: list[dict[str, Any]]
    overrides: list[dict[str, Any]]
    holidays: dict[str, Any] | None


@dataclass(frozen=True, slots=True)
class HostRow:
    """A host of an event type: the schedule that counts (None: there is not even a default), and taken time."""

    user_id: UUID
    schedule: ScheduleRow | None
    claims: list[Claim]
    busy_starts: Instants
    busy_ends: Instants


async def hosts(
    session: AsyncSession,
    event_type_id: UUID,
    schedule_id: UUID | None,
    *,
    start: datetime,
    end: datetime,
    at: datetime,
    ignore_meeting: UUID | None,
    host_ids: Collection[UUID] | None,
) -> list[HostRow]:
    """The hosts of an event type with all that takes their time in `start`–`end`; holds that ended by `at` do not."""
    connection = await asyncpg_connection(session)
    rows = await connection.fetch(
        _HOSTS, event_type_id, schedule_id, start, end, at, ignore_meeting, None if host_ids is None else list(host_ids)
    )
    return [
        HostRow(
            user_id=row["user_id"],
            schedule=_schedule(row),
            claims=[
                Claim(*claim)
                for claim in zip(
                    *(row[name] or () for name in ("meetings", "starts", "ends", "before", "after", "seats", "same")),
                    strict=True,
                )
            ],
            busy_starts=np.array(row["busy_starts"] or (), np.int64),
            busy_ends=np.array(row["busy_ends"] or (), np.int64),
        )
        for row in rows
    ]


def _schedule(row: Any) -> ScheduleRow | None:
    if row["schedule_id"] is None:
        return None
    return ScheduleRow(
        id=row["schedule_id"],
        name=row["schedule_name"],
        time_zone=row["time_zone"],
        weekly=row["weekly"],
        overrides=row["overrides"],
        holidays=row["holidays"],
    )


async def release_expired(session: AsyncSession, host_ids: Collection[UUID], at: datetime) -> None:
    """End the claims of holds that ran out by `at`: no slot counts them, but the database's guard still would."""
    await session.execute(
        text("UPDATE meeting_claims SET live = false WHERE user_id = ANY (:hosts) AND live AND held_until <= :at"),
        {"hosts": list(host_ids), "at": at},
    )

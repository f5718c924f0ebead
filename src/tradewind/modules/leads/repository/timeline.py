"""SQL of the timeline."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

import asyncpg
import orjson
from sqlalchemy.ext.asyncio import AsyncSession

from tradewind.kernel.clock import now
from tradewind.kernel.database import actor_of, asyncpg_connection
from tradewind.kernel.ids import new_id
from tradewind.kernel.pagination import Cursor, leave_row_cursors
from tradewind.modules.leads.contracts import NewActivity

_ORDER = "timeline"
# Facts about our own records do not make a lead active.
NOT_ENGAGEMENT = ("lead.", "score.", "note.", "task.", "deal.", "file.", "consent.")
# That a mail left or came back by itself is no sign of life, though journeys may wait for it.
_BY_ITSELF = ("email.sent", "email.delivered", "email.bounced", "email.out_of_office")
COLUMNS = (
    "id, lead_id, company_id, deal_id, kind, title, body, occurred_at, actor_kind, actor_id, actor_name, source, data"
)


def is_engagement(kind: str) -> bool:
    """Whether an activity of this kind is something the person did or that was done with them."""
    return not kind.startswith(NOT_ENGAGEMENT)


async def insert(session: AsyncSession, activities: Sequence[NewActivity]) -> list[UUID]:
    """Add activities and move the leads' last activity on; ids that exist already are left alone."""
    if not activities:
        return []
    actor = actor_of(session)
    moment = now()
    rows = [
        (
            activity.id or new_id(),
            activity.lead_id,
            activity.company_id,
            activity.deal_id,
            activity.kind[:100],
            activity.title[:500].replace("\x00", ""),
            activity.body[:20_000].replace("\x00", ""),
            activity.occurred_at or moment,
            activity.actor_kind or actor.kind,
            activity.actor_id if activity.actor_kind else actor.user_id,
            (activity.actor_name if activity.actor_kind else actor.name)[:200],
            activity.source,
            orjson.dumps(dict(activity.data), default=str).decode(),
            activity.human,
        )
        for activity in activities
    ]
    connection = await asyncpg_connection(session)
    leads = {activity.lead_id for activity in activities if activity.lead_id}
    if len(leads) > 1:
        # Always in one order: two batches about the same leads would wait for each other for good.
        await connection.execute(
            "select from leads where id = any ($1::uuid[]) order by id for no key update", list(leads)
        )
    await connection.execute(
        """
        with added as (
          insert into activities (organisation_id, created_at, id, lead_id, company_id, deal_id, kind, title, body,
            occurred_at, actor_kind, actor_id, actor_name, source, data, human)
          select $1, $2, a.* from unnest($3::uuid[], $4::uuid[], $5::uuid[], $6::uuid[], $7::text[], $8::text[],
            $9::text[], $10::timestamptz[], $11::text[], $12::uuid[], $13::text[], $14::text[], $15::jsonb[],
            $16::real[]) as a
          on conflict (id) do nothing
          returning lead_id, kind, actor_kind, occurred_at)
        update leads set
          last_activity_at = greatest(leads.last_activity_at, latest.at),
          first_seen_at = coalesce(least(leads.first_seen_at, latest.first_at), latest.first_at)
        from (select lead_id, max(occurred_at) as at, min(occurred_at) as first_at from added
              where lead_id is not null and not kind ^@ any ($17::text[])
                and not (actor_kind = 'system' and kind = any ($18::text[])) group by lead_id) as latest
        where leads.id = latest.lead_id
          and (leads.last_activity_at is null or leads.last_activity_at < latest.at
               or leads.first_seen_at is null or leads.first_seen_at > latest.first_at)
        """,
        actor.organisation_id,
        moment,
        *(list(column) for column in zip(*rows, strict=True)),
        list(NOT_ENGAGEMENT),
        list(_BY_ITSELF),
    )
    return [row[0] for row in rows]


async def page(
    session: AsyncSession, *, about: tuple[str, UUID], kinds: Sequence[str], cursor: str | None, limit: int
) -> tuple[list[asyncpg.Record], str | None]:
    """Newest first: (rows, next cursor). `about` is (`lead_id` | `company_id` | `deal_id`, id).

    `kinds` are whole kinds or their first part (`email`). Raises InvalidCursor.
    """
    column, identifier = about
    assert column in ("lead_id", "company_id", "deal_id")
    values: list[Any] = [identifier]
    where = [f"{column} = $1"]
    if kinds:
        values += [[kind for kind in kinds if "." in kind], [f"{kind}." for kind in kinds if "." not in kind]]
        where.append("(kind = any($2::text[]) or kind ^@ any($3::text[]))")
    if cursor:
        values += Cursor.decode(cursor, _ORDER).values
        where.append(f"(occurred_at, id) < (${len(values) - 1}::timestamptz, ${len(values)}::uuid)")
    connection = await asyncpg_connection(session)
    rows = await connection.fetch(
        f"select {COLUMNS} from activities where {' and '.join(where)} "
        f"order by occurred_at desc, id desc limit {limit + 1}",
        *values,
    )
    more = len(rows) > limit
    rows = rows[:limit]
    leave_row_cursors(((row["occurred_at"], row["id"]) for row in rows), _ORDER)
    following = Cursor((rows[-1]["occurred_at"], rows[-1]["id"])).encode(_ORDER) if more else None
    return rows, following


async def rewrite(session: AsyncSession, activity_id: UUID, body: str) -> None:
    """Change the text of a note's entry."""
    connection = await asyncpg_connection(session)
    await connection.execute("update activities set body = $2 where id = $1", activity_id, body)


async def remove(session: AsyncSession, activity_id: UUID) -> None:
    """Take an entry out, with the note it shows."""
    connection = await asyncpg_connection(session)
    await connection.execute("delete from activities where id = $1", activity_id)

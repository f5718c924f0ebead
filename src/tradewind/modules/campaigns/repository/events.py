"""What happened to people, in their timelines: matched by kind and properties, set-based."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from tradewind.kernel.database import actor_of, asyncpg_connection
from tradewind.modules.campaigns.engine.steps import EventMatch

_HUMAN = "(a.human IS NULL OR a.human >= 0.5)"


def matching(match: EventMatch, organisation_id: UUID | None, *, first: int = 1) -> tuple[str, list[Any]]:
    """SQL over `activities a`, placeholders from `$first` on, and their values; what programs did does not count."""
    values: list[Any] = [organisation_id]
    parts = [f"a.organisation_id = ${first}", _HUMAN]

    def bind(value: Any) -> str:
        values.append(value)
        return f"${first + len(values) - 1}"

    if match.kind.endswith(".*"):
        parts.append(f"starts_with(a.kind, {bind(match.kind[:-1])}::text)")
    else:
        parts.append(f"a.kind = {bind(match.kind)}::text")
    for one in match.where:
        found = f"lower(a.data #>> {bind(one.path.split('.'))}::text[])"
        wanted = f"lower({bind(one.value)}::text)"
        parts.append(f"{found} = {wanted}" if one.op == "eq" else f"strpos({found}, {wanted}) > 0")
    return " AND ".join(parts), values


def kinds_fit(match: EventMatch, kinds: Sequence[str]) -> bool:
    """Whether one of these kinds of activities may be meant."""
    if match.kind.endswith(".*"):
        return any(kind.startswith(match.kind[:-1]) for kind in kinds)
    return match.kind in kinds


async def times(
    session: AsyncSession, match: EventMatch, *, since: datetime, until: datetime, people: Sequence[UUID] | None = None
) -> dict[UUID, list[datetime]]:
    """When the event happened, by person, ascending: after `since`, up to `until`."""
    sql, values = matching(match, actor_of(session).organisation_id)
    place = len(values) + 1
    among = f"AND a.lead_id = ANY (${place + 2}::uuid[])" if people is not None else "AND a.lead_id IS NOT NULL"
    if people is not None:
        values += [since, until, list(people)]
    else:
        values += [since, until]
    connection = await asyncpg_connection(session)
    rows = await connection.fetch(
        f"SELECT a.lead_id, array_agg(a.occurred_at ORDER BY a.occurred_at) AS times FROM activities a "
        f"WHERE {sql} AND a.occurred_at > ${place} AND a.occurred_at <= ${place + 1} {among} GROUP BY 1",
        *values,
    )
    return {row["lead_id"]: row["times"] for row in rows}

"""SQL for point rules: which conditions hold for which leads, and activities that fade with age; one query a batch."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from tradewind.kernel.database import actor_of, asyncpg_connection
from tradewind.modules.leads.conditions import Compiled, Fields
from tradewind.modules.leads.conditions import compile as compile_fields
from tradewind.modules.leads.errors import ConditionInvalid

# Kinds of activities, and after how many days one counts half.
Fading = tuple[Sequence[str], float]
_FADED = """
    SELECT wanted.number, activities.lead_id,
        sum(power(0.5, greatest(0, extract(epoch FROM $5::timestamptz - activities.occurred_at))
            / 86400 / wanted.half_life)) AS amount
    FROM unnest($1::int[], $2::text[], $3::float8[]) AS wanted(number, kind, half_life)
    JOIN activities ON activities.kind = wanted.kind
        AND activities.organisation_id = $6 AND activities.lead_id = ANY ($4::uuid[])
    JOIN leads ON leads.id = activities.lead_id
        AND (leads.converted_at IS NULL OR activities.occurred_at < leads.converted_at)
    WHERE activities.occurred_at <= $5::timestamptz
    GROUP BY 1, 2
"""


async def conditions_met(
    session: AsyncSession, conditions: Sequence[Mapping[str, Any]], fields: Fields, lead_ids: Sequence[UUID]
) -> list[frozenset[UUID] | None]:
    """For each condition, the leads among `lead_ids` it holds for; None where it does not compile any more."""
    working: list[tuple[int, Compiled]] = []
    values: list[Any] = [list(lead_ids)]
    for number, condition in enumerate(conditions):
        try:
            compiled = compile_fields(condition, fields, first=len(values) + 1)
        except ConditionInvalid:
            continue  # its field was removed, or its segment: the rule rests until someone mends it
        values += compiled.values
        working.append((number, compiled))
    met: list[frozenset[UUID] | None] = [None] * len(conditions)
    if not working:
        return met
    columns = ", ".join(f"({compiled.sql}) IS TRUE" for _, compiled in working)
    connection = await asyncpg_connection(session)
    rows = await connection.fetch(
        f"SELECT leads.id, ARRAY[{columns}] AS met FROM leads WHERE leads.id = ANY ($1::uuid[])", *values
    )
    for place, (number, _) in enumerate(working):
        met[number] = frozenset(row["id"] for row in rows if row["met"][place])
    return met


async def faded(
    session: AsyncSession, wanted: Sequence[Fading], lead_ids: Sequence[UUID], at: datetime
) -> list[dict[UUID, float]]:
    """For each of `wanted`, by lead: the sum of its activities, each halved with every half-life of its age."""
    found: list[dict[UUID, float]] = [{} for _ in wanted]
    pairs = [(number, kind, days) for number, (kinds, days) in enumerate(wanted) for kind in kinds]
    if not pairs or not lead_ids:
        return found
    connection = await asyncpg_connection(session)
    rows = await connection.fetch(
        _FADED, *(list(column) for column in zip(*pairs, strict=True)), list(lead_ids), at,
        actor_of(session).organisation_id,
    )  # fmt: skip
    for row in rows:
        found[row["number"]][row["lead_id"]] = float(row["amount"])
    return found

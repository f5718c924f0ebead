"""SQL for other modules: leads as facts for scoring, scores written back, ids by condition."""

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

import asyncpg
from sqlalchemy.ext.asyncio import AsyncSession

from tradewind.kernel.database import actor_of, asyncpg_connection
from tradewind.modules.leads.conditions import Compiled
from tradewind.modules.leads.contracts import ActivitySummary, LeadFacts, LeadScore, LeadSummary

_FIELDS = (
    "first_name", "last_name", "full_name", "email", "email_key", "phone", "phone_key", "job_title", "company_id",
    "company_name", "status", "source", "country", "region", "city", "language", "time_zone", "website", "owner_id",
    "first_seen_at", "last_activity_at", "do_not_email", "do_not_call", "tags", "import_id", "import_row",
    "score", "score_band", "score_kind", "score_model_id",
)  # fmt: skip
_COMPANY_FIELDS = (
    "name", "domain", "industry", "size_band", "employee_count", "annual_revenue_minor", "country", "city", "tags",
)  # fmt: skip


async def rows(
    session: AsyncSession,
    *,
    lead_ids: Sequence[UUID] | None,
    labelled: bool | None,
    after_id: UUID | None,
    limit: int,
    before_outcome: bool,
) -> list[LeadFacts]:
    """Facts of leads in the order of their ids; see `api.lead_rows_for_scoring`."""
    connection = await asyncpg_connection(session)
    values: list[Any] = []
    where = ["leads.deleted_at is null"]
    if lead_ids is not None:
        values.append(list(lead_ids))
        where.append(f"leads.id = any(${len(values)}::uuid[])")
    if labelled is not None:
        where.append(f"leads.converted is {'not null' if labelled else 'null'}")
    if after_id is not None:
        values.append(after_id)
        where.append(f"leads.id > ${len(values)}::uuid")
    values.append(limit)
    company = ", ".join(f"companies.{name} as of_company_{name}" for name in _COMPANY_FIELDS)
    found = await connection.fetch(
        f"""
        select leads.id, leads.created_at, leads.converted, leads.converted_at, leads.custom as own_custom,
          {", ".join(f"leads.{name}" for name in _FIELDS)},
          companies.custom as of_company_custom, {company}
        from leads left join companies on companies.id = leads.company_id and companies.deleted_at is null
        where {" and ".join(where)} order by leads.id limit ${len(values)}
        """,
        *values,
    )
    activities = await _activities(connection, session, [row["id"] for row in found], before_outcome=before_outcome)
    return [_facts(row, activities) for row in found]


async def _activities(
    connection: asyncpg.Connection, session: AsyncSession, lead_ids: list[UUID], *, before_outcome: bool
) -> Mapping[UUID, list[ActivitySummary]]:
    join = (
        "join leads on leads.id = activities.lead_id and "
        "(leads.converted_at is null or activities.occurred_at < leads.converted_at)"
        if before_outcome
        else ""
    )
    found = await connection.fetch(
        f"""
        select activities.lead_id, activities.kind, count(*) as count,
          min(activities.occurred_at) as first_at, max(activities.occurred_at) as last_at
        from activities {join}
        where activities.organisation_id = $1 and activities.lead_id = any($2::uuid[])
        group by activities.lead_id, activities.kind
        """,
        actor_of(session).organisation_id,
        lead_ids,
    )
    by_lead: dict[UUID, list[ActivitySummary]] = {}
    for row in found:
        summary = ActivitySummary(
            kind=row["kind"], count=row["count"], first_at=row["first_at"], last_at=row["last_at"]
        )
        by_lead.setdefault(row["lead_id"], []).append(summary)
    return by_lead


def _facts(row: asyncpg.Record, activities: Mapping[UUID, list[ActivitySummary]]) -> LeadFacts:
    company = {name: row[f"of_company_{name}"] for name in _COMPANY_FIELDS}
    if row["of_company_custom"]:
        company["custom"] = row["of_company_custom"]
    return LeadFacts(
        id=row["id"],
        created_at=row["created_at"],
        converted=row["converted"],
        converted_at=row["converted_at"],
        fields={name: row[name] for name in _FIELDS},
        custom=row["own_custom"],
        company=company,
        activities=tuple(activities.get(row["id"], ())),
    )


async def write_scores(session: AsyncSession, scores: Sequence[LeadScore]) -> int:
    """Store scores; a lead that was scored later than `scored_at` keeps its score."""
    if not scores:
        return 0
    connection = await asyncpg_connection(session)
    columns = zip(
        *(
            (s.lead_id, s.score, s.probability, s.band, s.kind, s.model_id, s.scored_at, s.fit, s.engagement)
            for s in scores
        ),
        strict=True,
    )
    status = await connection.execute(
        """
        update leads set score = s.score, score_probability = s.probability, score_band = s.band,
          score_kind = s.kind, score_model_id = s.model_id, scored_at = s.scored_at,
          score_fit = s.fit, score_engagement = s.engagement
        from unnest($1::uuid[], $2::smallint[], $3::real[], $4::text[], $5::text[], $6::uuid[], $7::timestamptz[],
            $8::smallint[], $9::smallint[])
          as s(id, score, probability, band, kind, model_id, scored_at, fit, engagement)
        where leads.id = s.id and (leads.scored_at is null or leads.scored_at <= s.scored_at)
        """,
        *(list(column) for column in columns),
    )
    return int(status.split()[-1])


async def summaries(session: AsyncSession, lead_ids: Sequence[UUID]) -> list[LeadSummary]:
    """Leads in short."""
    connection = await asyncpg_connection(session)
    found = await connection.fetch(
        "select id, full_name, email, phone, company_name, owner_id, time_zone, do_not_email, do_not_call "
        "from leads where id = any($1) and deleted_at is null",
        list(lead_ids),
    )
    return [LeadSummary(**dict(row)) for row in found]


async def matching(
    session: AsyncSession,
    compiled: Compiled,
    *,
    among: Sequence[UUID] | None,
    after_id: UUID | None,
    limit: int,
) -> list[UUID]:
    """Ids a compiled condition (of first placeholder 1) holds for, ascending."""
    values: list[Any] = list(compiled.values)
    where = ["leads.deleted_at is null", f"({compiled.sql})"]
    if among is not None:
        values.append(list(among))
        where.append(f"leads.id = any(${len(values)}::uuid[])")
    if after_id is not None:
        values.append(after_id)
        where.append(f"leads.id > ${len(values)}::uuid")
    values.append(limit)
    connection = await asyncpg_connection(session)
    found = await connection.fetch(
        f"select leads.id from leads where {' and '.join(where)} order by leads.id limit ${len(values)}", *values
    )
    return [row["id"] for row in found]

"""SQL for other modules: leads as facts for scoring, scores written back, ids by condition."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

import asyncpg
from sqlalchemy.ext.asyncio import AsyncSession

from tradewind.kernel.clock import now
from tradewind.kernel.database import actor_of, asyncpg_connection
from tradewind.modules.leads.conditions import Compiled
from tradewind.modules.leads.contracts import PAGE_TOPICS, ActivitySummary, LeadFacts, LeadScore, LeadSummary

_FIELDS = (
    "first_name", "last_name", "full_name", "email", "email_key", "phone", "phone_key", "job_title", "company_id",
    "company_name", "status", "source", "country", "region", "city", "language", "time_zone", "website", "owner_id",
    "first_seen_at", "last_activity_at", "do_not_email", "do_not_call", "tags", "import_id", "import_row",
    "score", "score_band", "score_kind", "score_model_id",
)  # fmt: skip
_COMPANY_FIELDS = (
    "name", "domain", "industry", "size_band", "employee_count", "annual_revenue_minor", "country", "city", "tags",
)  # fmt: skip

_HALF_LIFE_DAYS = 14
_LEAST_HUMAN = 0.5
_TOPIC = " ".join(f"when said ~* ${number} then 'topic.{topic}'" for number, topic in enumerate(PAGE_TOPICS, start=4))
_ACTIVITIES = f"""
    select lead_id, coalesce(kind, topic), count(*), min(occurred_at), max(occurred_at),
      count(*) filter (where days < 7), count(*) filter (where days < 30), count(*) filter (where days < 90),
      sum(exp(-ln(2::float8) * least(days, 365) / {_HALF_LIFE_DAYS}))
    from (
      select activities.lead_id, activities.kind, activities.occurred_at,
        extract(epoch from moments.as_of - activities.occurred_at)::float8 / 86400 as days,
        case when activities.kind in ('web.page_view', 'web.searched') then (
          select case {_TOPIC} end from (select concat_ws(' ', activities.data->>'path', activities.data->>'url',
            activities.data->>'query') as said) as words
        ) end as topic
      from unnest($2::uuid[], $3::timestamptz[]) as moments (lead_id, as_of)
      join activities on activities.lead_id = moments.lead_id and activities.occurred_at < moments.as_of
      where activities.organisation_id = $1 and (activities.human is null or activities.human >= {_LEAST_HUMAN})
    ) as seen
    group by grouping sets ((lead_id, kind), (lead_id, topic))
    having kind is not null or topic is not null
"""


async def rows(
    session: AsyncSession,
    *,
    lead_ids: Sequence[UUID] | None,
    labelled: bool | None,
    after_id: UUID | None,
    limit: int,
    before_outcome: bool,
    as_of: Mapping[UUID, datetime] | None = None,
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
    moment, asked = now(), as_of or {}
    moments = {row["id"]: asked.get(row["id"]) or (before_outcome and row["converted_at"]) or moment for row in found}
    activities = await _activities(connection, session, moments)
    return [_facts(row, activities.get(row["id"], ()), moments[row["id"]]) for row in found]


async def _activities(
    connection: asyncpg.Connection, session: AsyncSession, moments: Mapping[UUID, datetime]
) -> Mapping[UUID, list[ActivitySummary]]:
    """Summaries by kind and by topic of page of what happened to each lead before its moment."""
    found = await connection.fetch(
        _ACTIVITIES, actor_of(session).organisation_id, list(moments), list(moments.values()), *PAGE_TOPICS.values()
    )
    by_lead: dict[UUID, list[ActivitySummary]] = {}
    for lead_id, *summary in found:
        kind, count, first_at, last_at, last_7, last_30, last_90, weight = summary
        by_lead.setdefault(lead_id, []).append(
            ActivitySummary(
                kind=kind, count=count, first_at=first_at, last_at=last_at, last_7=last_7, last_30=last_30,
                last_90=last_90, weight=round(weight, 6),
            )
        )  # fmt: skip
    return by_lead


def _facts(row: asyncpg.Record, activities: Sequence[ActivitySummary], as_of: datetime) -> LeadFacts:
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
        activities=tuple(activities),
        as_of=as_of,
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
        "select id, full_name, email, phone, company_name, owner_id, time_zone, do_not_email, do_not_call, first_name, "
        "last_name, job_title, country, language from leads where id = any($1) and deleted_at is null",
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

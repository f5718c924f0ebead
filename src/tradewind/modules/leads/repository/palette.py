"""SQL of the quick search."""

from uuid import UUID

import asyncpg
from sqlalchemy.ext.asyncio import AsyncSession

from tradewind.kernel.database import asyncpg_connection

_SHOWN = 6
# Among so many matches the best are chosen: a common word must not read the whole table.
_CONSIDERED = 300
# Deals have no search index; older ones are found on the board.
_NEWEST_DEALS = 20_000

_LEADS = f"""
    select id, coalesce(nullif(full_name, ''), email, phone, company_name, 'Nameless') as title,
      concat_ws(' · ', company_name, email) as subtitle
    from (select id, full_name, email, phone, company_name, last_activity_at, score from leads
          where deleted_at is null and search @@ to_tsquery('simple', $1) limit {_CONSIDERED}) as considered
    order by starts_with(lower(full_name), lower($2)) desc, last_activity_at desc nulls last, score desc nulls last
    limit {_SHOWN}
"""
_COMPANIES = f"""
    select id, name as title, concat_ws(' · ', domain, industry) as subtitle
    from (select id, name, domain, industry from companies
          where deleted_at is null and search @@ to_tsquery('simple', $1) limit {_CONSIDERED}) as considered
    order by starts_with(lower(name), lower($2)) desc, name limit {_SHOWN}
"""
_DEALS = f"""
    select id, name as title, '' as subtitle
    from (select id, name from deals where deleted_at is null order by created_at desc limit {_NEWEST_DEALS}) as newest
    where strpos(lower(name), lower($1)) > 0 limit {_SHOWN}
"""


async def search(session: AsyncSession, query: str, words: str) -> dict[str, list[asyncpg.Record]]:
    """Rows (id, title, subtitle) by kind for a text-search query and the words as typed."""
    if not query:
        return {"leads": [], "companies": [], "deals": []}
    connection = await asyncpg_connection(session)
    return {
        "leads": await connection.fetch(_LEADS, query, words.strip()),
        "companies": await connection.fetch(_COMPANIES, query, words.strip()),
        "deals": await connection.fetch(_DEALS, words.strip()),
    }


async def lead_titles(session: AsyncSession, lead_ids: list[UUID]) -> dict[UUID, str]:
    """What to call leads, by id; deleted ones are left out."""
    connection = await asyncpg_connection(session)
    rows = await connection.fetch(
        "select id, coalesce(nullif(full_name, ''), email, phone, company_name, 'Nameless') as title from leads "
        "where id = any($1) and deleted_at is null",
        lead_ids,
    )
    return {row["id"]: row["title"] for row in rows}

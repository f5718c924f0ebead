"""SQL of the quick search."""

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from tradewind.kernel.classification import hides
from tradewind.kernel.classification import masked as masked_value
from tradewind.kernel.database import actor_of, asyncpg_connection
from tradewind.modules.leads.repository.lists import search_condition

_SHOWN = 6
# Among so many matches the best are chosen: a common word must not read the whole table.
_CONSIDERED = 300
# Deals have no search index; older ones are found on the board.
_NEWEST_DEALS = 20_000

_LEADS = f"""
    select id, full_name, email, phone, company_name
    from (select id, full_name, email, phone, company_name, last_activity_at, score from leads
          where deleted_at is null and %s limit {_CONSIDERED}) as considered
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


async def search(
    session: AsyncSession, query: str, words: str, *, masked: bool
) -> dict[str, Sequence[Mapping[str, Any]]]:
    """Rows (id, title, subtitle) by kind for a text-search query and the words as typed.

    `masked` looks in names only and masks addresses and numbers.
    """
    if not query:
        return {"leads": [], "companies": [], "deals": []}
    connection = await asyncpg_connection(session)
    return {
        "leads": [
            {"id": row["id"], "title": _title(row, masked), "subtitle": " · ".join(_subtitle(row, masked))}
            for row in await connection.fetch(_LEADS % search_condition("$1", names_only=masked), query, words.strip())
        ],
        "companies": await connection.fetch(_COMPANIES, query, words.strip()),
        "deals": await connection.fetch(_DEALS, words.strip()),
    }


async def lead_titles(session: AsyncSession, lead_ids: list[UUID]) -> dict[UUID, str]:
    """What to call leads, by id; deleted ones are left out."""
    connection = await asyncpg_connection(session)
    rows = await connection.fetch(
        "select id, full_name, email, phone, company_name from leads where id = any($1) and deleted_at is null",
        lead_ids,
    )
    masked = hides(actor_of(session))
    return {row["id"]: _title(row, masked) for row in rows}


def _title(row: Mapping[str, Any], masked: bool) -> str:
    email, phone = _reached_by(row, masked)
    return row["full_name"] or email or phone or row["company_name"] or "Nameless"


def _subtitle(row: Mapping[str, Any], masked: bool) -> list[str]:
    email, _ = _reached_by(row, masked)
    return [part for part in (row["company_name"], email) if part]


def _reached_by(row: Mapping[str, Any], masked: bool) -> tuple[str | None, str | None]:
    if not masked:
        return row["email"], row["phone"]
    return masked_value(row["email"], "email"), masked_value(row["phone"], "phone")

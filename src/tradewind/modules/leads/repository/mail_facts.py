"""SQL for mails: people as templates know them."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from tradewind.kernel.database import asyncpg_connection

_PERSON = (
    "id", "first_name", "last_name", "full_name", "email", "phone", "job_title", "company_name", "status", "source",
    "country", "region", "city", "language", "time_zone", "website", "owner_id", "score", "score_band", "custom",
    "tags",
)  # fmt: skip


async def rows(session: AsyncSession, lead_ids: Sequence[UUID]) -> Sequence[Any]:
    """Live leads with their companies; those out of sight are left out."""
    connection = await asyncpg_connection(session)
    return await connection.fetch(
        f"""
        SELECT {", ".join(f"leads.{name}" for name in _PERSON)}, companies.name AS of_company_name,
          companies.domain AS of_company_domain, companies.industry AS of_company_industry,
          companies.city AS of_company_city, companies.country AS of_company_country
        FROM leads LEFT JOIN companies ON companies.id = leads.company_id AND companies.deleted_at IS NULL
        WHERE leads.id = any($1::uuid[]) AND leads.deleted_at IS NULL
        """,
        list(lead_ids),
    )

"""SQL that finds leads sharing an e-mail, a phone number, or name and company."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import Row, bindparam, text
from sqlalchemy.ext.asyncio import AsyncSession

# Columns by which leads are compared, in the order of how sure a match is.
KEYS = {"email": "email_key", "phone": "phone_key", "name": "name_company_key"}
_BRIEF = "l.id, l.full_name, l.email, l.phone, l.job_title, l.company_name, l.status, l.score, l.owner_id, l.created_at"
_OF_LEAD = text(f"""
    WITH this AS (
        SELECT id, email_key, phone_key, name_company_key FROM leads WHERE id = :lead_id AND deleted_at IS NULL
    ), found AS (
        (SELECT l.id FROM leads l, this WHERE l.email_key = this.email_key AND l.deleted_at IS NULL LIMIT :limit)
        UNION
        (SELECT l.id FROM leads l, this WHERE l.phone_key = this.phone_key AND l.deleted_at IS NULL LIMIT :limit)
        UNION
        (SELECT l.id FROM leads l, this WHERE l.name_company_key = this.name_company_key
            AND l.deleted_at IS NULL LIMIT :limit)
    )
    SELECT {_BRIEF}, l.email_key, l.phone_key,
        l.email_key = this.email_key AS same_email,
        l.phone_key = this.phone_key AS same_phone,
        l.name_company_key = this.name_company_key AS same_name
    FROM found JOIN leads l ON l.id = found.id CROSS JOIN this
    WHERE l.id <> this.id
    ORDER BY l.created_at, l.id
    LIMIT :limit
""")


async def of_lead(session: AsyncSession, lead_id: UUID, limit: int) -> Sequence[Row[Any]]:
    """Leads that share a key with this one, with flags same_email, same_phone, same_name."""
    return (await session.execute(_OF_LEAD, {"lead_id": lead_id, "limit": limit})).all()


async def groups(
    session: AsyncSession, *, organisation_id: UUID, by: str, after: str, limit: int
) -> Sequence[Row[Any]]:
    """(key, number, ids of the ten oldest) of keys beyond `after` that several live leads share, in key order."""
    key = KEYS[by]
    # The keys come from the index alone; rows are read for the few groups that are shown.
    statement = text(f"""
        WITH shared AS MATERIALIZED (
            SELECT {key} AS key, count(*) AS number FROM leads
            WHERE organisation_id = :organisation_id AND deleted_at IS NULL AND {key} IS NOT NULL AND {key} > :after
            GROUP BY {key} HAVING count(*) > 1
            ORDER BY {key} LIMIT :limit
        )
        SELECT shared.key, shared.number, ARRAY(
            SELECT id FROM leads
            WHERE organisation_id = :organisation_id AND deleted_at IS NULL AND {key} = shared.key
            ORDER BY created_at, id LIMIT 10) AS ids
        FROM shared ORDER BY shared.key
    """)
    values = {"organisation_id": organisation_id, "after": after, "limit": limit}
    return (await session.execute(statement, values)).all()


async def briefs(session: AsyncSession, ids: list[UUID]) -> dict[UUID, Row[Any]]:
    """Leads in short, by id."""
    statement = text(f"SELECT {_BRIEF} FROM leads l WHERE l.id = ANY(:ids)").bindparams(bindparam("ids"))
    return {row.id: row for row in await session.execute(statement, {"ids": ids})}


_KEYS_OF = text("""
    SELECT id, email_key, phone_key, name_company_key, created_at,
        num_nonnulls(email, phone, job_title, company_name, country, owner_id, converted, score)
            + jsonb_array_length(jsonb_path_query_array(custom, '$.keyvalue()')) AS filled
    FROM leads WHERE id = ANY(:ids) AND deleted_at IS NULL
""").bindparams(bindparam("ids"))


async def keys_of(session: AsyncSession, ids: list[UUID]) -> Sequence[Row[Any]]:
    """The keys of these live leads, and how many fields each has filled in."""
    return (await session.execute(_KEYS_OF, {"ids": ids})).all()

"""SQL of whose mails they were: for people who become one, and for those who are gone."""

from collections.abc import Collection
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from tradewind.kernel.database import asyncpg_connection
from tradewind.kernel.ownership import Tables

TABLES: Tables = {"email_deliveries": "person_id", "email_arrivals": "person_id", "mail_engagements": "person_id"}
# Of a mail there stays that it was sent, and what became of it; of an answer that there was one.
_FORGET = (
    """
    DELETE FROM mail_attachments WHERE mail_id IN (
        SELECT id FROM email_deliveries WHERE person_id = ANY ($1::uuid[]))""",
    "DELETE FROM mail_sink WHERE id IN (SELECT id FROM email_deliveries WHERE person_id = ANY ($1::uuid[]))",
    """
    UPDATE email_facts SET reason = '' WHERE reason <> '' AND delivery_id IN (
        SELECT id FROM email_deliveries WHERE person_id = ANY ($1::uuid[]))""",
    """
    UPDATE email_deliveries SET person_id = NULL, address_sealed = NULL, subject = '', reason = '',
        conversation_key = NULL
    WHERE person_id = ANY ($1::uuid[])""",
    """
    UPDATE email_arrivals SET person_id = NULL, from_address = '', from_name = '', subject = '', text_sealed = NULL,
        reason = ''
    WHERE person_id = ANY ($1::uuid[])""",
)


async def forget(session: AsyncSession, person_ids: Collection[UUID]) -> None:
    """Take away addresses, texts and names from mails to and from people who are gone."""
    connection = await asyncpg_connection(session)
    for statement in _FORGET:
        await connection.execute(statement, list(person_ids))

"""SQL of whose mails they were: for people who become one, and for those who are gone."""

from collections.abc import Collection
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from tradewind.kernel.database import asyncpg_connection

_TABLES = ("email_deliveries", "email_arrivals")
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


async def reassign(session: AsyncSession, winner_id: UUID, loser_ids: Collection[UUID]) -> None:
    """Mails to and from merged people are the remaining one's."""
    connection = await asyncpg_connection(session)
    for table in _TABLES:
        await connection.execute(
            f"UPDATE {table} SET person_id = $1 WHERE person_id = ANY ($2::uuid[])", winner_id, list(loser_ids)
        )


async def forget(session: AsyncSession, person_ids: Collection[UUID]) -> None:
    """Take away addresses, texts and names from mails to and from people who are gone."""
    connection = await asyncpg_connection(session)
    for statement in _FORGET:
        await connection.execute(statement, list(person_ids))

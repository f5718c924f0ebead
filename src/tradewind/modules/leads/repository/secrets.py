"""SQL of encrypted custom values."""

from uuid import UUID

from sqlalchemy import delete, select
from sqlalchemy.ext.asyncio import AsyncSession

from tradewind.modules.leads.models.fields import CustomField
from tradewind.modules.leads.models.secrets import LeadSecret


async def field(session: AsyncSession, field_id: UUID) -> CustomField | None:
    """An encrypted field of leads that is in use, or None."""
    return await session.scalar(
        select(CustomField).where(
            CustomField.id == field_id, CustomField.kind == "secret", CustomField.archived_at.is_(None)
        )
    )


async def of_lead(session: AsyncSession, lead_id: UUID) -> dict[UUID, LeadSecret]:
    """The newest value of each field, by field."""
    rows = await session.scalars(
        select(LeadSecret).where(LeadSecret.lead_id == lead_id).order_by(LeadSecret.set_at, LeadSecret.id)
    )
    return {row.field_id: row for row in rows}


async def remove(session: AsyncSession, lead_id: UUID, field_id: UUID) -> bool:
    """Forget a lead's values of a field; whether there were any."""
    gone = await session.scalars(
        delete(LeadSecret)
        .where(LeadSecret.lead_id == lead_id, LeadSecret.field_id == field_id)
        .returning(LeadSecret.id)
    )
    return bool(gone.all())

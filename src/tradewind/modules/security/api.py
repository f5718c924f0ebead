"""What other modules may ask of security monitoring."""

from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from tradewind.modules.security.contracts import AlertSummary
from tradewind.modules.security.service import alerts

__all__ = ["alert"]


async def alert(session: AsyncSession, alert_id: UUID) -> AlertSummary:
    """One alert of the session's organisation. Raises AlertNotFound."""
    found = await alerts.read(session, alert_id)
    return AlertSummary(found.rule_label, found.subject_name, found.why)

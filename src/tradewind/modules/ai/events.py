"""Facts about models."""

from typing import ClassVar
from uuid import UUID

from tradewind.kernel.events import Event


class BudgetReached(Event):
    """A budget came to 80 or 100 per cent of its limit in this period, or refused a call (100)."""

    name: ClassVar[str] = "ai.budget_reached"
    budget_id: UUID
    budget_name: str
    level: int
    stops: bool
    spent_microusd: int
    limit_microusd: int
    period: str

"""Days where the organisation is."""

from datetime import UTC, date, datetime, time
from zoneinfo import ZoneInfo


def today(at: datetime, zone: str) -> date:
    """The day it is in a zone at a moment."""
    return at.astimezone(ZoneInfo(zone)).date()


def midnight(day: date, zone: str) -> datetime:
    """When a day begins in a zone, in UTC."""
    return datetime.combine(day, time(), ZoneInfo(zone)).astimezone(UTC)

"""Days where the organisation is."""

from datetime import date, datetime
from zoneinfo import ZoneInfo


def today(at: datetime, zone: str) -> date:
    """The day it is in a zone at a moment."""
    return at.astimezone(ZoneInfo(zone)).date()

"""Facts about calendars."""

from typing import ClassVar
from uuid import UUID

from tradewind.kernel.events import Event


class CalendarDisconnected(Event):
    """A vendor refuses the sign-in of a host's calendar: busy times age until the host signs in again."""

    name: ClassVar[str] = "meetings.calendar_disconnected"
    connection_id: UUID
    user_id: UUID
    label: str

"""What calendars do about meetings, and about hosts who leave."""

from sqlalchemy.ext.asyncio import AsyncSession

from tradewind.kernel.events import subscriber
from tradewind.modules.email import api as email
from tradewind.modules.email.contracts import Mail
from tradewind.modules.identity import api as identity
from tradewind.modules.identity.events import MemberLeft
from tradewind.modules.meetings.events import (
    MeetingBooked,
    MeetingCancelled,
    MeetingMoved,
    MeetingRequested,
    SeatLeft,
)
from tradewind.modules.meetings.events_calendars import CalendarDisconnected
from tradewind.modules.meetings.service.calendars import connections, waking
from tradewind.settings import get_settings


@subscriber(MeetingRequested)
async def on_meeting_requested(session: AsyncSession, event: MeetingRequested) -> None:
    """Its time is taken: it stands in the calendar as tentative."""
    await waking.copy_meetings(session, event.meeting_id)


@subscriber(MeetingBooked)
async def on_meeting_booked(session: AsyncSession, event: MeetingBooked) -> None:
    """Write it into the hosts' calendars."""
    await waking.copy_meetings(session, event.meeting_id)


@subscriber(MeetingMoved)
async def on_meeting_moved(session: AsyncSession, event: MeetingMoved) -> None:
    """Move its copies."""
    await waking.copy_meetings(session, event.meeting_id)


@subscriber(MeetingCancelled)
async def on_meeting_cancelled(session: AsyncSession, event: MeetingCancelled) -> None:
    """Take its copies out."""
    await waking.copy_meetings(session, event.meeting_id)


@subscriber(SeatLeft)
async def on_seat_left(session: AsyncSession, event: SeatLeft) -> None:
    """The copies name who takes part."""
    await waking.copy_meetings(session, event.meeting_id)


@subscriber(MemberLeft)
async def on_member_left_calendars(session: AsyncSession, event: MemberLeft) -> None:
    """Nobody reads the calendars of people who are gone."""
    await connections.remove_of_member(session, event.user_id)


@subscriber(CalendarDisconnected)
async def on_calendar_disconnected(session: AsyncSession, event: CalendarDisconnected) -> None:
    """Only the host can sign in again."""
    host = await identity.member(session, event.user_id)
    if not host.active:
        return
    mail = Mail(
        "calendar_reconnect", host.email, host.name, f"Connect your calendar again: {event.label}",
        f"Hello {host.name},\n\nyour calendar “{event.label}” does not accept Tradewind's sign-in any more. People "
        "can still book you, by what was known of your calendar last: new entries in it are not seen. "
        "Connect it again here:\n\n{link}",
        f"{get_settings().base_url}/settings/calendars", event.user_id,
    )  # fmt: skip
    await email.deliver(session, mail)

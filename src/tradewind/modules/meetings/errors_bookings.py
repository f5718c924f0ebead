"""What can go wrong with meetings, links to them and waiting lists."""

from collections.abc import Sequence
from datetime import datetime

from tradewind.kernel.errors import Conflict, Invalid, NotFound


class MeetingNotFound(NotFound):
    """No such meeting in this organisation, or out of sight."""

    code = "meetings.meeting_not_found"
    title = "Meeting not found"


class BookingPageNotFound(NotFound):
    """No organisation, or none of its event types, has this address."""

    code = "meetings.page_not_found"
    title = "There is nothing to book here"


class LinkNotFound(NotFound):
    """The link belongs to no meeting (any more)."""

    code = "meetings.link_not_found"
    title = "This link does not work any more"


class SlotTaken(Conflict):
    """Somebody was faster, or the time is not offered; `alternatives` are the nearest ones that are free."""

    code = "meetings.slot_taken"
    title = "This time is not free any more"

    def __init__(self, alternatives: Sequence[tuple[datetime, datetime]] = ()) -> None:
        shown = [{"starts_at": start.isoformat(), "ends_at": end.isoformat()} for start, end in alternatives]
        detail = "Choose another time; the nearest free ones come with this answer." if shown else None
        super().__init__(detail or "No other time is free nearby.", extra={"alternatives": shown})


class HoldExpired(Conflict):
    """The time was held too long ago."""

    code = "meetings.hold_expired"
    title = "The time is held no longer"


class AlreadyBooked(Conflict):
    """This address has a seat in the meeting."""

    code = "meetings.already_booked"
    title = "This address takes part already"


class TooLate(Conflict):
    """The notice for moving and cancelling has passed; the detail is the event type's policy."""

    code = "meetings.too_late"
    title = "It is too late to change this meeting by yourself"


class WrongState(Conflict):
    """The meeting is not in a state in which this can be done."""

    code = "meetings.wrong_state"
    title = "This cannot be done with the meeting as it is"


class BookingInvalid(Invalid):
    """Answers, lengths or people that do not fit the event type."""

    code = "meetings.booking_invalid"
    title = "The booking does not fit"


class ReplyInvalid(Invalid):
    """The bytes hold no answer to an invitation."""

    code = "meetings.reply_invalid"
    title = "This is no answer to an invitation"

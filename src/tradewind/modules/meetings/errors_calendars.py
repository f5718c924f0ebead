"""Failures of calendars."""

from tradewind.kernel.errors import BadRequest, Conflict, Invalid, NotFound


class ConnectionNotFound(NotFound):
    code = "meetings.calendar_connection_not_found"
    title = "There is no such calendar connection"


class CalendarNotFound(NotFound):
    code = "meetings.calendar_not_found"
    title = "There is no such calendar"


class FeedNotFound(NotFound):
    code = "meetings.calendar_feed_not_found"
    title = "There is no such calendar feed"


class VendorUnknown(NotFound):
    code = "meetings.calendar_vendor_unknown"
    title = "There is no such calendar vendor"


class CalendarRefused(Invalid):
    """The other side answered, and it is not what was promised: no calendar there, a wrong address."""

    code = "meetings.calendar_refused"
    title = "This calendar cannot be connected"


class CredentialsRefused(Conflict):
    """The password is wrong, or the permission was withdrawn: only the host can mend it."""

    code = "meetings.calendar_reconnect"
    title = "The calendar does not accept the sign-in any more"


class AppMissing(Conflict):
    code = "meetings.calendar_app_missing"
    title = "Your organisation has not entered its app for this vendor yet"


class AuthorisationUnknown(BadRequest):
    code = "meetings.calendar_authorisation_unknown"
    title = "This sign-in is not known or has ended: begin again"


class AuthorisationRefused(BadRequest):
    code = "meetings.calendar_authorisation_refused"
    title = "The vendor did not give permission"


class TooManyConnections(Conflict):
    code = "meetings.calendar_too_many"
    title = "No more calendars can be connected"


class NotWritable(Invalid):
    code = "meetings.calendar_not_writable"
    title = "This calendar can only be read"


class CalendarRejected(Conflict):
    """The vendor refused a write for good; the reason is in the detail."""

    code = "meetings.calendar_rejected"
    title = "The calendar did not take the event"

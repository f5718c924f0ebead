"""What can go wrong with event types and availability."""

from tradewind.kernel.errors import Conflict, Invalid, NotFound


class EventTypeNotFound(NotFound):
    """No such event type in this organisation."""

    code = "meetings.event_type_not_found"
    title = "Event type not found"


class ScheduleNotFound(NotFound):
    """No such schedule in this organisation."""

    code = "meetings.schedule_not_found"
    title = "Schedule not found"


class FormNotFound(NotFound):
    """No such routing form in this organisation."""

    code = "meetings.form_not_found"
    title = "Form not found"


class SlugTaken(Conflict):
    """Another event type, or routing form, has this address."""

    code = "meetings.slug_taken"
    title = "Address already in use"


class ScheduleInUse(Conflict):
    """A default schedule cannot be removed."""

    code = "meetings.schedule_in_use"
    title = "Schedule in use"


class TooMany(Conflict):
    """A bound on event types or schedules."""

    code = "meetings.too_many"
    title = "Too many"


class EventTypeInvalid(Invalid):
    """Settings of an event type that contradict each other or name what does not exist."""

    code = "meetings.event_type_invalid"
    title = "The event type does not work like this"


class ScheduleInvalid(Invalid):
    """Hours that end before they start or overlap."""

    code = "meetings.schedule_invalid"
    title = "The schedule does not work like this"


class RoutingFormInvalid(Invalid):
    """Questions, conditions or targets of a routing form that can never work."""

    code = "meetings.form_invalid"
    title = "The form does not work like this"


class RangeInvalid(Invalid):
    """A span of time to search that is empty or too long."""

    code = "meetings.range_invalid"
    title = "The span of time cannot be searched"


class SitesInvalid(Invalid):
    """Sites that browsers could not tell apart."""

    code = "meetings.sites_invalid"
    title = "These are no sites"

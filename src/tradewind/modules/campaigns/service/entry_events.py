"""Triggers that are events, as what is looked for in timelines."""

from tradewind.modules.campaigns.engine.steps import EventMatch, EventTrigger, FormTrigger, PropertyMatch

FORM_SUBMITTED = "web.form_submitted"


def event_of(trigger: EventTrigger | FormTrigger) -> EventMatch:
    """The event of a trigger."""
    if isinstance(trigger, EventTrigger):
        return trigger.event
    named = [PropertyMatch(path="form", value=trigger.form)] if trigger.form else []
    return EventMatch(kind=FORM_SUBMITTED, where=named)

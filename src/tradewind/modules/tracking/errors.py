"""Failures of sources, their events and their plans."""

from tradewind.kernel.errors import Conflict, Invalid, NotFound


class SourceNotFound(NotFound):
    code = "tracking.source_not_found"
    title = "There is no such source"


class EventNotFound(NotFound):
    code = "tracking.event_not_found"
    title = "There is no such event"


class SchemaNotFound(NotFound):
    code = "tracking.schema_not_found"
    title = "There is no such kind of event"


class TooManySources(Conflict):
    code = "tracking.too_many_sources"
    title = "No more sources are allowed"


class TooManySchemas(Conflict):
    code = "tracking.too_many_schemas"
    title = "No more kinds of events are allowed"


class AlreadyPlanned(Conflict):
    code = "tracking.already_planned"
    title = "This event is planned already"


class OriginMissing(Invalid):
    code = "tracking.origin_missing"
    title = "A website needs the address of its pages"


class VisitorMergeNotFound(NotFound):
    code = "tracking.visitor_merge_not_found"
    title = "There is no such merge"


class MergeUndone(Conflict):
    code = "tracking.merge_undone"
    title = "This merge has been undone already"

"""Why a request with events is refused. What is wrong with one event of many is a rejection instead."""

from tradewind.kernel.errors import (
    AppError,
    BadRequest,
    Forbidden,
    NotFound,
    TooManyRequests,
    Unauthorised,
    Unavailable,
)


class BodyUnreadable(BadRequest):
    """The body is no JSON object, or its gzip stream is damaged."""

    code = "tracking.body_unreadable"
    title = "The body is no JSON object"


class BodyTooLarge(BadRequest):
    """More than 500 KB after unpacking, more than 2,500 events, or a single event above 32 KB."""

    code = "tracking.body_too_large"
    title = "The request is too large"


class WriteKeyMissing(Unauthorised):
    """Neither basic authentication nor body nor query names a write key."""

    code = "tracking.write_key_missing"
    title = "The write key is missing"


class SourceUnknown(Unauthorised):
    """The key is sound, but belongs to no source of events."""

    code = "tracking.source_unknown"
    title = "No source has this write key"


class SourceDisabled(Forbidden):
    """Someone has switched the source off."""

    code = "tracking.source_disabled"
    title = "This source is switched off"


class SourceTooFast(TooManyRequests):
    """More events a second than the source may send."""

    code = "tracking.rate_limited"
    title = "Too many events"


class CollectorBusy(Unavailable):
    """More is under way than memory is set aside for, or the database does not keep up. Send the same again."""

    code = "tracking.busy"
    title = "Busy; send the same again"


class NoSuchEndpoint(NotFound):
    """The path is none of the collection API's."""

    code = "tracking.no_such_endpoint"
    title = "No such endpoint"


class MethodNotAllowed(AppError):
    """The endpoint exists, but is asked in another way."""

    status = 405
    code = "tracking.method_not_allowed"
    title = "Not with this method"

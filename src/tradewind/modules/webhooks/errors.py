"""Failures of webhooks."""

from tradewind.kernel.errors import Conflict, Invalid, NotFound


class EndpointNotFound(NotFound):
    code = "webhooks.endpoint_not_found"
    title = "There is no such webhook endpoint"


class DeliveryNotFound(NotFound):
    code = "webhooks.delivery_not_found"
    title = "There is no such delivery, or it is older than the log"


class MessageNotFound(NotFound):
    code = "webhooks.message_not_found"
    title = "There is no such message, or it is older than the log"


class TooManyEndpoints(Conflict):
    code = "webhooks.too_many_endpoints"
    title = "No more endpoints are allowed"


class UrlNotAllowed(Invalid):
    code = "webhooks.url_not_allowed"
    title = "Webhooks cannot be sent to this address"


class UnknownEventType(Invalid):
    code = "webhooks.unknown_event_type"
    title = "There is no such event type"


class AlreadyUnderWay(Conflict):
    code = "webhooks.already_under_way"
    title = "This delivery is still under way"

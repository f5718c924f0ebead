"""Failures of connecting assistants."""

from tradewind.kernel.errors import AppError, Invalid, NotFound, Unavailable


class OAuthRefused(AppError):
    """A refusal in the words of RFC 6749 §5.2 and RFC 7591 §3.2.2: `error` is what programs decide by."""

    status = 400
    code = "identity.oauth_refused"
    title = "The request was refused"

    def __init__(self, error: str, detail: str) -> None:
        super().__init__(detail)
        self.error = error


class ConnectionRequestInvalid(Invalid):
    code = "identity.connection_request_invalid"
    title = "This connection request is not valid"


class AssistantNotFound(NotFound):
    code = "identity.assistant_not_found"
    title = "Connected assistant not found"


class TooManyClients(Unavailable):
    code = "identity.too_many_clients"
    title = "Too many programs registered lately"

"""Expected failures. Each carries its HTTP status and a stable code, and renders as RFC 9457 problem+json.

AppError
  + BadRequest 400          + Conflict 409              + TooManyRequests 429
  + Unauthorised 401        + PreconditionFailed 412    + Unavailable 503
  + Forbidden 403           + PayloadTooLarge 413         + WrongMediaType 415
  + NotFound 404            + Invalid 422
"""

from typing import Any, ClassVar, TypedDict


class FieldError(TypedDict):
    """One rejected field: dotted path and what is wrong with it."""

    field: str
    message: str


class CannotStart(Exception):
    """Why a command cannot do its work here, in words for whoever typed it; shown without a traceback."""


class AppError(Exception):
    """Base of all failures a caller can cause or must handle; anything else is a defect and answers 500."""

    status: ClassVar[int] = 500
    code: str = "kernel.error"
    title: ClassVar[str] = "Something went wrong"

    def __init__(
        self, detail: str | None = None, *, code: str | None = None, extra: dict[str, Any] | None = None
    ) -> None:
        self.detail = detail or self.title
        self.code = code or type(self).code
        self.extra = extra or {}
        super().__init__(self.detail)

    @property
    def headers(self) -> dict[str, str]:
        """Response headers that belong to this failure."""
        return {}

    def problem(self, request_id: str | None) -> dict[str, Any]:
        """The problem+json body."""
        return {
            **self.extra,
            "type": f"urn:tradewind:problem:{self.code}",
            "title": self.title,
            "status": self.status,
            "detail": self.detail,
            "code": self.code,
            "request_id": request_id,
        }


class BadRequest(AppError):
    status = 400
    code = "kernel.bad_request"
    title = "The request cannot be understood"


class Unauthorised(AppError):
    status = 401
    code = "kernel.unauthorised"
    title = "Sign in first"

    @property
    def headers(self) -> dict[str, str]:
        return {"WWW-Authenticate": "Bearer"}


class Forbidden(AppError):
    status = 403
    code = "kernel.forbidden"
    title = "Not allowed"


class NotFound(AppError):
    status = 404
    code = "kernel.not_found"
    title = "Not found"


class Conflict(AppError):
    status = 409
    code = "kernel.conflict"
    title = "In conflict with the current state"


class PreconditionFailed(AppError):
    status = 412
    code = "kernel.version_changed"
    title = "Changed by someone else meanwhile"


class PayloadTooLarge(AppError):
    status = 413
    code = "kernel.too_large"
    title = "Too large"


class WrongMediaType(AppError):
    """The Content-Type is not one that this operation reads."""

    status = 415
    code = "kernel.media_type"
    title = "The body is of another type than this takes"


class Invalid(AppError):
    """A well-formed request whose content breaks a rule; `errors` names the fields."""

    status = 422
    code = "kernel.invalid"
    title = "Some values are not valid"

    def __init__(
        self,
        detail: str | None = None,
        *,
        errors: list[FieldError] | None = None,
        code: str | None = None,
        extra: dict[str, Any] | None = None,
    ) -> None:
        super().__init__(detail, code=code, extra=extra)
        self.errors = errors or []

    def problem(self, request_id: str | None) -> dict[str, Any]:
        return super().problem(request_id) | {"errors": self.errors}


class _RetryLater(AppError):
    def __init__(self, detail: str | None = None, *, retry_after_seconds: float = 5, code: str | None = None) -> None:
        super().__init__(detail, code=code)
        self.retry_after_seconds = retry_after_seconds

    @property
    def headers(self) -> dict[str, str]:
        return {"Retry-After": str(max(1, round(self.retry_after_seconds)))}


class TooManyRequests(_RetryLater):
    status = 429
    code = "kernel.too_many_requests"
    title = "Too many requests"


class Unavailable(_RetryLater):
    status = 503
    code = "kernel.unavailable"
    title = "Temporarily unavailable"

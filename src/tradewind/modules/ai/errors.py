"""Failures of ai."""

from collections.abc import Sequence
from typing import Any

from tradewind.kernel.errors import AppError, Conflict, Invalid, NotFound, Unavailable


class ConnectionNotFound(NotFound):
    code = "ai.connection_not_found"
    title = "There is no such connection"


class ModelNotFound(NotFound):
    code = "ai.model_not_found"
    title = "There is no such model"


class RouteNotFound(NotFound):
    code = "ai.route_not_found"
    title = "There is no such route"


class BudgetNotFound(NotFound):
    code = "ai.budget_not_found"
    title = "There is no such budget"


class ProviderUnknown(Invalid):
    code = "ai.provider_unknown"
    title = "There is no such provider"


class ConnectionInvalid(Invalid):
    """The settings or the key do not fit the provider."""

    code = "ai.connection_invalid"
    title = "The connection cannot be made like this"


class CapabilityMissing(Invalid):
    """The provider cannot do this at all."""

    code = "ai.capability_missing"
    title = "The provider cannot do this"


class TooMany(Conflict):
    code = "ai.too_many"
    title = "There are too many already"


class Duplicate(Conflict):
    code = "ai.duplicate"
    title = "This is there already"


class ModelCallFailed(Unavailable):
    """No model of the route gave an answer; `attempts` says why each did not."""

    code = "ai.models_unavailable"
    title = "No model answered"

    def __init__(
        self,
        detail: str | None = None,
        *,
        attempts: Sequence[dict[str, Any]] = (),
        retry_after_seconds: float = 30,
        code: str | None = None,
    ) -> None:
        super().__init__(detail, retry_after_seconds=retry_after_seconds, code=code)
        self.extra = {"attempts": list(attempts)}


class OutputInvalid(ModelCallFailed):
    """Every model answered with something other than the asked form."""

    code = "ai.output_invalid"
    title = "The models' answers cannot be read"


class PromptTooLong(Invalid):
    """The texts do not fit into the window of any model of the route."""

    code = "ai.prompt_too_long"
    title = "The text is too long for the model"


class BudgetExhausted(Conflict):
    """A budget that stops has not enough left for this call; callers fall back to their local way."""

    code = "ai.budget_exhausted"
    title = "The budget for models is used up"


class NoModel(Conflict):
    """No model is connected that could do this."""

    code = "ai.no_model"
    title = "No model is connected for this"


__all__ = [
    "AppError",
    "BudgetExhausted",
    "BudgetNotFound",
    "CapabilityMissing",
    "ConnectionInvalid",
    "ConnectionNotFound",
    "Duplicate",
    "ModelCallFailed",
    "ModelNotFound",
    "NoModel",
    "OutputInvalid",
    "PromptTooLong",
    "ProviderUnknown",
    "RouteNotFound",
    "TooMany",
]

"""Why a call failed, in one small vocabulary, from what vendors' libraries raise.

A provider's own words are repeated only where it refuses the request itself, and never with the key in them.
"""

import re
from collections.abc import Mapping
from functools import lru_cache
from typing import Any, Literal

import structlog

from tradewind.kernel.http_guard import BlockedAddress
from tradewind.modules.ai.errors import CapabilityMissing

log = structlog.get_logger(__name__)
Code = Literal[
    "wrong_key", "no_model", "quota", "rate_limited", "overloaded", "server_error", "unreachable", "timeout",
    "broken_off", "refused", "too_long", "filtered", "unreadable", "blocked_address", "resting", "cannot",
]  # fmt: skip
# Waiting a moment may help; the rest needs another model or a person.
_PASSING = frozenset({"rate_limited", "overloaded", "server_error", "unreachable", "timeout", "broken_off"})
# Says something about the health of the provider rather than about this request.
_SICK = frozenset({"overloaded", "server_error", "unreachable", "timeout", "broken_off"})
_WORDS: dict[str, str] = {
    "wrong_key": "{provider} does not accept the key, or the key may not use this model.",
    "no_model": "{provider} does not know the model “{model}” at this address.",
    "quota": "The account with {provider} has no credit or quota left.",
    "rate_limited": "{provider} asks for fewer requests at the moment.",
    "overloaded": "{provider} is overloaded.",
    "server_error": "{provider} failed with an error of its own.",
    "unreachable": "{provider} cannot be reached.",
    "timeout": "{provider} did not answer in time.",
    "broken_off": "{provider} broke off in the middle of its answer.",
    "refused": "{provider} refused the request.",
    "too_long": "The text is longer than “{model}” can read.",
    "filtered": "{provider} withheld the answer by its content rules.",
    "unreadable": "{provider} answered with something that cannot be read.",
    "blocked_address": "The address leads into a private network. Whoever runs this installation can allow it by "
    "naming host and port in TRADEWIND_MODEL_SERVERS.",
    "resting": "{provider} failed repeatedly and is given a rest.",
    "cannot": "{provider} cannot do this.",
}
_SECRET = re.compile(r"\b(?:sk|pk|key|AIza|gsk|xai)[-_A-Za-z0-9*.]{6,}")
_MESSAGE_CHARACTERS = 200
_QUOTA = frozenset({"insufficient_quota", "billing_hard_limit_reached", "billing_error", "billing_not_active"})
_TOO_LONG = frozenset({"context_length_exceeded", "string_above_max_length"})
_NO_MODEL = frozenset({"model_not_found", "not_found_error"})
_LONG_WORDS = re.compile(
    r"maximum context length|context (?:length|window|size)|prompt is too long|too many (?:input )?tokens|"
    r"input token count .* exceeds",
    re.IGNORECASE,
)


class Failed(Exception):
    """An attempt on a model that gave no answer, or (`begun`) part of one. `words` are for people."""

    def __init__(self, code: Code, words: str, *, retry_after: float | None = None) -> None:
        super().__init__(f"{code}: {words}")
        self.code = code
        self.words = words
        self.retry_after = retry_after
        self.begun = False

    @property
    def passing(self) -> bool:
        """Whether the same model may answer in a moment."""
        return self.code in _PASSING

    @property
    def sick(self) -> bool:
        """Whether it counts towards giving the provider a rest."""
        return self.code in _SICK


def failed(
    code: Code, *, provider: str, model: str, said: str | None = None, retry_after: float | None = None
) -> Failed:
    """A failure in words. `said` is the provider's own explanation, free of secrets."""
    words = _WORDS[code].format(provider=provider, model=model)
    return Failed(code, f"{words} It says: {said}" if said else words, retry_after=retry_after)


@lru_cache
def expected() -> tuple[type[BaseException], ...]:
    """What calling a provider may raise. Loads the libraries that are in use anyway."""
    import httpx2
    from openai import OpenAIError
    from pydantic_ai.exceptions import AgentRunError, UserError

    # ValueError: what cannot be parsed (JSON, Pydantic); LookupError: parts that an answer lacks.
    known: list[type[BaseException]] = [
        AgentRunError, UserError, OpenAIError, httpx2.HTTPError, httpx2.InvalidURL, BlockedAddress, OSError, ValueError,
        LookupError, TypeError, AttributeError, CapabilityMissing,
    ]  # fmt: skip
    return tuple(known)


def explain(error: BaseException, *, provider: str, model: str, key: str | None, begun: bool = False) -> Failed:
    """Sort what a provider's library raised. `begun` says that part of the answer had come."""
    if isinstance(error, Failed):
        return error
    if isinstance(error, CapabilityMissing):
        return Failed("cannot", error.detail)
    chain = _chain(error)
    code = _code(chain, begun=begun)
    said = _said(chain, key) if code in ("refused", "cannot") else None
    failure = failed(code, provider=provider, model=model, said=said, retry_after=_retry_after(chain))
    failure.begun = begun
    if code == "unreadable":
        log.warning("ai.unreadable_answer", provider=provider, model=model, error=type(error).__name__)
    return failure


def _chain(error: BaseException) -> list[Any]:
    """The error and what caused it, outermost first."""
    found: list[Any] = []
    following: BaseException | None = error
    while following is not None and following not in found:
        found.append(following)
        following = following.__cause__ or following.__context__
    return found


def _code(chain: list[Any], *, begun: bool) -> Code:
    import httpx2
    from openai import APIConnectionError, APITimeoutError
    from pydantic_ai import exceptions as known

    if any(isinstance(one, BlockedAddress) for one in chain):
        return "blocked_address"
    sorts: list[tuple[type[BaseException], Code]] = [
        (known.ModelAuthenticationError, "wrong_key"),
        (known.ModelNotFoundError, "no_model"),
        (known.ModelContextWindowExceededError, "too_long"),
        (known.ModelQuotaExceededError, "quota"),
        (known.ModelRateLimitError, "rate_limited"),
        (known.ModelOverloadedError, "overloaded"),
        (known.ModelUnavailableError, "overloaded"),
        (known.ContentFilterError, "filtered"),
        (known.ModelRequestTimeout, "timeout"),
        (known.ModelTimeoutError, "timeout"),
        (APITimeoutError, "timeout"),
        (httpx2.TimeoutException, "timeout"),
        (TimeoutError, "timeout"),
    ]
    for kind, code in sorts:
        if isinstance(chain[0], kind):
            return "unreachable" if code == "timeout" and _connecting(chain) else code
    if (status := _status(chain)) is not None:
        return _by_status(status, chain)
    if isinstance(chain[0], known.ModelServerError):
        return "server_error"
    lost = (known.ModelConnectionError, APIConnectionError, httpx2.TransportError, OSError)
    if any(isinstance(one, lost) for one in chain):
        return (
            "broken_off"
            if begun or any(isinstance(one, httpx2.RemoteProtocolError) for one in chain)
            else ("unreachable")
        )
    if isinstance(chain[0], known.UserError):
        return "cannot"
    if isinstance(chain[0], known.ModelAPIError) and not any(isinstance(one, ValueError) for one in chain):
        return "server_error"
    return "unreadable"


def _connecting(chain: list[Any]) -> bool:
    import httpx2

    return any(isinstance(one, httpx2.ConnectTimeout | httpx2.ConnectError) for one in chain)


def _by_status(status: int, chain: list[Any]) -> Code:
    codes = _codes(chain)
    if codes & _QUOTA or status == 402:
        return "quota"
    if codes & _TOO_LONG or status == 413:
        return "too_long"
    if status in (401, 403):
        return "wrong_key"
    if status == 404 or codes & _NO_MODEL:
        return "no_model"
    if status == 429:
        return "rate_limited"
    if status in (503, 529):
        return "overloaded"
    if status in (408, 504):
        return "timeout"
    if status >= 500:
        return "server_error"
    return "too_long" if any(_LONG_WORDS.search(str(one)) for one in chain) else "refused"


def _status(chain: list[Any]) -> int | None:
    for one in chain:
        for name in ("status_code", "code"):
            value = getattr(one, name, None)
            if isinstance(value, int) and 400 <= value <= 599:
                return value
        answer = getattr(one, "response", None)
        if isinstance(value := getattr(answer, "status_code", None), int) and value >= 300:
            return value
    return None


def _codes(chain: list[Any]) -> set[str]:
    found = {getattr(one, name, None) for one in chain for name in ("code", "provider_error_code", "type")}
    return {one for one in found if isinstance(one, str)}


def _retry_after(chain: list[Any]) -> float | None:
    for one in chain:
        if isinstance(value := getattr(one, "retry_after", None), int | float):
            return float(value)
        headers = getattr(one, "headers", None) or getattr(getattr(one, "response", None), "headers", None)
        if isinstance(headers, Mapping) and str(text := headers.get("retry-after", "")).isdigit():
            return float(text)
    return None


def _said(chain: list[Any], key: str | None) -> str | None:
    """The provider's explanation, short and without the key or anything that looks like one."""
    for one in chain:
        body = getattr(one, "body", None)
        if isinstance(body, Mapping):
            inner = body.get("error", body)
            message = inner.get("message") if isinstance(inner, Mapping) else inner
            if isinstance(message, str) and message:
                return without_secrets(message, key)
    text = str(chain[0])
    return without_secrets(text, key) if text and type(chain[0]).__name__ == "UserError" else None


def without_secrets(text: str, key: str | None) -> str:
    """`text` cut short, without `key`."""
    if key:
        text = text.replace(key, "…")
    return _SECRET.sub("…", " ".join(text.split()))[:_MESSAGE_CHARACTERS]

"""Providers by their id, and the open connections to them with what this process knows of their health."""

import asyncio
import importlib
import time
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import lru_cache
from typing import TYPE_CHECKING, Any, cast
from uuid import UUID

from pydantic import ValidationError

from tradewind.kernel.http_hosts import CircuitBreaker, CircuitOpen, HostPolicy
from tradewind.kernel.registry import Registry, scan
from tradewind.modules.ai.adapters._base import Provider, ProviderSpec
from tradewind.modules.ai.contracts import Step
from tradewind.modules.ai.errors import ConnectionInvalid, ProviderUnknown
from tradewind.modules.ai.models import KEY
from tradewind.modules.ai.service.failures import Failed, expected, failed
from tradewind.settings import get_settings

if TYPE_CHECKING:
    from pydantic_ai.models import Model

PROVIDERS: Registry[Provider] = scan("tradewind.modules.ai.adapters", Provider)
POLICY = HostPolicy(failures=5, open_seconds=30)
_KEPT = 64
_TIMEOUT_SECONDS = 600


@dataclass(slots=True)
class Opened:
    """A provider ready to be called. `pauses`: until when a model asked for peace, on `clock`."""

    provider: Provider
    label: str
    breaker: CircuitBreaker
    texts: dict[str, "Model"] = field(default_factory=dict)
    pauses: dict[str, float] = field(default_factory=dict)
    clock: Callable[[], float] = time.monotonic

    def wait(self, model: str) -> float:
        """Seconds until the model may be asked again."""
        return max(0.0, self.pauses.get(model, 0) - self.clock())

    def check(self, model: str) -> None:
        """Raise Failed while the provider is given a rest."""
        try:
            self.breaker.enter()
        except CircuitOpen as error:
            raise failed("resting", provider=self.label, model=model, retry_after=error.retry_after_seconds) from error

    def judge(self, failure: Failed | None, model: str) -> None:
        """Note how an attempt went; None: well."""
        if failure is None:
            self.pauses.pop(model, None)
            self.breaker.succeeded()
        elif failure.sick:
            self.breaker.failed()
        else:
            self.breaker.abandoned()
            if failure.code == "rate_limited" and failure.retry_after:
                self.pauses[model] = self.clock() + min(failure.retry_after, 300)


_opened: OrderedDict[tuple[int, UUID, int], Opened] = OrderedDict()


def spec_of(provider: str) -> ProviderSpec:
    """The spec of a provider. Raises ProviderUnknown."""
    found = PROVIDERS.get(provider)
    if found is None:
        raise ProviderUnknown(f"There is no provider “{provider[:40]}”.")
    return found.spec


def checked_settings(provider: str, settings: dict[str, Any]) -> dict[str, Any]:
    """Settings as they are stored. Raises ProviderUnknown, ConnectionInvalid naming the fields."""
    try:
        return spec_of(provider).settings.model_validate(settings).model_dump(mode="json")
    except ValidationError as error:
        wrong = [
            {
                "field": ".".join(("settings", *map(str, one["loc"]))),
                "message": one["msg"].removeprefix("Value error, "),
            }
            for one in error.errors()
        ]
        raise ConnectionInvalid(wrong[0]["message"], errors=cast(Any, wrong)) from error


async def opened(step: Step) -> Opened:
    """The connection of a step; opened once a version, then shared by all calls of this process."""
    # Connections live in the event loop that made them.
    key = (id(asyncio.get_running_loop()), step.connection_id, step.connection_version)
    found = _opened.get(key)
    if found is None:
        made = await asyncio.to_thread(_open, step)
        found = _opened.setdefault(key, made)
        if len(_opened) > _KEPT:
            _, oldest = _opened.popitem(last=False)
            await close(oldest)
    else:
        _opened.move_to_end(key)
    return found


async def close(connection: Opened) -> None:
    """Close idle connections; calls under way on it fail and are taken over by the next model."""
    if connection.provider.http is not None:
        await connection.provider.http.aclose()


def resting(connection_id: UUID, version: int) -> bool:
    """Whether this process gives the connection a rest."""
    return any(key[1:] == (connection_id, version) and one.breaker.state == "open" for key, one in _opened.items())


async def text_model(connection: Opened, model: str) -> "Model":
    """The connection's model of that name for pydantic-ai, made once."""
    found = connection.texts.get(model)
    if found is None:
        found = connection.texts[model] = await asyncio.to_thread(connection.provider.text, model)
    return found


def _open(step: Step) -> Opened:
    provider = unconnected(step)
    provider.prepare()
    # What sorting a failure and counting the cost need is loaded here as well, not later in the event loop.
    expected()
    importlib.import_module("genai_prices.data_snapshot").get_snapshot()
    return Opened(provider, provider.spec.label, CircuitBreaker(provider.spec.label, POLICY))


def unconnected(step: Step) -> Provider:
    """A provider with a client of its own; the caller closes `http`."""
    spec = spec_of(step.provider)
    key = KEY.open_text(step.connection_id, step.key_sealed) if step.key_sealed else None
    settings = spec.settings.model_validate(step.settings)
    client = None if spec.key == "none" else _client()
    return PROVIDERS[step.provider](settings, key, client)


def _client() -> Any:
    from tradewind.kernel import http_sdk

    return http_sdk.client(also=get_settings().known_model_servers, timeout_seconds=_TIMEOUT_SECONDS)


@lru_cache
def descriptions() -> list[dict[str, Any]]:
    """All specs as plain data, by label."""
    return [spec.describe() for spec in PROVIDERS.specs()]

"""What calls cost, in micro-USD: by a price somebody entered, else by the price list of genai-prices."""

import asyncio
from datetime import UTC, datetime
from decimal import ROUND_HALF_UP, Decimal
from functools import lru_cache
from importlib.metadata import version
from typing import TYPE_CHECKING, Any

from tradewind.modules.ai.adapters._base import ProviderSpec, Used
from tradewind.modules.ai.contracts import Price, Step
from tradewind.modules.ai.schemas import PriceRead
from tradewind.modules.ai.service.providers import PROVIDERS

if TYPE_CHECKING:
    from genai_prices.types import ModelInfo
    from genai_prices.types import Provider as PriceProvider

_MICRO = Decimal(1_000_000)
# Rather too many than too few: English has about four characters a token, other languages fewer.
_CHARACTERS_PER_TOKEN = 3
_TOKENS_A_TEXT = 4


async def load() -> None:
    """Load the price list, which takes a second the first time, in which other work goes on."""
    await asyncio.to_thread(_load)


@lru_cache
def _load() -> None:
    from genai_prices.data_snapshot import get_snapshot

    get_snapshot()


def tokens_of(*texts: str) -> int:
    """About how many tokens texts have, rather too many."""
    return sum(len(text) for text in texts) // _CHARACTERS_PER_TOKEN + _TOKENS_A_TEXT * len(texts)


def cost(step: Step, used: Used) -> int | None:
    """Cost of a call in micro-USD; None where no price is known."""
    if step.price.known:
        return _entered(step.price, used)
    adapter = PROVIDERS.get(step.provider)
    if adapter is not None and adapter.spec.free:
        return 0
    listed = _listed(step.provider, step.settings.get("base_url"), step.model)
    return None if listed is None else _by_list(*listed, used)


def window(provider: str, settings: dict[str, Any], model: str) -> int | None:
    """How many tokens a model reads, by the list."""
    listed = _listed(provider, settings.get("base_url"), model)
    return listed[0].context_window if listed else None


def describe(provider: str, settings: dict[str, Any], model: str, price: Price) -> PriceRead:
    """The price of a model for people."""
    if price.known:
        parts = {"in": price.input, "out": price.output}
        words = [f"${amount / 1e6:,.2f} a million tokens {way}" for way, amount in parts.items() if amount is not None]
        if price.call is not None:
            words.append(f"${price.call / 1e6:,.4f} a call")
        return _read(price, "entered", ", ".join(words))
    spec: ProviderSpec | None = PROVIDERS[provider].spec if provider in PROVIDERS else None
    if spec is not None and spec.free:
        return _read(Price(input=0, output=0), "free", "Free: it runs on a machine of yours")
    listed = _listed(provider, settings.get("base_url"), model)
    if listed is None:
        return _read(Price(), "unknown", "Not known: enter it, so that budgets can count it")
    prices = listed[0].get_prices(datetime.now(tz=UTC))
    found = Price(input=_per_million(prices, "input_mtok"), output=_per_million(prices, "output_mtok"))
    read = _read(found, "list", str(prices) or "Free")
    cached = _per_million(prices, "cache_read_mtok")
    return read.model_copy(update={"cached_input": cached, "list_version": version("genai-prices")})


def _read(price: Price, source: Any, words: str) -> PriceRead:
    return PriceRead(
        input=price.input, output=price.output, call=price.call, cached_input=None, source=source, words=words,
        list_version=None,
    )  # fmt: skip


def _entered(price: Price, used: Used) -> int:
    tokens = (price.input or 0) * (used.input or 0) + (price.output or 0) * (used.output or 0)
    return _rounded(Decimal(tokens) / _MICRO) + (price.call or 0)


def _by_list(model: "ModelInfo", provider: "PriceProvider", used: Used) -> int | None:
    from genai_prices import Usage

    units: dict[str, Any] = {
        "input_tokens": used.input,
        "output_tokens": used.output,
        "cache_read_tokens": used.cached or None,
        "input_characters": used.characters,
        "input_audio_seconds": used.seconds,
        "audio_seconds": used.seconds,
    }
    given = {name: value for name, value in units.items() if value is not None}
    if not given:
        return None
    try:
        calculated = model.calc_price(Usage(**given), provider)
    except ValueError:
        # The provider counted in units that the list's price does not fit.
        return None
    return _rounded(calculated.total_price * _MICRO)


@lru_cache(maxsize=512)
def _listed(provider: str, base_url: str | None, model: str) -> "tuple[ModelInfo, PriceProvider] | None":
    """The list's entry; of a compatible server by its address, so that nobody's prices are taken for another's."""
    from genai_prices.data_snapshot import get_snapshot

    prices = PROVIDERS[provider].spec.prices if provider in PROVIDERS else None
    try:
        if prices is not None:
            found = get_snapshot().find_provider_model(model, None, prices, None)
        elif base_url is not None:
            found = get_snapshot().find_provider_model(model, None, None, base_url)
        else:
            return None
    except LookupError:
        return None
    return found[1], found[0]


def _per_million(prices: Any, name: str) -> int | None:
    value = getattr(prices, name, None)
    value = getattr(value, "base", value)
    return None if value is None else _rounded(value * _MICRO)


def _rounded(amount: Decimal) -> int:
    return int(amount.to_integral_value(ROUND_HALF_UP))

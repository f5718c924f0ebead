"""What a provider of models is: a spec as data, and a method for each capability it declares.

Vendors' libraries are heavy (seconds): adapters import them inside their methods only.
"""

from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import TYPE_CHECKING, Annotated, Any, ClassVar, Generic, Literal, TypeVar
from urllib.parse import urlsplit

from pydantic import AfterValidator, ConfigDict, Field

from tradewind.kernel.registry import AdapterSpec
from tradewind.kernel.schemas import Schema
from tradewind.modules.ai.contracts import Capability, Picture, Recording, Transcript
from tradewind.modules.ai.errors import CapabilityMissing

if TYPE_CHECKING:
    import httpx2
    from pydantic_ai.models import Model

T = TypeVar("T")


@dataclass(frozen=True, kw_only=True)
class ProviderSpec(AdapterSpec):
    """A provider. `capabilities` are Capability values, each the name of a method.

    `missing` says why other capabilities are not there. `suggested` are models to begin with, as of `suggested_on`.
    `prices` is the provider's id in the price list; `free` that calls cost nothing.
    """

    key: Literal["required", "optional", "none"]
    missing: Mapping[Capability, str] = field(default_factory=dict)
    suggested: Mapping[Capability, tuple[str, ...]] = field(default_factory=dict)
    suggested_on: date
    prices: str | None = None
    free: bool = False

    def describe(self) -> dict[str, Any]:
        """JSON-ready form."""
        return super().describe() | {
            "key": self.key,
            "missing": dict(self.missing),
            "suggested": {capability: list(names) for capability, names in self.suggested.items()},
            "suggested_on": self.suggested_on.isoformat(),
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class Used:
    """What a call used, in the units that prices know; None where the provider does not tell and nothing follows."""

    input: int | None = None
    output: int | None = None
    cached: int = 0
    characters: int | None = None
    seconds: float | None = None


@dataclass(frozen=True, slots=True)
class Made(Generic[T]):
    """What a model made, and what that used."""

    value: T
    used: Used = Used()


def _server_url(url: str) -> str:
    parts = urlsplit(url.strip())
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise ValueError("must be an address such as https://models.example.com/v1")
    if parts.username or parts.password or parts.query or parts.fragment:
        raise ValueError("must be a plain address: no user name, no password, no ? and no #")
    return url.strip().rstrip("/")


ServerUrl = Annotated[str, Field(max_length=500), AfterValidator(_server_url)]


class VendorSettings(Schema):
    """For vendors with an address of their own."""

    model_config = ConfigDict(extra="forbid")

    base_url: ServerUrl | None = Field(
        default=None, title="Address", description="Of a proxy in front of the provider. Empty: the provider itself."
    )


class Provider(ABC):
    """One connection to a provider; made once a connection and reused by its calls."""

    spec: ClassVar[ProviderSpec]

    def __init__(self, settings: Any, key: str | None, client: "httpx2.AsyncClient | None") -> None:
        """`settings` is an instance of the spec's settings; `client` is the only way out (None: needs none)."""
        self.settings = settings
        self.key = key
        self.http: Any = client

    def prepare(self) -> None:  # noqa: B027 — some have nothing to load
        """Load the vendor's library. Called in a thread, before anything else."""

    def text(self, model: str) -> "Model":
        """The text model of that name, to be called through pydantic-ai. Called in a thread."""
        raise self._cannot("text")

    async def embedding(self, model: str, texts: Sequence[str]) -> Made[list[list[float]]]:
        """One vector a text."""
        raise self._cannot("embedding")

    async def speech_to_text(self, model: str, recording: Recording, language: str | None) -> Made[Transcript]:
        """What a recording says; `language` is an ISO 639-1 code where it is known."""
        raise self._cannot("speech_to_text")

    async def text_to_speech(self, model: str, text: str, voice: str | None) -> Made[Recording]:
        """`text` spoken; `voice` None is the provider's usual one."""
        raise self._cannot("text_to_speech")

    async def image(self, model: str, prompt: str, size: str | None) -> Made[Picture]:
        """A picture; `size` as WIDTHxHEIGHT where the model takes one."""
        raise self._cannot("image")

    async def video(self, model: str, prompt: str, seconds: int | None) -> Made[Picture]:
        """A film. Takes minutes."""
        raise self._cannot("video")

    @abstractmethod
    async def offered(self) -> list[str]:
        """Names of the models that the provider offers to this key."""

    def _cannot(self, capability: Capability) -> CapabilityMissing:
        return CapabilityMissing(self.spec.missing.get(capability) or f"{self.spec.label} does not offer this.")

"""Anthropic. Source: platform.claude.com/docs, read in August 2026."""

from datetime import date
from functools import cached_property
from typing import TYPE_CHECKING

from tradewind.modules.ai.adapters._base import Provider, ProviderSpec, VendorSettings

if TYPE_CHECKING:
    from anthropic import AsyncAnthropic
    from pydantic_ai.models import Model


class Anthropic(Provider):
    """Anthropic's own API."""

    spec = ProviderSpec(
        id="anthropic",
        label="Anthropic",
        auth="api_key",
        key="required",
        capabilities=frozenset({"text"}),
        missing={
            "embedding": "Anthropic has no embedding models.",
            "speech_to_text": "Anthropic does not transcribe.",
            "text_to_speech": "Anthropic does not speak.",
            "image": "Anthropic does not make images.",
            "video": "Anthropic does not make videos.",
        },
        settings=VendorSettings,
        suggested={"text": ("claude-haiku-4-5", "claude-sonnet-4-5")},
        suggested_on=date(2026, 8, 23),
        prices="anthropic",
        documentation_url="https://platform.claude.com/settings/keys",
    )

    @cached_property
    def api(self) -> "AsyncAnthropic":
        """The vendor's library on our way out. Repeating is the gateway's business."""
        from anthropic import AsyncAnthropic

        return AsyncAnthropic(
            api_key=self.key,
            base_url=self.settings.base_url or "https://api.anthropic.com",
            http_client=self.http,
            max_retries=0,
        )

    def prepare(self) -> None:
        """Load the vendor's library."""
        _ = self.api

    def text(self, model: str) -> "Model":
        """Messages."""
        from pydantic_ai.models.anthropic import AnthropicModel
        from pydantic_ai.providers.anthropic import AnthropicProvider

        return AnthropicModel(model, provider=AnthropicProvider(anthropic_client=self.api))

    async def offered(self) -> list[str]:
        """GET /v1/models."""
        return sorted([model.id async for model in self.api.models.list(limit=100)])

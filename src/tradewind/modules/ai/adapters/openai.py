"""OpenAI. Source: platform.openai.com/docs/api-reference, read in August 2026."""

from datetime import date
from typing import TYPE_CHECKING

from tradewind.modules.ai.adapters._base import ProviderSpec, VendorSettings
from tradewind.modules.ai.adapters._openai_shape import OpenAIShape

if TYPE_CHECKING:
    from pydantic_ai.models import Model


class OpenAI(OpenAIShape):
    """OpenAI's own API."""

    spec = ProviderSpec(
        id="openai",
        label="OpenAI",
        auth="api_key",
        key="required",
        capabilities=frozenset({"text", "embedding", "speech_to_text", "text_to_speech", "image"}),
        missing={"video": "OpenAI shut its video API down on 24 September 2026."},
        settings=VendorSettings,
        suggested={
            "text": ("gpt-5-mini", "gpt-5.1"),
            "embedding": ("text-embedding-3-small",),
            "speech_to_text": ("gpt-4o-mini-transcribe",),
            "text_to_speech": ("gpt-4o-mini-tts",),
            "image": ("gpt-image-1-mini",),
        },
        suggested_on=date(2026, 8, 23),
        prices="openai",
        documentation_url="https://platform.openai.com/api-keys",
        notes={"text": "Models that answer by the Responses API only (such as the -pro ones) cannot be used."},
    )

    @property
    def base_url(self) -> str:
        """The vendor's, or a proxy's."""
        return self.settings.base_url or "https://api.openai.com/v1"

    def text(self, model: str) -> "Model":
        """Chat completions."""
        from pydantic_ai.models.openai import OpenAIChatModel
        from pydantic_ai.providers.openai import OpenAIProvider

        return OpenAIChatModel(model, provider=OpenAIProvider(openai_client=self.api))

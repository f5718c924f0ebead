"""Any server that speaks OpenAI's API: vLLM, LM Studio, llama.cpp, LocalAI, Groq, Mistral, Together, OpenRouter …"""

from datetime import date
from typing import TYPE_CHECKING

from pydantic import ConfigDict, Field

from tradewind.kernel.schemas import Schema
from tradewind.modules.ai.adapters._base import ProviderSpec, ServerUrl
from tradewind.modules.ai.adapters._openai_shape import OpenAIShape

if TYPE_CHECKING:
    from pydantic_ai.models import Model


class CompatibleSettings(Schema):
    """Where the server is."""

    model_config = ConfigDict(extra="forbid")

    base_url: ServerUrl = Field(
        title="Address", description="Up to and with /v1, such as https://api.mistral.ai/v1 or http://localhost:1234/v1"
    )


class OpenAICompatible(OpenAIShape):
    """A server with OpenAI's endpoints; which of them it has shows when they are called."""

    spec = ProviderSpec(
        id="openai_compatible",
        label="OpenAI-compatible server",
        auth="api_key",
        key="optional",
        capabilities=frozenset({"text", "embedding", "speech_to_text", "text_to_speech", "image"}),
        missing={"video": "OpenAI-compatible servers have no common way to make videos."},
        settings=CompatibleSettings,
        suggested_on=date(2026, 8, 23),
        notes={
            "settings": "A private address, except localhost:1234, must be named in TRADEWIND_MODEL_SERVERS first.",
            "price": "Enter prices of models that the price list does not know, so that budgets can count them.",
        },
    )

    def text(self, model: str) -> "Model":
        """Chat completions, without what only OpenAI's own servers take."""
        from pydantic_ai.models.openai import OpenAIChatModel
        from pydantic_ai.providers.openai_compatible import OpenAICompatibleProvider

        return OpenAIChatModel(
            model, provider=OpenAICompatibleProvider(name="openai_compatible", openai_client=self.api)
        )

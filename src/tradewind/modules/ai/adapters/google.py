"""Google's Gemini API. Source: ai.google.dev/api, read in August 2026."""

from collections.abc import Sequence
from datetime import date
from functools import cached_property
from typing import TYPE_CHECKING, Any

from tradewind.modules.ai.adapters._base import Made, Provider, ProviderSpec, Used, VendorSettings
from tradewind.modules.ai.contracts import Picture

if TYPE_CHECKING:
    from google.genai import Client
    from pydantic_ai.models import Model

_TIMEOUT_MS = 600_000
_SQUARE = "1:1"
_SHAPES = {"1024x1024": _SQUARE, "1536x1024": "4:3", "1024x1536": "3:4", "1792x1024": "16:9", "1024x1792": "9:16"}


class Google(Provider):
    """Gemini with an API key (not Google Cloud)."""

    spec = ProviderSpec(
        id="google",
        label="Google Gemini",
        auth="api_key",
        key="required",
        capabilities=frozenset({"text", "embedding", "image"}),
        missing={
            "speech_to_text": "Google's transcription needs Google Cloud, which is not connected here.",
            "text_to_speech": "Google's speech models answer with raw sound only, which is not supported.",
            "video": "Google's video models are not supported yet.",
        },
        settings=VendorSettings,
        suggested={
            "text": ("gemini-2.5-flash", "gemini-2.5-pro"),
            "embedding": ("gemini-embedding-001",),
            "image": ("gemini-3.1-flash-lite-image",),
        },
        suggested_on=date(2026, 8, 23),
        prices="google",
        documentation_url="https://aistudio.google.com/apikey",
    )

    @cached_property
    def api(self) -> "Client":
        """The vendor's library on our way out."""
        from google.genai import Client
        from google.genai.types import HttpOptions

        return Client(
            vertexai=False,
            api_key=self.key,
            http_options=HttpOptions(
                base_url=self.settings.base_url or "https://generativelanguage.googleapis.com",
                httpx_async_client=self.http,
                timeout=_TIMEOUT_MS,
            ),
        )

    def prepare(self) -> None:
        """Load the vendor's library."""
        _ = self.api

    def text(self, model: str) -> "Model":
        """generateContent."""
        from pydantic_ai.models.google import GoogleModel
        from pydantic_ai.providers.google import GoogleProvider

        return GoogleModel(model, provider=GoogleProvider(client=self.api))

    async def embedding(self, model: str, texts: Sequence[str]) -> Made[list[list[float]]]:
        """batchEmbedContents. The API tells no tokens for this."""
        content: Any = list(texts)
        answer = await self.api.aio.models.embed_content(model=model, contents=content)
        return Made([list(found.values or ()) for found in answer.embeddings or ()])

    async def image(self, model: str, prompt: str, size: str | None) -> Made[Picture]:
        """generateContent, of a model that answers with images."""
        from google.genai.types import GenerateContentConfig, ImageConfig

        config = GenerateContentConfig(
            response_modalities=["IMAGE"], image_config=ImageConfig(aspect_ratio=_SHAPES.get(size or "", _SQUARE))
        )
        answer = await self.api.aio.models.generate_content(model=model, contents=prompt, config=config)
        for part in answer.parts or ():
            if part.inline_data and part.inline_data.data:
                usage = answer.usage_metadata
                used = Used(input=usage.prompt_token_count, output=usage.candidates_token_count) if usage else Used()
                return Made(Picture(part.inline_data.data, part.inline_data.mime_type or "image/png"), used)
        raise ValueError("the answer holds no image")

    async def offered(self) -> list[str]:
        """GET /v1beta/models."""
        names = [model.name or "" async for model in await self.api.aio.models.list()]
        return sorted(name.removeprefix("models/") for name in names if name)

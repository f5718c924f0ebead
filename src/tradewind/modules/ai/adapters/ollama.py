"""Ollama. Text by its OpenAI-compatible endpoint, the rest by its own API.

Source: Ollama's OpenAPI document (August 2026).
"""

from collections.abc import Sequence
from datetime import date
from typing import TYPE_CHECKING

from pydantic import ConfigDict, Field

from tradewind.kernel.schemas import Schema
from tradewind.modules.ai.adapters._base import Made, ProviderSpec, ServerUrl, Used
from tradewind.modules.ai.adapters._openai_shape import OpenAIShape

if TYPE_CHECKING:
    from pydantic_ai.models import Model


class OllamaSettings(Schema):
    """Where Ollama listens."""

    model_config = ConfigDict(extra="forbid")

    base_url: ServerUrl = Field(
        default="http://localhost:11434", title="Address", description="Without a path, such as http://localhost:11434"
    )


class _Embeddings(Schema):
    embeddings: list[list[float]]
    prompt_eval_count: int = 0


class _Tag(Schema):
    name: str


class _Tags(Schema):
    models: list[_Tag]


class Ollama(OpenAIShape):
    """A server of the organisation's own, with no price."""

    spec = ProviderSpec(
        id="ollama",
        label="Ollama",
        auth="api_key",
        key="optional",
        capabilities=frozenset({"text", "embedding"}),
        missing={
            "speech_to_text": "Ollama does not transcribe.",
            "text_to_speech": "Ollama does not speak.",
            "image": "Ollama's image models cannot be called from here.",
            "video": "Ollama does not make videos.",
        },
        settings=OllamaSettings,
        suggested_on=date(2026, 8, 23),
        free=True,
        documentation_url="https://docs.ollama.com",
        notes={
            "settings": "Another address than localhost:11434 must be named in TRADEWIND_MODEL_SERVERS first.",
            "text": "Ollama cuts prompts at its context length without a word: enter that length with the model.",
        },
    )

    @property
    def base_url(self) -> str:
        """Of the OpenAI-compatible endpoints."""
        return f"{self.settings.base_url}/v1"

    def text(self, model: str) -> "Model":
        """Chat completions."""
        from pydantic_ai.models.ollama import OllamaModel
        from pydantic_ai.providers.ollama import OllamaProvider

        return OllamaModel(model, provider=OllamaProvider(openai_client=self.api))

    async def embedding(self, model: str, texts: Sequence[str]) -> Made[list[list[float]]]:
        """POST /api/embed."""
        answer = await self.http.post(
            f"{self.settings.base_url}/api/embed", json={"model": model, "input": list(texts)}, headers=self._headers
        )
        answer.raise_for_status()
        found = _Embeddings.model_validate_json(answer.content)
        return Made(found.embeddings, Used(input=found.prompt_eval_count, output=0))

    async def offered(self) -> list[str]:
        """GET /api/tags: what was pulled."""
        answer = await self.http.get(f"{self.settings.base_url}/api/tags", headers=self._headers)
        answer.raise_for_status()
        return sorted(tag.name for tag in _Tags.model_validate_json(answer.content).models)

    @property
    def _headers(self) -> dict[str, str]:
        return {"Authorization": f"Bearer {self.key}"} if self.key else {}

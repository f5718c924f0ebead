"""Servers that speak OpenAI's API: text by chat completions, and the other capabilities by their own endpoints.

Source: OpenAI's OpenAPI document (August 2026).
"""

import base64
from collections.abc import Sequence
from functools import cached_property
from typing import TYPE_CHECKING, Any

from tradewind.modules.ai.adapters._base import Made, Provider, Used
from tradewind.modules.ai.contracts import Picture, Recording, Transcript
from tradewind.modules.ai.errors import CapabilityMissing

if TYPE_CHECKING:
    from openai import AsyncOpenAI

_NO_KEY = "none"  # the library demands one
_ENDINGS = {
    "audio/wav": "wav", "audio/x-wav": "wav", "audio/mpeg": "mp3", "audio/mp3": "mp3", "audio/mp4": "m4a",
    "audio/m4a": "m4a", "audio/ogg": "ogg", "audio/webm": "webm", "audio/flac": "flac",
}  # fmt: skip
_TELLS_FORMAT = ("gpt-image", "chatgpt-image")


class OpenAIShape(Provider):
    """Base of adapters for such servers; `base_url` is where `/chat/completions` hangs."""

    @property
    def base_url(self) -> str:
        """Address of the API."""
        return self.settings.base_url

    @cached_property
    def api(self) -> "AsyncOpenAI":
        """The vendor's library on our way out. Repeating is the gateway's business."""
        from openai import AsyncOpenAI

        return AsyncOpenAI(
            api_key=self.key or _NO_KEY, base_url=self.base_url, http_client=self.http, max_retries=0,
            organization="", project="",
        )  # fmt: skip

    def prepare(self) -> None:
        """Load the vendor's library."""
        _ = self.api

    async def embedding(self, model: str, texts: Sequence[str]) -> Made[list[list[float]]]:
        """POST /embeddings."""
        answer = await self.api.embeddings.create(model=model, input=list(texts), encoding_format="float")
        rows = sorted(answer.data, key=lambda row: row.index)
        return Made([row.embedding for row in rows], Used(input=answer.usage.prompt_tokens, output=0))

    async def speech_to_text(self, model: str, recording: Recording, language: str | None) -> Made[Transcript]:
        """POST /audio/transcriptions."""
        ending = _ENDINGS.get(recording.media_type.split(";")[0].strip().lower())
        if ending is None:
            raise CapabilityMissing(f"Recordings of the type {recording.media_type[:60]} cannot be transcribed.")
        more: dict[str, Any] = {"language": language} if language else {}
        answer = await self.api.audio.transcriptions.create(
            model=model, file=(f"recording.{ending}", recording.content, recording.media_type), response_format="json",
            **more,
        )  # fmt: skip
        usage: Any = getattr(answer, "usage", None)
        used = Used(
            input=getattr(usage, "input_tokens", None),
            output=getattr(usage, "output_tokens", None),
            seconds=getattr(usage, "seconds", None),
        )
        return Made(Transcript(answer.text, language), used)

    async def text_to_speech(self, model: str, text: str, voice: str | None) -> Made[Recording]:
        """POST /audio/speech, as MP3."""
        answer = await self.api.audio.speech.create(
            model=model, input=text, voice=voice or "alloy", response_format="mp3"
        )
        return Made(Recording(answer.content, "audio/mpeg"), Used(characters=len(text)))

    async def image(self, model: str, prompt: str, size: str | None) -> Made[Picture]:
        """POST /images/generations."""
        more: dict[str, Any] = {"size": size} if size else {}
        if not model.startswith(_TELLS_FORMAT):
            # Without it, other models answer with an address, and following addresses is not for us.
            more["response_format"] = "b64_json"
        answer = await self.api.images.generate(model=model, prompt=prompt, n=1, **more)
        encoded = answer.data[0].b64_json if answer.data else None
        if not encoded:
            raise ValueError("the answer holds no image")
        usage = answer.usage
        used = Used(input=usage.input_tokens, output=usage.output_tokens) if usage else Used()
        return Made(Picture(base64.b64decode(encoded), f"image/{answer.output_format or 'png'}"), used)

    async def offered(self) -> list[str]:
        """GET /models."""
        return sorted([model.id async for model in self.api.models.list()])

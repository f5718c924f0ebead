"""This machine: the embedding model that ships with Tradewind, with no key and no network."""

import asyncio
from collections.abc import Sequence
from datetime import date

from pydantic import ConfigDict

from tradewind.kernel.schemas import Schema
from tradewind.modules.ai.adapters._base import Made, Provider, ProviderSpec, Used
from tradewind.modules.ai.embedding import EMBEDDING_MODEL, embed_locally


class LocalSettings(Schema):
    """There is nothing to set."""

    model_config = ConfigDict(extra="forbid")


class Local(Provider):
    """Computed in this process."""

    spec = ProviderSpec(
        id="local",
        label="This machine",
        auth="none",
        key="none",
        capabilities=frozenset({"embedding"}),
        missing={
            "text": "No language model ships with Tradewind: without one, answers are taken from your knowledge as "
            "it is written. Connect Ollama to run one on your own machine.",
            "speech_to_text": "No model for this ships with Tradewind.",
            "text_to_speech": "No model for this ships with Tradewind.",
            "image": "No model for this ships with Tradewind.",
            "video": "No model for this ships with Tradewind.",
        },
        settings=LocalSettings,
        suggested={"embedding": (EMBEDDING_MODEL,)},
        suggested_on=date(2026, 8, 23),
        free=True,
    )

    async def embedding(self, model: str, texts: Sequence[str]) -> Made[list[list[float]]]:
        """By ONNX Runtime, in a thread."""
        if model != EMBEDDING_MODEL:
            raise LookupError(f"this machine has no model {model}")
        vectors = await asyncio.to_thread(embed_locally, texts)
        return Made(vectors.tolist(), Used(input=0, output=0))

    async def offered(self) -> list[str]:
        """The one model."""
        return [EMBEDDING_MODEL]

"""What other modules may ask of ai."""

from tradewind.modules.ai.embedding import (
    DEEP_DIMENSIONS,
    DEEP_SENTENCE,
    EMBEDDING_DIMENSIONS,
    EMBEDDING_MODEL,
    count_tokens,
    embed_deeply,
    embed_locally,
    embed_tokens_locally,
)

__all__ = [
    "DEEP_DIMENSIONS",
    "DEEP_SENTENCE",
    "EMBEDDING_DIMENSIONS",
    "EMBEDDING_MODEL",
    "count_tokens",
    "embed_deeply",
    "embed_locally",
    "embed_tokens_locally",
]

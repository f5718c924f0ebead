"""What other modules may ask of ai."""

from tradewind.modules.ai.embedding import (
    EMBEDDING_DIMENSIONS,
    EMBEDDING_MODEL,
    count_tokens,
    embed_locally,
    embed_tokens_locally,
)

__all__ = ["EMBEDDING_DIMENSIONS", "EMBEDDING_MODEL", "count_tokens", "embed_locally", "embed_tokens_locally"]

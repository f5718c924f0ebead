"""What other modules and the composition roots may ask of knowledge."""

from tradewind.modules.knowledge.service.answering import answer, stream
from tradewind.modules.knowledge.service.search import search

__all__ = ["answer", "search", "stream"]

"""Forms of texts that are compared."""

import re

_SPACE = re.compile(r"\s+")
_EDGE = " .,;:!?…\"'"


def text_key(text: str) -> str:
    """Texts of the same key say the same: case, spacing and closing marks aside."""
    return _SPACE.sub(" ", text).strip(_EDGE).casefold() or text.strip()


def label_of(words: str) -> str:
    """A label made of words: `Delivery time?` is `delivery_time`."""
    return re.sub(r"[^a-z0-9]+", "_", words.casefold()).strip("_")[:60] or "topic"

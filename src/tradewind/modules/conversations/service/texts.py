"""What people type, made fit to be stored and shown."""

import unicodedata

from tradewind.modules.conversations.contracts import MAX_TEXT
from tradewind.modules.conversations.errors import MessageInvalid

# Invisible and without meaning, or made to show a text in another order than it is read.
_HIDDEN = dict.fromkeys([0x200B, 0x2060, 0xFEFF, *range(0x202A, 0x202F), *range(0x2066, 0x206A)])


def clean(text: str) -> str:
    """A text without control characters, lone surrogates and the tricks of writing direction, outer space removed."""
    plain = text.replace("\r\n", "\n").replace("\r", "\n").translate(_HIDDEN)
    return "".join(c for c in plain if c in "\n\t" or unicodedata.category(c) not in ("Cc", "Cs")).strip()


def message_text(text: str) -> str:
    """The text of a message. Raises MessageInvalid if nothing is left of it, or it is too long."""
    cleaned = clean(text)
    if not cleaned:
        raise MessageInvalid("A message needs a text.", errors=[{"field": "text", "message": "Write something."}])
    if len(cleaned) > MAX_TEXT:
        message = f"A message may have up to {MAX_TEXT:,} characters; this one has {len(cleaned):,}."
        raise MessageInvalid(message, errors=[{"field": "text", "message": message}])
    return cleaned

"""The opener a visitor saw, carried to the first message by the browser without its being able to change it."""

from typing import Any
from uuid import UUID

import orjson

from tradewind.kernel.crypto import CryptoError, get_vault
from tradewind.modules.conversations.contracts import Begun


def sealed(widget_id: UUID, begun: Begun) -> str:
    """What the browser is given for its first message."""
    facts = orjson.dumps({"key": begun.key, "propensity": begun.propensity})
    return get_vault().encrypt(facts, _context(widget_id))


def opened(widget_id: UUID, sealed: str) -> dict[str, Any] | None:
    """The facts of an opener; None for what was not sealed for this widget."""
    if not sealed:
        return None
    try:
        return orjson.loads(get_vault().decrypt(sealed, _context(widget_id)))
    except CryptoError:
        return None


def _context(widget_id: UUID) -> bytes:
    return b"chat.opener:" + widget_id.bytes

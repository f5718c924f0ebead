"""Addresses that strangers post to: which row of which organisation they are about, and a seal that proves it."""

import base64
import binascii
import hmac
import secrets
from uuid import UUID

from tradewind.kernel.crypto import get_vault

_SEAL_BYTES = 16
_DOOR_BYTES = 8


def new_door() -> str:
    """What makes an address renewable: another one, and the old address is closed."""
    return secrets.token_hex(_DOOR_BYTES)


def token(kind: str, organisation_id: UUID, row_id: UUID, door: str) -> str:
    """The last part of an address: 76 characters that stand in any URL."""
    named = organisation_id.bytes + row_id.bytes + bytes.fromhex(door)
    seal = get_vault().keyed_hash(named, f"email.{kind}")[:_SEAL_BYTES]
    return base64.urlsafe_b64encode(named + seal).decode().rstrip("=")


def read(kind: str, text: str) -> tuple[UUID, UUID, str] | None:
    """(organisation, row, door) of a token of ours, else None. Whether the door is still open the row says."""
    try:
        content = base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True)
    except (binascii.Error, ValueError):
        return None
    if len(content) != 32 + _DOOR_BYTES + _SEAL_BYTES:
        return None
    named, seal = content[:-_SEAL_BYTES], content[-_SEAL_BYTES:]
    known = get_vault().keyed_hashes(named, f"email.{kind}")
    if not any(hmac.compare_digest(one[:_SEAL_BYTES], seal) for one in known):
        return None
    return UUID(bytes=named[:16]), UUID(bytes=named[16:32]), named[32:].hex()

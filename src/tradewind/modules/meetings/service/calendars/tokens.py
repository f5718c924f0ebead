"""Addresses that strangers call: which row of which organisation they are about, and a seal that proves it."""

import base64
import binascii
import hmac
from uuid import UUID

from tradewind.kernel.crypto import get_vault

_SEAL_BYTES = 16


def make(purpose: str, organisation_id: UUID, row_id: UUID) -> str:
    """A token for one row, 64 characters that stand in any address."""
    named = organisation_id.bytes + row_id.bytes
    seal = get_vault().keyed_hash(named, f"meetings.{purpose}")[:_SEAL_BYTES]
    return base64.urlsafe_b64encode(named + seal).decode()


def read(purpose: str, token: str) -> tuple[UUID, UUID] | None:
    """(organisation, row) of a token of ours, else None. Whether the row still exists is another question."""
    try:
        content = base64.b64decode(token, altchars=b"-_", validate=True)
    except (binascii.Error, ValueError):
        return None
    if len(content) != 32 + _SEAL_BYTES:
        return None
    named, seal = content[:32], content[32:]
    known = get_vault().keyed_hashes(named, f"meetings.{purpose}")
    if not any(hmac.compare_digest(one[:_SEAL_BYTES], seal) for one in known):
        return None
    return UUID(bytes=named[:16]), UUID(bytes=named[16:])

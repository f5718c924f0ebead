"""Addresses that say which mail came back (VERP), and the ids of mails. Forged ones are told from ours."""

import hmac
import re
from hashlib import sha256
from uuid import UUID

from tradewind.kernel.crypto import get_vault

_PURPOSE = "email.return_path"
_TAG = re.compile(r"\+tw([0-9a-f]{32})([0-9a-f]{12})@", re.I)
_MESSAGE_ID = re.compile(r"<([0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12})@", re.I)


def return_path(message_id: UUID, address: str) -> str:
    """The envelope sender of a mail: `bounces@news.example` becomes `bounces+tw<id><mark>@news.example`."""
    local, _, domain = address.rpartition("@")
    return f"{local}+tw{message_id.hex}{_mark(message_id, _newest())}@{domain}"


def returned_to(text: str) -> UUID | None:
    """The mail that an address (or a header with one) names, if the mark is ours."""
    for digits, mark in _TAG.findall(text):
        message_id = UUID(digits)
        keys = get_vault().keyed_hashes(b"mark", _PURPOSE)
        if any(hmac.compare_digest(_mark(message_id, key), mark.lower()) for key in keys):
            return message_id
    return None


def header_id(message_id: UUID, domain: str) -> str:
    """The Message-ID of a mail."""
    return f"<{message_id}@{domain}>"


def named_in(*values: str) -> list[UUID]:
    """Mails named by a Message-ID, In-Reply-To or References header, the last one first."""
    found = [UUID(digits) for value in values for digits in _MESSAGE_ID.findall(value)]
    return list(dict.fromkeys(reversed(found)))


def _newest() -> bytes:
    return get_vault().keyed_hash(b"mark", _PURPOSE)


def _mark(message_id: UUID, key: bytes) -> str:
    return hmac.digest(key, message_id.bytes, sha256).hex()[:12]

"""Normal forms of addresses: two ways of writing one contact point must never be two contact points."""

import re
import unicodedata

import phonenumbers

from tradewind.kernel.addresses import normal_email
from tradewind.kernel.classification import masked
from tradewind.modules.privacy.contracts import Channel

_E164 = re.compile(r"\+[1-9]\d{6,14}")
_NOISE = str.maketrans("", "", " \t\u00a0-–.()/'\u200e\u202a\u202c")
_MAX_HANDLE = 200
# Messages and calls reach the same number: one hash for both, told apart by the channel beside it.
_KINDS: dict[Channel, str] = {"email": "email", "sms": "phone", "call": "phone", "social": "social", "chat": "chat"}


def kind_of(channel: Channel) -> str:
    """What an address of the channel is: `email`, `phone`, `social` or `chat`."""
    return _KINDS[channel]


def normal_address(channel: Channel, text: str) -> str | None:
    """The one form of an address; None if it is none. Phone numbers need their country code (`+` or `00`)."""
    match _KINDS[channel]:
        case "email":
            return _email(text)
        case "phone":
            return _phone(text)
    handle = unicodedata.normalize("NFKC", text).strip().casefold()
    return handle if 0 < len(handle) <= _MAX_HANDLE and "\x00" not in handle else None


def hashed_form(channel: Channel, address: str) -> str:
    """What is hashed for a normal address."""
    return f"{_KINDS[channel]}:{address}"


def masked_address(channel: Channel, address: str) -> str:
    """An address for those who may not see it: `a•••@example.com`, `•••• 42`."""
    return masked(address, _KINDS[channel])


def _email(text: str) -> str | None:
    address = normal_email(unicodedata.normalize("NFKC", text)) if not text.isascii() else normal_email(text)
    if address is None or address.isascii():
        return address
    mailbox, _, domain = address.rpartition("@")
    try:
        return f"{mailbox}@{domain.encode('idna').decode()}"
    except UnicodeError:
        return address


def _phone(text: str) -> str | None:
    compact = text.strip().removeprefix("tel:").translate(_NOISE)
    if compact.startswith("00"):
        compact = f"+{compact[2:]}"
    if _E164.fullmatch(compact) and compact.isascii():
        return compact
    try:
        number = phonenumbers.parse(text.strip()[:60], None)
    except phonenumbers.NumberParseException:
        return None
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)

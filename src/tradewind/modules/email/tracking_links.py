"""Addresses in mails that tell us of a click or an open. All they say is signed, so that none leads elsewhere."""

import base64
import binascii
import hmac
import struct
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Literal
from uuid import UUID

from tradewind.kernel.crypto import get_vault
from tradewind.kernel.errors import NotFound

MAX_TOKEN = 4_096
_PURPOSE = "email.tracking_link"
_SIGNATURE_BYTES = 16
_NOBODY = UUID(int=0)
# Kind, organisation, message, person, version, moment of rendering, number of the link, number of links.
_HEAD = struct.Struct(">c16s16s16s16sIHH")
_MOST_LINKS = 0xFFFF


class TrackingLinkInvalid(NotFound):
    """The link was cut off, altered, or signed with a key that is gone."""

    code = "email.link_invalid"
    title = "This link cannot be opened"


@dataclass(frozen=True, slots=True)
class TrackingLink:
    """What an address says. `url` is where a click leads, empty for opens."""

    kind: Literal["click", "open"]
    organisation_id: UUID
    message_id: UUID
    person_id: UUID | None
    version_id: UUID
    rendered_at: datetime
    link: int = 0
    links: int = 0
    url: str = ""

    def token(self) -> str:
        """The signed form; about 120 characters and four for each three of the address."""
        head = _HEAD.pack(
            self.kind[:1].encode(),
            self.organisation_id.bytes,
            self.message_id.bytes,
            (self.person_id or _NOBODY).bytes,
            self.version_id.bytes,
            int(self.rendered_at.timestamp()),
            min(self.link, _MOST_LINKS),
            min(self.links, _MOST_LINKS),
        )
        body = head + self.url.encode()
        signature = get_vault().keyed_hash(body, _PURPOSE)[:_SIGNATURE_BYTES]
        return base64.urlsafe_b64encode(signature + body).rstrip(b"=").decode()


def read_token(token: str) -> TrackingLink:
    """What a token says. Raises TrackingLinkInvalid."""
    refused = TrackingLinkInvalid("It may have been cut off in the mail.")
    if len(token) > MAX_TOKEN:
        raise refused
    try:
        raw = base64.b64decode(token + "=" * (-len(token) % 4), altchars=b"-_", validate=True)
    except (binascii.Error, ValueError) as error:
        raise refused from error
    signature, body = raw[:_SIGNATURE_BYTES], raw[_SIGNATURE_BYTES:]
    expected = get_vault().keyed_hashes(body, _PURPOSE)
    if not any(hmac.compare_digest(signature, one[:_SIGNATURE_BYTES]) for one in expected):
        raise refused
    kind, organisation, message, person, version, at, link, links = _HEAD.unpack_from(body)
    return TrackingLink(
        kind="click" if kind == b"c" else "open",
        organisation_id=UUID(bytes=organisation),
        message_id=UUID(bytes=message),
        person_id=None if person == _NOBODY.bytes else UUID(bytes=person),
        version_id=UUID(bytes=version),
        rendered_at=datetime.fromtimestamp(at, UTC),
        link=link,
        links=links,
        url=body[_HEAD.size :].decode(),
    )

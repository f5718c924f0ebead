"""The organisation's key: hashes of contact points, and links that only this installation can have made."""

import base64
import binascii
import hashlib
import hmac
import os
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property
from uuid import UUID

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESSIV
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from sqlalchemy.ext.asyncio import AsyncSession

from tradewind.kernel.access import Actor
from tradewind.kernel.database import actor_of
from tradewind.kernel.ids import new_id
from tradewind.modules.identity import api as identity
from tradewind.modules.privacy.contact_points import hashed_form, normal_address
from tradewind.modules.privacy.contracts import Channel
from tradewind.modules.privacy.errors import LinkInvalid
from tradewind.modules.privacy.models.consents import KEY
from tradewind.modules.privacy.repository import purposes as repository
from tradewind.modules.privacy.service import default_purposes

_KEY_BYTES = 32
_VERSION = b"\x01"
_ID_BYTES = 16
_MAX_TOKEN = 700
_KNOWN = 1_000


@dataclass(frozen=True)
class OrganisationKey:
    """What is derived from the key of one organisation."""

    organisation_id: UUID
    secret: bytes

    def contact_hash(self, channel: Channel, address: str) -> bytes:
        """32 bytes that stand for a normal address; of no use to whoever lacks the key."""
        return hmac.digest(self._hashing, hashed_form(channel, address).encode(), hashlib.sha256)

    def hash_of(self, channel: Channel, text: str) -> bytes | None:
        """The hash of an address as people write it; None if it is none."""
        address = normal_address(channel, text)
        return None if address is None else self.contact_hash(channel, address)

    def seal(self, kind: str, parts: Iterable[str]) -> str:
        """A token of texts without line breaks; the same texts give the same token."""
        organisation = self.organisation_id.bytes
        sealed = self._linking.encrypt("\n".join(parts).encode(), [_VERSION, organisation, kind.encode()])
        return _text(_VERSION + organisation + sealed)

    def open(self, kind: str, sealed: bytes) -> list[str]:
        """The texts of a token made for `kind`. Raises LinkInvalid."""
        try:
            plain = self._linking.decrypt(sealed, [_VERSION, self.organisation_id.bytes, kind.encode()])
        except InvalidTag as error:
            raise LinkInvalid() from error
        return plain.decode().split("\n")

    @cached_property
    def _hashing(self) -> bytes:
        return self._derived(b"contact", _KEY_BYTES)

    @cached_property
    def _linking(self) -> AESSIV:
        return AESSIV(self._derived(b"link", 2 * _KEY_BYTES))

    def _derived(self, what: bytes, length: int) -> bytes:
        info = b"tradewind/privacy/" + what
        return HKDF(algorithm=SHA256(), length=length, salt=None, info=info).derive(self.secret)


_known: dict[UUID, OrganisationKey] = {}


async def organisation_key(session: AsyncSession) -> OrganisationKey:
    """The key of the session's organisation; made, with the purposes everybody starts with, on first use."""
    organisation_id = actor_of(session).organisation_id
    assert organisation_id is not None
    if (known := _known.get(organisation_id)) is not None:
        return known
    row = await repository.key(session)
    if row is None:
        key_id = new_id()
        await repository.add_key(session, key_id, organisation_id, KEY.seal(key_id, os.urandom(_KEY_BYTES)))
        first = [{**row, "organisation_id": organisation_id} for row in default_purposes.rows()]
        await repository.add_defaults(session, first)
        row = await repository.key(session)
        assert row is not None
    found = OrganisationKey(organisation_id, KEY.open(row.id, row.key_sealed))
    if row.committed:
        # A key whose transaction is still open may vanish; one that others see never changes.
        if len(_known) >= _KNOWN:
            _known.clear()
        _known[organisation_id] = found
    return found


async def enter(session: AsyncSession, kind: str, token: str) -> list[str]:
    """The texts of a token; a stranger's session acts in its organisation from here on. Raises LinkInvalid."""
    refused = LinkInvalid("It may have been cut off in the message. Take the link from the newest one.")
    if len(token) > _MAX_TOKEN:
        raise refused
    try:
        raw = base64.b64decode(token + "=" * (-len(token) % 4), altchars=b"-_", validate=True)
    except (binascii.Error, ValueError) as error:
        raise refused from error
    # One token has one spelling: the last letter has bits that decoding would pass over.
    if _text(raw) != token or raw[:1] != _VERSION or len(raw) <= 1 + _ID_BYTES + _ID_BYTES:
        raise refused
    organisation_id = UUID(bytes=raw[1 : 1 + _ID_BYTES])
    actor = Actor(kind="anonymous", organisation_id=organisation_id, name="Preference page")
    await identity.become(session, actor)
    row = await repository.key(session)
    if row is None:
        raise refused
    return OrganisationKey(organisation_id, KEY.open(row.id, row.key_sealed)).open(kind, raw[1 + _ID_BYTES :])


def _text(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()

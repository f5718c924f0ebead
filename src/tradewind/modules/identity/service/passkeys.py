"""Passkeys (WebAuthn level 3): discoverable credentials that verify their user by PIN or biometrics."""

import ipaddress
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, cast
from urllib.parse import urlsplit
from uuid import UUID

import structlog
from cryptography.exceptions import InvalidSignature
from sqlalchemy.ext.asyncio import AsyncSession
from webauthn import (
    generate_authentication_options,
    generate_registration_options,
    verify_authentication_response,
    verify_registration_response,
)
from webauthn.helpers import base64url_to_bytes, options_to_json_dict
from webauthn.helpers.exceptions import WebAuthnException
from webauthn.helpers.structs import (
    AuthenticatorSelectionCriteria,
    AuthenticatorTransport,
    PublicKeyCredentialDescriptor,
    ResidentKeyRequirement,
    UserVerificationRequirement,
)

from tradewind.kernel.clock import now
from tradewind.modules.identity.errors import PasskeyKnown, PasskeyRefused, PasskeysUnavailable
from tradewind.modules.identity.models import Passkey, User
from tradewind.modules.identity.repository import factors as repository
from tradewind.settings import get_settings

log = structlog.get_logger(__name__)
_TIMEOUT_MILLISECONDS = 120_000
_MAX_PASSKEYS = 20
_TRANSPORTS = frozenset(transport.value for transport in AuthenticatorTransport)
# What a malformed or forged answer makes the library raise.
_MALFORMED = (WebAuthnException, InvalidSignature, ValueError, TypeError, LookupError, AttributeError, OverflowError)


@dataclass(frozen=True, slots=True)
class RelyingParty:
    """Which site passkeys are bound to: the host's name, and the one origin that may use them."""

    id: str
    origin: str


def relying_party() -> RelyingParty | None:
    """The site of this installation; None where it is reached by address only, for which browsers make no passkeys.

    An installation on the machine itself is `localhost`, whichever loopback address it listens on.
    """
    parts = urlsplit(get_settings().base_url)
    host = (parts.hostname or "").lower()
    try:
        address = ipaddress.ip_address(host)
    except ValueError:
        return RelyingParty(host, f"{parts.scheme}://{parts.netloc.lower()}") if host else None
    if not (address.is_loopback or address.is_unspecified):
        return None
    port = f":{parts.port}" if parts.port else ""
    return RelyingParty("localhost", f"{parts.scheme}://localhost{port}")


def registration_options(user: User, present: Sequence[Passkey], nonce: bytes) -> dict[str, Any]:
    """What `navigator.credentials.create` needs, as JSON. Raises PasskeysUnavailable, PasskeyKnown at twenty."""
    site = _site()
    if len(present) >= _MAX_PASSKEYS:
        raise PasskeyKnown(f"There are {_MAX_PASSKEYS} already: remove one first.", code="identity.too_many_passkeys")
    options = generate_registration_options(
        rp_id=site.id,
        rp_name="Tradewind",
        user_id=user.id.bytes,
        user_name=user.email,
        user_display_name=user.name,
        challenge=nonce,
        timeout=_TIMEOUT_MILLISECONDS,
        exclude_credentials=_descriptors(present),
        authenticator_selection=AuthenticatorSelectionCriteria(
            resident_key=ResidentKeyRequirement.REQUIRED,
            user_verification=UserVerificationRequirement.REQUIRED,
        ),
    )
    return cast(dict[str, Any], options_to_json_dict(options))


def request_options(nonce: bytes, allowed: Sequence[Passkey] = ()) -> dict[str, Any]:
    """What `navigator.credentials.get` needs, as JSON; without `allowed` the person chooses among all of theirs."""
    options = generate_authentication_options(
        rp_id=_site().id,
        challenge=nonce,
        timeout=_TIMEOUT_MILLISECONDS,
        allow_credentials=_descriptors(allowed),
        user_verification=UserVerificationRequirement.REQUIRED,
    )
    return cast(dict[str, Any], options_to_json_dict(options))


async def register(session: AsyncSession, user: User, nonce: bytes, credential: dict[str, Any], name: str) -> Passkey:
    """Store the passkey that answers the challenge. Raises PasskeyRefused, PasskeyKnown."""
    site = _site()
    try:
        made = verify_registration_response(
            credential=credential,
            expected_challenge=nonce,
            expected_rp_id=site.id,
            expected_origin=site.origin,
            require_user_verification=True,
        )
    except _MALFORMED as error:
        log.info("passkey.registration_refused", error=str(error), user_id=str(user.id))
        raise PasskeyRefused("The passkey could not be verified. Try again.") from None
    if await repository.passkey_owner(session, made.credential_id) is not None:
        raise PasskeyKnown()
    transports = credential.get("response", {}).get("transports") or []
    added = Passkey(
        user_id=user.id,
        credential_id=made.credential_id,
        public_key=made.credential_public_key,
        sign_count=made.sign_count,
        name=name,
        transports=sorted(_TRANSPORTS & set(transports)),
        synced=made.credential_backed_up,
    )
    session.add(added)
    await session.flush()
    return added


async def owner(session: AsyncSession, credential: dict[str, Any]) -> UUID | None:
    """Whose passkey made this answer; nothing is verified yet."""
    try:
        credential_id = base64url_to_bytes(credential["rawId"])
    except _MALFORMED:
        return None
    return await repository.passkey_owner(session, credential_id)


async def check(session: AsyncSession, user_id: UUID, nonce: bytes, credential: dict[str, Any]) -> bool:
    """Whether the answer is by a passkey of the acting user, over this challenge, and newer than its last one."""
    site = _site()
    try:
        found = await repository.lock_passkey(session, base64url_to_bytes(credential["rawId"]))
        handle = credential.get("response", {}).get("userHandle")
        if found is None or (handle and base64url_to_bytes(handle) != user_id.bytes):
            return False
        proof = verify_authentication_response(
            credential=credential,
            expected_challenge=nonce,
            expected_rp_id=site.id,
            expected_origin=site.origin,
            credential_public_key=found.public_key,
            # A counter that went back is judged below, where it can be told from a forged answer.
            credential_current_sign_count=0,
            require_user_verification=True,
        )
    except _MALFORMED as error:
        log.info("passkey.refused", error=str(error), user_id=str(user_id))
        return False
    # Synced passkeys always say 0; any other counter must grow, or two devices hold the same key.
    if (proof.new_sign_count or found.sign_count) and proof.new_sign_count <= found.sign_count:
        log.warning("passkey.counter_went_back", passkey_id=str(found.id), user_id=str(user_id))
        return False
    found.sign_count, found.last_used_at = proof.new_sign_count, now()
    found.synced = proof.credential_backed_up
    await session.flush()
    return True


def _site() -> RelyingParty:
    site = relying_party()
    if site is None:
        raise PasskeysUnavailable("Passkeys need a host name. Ask your administrator to set TRADEWIND_PUBLIC_URL.")
    return site


def _descriptors(passkeys: Sequence[Passkey]) -> list[PublicKeyCredentialDescriptor]:
    return [
        PublicKeyCredentialDescriptor(
            id=passkey.credential_id, transports=[AuthenticatorTransport(name) for name in passkey.transports] or None
        )
        for passkey in passkeys
    ]

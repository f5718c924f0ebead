"""Authenticator apps: time-based one-time passwords of six digits (RFC 6238), each time step usable once."""

import re
from dataclasses import dataclass
from uuid import UUID

import segno
from pyotp import random_base32
from pyotp.exceptions import OTPVerificationError
from pyotp.totp import TOTP
from sqlalchemy.ext.asyncio import AsyncSession

from tradewind.kernel.clock import now
from tradewind.kernel.ids import new_id
from tradewind.modules.identity.models import TotpFactor, User
from tradewind.modules.identity.models.factors import TOTP_SECRET
from tradewind.modules.identity.repository import factors as repository

ISSUER = "Tradewind"
_TOLERATED_STEPS = 1  # of 30 seconds, before and after: clocks of phones differ


@dataclass(frozen=True, slots=True)
class Draft:
    """What an app needs, in three forms: base32 text to type, `otpauth:` address, QR code as SVG in a data URI."""

    secret: str
    uri: str
    qr: str


async def start(session: AsyncSession, user: User) -> Draft:
    """A new secret for the user's app; it counts only once a code confirms it. An earlier draft is dropped."""
    await repository.remove_totp(session, user.id, confirmed=False)
    secret, factor_id = random_base32(), new_id()
    session.add(TotpFactor(id=factor_id, user_id=user.id, secret_sealed=TOTP_SECRET.seal(factor_id, secret)))
    await session.flush()
    uri = TOTP(secret).provisioning_uri(name=user.email, issuer_name=ISSUER)
    # Always black on white, whatever the theme: cameras do not read the inverse.
    qr = segno.make(uri, error="m", micro=False).svg_data_uri(scale=4, border=4, dark="#000", light="#fff")
    return Draft(secret, uri, qr)


async def confirm(session: AsyncSession, user_id: UUID, code: str) -> bool | None:
    """Take the draft into use, in place of an earlier app; None if there is no draft, False if the code is wrong."""
    draft = await repository.totp(session, user_id, confirmed=False)
    if draft is None:
        return None
    if not await _fits(session, draft, code):
        return False
    await repository.remove_totp(session, user_id, confirmed=True)
    draft.confirmed_at = now()
    await session.flush()
    return True


async def check(session: AsyncSession, user_id: UUID, code: str) -> bool:
    """Whether the code is right and its time step was not used before."""
    factor = await repository.totp(session, user_id)
    return factor is not None and await _fits(session, factor, code)


async def _fits(session: AsyncSession, factor: TotpFactor, code: str) -> bool:
    digits = re.sub(r"\s", "", code)
    if not re.fullmatch(r"[0-9]{6}", digits):
        return False
    secret = TOTP_SECRET.open_text(factor.id, factor.secret_sealed)
    try:
        step = TOTP(secret).verify_and_get_timecode(digits, for_time=now(), valid_window=_TOLERATED_STEPS)
    except OTPVerificationError:
        return False
    return await repository.spend_step(session, factor.id, step)

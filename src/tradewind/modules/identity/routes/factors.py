"""Second factors of the signed-in person: authenticator app, passkeys, recovery codes."""

from uuid import UUID

from fastapi import Response, status

from tradewind.kernel.access import Session, requires, signed_in
from tradewind.kernel.limits import rate_limit
from tradewind.kernel.routing import Router
from tradewind.modules.identity.models import Passkey
from tradewind.modules.identity.schemas.factors import (
    FactorsRead,
    OrganisationSecurity,
    OrganisationSecurityUpdate,
    PasskeyAdd,
    PasskeyAdded,
    PasskeyChallenge,
    PasskeyRead,
    PasskeyRename,
    RecoveryCodes,
    TotpConfirm,
    TotpDraft,
    TotpRead,
)
from tradewind.modules.identity.service import factors, passkeys, sign_in_rules

router = Router(tags=["Second factors"])
_OWN = signed_in(step_up=True, enrolling=True)


@router.get("/me/factors", dependencies=[signed_in(enrolling=True)])
async def read_factors(session: Session) -> FactorsRead:
    """One's own second factors."""
    found = await factors.overview(session)
    site = passkeys.relying_party()
    return FactorsRead(
        totp=TotpRead(created_at=found.totp.created_at, last_used_at=found.totp.last_used_at) if found.totp else None,
        passkeys=[_passkey(passkey) for passkey in found.passkeys],
        recovery_codes_left=found.recovery_codes_left,
        has_password=found.has_password,
        required=found.required,
        passkey_origin=site.origin if site else None,
    )


@router.post("/me/factors/totp", status_code=status.HTTP_201_CREATED, dependencies=[_OWN])
async def start_totp(session: Session, response: Response) -> TotpDraft:
    """A secret for an authenticator app. It counts once a code confirms it, and then replaces an earlier app."""
    response.headers["Cache-Control"] = "no-store"
    draft = await factors.start_totp(session)
    return TotpDraft(secret=draft.secret, uri=draft.uri, qr=draft.qr)


@router.post("/me/factors/totp/confirm", dependencies=[_OWN, rate_limit("confirm-totp", "10/minute", key="actor")])
async def confirm_totp(session: Session, response: Response, payload: TotpConfirm) -> RecoveryCodes:
    """Take the app into use with a code of it; with the first second factor come ten recovery codes."""
    response.headers["Cache-Control"] = "no-store"
    return RecoveryCodes(recovery_codes=await factors.confirm_totp(session, payload.code))


@router.delete("/me/factors/totp", status_code=status.HTTP_204_NO_CONTENT, dependencies=[_OWN])
async def remove_totp(session: Session) -> None:
    """Stop using the authenticator app."""
    await factors.remove_totp(session)


@router.post("/me/factors/passkeys/challenge", dependencies=[_OWN])
async def start_passkey(session: Session) -> PasskeyChallenge:
    """What a browser needs to make a passkey."""
    challenge, options = await factors.start_passkey(session)
    return PasskeyChallenge(challenge=challenge.token, expires_at=challenge.expires_at, options=options)


@router.post("/me/factors/passkeys", status_code=status.HTTP_201_CREATED, dependencies=[_OWN])
async def add_passkey(session: Session, response: Response, payload: PasskeyAdd) -> PasskeyAdded:
    """Add the passkey that the browser made."""
    response.headers["Cache-Control"] = "no-store"
    added, codes = await factors.add_passkey(
        session, token=payload.challenge, credential=payload.credential.plain(), name=payload.name
    )
    return PasskeyAdded(passkey=_passkey(added), recovery_codes=codes)


@router.patch("/me/factors/passkeys/{passkey_id:uuid}", dependencies=[_OWN])
async def rename_passkey(session: Session, passkey_id: UUID, payload: PasskeyRename) -> PasskeyRead:
    """Give a passkey another name."""
    return _passkey(await factors.rename_passkey(session, passkey_id, payload.name))


@router.delete("/me/factors/passkeys/{passkey_id:uuid}", status_code=status.HTTP_204_NO_CONTENT, dependencies=[_OWN])
async def remove_passkey(session: Session, passkey_id: UUID) -> None:
    """Make a passkey worthless."""
    await factors.remove_passkey(session, passkey_id)


@router.post("/me/factors/recovery-codes", dependencies=[_OWN])
async def renew_recovery_codes(session: Session, response: Response) -> RecoveryCodes:
    """Ten new recovery codes; the old ones stop working."""
    response.headers["Cache-Control"] = "no-store"
    return RecoveryCodes(recovery_codes=await factors.renew_recovery_codes(session))


@router.get("/organisation/security", dependencies=[requires("organisation:read")])
async def read_security(session: Session) -> OrganisationSecurity:
    """What the organisation demands of its members' sign-in."""
    return OrganisationSecurity.model_validate(await sign_in_rules.current(session), from_attributes=True)


@router.put("/organisation/security", dependencies=[requires("organisation:write", step_up=True)])
async def change_security(session: Session, payload: OrganisationSecurityUpdate) -> OrganisationSecurity:
    """Demand a second factor of every member, or no longer."""
    found = await sign_in_rules.change(session, second_factor_required=payload.second_factor_required)
    return OrganisationSecurity.model_validate(found, from_attributes=True)


def _passkey(row: Passkey) -> PasskeyRead:
    return PasskeyRead.model_validate(row, from_attributes=True)

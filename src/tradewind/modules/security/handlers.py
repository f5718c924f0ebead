"""What security monitoring takes notice of, and whom it tells."""

from sqlalchemy.ext.asyncio import AsyncSession

from tradewind.kernel import access
from tradewind.kernel.events import subscriber
from tradewind.modules.identity.events import (
    AccountLocked,
    ApiKeyUsed,
    LoginFailed,
    RefreshTokenReused,
    SecondFactorFailed,
    SessionContinued,
    SignedIn,
)
from tradewind.modules.leads.events import LeadsExported, LeadsRead
from tradewind.modules.security.events import AlertContinued, AlertRaised, RequestsRefused
from tradewind.modules.security.service import alerts, refusals
from tradewind.modules.security.service.watching import Observation, observe

access.on_refusal(refusals.note)


@subscriber(LoginFailed)
async def on_login_failed(session: AsyncSession, event: LoginFailed) -> None:
    """A wrong password."""
    await _of_user(session, "login_failed", event, ip=event.ip)


@subscriber(SecondFactorFailed)
async def on_second_factor_failed(session: AsyncSession, event: SecondFactorFailed) -> None:
    """A wrong second factor."""
    await _of_user(session, "second_factor_failed", event, ip=event.ip)


@subscriber(RefreshTokenReused)
async def on_refresh_token_reused(session: AsyncSession, event: RefreshTokenReused) -> None:
    """A copied session."""
    await _of_user(session, "refresh_token_reused", event, ip=event.ip)


@subscriber(AccountLocked)
async def on_account_locked(session: AsyncSession, event: AccountLocked) -> None:
    """Too many failures within a minute."""
    await _of_user(session, "account_locked", event, ip=event.ip)


@subscriber(SignedIn)
async def on_signed_in(session: AsyncSession, event: SignedIn) -> None:
    """Somebody is here: where, with what, and when."""
    await _of_user(session, "signed_in", event, ip=event.ip, device=event.device, time_zone=event.time_zone)


@subscriber(SessionContinued)
async def on_session_continued(session: AsyncSession, event: SessionContinued) -> None:
    """Somebody is still here."""
    await _of_user(session, "session_continued", event, ip=event.ip, time_zone=event.time_zone)


@subscriber(ApiKeyUsed)
async def on_api_key_used(session: AsyncSession, event: ApiKeyUsed) -> None:
    """A key was used from an address range, for the first time today."""
    await observe(
        session,
        Observation(
            id=event.id, kind="key_used", subject_type="api_key", subject_id=event.key_id, subject_name=event.key_name,
            ip=event.ip, occurred_at=event.occurred_at,
        ),
    )  # fmt: skip


@subscriber(LeadsExported)
async def on_leads_exported(session: AsyncSession, event: LeadsExported) -> None:
    """A list left the product."""
    if event.rows:
        await _of_volume(session, "exported", event)


@subscriber(LeadsRead)
async def on_leads_read(session: AsyncSession, event: LeadsRead) -> None:
    """Somebody reads on and on."""
    await _of_volume(session, "read", event)


@subscriber(RequestsRefused)
async def on_requests_refused(session: AsyncSession, event: RequestsRefused) -> None:
    """Somebody asks for what they may not have."""
    await observe(
        session,
        Observation(
            id=event.id, kind="refused", subject_type="user" if event.subject_type == "user" else "api_key",
            subject_id=event.subject_id, subject_name=event.subject_name, quantity=event.count, ip=event.ip,
            occurred_at=event.occurred_at,
        ),
    )  # fmt: skip


@subscriber(AlertRaised)
async def mail_new_alert(session: AsyncSession, event: AlertRaised) -> None:
    """Write to the administrators."""
    await alerts.mail_administrators(session, event.alert_id)


@subscriber(AlertContinued)
async def mail_continued_alert(session: AsyncSession, event: AlertContinued) -> None:
    """Write again: it did not stop."""
    await alerts.mail_administrators(session, event.alert_id)


async def _of_user(
    session: AsyncSession,
    kind: str,
    event: LoginFailed | SecondFactorFailed | RefreshTokenReused | AccountLocked | SignedIn | SessionContinued,
    *,
    ip: str | None = None,
    device: str | None = None,
    time_zone: str | None = None,
) -> None:
    await observe(
        session,
        Observation(
            id=event.id, kind=kind, subject_id=event.user_id, ip=ip, device=device, time_zone=time_zone,
            occurred_at=event.occurred_at,
        ),
    )  # fmt: skip


async def _of_volume(session: AsyncSession, kind: str, event: LeadsExported | LeadsRead) -> None:
    await observe(
        session,
        Observation(
            id=event.id, kind=kind, subject_type=event.by, subject_id=event.by_id, subject_name=event.by_name,
            quantity=event.rows, occurred_at=event.occurred_at, ip=event.ip,
        ),
    )  # fmt: skip

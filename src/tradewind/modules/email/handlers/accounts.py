"""Mails that other modules' facts call for. Tokens are issued here, so that none ever waits in the queue."""

from sqlalchemy.ext.asyncio import AsyncSession

from tradewind.kernel.events import subscriber
from tradewind.modules.email import mails
from tradewind.modules.email.service import sink
from tradewind.modules.identity import api as identity
from tradewind.modules.identity.events import (
    AccountLocked,
    EmailVerificationRequested,
    FactorsChanged,
    InvitationCreated,
    PasswordResetRequested,
)
from tradewind.settings import get_settings


@subscriber(EmailVerificationRequested)
async def mail_verification(session: AsyncSession, event: EmailVerificationRequested) -> None:
    """Send the link that proves an address."""
    content = await identity.issue_email_verification(session, event.user_id)
    if content is not None:
        await sink.deliver(session, mails.verify_email(content, get_settings().base_url, event.user_id))


@subscriber(PasswordResetRequested)
async def mail_password_reset(session: AsyncSession, event: PasswordResetRequested) -> None:
    """Send the link that sets a new password."""
    content = await identity.issue_password_reset(session, event.user_id)
    if content is not None:
        await sink.deliver(session, mails.reset_password(content, get_settings().base_url, event.user_id))


@subscriber(AccountLocked)
async def mail_lock_notice(session: AsyncSession, event: AccountLocked) -> None:
    """Warn the person whose account is under attack."""
    member = await identity.member(session, event.user_id)
    mail = mails.account_locked(member.email, member.name, get_settings().base_url, member.id)
    await sink.deliver(session, mail)


@subscriber(FactorsChanged)
async def mail_factors_changed(session: AsyncSession, event: FactorsChanged) -> None:
    """Tell the owner of an account that its second factors changed."""
    member = await identity.member(session, event.user_id)
    mail = mails.factors_changed(member.email, member.name, event.change, get_settings().base_url, member.id)
    await sink.deliver(session, mail)


@subscriber(InvitationCreated)
async def mail_invitation(session: AsyncSession, event: InvitationCreated) -> None:
    """Send an invitation."""
    content = await identity.issue_invitation(session, event.invitation_id)
    if content is not None:
        await sink.deliver(session, mails.invitation(content, get_settings().base_url))

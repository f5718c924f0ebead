"""Facts about accounts and members. They carry ids only: tokens are issued where the mail is written."""

from typing import ClassVar
from uuid import UUID

from tradewind.kernel.events import Event


class EmailVerificationRequested(Event):
    """A user should receive a link that proves their address."""

    name: ClassVar[str] = "identity.email_verification_requested"
    user_id: UUID


class PasswordResetRequested(Event):
    """A user should receive a link to set a new password."""

    name: ClassVar[str] = "identity.password_reset_requested"
    user_id: UUID


class InvitationCreated(Event):
    """Someone should receive an invitation to the organisation."""

    name: ClassVar[str] = "identity.invitation_created"
    invitation_id: UUID


class MemberJoined(Event):
    """A person became an active member of the organisation."""

    name: ClassVar[str] = "identity.member_joined"
    user_id: UUID
    role: str


class MemberLeft(Event):
    """A member was deactivated or removed."""

    name: ClassVar[str] = "identity.member_left"
    user_id: UUID


class AccountLocked(Event):
    """Sign-in to a member's account was locked after too many failures."""

    name: ClassVar[str] = "identity.account_locked"
    user_id: UUID

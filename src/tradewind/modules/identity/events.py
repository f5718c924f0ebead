"""Facts about accounts and members. They carry ids only: tokens are issued where the mail is written."""

from typing import ClassVar
from uuid import UUID

from pydantic import Field

from tradewind.kernel.events import Event, Public


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
    public: ClassVar[Public | None] = Public("member.joined", permission="members:read")
    user_id: UUID
    role: str = Field(examples=["creator"])


class MemberLeft(Event):
    """A member was deactivated or removed."""

    name: ClassVar[str] = "identity.member_left"
    public: ClassVar[Public | None] = Public("member.left", permission="members:read")
    user_id: UUID


class RightsChanged(Event):
    """Members hold another role, or a role other permissions: whose ids are not told, it may be many."""

    name: ClassVar[str] = "identity.rights_changed"


class LoginFailed(Event):
    """A wrong password was given for a member's account, at sign-in or to confirm a dangerous action."""

    name: ClassVar[str] = "identity.login_failed"
    user_id: UUID
    ip: str | None = None


class SecondFactorFailed(Event):
    """The password was right, or a session was open, but the second factor (`method`) was wrong."""

    name: ClassVar[str] = "identity.second_factor_failed"
    user_id: UUID
    method: str
    ip: str | None = None


class RefreshTokenReused(Event):
    """A refresh token was used twice: someone holds a copy, and the session was closed."""

    name: ClassVar[str] = "identity.refresh_token_reused"
    user_id: UUID
    session_id: UUID
    ip: str | None = None


class SignedIn(Event):
    """A member opened a session, with this kind of device; `time_zone` is the member's own."""

    name: ClassVar[str] = "identity.signed_in"
    user_id: UUID
    device: str
    time_zone: str
    ip: str | None = None


class SessionContinued(Event):
    """A member's session was refreshed, as it is every quarter of an hour of use."""

    name: ClassVar[str] = "identity.session_continued"
    user_id: UUID
    time_zone: str
    ip: str | None = None


class ApiKeyUsed(Event):
    """An API key was used; told once a day, address and web process at most."""

    name: ClassVar[str] = "identity.api_key_used"
    key_id: UUID
    key_name: str
    ip: str | None = None


class FactorsChanged(Event):
    """A person's second factors changed; `change` is the action of the audit log, e.g. `user.passkey_added`."""

    name: ClassVar[str] = "identity.factors_changed"
    user_id: UUID
    change: str


class AccountLocked(Event):
    """Sign-in to a member's account was locked after too many failures."""

    name: ClassVar[str] = "identity.account_locked"
    user_id: UUID
    ip: str | None = None


class AuditRecorded(Event):
    """Rows were added to the audit log. Sent in batches, in the order of the hash chain, from the first to the last."""

    name: ClassVar[str] = "identity.audit_recorded"
    public: ClassVar[Public | None] = Public(
        "audit.recorded",
        permission="audit:read",
        example={
            "first": 118,
            "last": 118,
            "rows": [
                {
                    "sequence": 118,
                    "hash": "9f2b6c0e4d5a8f7b1c3e6a9d0b2f4e8c7a1d5b3f6e9c2a8d4b7f1e5c3a9d6b0f",
                    "id": "0192f0c1-7a51-7c3e-9d55-3f1f0a6b2c4d",
                    "occurred_at": "2026-03-02T09:00:00Z",
                    "actor_kind": "user",
                    "actor_id": "0192f0c1-7a51-7c3e-9d55-000000000001",
                    "actor_name": "Mira Founder",
                    "ip": "203.0.113.7",
                    "request_id": "0192f0c17a517c3e",
                    "action": "lead.updated",
                    "subject_type": "lead",
                    "subject_id": "0192f0c1-7a51-7c3e-9d55-000000000002",
                    "before": {"status": "new"},
                    "after": {"status": "contacted"},
                    "reason": None,
                }
            ],
        },
    )

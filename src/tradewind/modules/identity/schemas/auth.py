"""Shapes of sign-up, sign-in, tokens and mailed links."""

from datetime import datetime
from typing import Annotated, Literal
from uuid import UUID

from pydantic import Field, StringConstraints

from tradewind.kernel.places import TimeZone
from tradewind.kernel.schemas import Schema
from tradewind.modules.identity.schemas.fields import Email, Line, Password, Token
from tradewind.modules.identity.service.sessions import Tokens


class SignUp(Schema):
    """A new user with a new organisation."""

    name: Line = Field(examples=["Mira Lindqvist"])
    email: Email
    password: Password
    organisation_name: Line
    time_zone: TimeZone = Field(
        default="UTC", description="Of the person and the organisation", examples=["Asia/Tokyo"]
    )


class LogIn(Schema):
    """Sign-in by password."""

    email: Annotated[str, StringConstraints(max_length=320)]
    password: Password


class RefreshRequest(Schema):
    """For programs; browsers send the cookie instead."""

    refresh_token: Token


class SignedIn(Schema):
    """A session in cookies."""

    user_id: UUID
    organisation_id: UUID
    session_id: UUID
    access_expires_at: datetime
    refresh_expires_at: datetime

    @classmethod
    def of(cls, tokens: Tokens) -> "SignedIn":
        """Everything about the session but its secrets."""
        return cls(
            user_id=tokens.user_id,
            organisation_id=tokens.organisation_id,
            session_id=tokens.session_id,
            access_expires_at=tokens.access_expires_at,
            refresh_expires_at=tokens.refresh_expires_at,
        )


class TokenPair(SignedIn):
    """A session as tokens, for programs."""

    access_token: str
    refresh_token: str
    token_type: Literal["Bearer"] = "Bearer"  # noqa: S105 - the scheme's name

    @classmethod
    def of(cls, tokens: Tokens) -> "TokenPair":
        """The session with its secrets."""
        return cls(
            **SignedIn.of(tokens).model_dump(),
            access_token=tokens.access_token,
            refresh_token=tokens.refresh_token,
        )


class ForgotPassword(Schema):
    """Ask for a link to set a new password."""

    email: Email


class ResetPassword(Schema):
    """Set a new password by a mailed link."""

    token: Token
    password: Password


class VerifyEmail(Schema):
    """Prove an address by a mailed link."""

    token: Token


class InvitationToken(Schema):
    """The token of an invitation link."""

    token: Token


class InvitationOffer(Schema):
    """What the link offers; with an account its password is asked, without one a name and a new password."""

    email: str
    organisation_name: str
    role: str
    invited_by: str
    has_account: bool


class AcceptInvitation(Schema):
    """Join an organisation."""

    token: Token
    password: Password
    name: Line | None = None


class Accepted(Schema):
    """The request was taken; what follows comes by mail."""

    status: Literal["accepted"] = "accepted"


class ProviderSignOut(Schema):
    """The session has ended here; a browser goes to `url` to end that of its identity provider, too."""

    url: str

"""Shapes of sign-up, sign-in, tokens and mailed links."""

from datetime import datetime
from typing import Annotated, Literal
from uuid import UUID

from pydantic import BaseModel, Field, StringConstraints

from tradewind.kernel.places import TimeZone
from tradewind.modules.identity.schemas.fields import Email, Line, Password, Token
from tradewind.modules.identity.service.sessions import Tokens


class SignUp(BaseModel):
    """A new user with a new organisation."""

    name: Line = Field(examples=["Mira Lindqvist"])
    email: Email
    password: Password
    organisation_name: Line
    time_zone: TimeZone = Field(
        default="UTC", description="Of the person and the organisation", examples=["Asia/Tokyo"]
    )


class LogIn(BaseModel):
    """Sign-in by password."""

    email: Annotated[str, StringConstraints(max_length=320)]
    password: Password


class RefreshRequest(BaseModel):
    """For programs; browsers send the cookie instead."""

    refresh_token: Token


class SignedIn(BaseModel):
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


class ForgotPassword(BaseModel):
    """Ask for a link to set a new password."""

    email: Email


class ResetPassword(BaseModel):
    """Set a new password by a mailed link."""

    token: Token
    password: Password


class VerifyEmail(BaseModel):
    """Prove an address by a mailed link."""

    token: Token


class InvitationToken(BaseModel):
    """The token of an invitation link."""

    token: Token


class InvitationOffer(BaseModel):
    """What the link offers; with an account its password is asked, without one a name and a new password."""

    email: str
    organisation_name: str
    role: str
    invited_by: str
    has_account: bool


class AcceptInvitation(BaseModel):
    """Join an organisation."""

    token: Token
    password: Password
    name: Line | None = None


class Accepted(BaseModel):
    """The request was taken; what follows comes by mail."""

    status: Literal["accepted"] = "accepted"


class ProviderSignOut(BaseModel):
    """The session has ended here; a browser goes to `url` to end that of its identity provider, too."""

    url: str

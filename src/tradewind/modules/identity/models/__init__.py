"""Tables of the identity module."""

from tradewind.modules.identity.models.accounts import (
    Invitation,
    Membership,
    OneTimeToken,
    Organisation,
    User,
    UserPassword,
)
from tradewind.modules.identity.models.audit import AuditLink, AuditRow
from tradewind.modules.identity.models.factors import AuthChallenge, Passkey, RecoveryCode, TotpFactor
from tradewind.modules.identity.models.sessions import LoginThrottle, RefreshToken, SigningKey, UserSession

__all__ = [
    "AuditLink",
    "AuditRow",
    "AuthChallenge",
    "Invitation",
    "LoginThrottle",
    "Membership",
    "OneTimeToken",
    "Organisation",
    "Passkey",
    "RecoveryCode",
    "RefreshToken",
    "SigningKey",
    "TotpFactor",
    "User",
    "UserPassword",
    "UserSession",
]

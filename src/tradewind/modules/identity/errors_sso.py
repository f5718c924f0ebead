"""Failures of single sign-on."""

from tradewind.kernel.errors import Conflict, Forbidden, NotFound


class SsoRefused(Forbidden):
    """A sign-in through a provider that is not accepted; `reason` is the last part of the code."""

    code = "identity.sso_refused"
    title = "Single sign-on did not work"

    def __init__(self, detail: str, reason: str = "refused") -> None:
        super().__init__(detail, code=f"identity.sso_{reason}")
        self.reason = reason


class SsoRequired(Forbidden):
    code = "identity.sso_required"
    title = "Use single sign-on"


class SsoUnknown(NotFound):
    code = "identity.sso_unknown"
    title = "Single sign-on is not set up here"


class ConnectionNotFound(NotFound):
    code = "identity.sso_connection_not_found"
    title = "Connection not found"


class DomainNotFound(NotFound):
    code = "identity.sso_domain_not_found"
    title = "Domain not found"


class DomainTaken(Conflict):
    code = "identity.sso_domain_taken"
    title = "This domain belongs to an organisation already"


class DomainNotProven(Conflict):
    code = "identity.sso_domain_not_proven"
    title = "The domain is not proven"


class NobodyKeepsPassword(Conflict):
    code = "identity.sso_nobody_keeps_password"
    title = "At least one administrator must keep a password"

"""Failures of sign-in, sessions, members and organisations."""

from tradewind.kernel.errors import Conflict, Forbidden, Invalid, NotFound, TooManyRequests, Unauthorised


class WrongCredentials(Unauthorised):
    code = "identity.wrong_credentials"
    title = "E-mail or password is not right"


class AccountLocked(TooManyRequests):
    code = "identity.locked"
    title = "Too many failed attempts"


class InvalidToken(Unauthorised):
    code = "identity.invalid_token"
    title = "The access token is not valid"


class SessionEnded(Unauthorised):
    code = "identity.session_ended"
    title = "This session has ended"


class RefreshReused(Unauthorised):
    code = "identity.refresh_reused"
    title = "This session was closed for your safety"


class CsrfFailed(Forbidden):
    code = "identity.csrf"
    title = "The request did not come from the web app"


class NoOrganisation(Forbidden):
    code = "identity.no_organisation"
    title = "You belong to no organisation"


class WeakPassword(Invalid):
    code = "identity.weak_password"
    title = "Choose a stronger password"


class InvalidEmail(Invalid):
    code = "identity.invalid_email"
    title = "This is not an e-mail address"


class LinkExpired(Invalid):
    code = "identity.link_expired"
    title = "This link is not valid any more"


class AddressTaken(Conflict):
    code = "identity.address_taken"
    title = "This address already belongs to an account"


class LastAdmin(Conflict):
    code = "identity.last_admin"
    title = "An organisation needs at least one active admin"


class AlreadyMember(Conflict):
    code = "identity.already_member"
    title = "Already a member"


class AlreadyInvited(Conflict):
    code = "identity.already_invited"
    title = "Already invited"


class UserNotFound(NotFound):
    code = "identity.user_not_found"
    title = "User not found"


class MemberNotFound(NotFound):
    code = "identity.member_not_found"
    title = "Member not found"


class InvitationNotFound(NotFound):
    code = "identity.invitation_not_found"
    title = "Invitation not found"


class SessionNotFound(NotFound):
    code = "identity.session_not_found"
    title = "Session not found"


class OrganisationNotFound(NotFound):
    code = "identity.organisation_not_found"
    title = "Organisation not found"

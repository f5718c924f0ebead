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


class ChallengeEnded(Invalid):
    code = "identity.challenge_ended"
    title = "This sign-in took too long or was used already"


class WrongFactor(Invalid):
    code = "identity.wrong_factor"
    title = "That did not match"


class PasskeyRefused(Invalid):
    code = "identity.passkey_refused"
    title = "The passkey could not be verified"


class PasskeyKnown(Conflict):
    code = "identity.passkey_known"
    title = "This passkey is registered already"


class PasskeysUnavailable(Conflict):
    code = "identity.passkeys_unavailable"
    title = "This address cannot have passkeys"


class FactorNotFound(NotFound):
    code = "identity.factor_not_found"
    title = "There is no such second factor"


class LastFactor(Conflict):
    code = "identity.last_factor"
    title = "Your organisation requires a second factor"


class EnrolFirst(Conflict):
    code = "identity.enrol_first"
    title = "Add a second factor to your own account first"


class SecondFactorRequired(Forbidden):
    code = "identity.second_factor_required"
    title = "This organisation requires a second factor: add one, or sign in with yours"


class StepUpRequired(Forbidden):
    code = "identity.step_up_required"
    title = "Confirm that it is you"


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


class RoleNotFound(NotFound):
    code = "identity.role_not_found"
    title = "Role not found"


class RoleInUse(Conflict):
    code = "identity.role_in_use"
    title = "People hold this role"


class NameTaken(Conflict):
    code = "identity.name_taken"
    title = "This name is taken"


class CannotGrant(Forbidden):
    code = "identity.cannot_grant"
    title = "Nobody can give more than they hold"


class TeamNotFound(NotFound):
    code = "identity.team_not_found"
    title = "Team not found"

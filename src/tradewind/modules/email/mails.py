"""Words of the mails about accounts."""

from datetime import datetime
from urllib.parse import quote
from uuid import UUID

from tradewind.modules.email.contracts import Mail
from tradewind.modules.identity.contracts import AccountMail, InvitationMail


def verify_email(content: AccountMail, base_url: str, user_id: UUID) -> Mail:
    """Prove an address; or, where a verified account has it already, say so."""
    if content.token is None:
        return Mail(
            "address_in_use", content.to, content.name, "You already have a Tradewind account",
            f"Hello {content.name},\n\nsomeone, perhaps you, just signed up with this address, but it already "
            "belongs to an account. Sign in with that account, or set a new password if you forgot it:\n\n{link}"
            "\n\nIf it was not you, there is nothing to do: your account is untouched.",
            f"{base_url}/login",
        )  # fmt: skip
    return Mail(
        "verify_email", content.to, content.name, "Confirm your e-mail address",
        f"Hello {content.name},\n\nplease confirm that this is your address:\n\n{{link}}\n\n"
        f"The link works until {_until(content.expires_at)}. "
        "If you did not sign up for Tradewind, ignore this mail.",
        _link(base_url, "verify-email", content.token), user_id,
    )  # fmt: skip


def reset_password(content: AccountMail, base_url: str, user_id: UUID) -> Mail:
    """Set a new password."""
    assert content.token is not None
    return Mail(
        "reset_password", content.to, content.name, "Set a new password",
        f"Hello {content.name},\n\nsomeone asked to reset the password of your account. "
        "Choose a new one here:\n\n{link}\n\n"
        f"The link works once, until {_until(content.expires_at)}. "
        "If it was not you, ignore this mail: your password stays as it is.",
        _link(base_url, "reset-password", content.token), user_id,
    )  # fmt: skip


def account_locked(to: str, name: str, base_url: str, user_id: UUID) -> Mail:
    """Warn about many failed sign-ins."""
    return Mail(
        "account_locked", to, name, "Sign-in to your account was paused",
        f"Hello {name},\n\nthere were too many failed attempts to sign in to your account, so signing in with "
        "a password is paused for a while. If it was not you, your password was not guessed; you may still want "
        "a new one:\n\n{link}",
        f"{base_url}/forgot-password", user_id,
    )  # fmt: skip


_FACTOR_CHANGES = {
    "user.totp_added": "An authenticator app was added to your account",
    "user.totp_removed": "An authenticator app was removed from your account",
    "user.passkey_added": "A passkey was added to your account",
    "user.passkey_removed": "A passkey was removed from your account",
    "user.recovery_codes_renewed": "New recovery codes were made for your account",
}


def factors_changed(to: str, name: str, change: str, base_url: str, user_id: UUID) -> Mail:
    """Tell the owner of an account that its second factors changed."""
    subject = _FACTOR_CHANGES[change]
    return Mail(
        "factors_changed", to, name, subject,
        f"Hello {name},\n\n{subject[0].lower()}{subject[1:]}. If it was you, there is nothing to do. If it was not, "
        "look at your second factors and sessions at once, and set a new password:\n\n{link}",
        f"{base_url}/settings/security", user_id,
    )  # fmt: skip


def invitation(content: InvitationMail, base_url: str) -> Mail:
    """Offer a place in an organisation."""
    return Mail(
        "invitation", content.to, "", f"{content.invited_by} invites you to {content.organisation_name}",
        f"Hello,\n\n{content.invited_by} invites you to work in {content.organisation_name} as "
        f"{content.role_label}. Accept here:\n\n{{link}}\n\nThe invitation ends {_until(content.expires_at)}.",
        _link(base_url, "accept-invitation", content.token),
    )  # fmt: skip


def _link(base_url: str, page: str, token: str) -> str:
    return f"{base_url}/{page}?token={quote(token)}"


def _until(moment: datetime | None) -> str:
    return f"{moment:%d %B %Y, %H:%M} UTC" if moment else "it is used"

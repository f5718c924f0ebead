"""E-mail addresses: one normal form, so that an address is one key everywhere."""

import unicodedata

from email_validator import EmailNotValidError, validate_email

from tradewind.modules.identity.errors import InvalidEmail

_MAX_LENGTH = 254


def normalise(address: str) -> tuple[str, str]:
    """`(address to write to, key to compare by)`; unicode local parts and domains are allowed.

    Raises InvalidEmail.
    """
    if len(address) > _MAX_LENGTH * 2:
        raise _refused("It is too long.")
    try:
        checked = validate_email(
            unicodedata.normalize("NFKC", address.strip()), check_deliverability=False, test_environment=True
        )
    except EmailNotValidError as error:
        raise _refused(str(error)) from None
    ascii_domain = checked.ascii_domain or checked.domain
    return checked.normalized, f"{checked.local_part.casefold()}@{ascii_domain.casefold()}"


def _refused(reason: str) -> InvalidEmail:
    return InvalidEmail(reason, errors=[{"field": "email", "message": reason}])

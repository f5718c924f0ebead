"""What can go wrong with consents, suppression and links."""

from tradewind.kernel.errors import BadRequest, Conflict, Invalid, NotFound, PayloadTooLarge


class PurposeNotFound(NotFound):
    """No such purpose in this organisation."""

    code = "privacy.purpose_not_found"
    title = "Purpose not found"


class PurposeKeyTaken(Conflict):
    """Another purpose has this key, perhaps an archived one."""

    code = "privacy.purpose_key_taken"
    title = "Key already in use"


class PurposeProtected(Conflict):
    """Purposes that the product sends under itself cannot be archived or loosened."""

    code = "privacy.purpose_protected"
    title = "This purpose is needed"


class TooManyPurposes(Conflict):
    """People must be able to read them all."""

    code = "privacy.too_many_purposes"
    title = "Too many purposes"


class ContactInvalid(Invalid):
    """An address is none, or a purpose unknown."""

    code = "privacy.contact_invalid"
    title = "Some contact points are not valid"


class SuppressionNotFound(NotFound):
    """No such suppression in force."""

    code = "privacy.suppression_not_found"
    title = "Suppression not found"


class ListUnreadable(BadRequest):
    """An imported list is no text, or has no column of addresses."""

    code = "privacy.list_unreadable"
    title = "The list cannot be read"


class ListTooLarge(PayloadTooLarge):
    """An imported list is larger than one import takes."""

    code = "privacy.list_too_large"
    title = "The list is too large"


class LinkInvalid(NotFound):
    """A token was altered, cut off, or belongs to an organisation that is gone."""

    code = "privacy.link_invalid"
    title = "This link does not work"

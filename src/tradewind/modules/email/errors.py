"""What can go wrong with the mail sink, senders, domains and ways in."""

from tradewind.kernel.errors import Conflict, Forbidden, Invalid, NotFound


class AttachmentNotFound(NotFound):
    """No such attachment, or its mail is for somebody else's eyes."""

    code = "email.attachment_not_found"
    title = "Attachment not found"


class SenderNotFound(NotFound):
    """No such sender in this organisation."""

    code = "email.sender_not_found"
    title = "Sender not found"


class DomainNotFound(NotFound):
    """No such sending domain in this organisation."""

    code = "email.domain_not_found"
    title = "Sending domain not found"


class MailboxNotFound(NotFound):
    """No such way in."""

    code = "email.mailbox_not_found"
    title = "Mailbox not found"


class DeliveryNotFound(NotFound):
    """No such mail, or it has not been handed to a sender yet."""

    code = "email.delivery_not_found"
    title = "Mail not found"


class DoorClosed(NotFound):
    """The address that was posted to is not ours, or was renewed."""

    code = "email.door_closed"
    title = "There is nothing at this address"


class DeliveryInvalid(Invalid):
    """A sender, domain or mailbox with values that do not fit."""

    code = "email.delivery_invalid"


class PostRefused(Forbidden):
    """What was posted is not signed by the provider."""

    code = "email.post_refused"
    title = "The signature does not fit"


class AddressTaken(Conflict):
    """There is one with this address already."""

    code = "email.address_taken"
    title = "This is there already"

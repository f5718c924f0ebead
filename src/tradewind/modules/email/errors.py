"""What can go wrong with the local mail sink."""

from tradewind.kernel.errors import NotFound


class AttachmentNotFound(NotFound):
    """No such attachment, or its mail is for somebody else's eyes."""

    code = "email.attachment_not_found"
    title = "Attachment not found"

"""HTTP shapes of the email module."""

from datetime import datetime
from uuid import UUID

from tradewind.kernel.schemas import Schema


class SunkAttachmentRead(Schema):
    """A file that came with a mail; `size` in bytes."""

    id: UUID
    name: str
    content_type: str
    size: int


class SunkMailRead(Schema):
    """A mail in the local sink; `secret_hidden` says that its link and attachments are shown only to the recipient."""

    id: UUID
    kind: str
    to_email: str
    to_name: str
    subject: str
    body: str
    link: str | None
    secret_hidden: bool
    created_at: datetime
    attachments: list[SunkAttachmentRead]

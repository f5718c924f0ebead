"""HTTP shapes of the email module."""

from datetime import datetime
from uuid import UUID

from pydantic import BaseModel


class SunkMailRead(BaseModel):
    """A mail in the local sink; `secret_hidden` says that its link is shown only to the recipient."""

    id: UUID
    kind: str
    to_email: str
    to_name: str
    subject: str
    body: str
    link: str | None
    secret_hidden: bool
    created_at: datetime

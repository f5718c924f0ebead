"""Tables of the email module."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from tradewind.kernel.clock import now
from tradewind.kernel.database import Base, TenantMixin
from tradewind.kernel.sealing import Sealed

BODY = Sealed("email.body")
LINK = Sealed("email.link")
HTML = Sealed("email.html")
CONTENT = Sealed("email.attachment")


class SunkMail(Base, TenantMixin):
    """A mail in the local sink. `link` is what the mail asks to open; both may carry a secret.

    One that `leaves` waits here only for its sender.
    """

    __tablename__ = "mail_sink"

    kind: Mapped[str]
    to_email: Mapped[str]
    to_name: Mapped[str]
    recipient_id: Mapped[UUID | None]
    subject: Mapped[str]
    body_sealed: Mapped[str] = mapped_column(BODY)
    link_sealed: Mapped[str | None] = mapped_column(LINK)
    html_sealed: Mapped[str | None] = mapped_column(HTML)
    leaves: Mapped[bool] = mapped_column(default=False)
    created_at: Mapped[datetime] = mapped_column(default=now)

    @property
    def body(self) -> str:
        """The text, opened."""
        return BODY.open_text(self.id, self.body_sealed)

    @property
    def link(self) -> str | None:
        """The link, opened."""
        return LINK.open_text(self.id, self.link_sealed) if self.link_sealed else None


class SunkAttachment(Base, TenantMixin):
    """A file that came with a mail in the sink; `size` in bytes. It may carry the mail's secret link."""

    __tablename__ = "mail_attachments"

    mail_id: Mapped[UUID] = mapped_column(ForeignKey("mail_sink.id"))
    name: Mapped[str]
    content_type: Mapped[str]
    size: Mapped[int]
    content_sealed: Mapped[str] = mapped_column(CONTENT)

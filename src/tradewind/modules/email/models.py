"""Tables of the email module."""

from datetime import datetime
from uuid import UUID

from sqlalchemy.orm import Mapped, mapped_column

from tradewind.kernel.clock import now
from tradewind.kernel.database import Base, TenantMixin


class SunkMail(Base, TenantMixin):
    """A mail in the local sink. `link` is what the mail asks to open; it may carry a secret."""

    __tablename__ = "mail_sink"

    kind: Mapped[str]
    to_email: Mapped[str]
    to_name: Mapped[str]
    recipient_id: Mapped[UUID | None]
    subject: Mapped[str]
    body: Mapped[str]
    link: Mapped[str | None]
    created_at: Mapped[datetime] = mapped_column(default=now)

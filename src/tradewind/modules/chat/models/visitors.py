"""Visitors: who talks through a widget, and the browsers that may go on as them."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from tradewind.kernel.classification import EMAIL, INTERNAL, PERSONAL
from tradewind.kernel.clock import now
from tradewind.kernel.database import Base, TenantMixin


class Visitor(Base, TenantMixin):
    """Somebody who talks. `external_id` is set only where the site has proved it; `consent` is `{text, at, given}`."""

    __tablename__ = "chat_visitors"

    widget_id: Mapped[UUID] = mapped_column(info=INTERNAL)
    external_id: Mapped[str | None] = mapped_column(info=PERSONAL)
    anonymous_id: Mapped[str | None] = mapped_column(info=INTERNAL)
    lead_id: Mapped[UUID | None] = mapped_column(info=INTERNAL)
    # The one they are in; earlier ones are found by the visitor's own id.
    conversation_id: Mapped[UUID | None] = mapped_column(info=INTERNAL)
    name: Mapped[str] = mapped_column(default="", info=PERSONAL)
    email: Mapped[str] = mapped_column(default="", info=EMAIL)
    language: Mapped[str] = mapped_column(default="en", info=INTERNAL)
    time_zone: Mapped[str] = mapped_column(default="UTC", info=INTERNAL)
    page_url: Mapped[str] = mapped_column(default="", info=INTERNAL)
    consent: Mapped[dict[str, Any] | None] = mapped_column(JSONB(none_as_null=True), info=INTERNAL)
    first_seen_at: Mapped[datetime] = mapped_column(default=now, info=INTERNAL)
    last_seen_at: Mapped[datetime] = mapped_column(default=now, info=INTERNAL)

"""Widgets: what a website carries."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from tradewind.kernel.classification import INTERNAL
from tradewind.kernel.database import Base, TenantMixin, TimestampMixin, VersionMixin
from tradewind.kernel.sealing import Sealed

IDENTITY_SECRET = Sealed("chat.identity_secret")


class Widget(Base, TenantMixin, TimestampMixin, VersionMixin):
    """A chat widget; `key` is public, `settings` are `schemas.widgets.WidgetSettings`.

    The previous secret of identity verification holds until `previous_secret_until`.
    """

    __tablename__ = "chat_widgets"

    key: Mapped[str] = mapped_column(info=INTERNAL)
    name: Mapped[str] = mapped_column(info=INTERNAL)
    active: Mapped[bool] = mapped_column(default=True, info=INTERNAL)
    agent_id: Mapped[UUID | None] = mapped_column(info=INTERNAL)
    settings: Mapped[dict[str, Any]] = mapped_column(JSONB, default=dict, info=INTERNAL)
    identity_secret_sealed: Mapped[str] = mapped_column(IDENTITY_SECRET, info=INTERNAL)
    previous_secret_sealed: Mapped[str | None] = mapped_column(IDENTITY_SECRET, info=INTERNAL)
    previous_secret_until: Mapped[datetime | None] = mapped_column(info=INTERNAL)
    # When and on which site it was last loaded.
    seen_at: Mapped[datetime | None] = mapped_column(info=INTERNAL)
    seen_on: Mapped[str | None] = mapped_column(info=INTERNAL)

"""Fields an organisation adds to its records, and its tags."""

from datetime import datetime

from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from tradewind.kernel.clock import now
from tradewind.kernel.database import Base, TenantMixin


class CustomField(TenantMixin, Base):
    """One field; values live in the `custom` column of the entity under `key`."""

    __tablename__ = "custom_fields"

    entity: Mapped[str]
    key: Mapped[str]
    label: Mapped[str]
    kind: Mapped[str]
    options: Mapped[list[str]] = mapped_column(JSONB, default=list)
    filterable: Mapped[bool] = mapped_column(default=False)
    used_for_scoring: Mapped[bool] = mapped_column(default=True)
    classification: Mapped[str] = mapped_column(default="internal")
    position: Mapped[int] = mapped_column(default=0)
    archived_at: Mapped[datetime | None]
    created_at: Mapped[datetime] = mapped_column(default=now)


class Tag(TenantMixin, Base):
    """A tag people chose a colour for; records hold tag names."""

    __tablename__ = "tags"

    name: Mapped[str]
    colour: Mapped[str] = mapped_column(default="grey")
    created_at: Mapped[datetime] = mapped_column(default=now)

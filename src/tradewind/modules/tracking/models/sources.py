"""Where events come from."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from tradewind.kernel.database import Base, TenantMixin, TimestampMixin, VersionMixin


class TrackingSource(TenantMixin, TimestampMixin, VersionMixin, Base):
    """A site, server or app that sends events, by the publishable key it sends them with.

    After a rotation `previous_key_id` may be used as well until that key expires. `tail_until` lies in the future
    while someone watches its events arrive.
    """

    __tablename__ = "tracking_sources"

    name: Mapped[str]
    kind: Mapped[str]
    key_id: Mapped[UUID] = mapped_column(ForeignKey("api_keys.id"))
    previous_key_id: Mapped[UUID | None] = mapped_column(ForeignKey("api_keys.id"))
    enabled: Mapped[bool] = mapped_column(default=True)
    settings: Mapped[dict] = mapped_column(default=dict)
    tail_until: Mapped[datetime | None]
    first_event_at: Mapped[datetime | None]
    last_event_at: Mapped[datetime | None]

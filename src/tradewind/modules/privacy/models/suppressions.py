"""The table of suppressed contact points."""

from datetime import datetime

from sqlalchemy.orm import Mapped, mapped_column

from tradewind.kernel.classification import INTERNAL, SENSITIVE
from tradewind.kernel.database import Base, TenantMixin


class Suppression(TenantMixin, Base):
    """Messages to a contact point are stopped, for one reason. Released rows stay as evidence."""

    __tablename__ = "suppressions"

    contact_hash: Mapped[bytes] = mapped_column(info=INTERNAL)
    channel: Mapped[str] = mapped_column(info=INTERNAL)
    scope: Mapped[str] = mapped_column(info=INTERNAL)
    reason: Mapped[str] = mapped_column(info=INTERNAL)
    source: Mapped[str] = mapped_column(info=INTERNAL)
    note: Mapped[str] = mapped_column(default="", info=SENSITIVE)
    at: Mapped[datetime] = mapped_column(info=INTERNAL)
    until: Mapped[datetime | None] = mapped_column(info=INTERNAL)
    actor_name: Mapped[str] = mapped_column(default="", info=INTERNAL)
    released_at: Mapped[datetime | None] = mapped_column(info=INTERNAL)
    released_by_name: Mapped[str] = mapped_column(default="", info=INTERNAL)
    release_note: Mapped[str] = mapped_column(default="", info=SENSITIVE)

"""Tables of the inbox: canned replies, and who looks at which conversation."""

from uuid import UUID

from sqlalchemy.orm import Mapped, mapped_column

from tradewind.kernel.classification import INTERNAL
from tradewind.kernel.database import Base, TenantMixin, TimestampMixin, VersionMixin


class CannedReply(Base, TenantMixin, TimestampMixin, VersionMixin):
    """A text to answer with: of one member (`owner_id`), of a queue's team, or of everyone."""

    __tablename__ = "canned_replies"

    shortcut: Mapped[str] = mapped_column(info=INTERNAL)
    title: Mapped[str] = mapped_column(info=INTERNAL)
    text: Mapped[str] = mapped_column(info=INTERNAL)
    owner_id: Mapped[UUID | None] = mapped_column(info=INTERNAL)
    queue_id: Mapped[UUID | None] = mapped_column(info=INTERNAL)
    used: Mapped[int] = mapped_column(default=0, info=INTERNAL)

"""Values of custom fields of the kind `secret`: stored encrypted, and nowhere else."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from tradewind.kernel.classification import INTERNAL, SENSITIVE
from tradewind.kernel.clock import now
from tradewind.kernel.database import Base, TenantMixin
from tradewind.kernel.sealing import Sealed

SECRET = Sealed("leads.secret")


class LeadSecret(TenantMixin, Base):
    """One value. After a merge a lead may hold several of a field, until that is undone: the newest counts."""

    __tablename__ = "lead_secrets"

    lead_id: Mapped[UUID] = mapped_column(ForeignKey("leads.id", ondelete="CASCADE"), info=INTERNAL)
    field_id: Mapped[UUID] = mapped_column(ForeignKey("custom_fields.id", ondelete="CASCADE"), info=INTERNAL)
    value_sealed: Mapped[str] = mapped_column(SECRET, info=SENSITIVE)
    set_by_name: Mapped[str] = mapped_column(default="", info=INTERNAL)
    set_at: Mapped[datetime] = mapped_column(default=now, info=INTERNAL)

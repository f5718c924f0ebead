"""Tables of intents."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import REAL, ForeignKey, LargeBinary
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, deferred, mapped_column

from tradewind.kernel.clock import now
from tradewind.kernel.database import Base, TenantMixin, TimestampMixin, VersionMixin


class IntentSet(TenantMixin, TimestampMixin, VersionMixin, Base):
    """Topics that are told apart together. `changes`: edits of intents and examples since the newest training.

    `threshold`: below this probability of being in scope a text belongs to none of the intents.
    """

    __tablename__ = "intent_sets"

    key: Mapped[str]
    name: Mapped[str]
    description: Mapped[str] = mapped_column(default="")
    threshold: Mapped[float] = mapped_column(REAL, default=0.5)
    changes: Mapped[int] = mapped_column(default=0)


class Intent(TenantMixin, TimestampMixin, Base):
    """One topic of a set; `label` is what classification answers."""

    __tablename__ = "intents"

    set_id: Mapped[UUID] = mapped_column(ForeignKey("intent_sets.id", ondelete="CASCADE"))
    label: Mapped[str]
    description: Mapped[str] = mapped_column(default="")


class IntentExample(TenantMixin, Base):
    """How people say it; a `negative` one sounds like the intent and is out of scope. `text_key`: compared form."""

    __tablename__ = "intent_examples"

    set_id: Mapped[UUID] = mapped_column(ForeignKey("intent_sets.id", ondelete="CASCADE"))
    intent_id: Mapped[UUID] = mapped_column(ForeignKey("intents.id", ondelete="CASCADE"))
    text: Mapped[str]
    text_key: Mapped[str]
    negative: Mapped[bool] = mapped_column(default=False)
    created_at: Mapped[datetime] = mapped_column(default=now)


class IntentModel(TenantMixin, Base):
    """One trained version of a set; at most one is published. `report`: confusions and curves of its card."""

    __tablename__ = "intent_models"

    set_id: Mapped[UUID] = mapped_column(ForeignKey("intent_sets.id", ondelete="CASCADE"))
    version: Mapped[int]
    status: Mapped[str] = mapped_column(default="candidate")
    reason: Mapped[str] = mapped_column(default="")
    intents: Mapped[int]
    examples: Mapped[int]
    metrics: Mapped[dict[str, Any]] = mapped_column(JSONB)
    report: Mapped[dict[str, Any]] = deferred(mapped_column(JSONB), raiseload=True)
    artefact: Mapped[bytes] = deferred(mapped_column(LargeBinary), raiseload=True)
    trained_at: Mapped[datetime] = mapped_column(default=now)
    trained_by: Mapped[str] = mapped_column(default="")
    published_at: Mapped[datetime | None]


class UnansweredMessage(TenantMixin, Base):
    """A message nothing could be said to; `vector` is filled when suggestions are made (384 float32)."""

    __tablename__ = "intent_unanswered"

    text: Mapped[str]
    text_key: Mapped[str]
    times: Mapped[int] = mapped_column(default=1)
    vector: Mapped[bytes | None] = deferred(mapped_column(LargeBinary), raiseload=True)
    first_at: Mapped[datetime] = mapped_column(default=now)
    last_at: Mapped[datetime] = mapped_column(default=now)
    dismissed_at: Mapped[datetime | None]

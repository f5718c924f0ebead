"""Tables of experiments: versions of a prompt that are in use side by side; see migrations 0043 and 0054."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import ForeignKey, Text
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import Mapped, mapped_column

from tradewind.kernel.clock import now
from tradewind.kernel.database import Base, TenantMixin


class Experiment(TenantMixin, Base):
    """Versions of one prompt tried against each other. `published`: what was put in use at its end."""

    __tablename__ = "ai_experiments"

    prompt_id: Mapped[UUID] = mapped_column(ForeignKey("ai_prompts.id", ondelete="CASCADE"))
    state: Mapped[str] = mapped_column(default="running")
    started_by_name: Mapped[str] = mapped_column(default="")
    started_at: Mapped[datetime] = mapped_column(default=now)
    ended_by_name: Mapped[str] = mapped_column(default="")
    ended_at: Mapped[datetime | None]
    published: Mapped[int | None]


class Arm(TenantMixin, Base):
    """A version in an experiment: how often it was used and judged, and the sum of the judgements (each 0 … 1)."""

    __tablename__ = "ai_experiment_arms"

    experiment_id: Mapped[UUID] = mapped_column(ForeignKey("ai_experiments.id", ondelete="CASCADE"))
    number: Mapped[int]
    used: Mapped[int] = mapped_column(default=0)
    judged: Mapped[int] = mapped_column(default=0)
    reward: Mapped[float] = mapped_column(default=0.0)


class PromptUse(TenantMixin, Base):
    """What one subject (an answer, a conversation) was given, and the probability it was chosen with.

    `because`: what the reward was made of, as `contracts_feedback.Because` names it.
    """

    __tablename__ = "ai_prompt_uses"

    arm_id: Mapped[UUID] = mapped_column(ForeignKey("ai_experiment_arms.id", ondelete="CASCADE"))
    experiment_id: Mapped[UUID] = mapped_column(ForeignKey("ai_experiments.id", ondelete="CASCADE"))
    subject_id: Mapped[UUID]
    propensity: Mapped[float]
    reward: Mapped[float | None]
    because: Mapped[list[str]] = mapped_column(ARRAY(Text), default=list)
    created_at: Mapped[datetime] = mapped_column(default=now)
    judged_at: Mapped[datetime | None]

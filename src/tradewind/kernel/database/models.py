"""Bases of all tables."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import DateTime, MetaData, Text, Uuid
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

from tradewind.kernel.clock import now
from tradewind.kernel.ids import new_id


class Base(DeclarativeBase):
    """Declarative base: UUIDv7 primary keys, aware timestamps, text without length, JSON as jsonb."""

    metadata = MetaData(
        naming_convention={
            "ix": "ix_%(table_name)s_%(column_0_N_name)s",
            "uq": "uq_%(table_name)s_%(column_0_N_name)s",
            "ck": "ck_%(table_name)s_%(constraint_name)s",
            "fk": "fk_%(table_name)s_%(column_0_N_name)s",
            "pk": "pk_%(table_name)s",
        }
    )
    type_annotation_map = {
        datetime: DateTime(timezone=True),
        str: Text(),
        UUID: Uuid(),
        dict: JSONB(),
    }

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)


class TenantMixin:
    """A row that belongs to one organisation; row-level security hides it from all others."""

    organisation_id: Mapped[UUID] = mapped_column()


class TimestampMixin:
    """Creation and last change."""

    created_at: Mapped[datetime] = mapped_column(default=now)
    updated_at: Mapped[datetime] = mapped_column(default=now, onupdate=now)


class VersionMixin:
    """Optimistic concurrency: rises by one with every change, shown to clients as ETag."""

    version: Mapped[int] = mapped_column(default=1)

"""API keys."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import ForeignKey, Text
from sqlalchemy.dialects.postgresql import ARRAY, BYTEA
from sqlalchemy.orm import Mapped, mapped_column

from tradewind.kernel.clock import now
from tradewind.kernel.database import Base, TenantMixin
from tradewind.kernel.sealing import Sealed

SIGNING_SECRET = Sealed("identity.api_key.signing")


class ApiKey(Base, TenantMixin):
    """A program's access. Kinds: `secret` (bearer), `signed` (HMAC), `publishable` (for browsers, writes only).

    `shown` is what people recognise the key by; of a publishable key it is the whole key.
    """

    __tablename__ = "api_keys"

    kind: Mapped[str]
    test: Mapped[bool] = mapped_column(default=False)
    name: Mapped[str]
    shown: Mapped[str]
    secret_hash: Mapped[bytes | None] = mapped_column(BYTEA)
    # The master key that the hash was made with; renewed with the hash when the key is used after a rotation.
    hash_key_id: Mapped[str | None]
    signing_secret_sealed: Mapped[str | None] = mapped_column(SIGNING_SECRET)
    scopes: Mapped[list[str]] = mapped_column(ARRAY(Text))
    allowed_networks: Mapped[list[str]] = mapped_column(ARRAY(Text), default=list)
    allowed_origins: Mapped[list[str]] = mapped_column(ARRAY(Text), default=list)
    requests_per_minute: Mapped[int | None]
    expires_at: Mapped[datetime | None]
    created_by: Mapped[UUID] = mapped_column(ForeignKey("users.id"))
    created_by_name: Mapped[str]
    created_at: Mapped[datetime] = mapped_column(default=now)
    last_used_at: Mapped[datetime | None]
    last_used_ip: Mapped[str | None]
    revoked_at: Mapped[datetime | None]
    revoked_by_name: Mapped[str | None]

"""PostgreSQL: the embedded server, the engine with one transaction per request or job, table bases."""

from tradewind.kernel.database.engine import Database, actor_of, asyncpg_connection, database_of
from tradewind.kernel.database.models import Base, TenantMixin, TimestampMixin, VersionMixin

__all__ = [
    "Base",
    "Database",
    "TenantMixin",
    "TimestampMixin",
    "VersionMixin",
    "actor_of",
    "asyncpg_connection",
    "database_of",
]

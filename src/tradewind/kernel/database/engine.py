"""Connections and transactions. Every transaction acts for one actor and sees only that actor's organisation."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any, cast

import asyncpg
import orjson
from sqlalchemy import URL, NullPool, make_url, text
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, AsyncSession, create_async_engine
from sqlalchemy.util.concurrency import greenlet_spawn

from tradewind.kernel.access import Actor
from tradewind.kernel.database.embedded import APP_ROLE, OWNER_ROLE, EmbeddedServer
from tradewind.settings import Settings

_OVERFLOW = 4
_WAIT_SECONDS = 10
_SET_TENANT = text("""
    SELECT set_config('app.org_id', :organisation_id, true), set_config('app.user_id', :user_id, true),
        set_config('app.visible_owners', :visible_owners, true)
""")


def actor_of(session: AsyncSession) -> Actor:
    """The actor this session works for."""
    return cast(Actor, session.info["actor"])


def database_of(session: AsyncSession) -> "Database":
    """The database this session is a transaction of, for work that must outlive it."""
    return cast("Database", session.info["database"])


async def asyncpg_connection(session: AsyncSession) -> asyncpg.Connection:
    """The driver's own connection inside the session's transaction, for COPY and plain SQL.

    Pending ORM changes are flushed first, so that plain SQL sees them.
    """
    if session.new or session.dirty or session.deleted:
        await session.flush()
    connection = session.info.get("driver_connection")
    # Within a savepoint it is asking that sets it.
    if connection is None or session.in_nested_transaction():
        raw = await (await session.connection()).get_raw_connection()
        assert raw.driver_connection is not None
        # Remembered, because asking costs more than most statements; a session is one transaction, on one connection.
        connection = session.info["driver_connection"] = raw.driver_connection
    return connection


async def set_tenant(session: AsyncSession, actor: Actor) -> None:
    """Tell the row-level security policies whom the current transaction acts for from here on."""
    values = {
        "organisation_id": str(actor.organisation_id or ""),
        "user_id": str(actor.user_id or ""),
        "visible_owners": _visible_owners(actor),
    }
    await session.execute(_SET_TENANT, values)


def _visible_owners(actor: Actor) -> str:
    """PostgreSQL's form of the owners whose records the actor sees; empty for all."""
    return "" if actor.visible_owners is None else f"{{{','.join(sorted(map(str, actor.visible_owners)))}}}"


class _Connection(asyncpg.Connection):
    """Tells PostgreSQL whom a transaction acts for in the round trip that begins it."""

    opening = ""

    async def execute(self, query: str, *args: Any, **options: Any) -> str:
        if query == "BEGIN;":
            query += self.opening
        return await super().execute(query, *args, **options)


async def _begin(session: AsyncSession, actor: Actor) -> None:
    """Take a connection and begin the transaction for `actor` on it; two round trips fewer than by the session."""
    connection = (await session.connection()).sync_connection
    assert connection is not None
    adapted: Any = connection.connection.dbapi_connection
    organisation, user = actor.organisation_id or "", actor.user_id or ""
    opening = f"SET LOCAL app.org_id = '{organisation}'; SET LOCAL app.user_id = '{user}'"
    if actor.visible_owners is not None:
        opening += f"; SET LOCAL app.visible_owners = '{_visible_owners(actor)}'"
    session.info["driver_connection"] = driver = adapted.driver_connection
    driver.opening = opening
    await adapted._start_transaction()


class Database:
    """The application's way to PostgreSQL, working as the role without BYPASSRLS."""

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self.embedded = EmbeddedServer(settings.home) if settings.database_url is None else None
        self._engine: AsyncEngine | None = None
        self._slots: asyncio.Semaphore

    @property
    def owner_url(self) -> URL:
        """URL of the role that owns the tables and runs migrations."""
        if self.embedded is not None:
            return _driver(self.embedded.url(OWNER_ROLE))
        assert self.settings.database_url is not None
        return _driver(self.settings.database_url.get_secret_value())

    @property
    def app_url(self) -> URL:
        """URL of the restricted role (or of the owner, where `app_role` then switches to it)."""
        if self.embedded is not None:
            return _driver(self.embedded.url(APP_ROLE))
        own = self.settings.database_app_url
        return _driver(own.get_secret_value()) if own else self.owner_url

    @property
    def connect_options(self) -> dict[str, str]:
        """Server settings of each application connection."""
        options = {"application_name": "tradewind", "timezone": "UTC"}
        if self.embedded is None and self.settings.database_app_url is None:
            options["role"] = APP_ROLE
        return options

    @property
    def engine(self) -> AsyncEngine:
        """The pooled engine; `open` must have been called."""
        assert self._engine is not None, "Database.open() first"
        return self._engine

    def start_server(self) -> None:
        """Start the embedded server, if this installation uses it."""
        if self.embedded is not None:
            self.embedded.start()

    async def open(self, *, pooled: bool = True) -> "Database":
        """Start the embedded server if it is used, and make the engine. Connects on first use."""
        self.start_server()
        pool = (
            {"pool_size": self.settings.database_pool_size, "max_overflow": _OVERFLOW, "pool_timeout": _WAIT_SECONDS}
            if pooled
            else {"poolclass": NullPool}
        )
        self._engine = create_async_engine(
            self.app_url,
            connect_args={"server_settings": self.connect_options, "timeout": 5, "connection_class": _Connection},
            json_serializer=lambda value: orjson.dumps(value).decode(),
            json_deserializer=orjson.loads,
            **pool,
        )
        # The pool lets newcomers overtake those who wait; a semaphore serves in the order of arrival.
        self._slots = asyncio.Semaphore(self.settings.database_pool_size + _OVERFLOW)
        return self

    async def close(self) -> None:
        """Close all connections and leave the embedded server."""
        if self._engine is not None:
            await self._engine.dispose()
        if self.embedded is not None:
            self.embedded.stop()

    @asynccontextmanager
    async def transaction(self, actor: Actor) -> AsyncIterator[AsyncSession]:
        """One transaction for `actor`: committed at the end of the block, rolled back on an exception.

        Raises ConnectionError when there is no way to the database, or none became free in 10 s.
        """
        try:
            async with asyncio.timeout(_WAIT_SECONDS):
                await self._slots.acquire()
        except TimeoutError as failure:
            raise ConnectionError("all connections to the database are busy") from failure
        session = None
        try:
            session = await self._begun(actor)
            yield session
            await session.commit()
            # The commit gave the connection back: what is left to close needs no waiting.
            session.sync_session.close()
        except BaseException:
            if session is not None:
                await session.__aexit__(None, None, None)
            raise
        finally:
            self._slots.release()

    async def call(self, statement: str, *values: Any) -> list[asyncpg.Record]:
        """One statement as a transaction of its own, in one round trip: for writes that somebody waits for.

        It acts for nobody unless it says itself for whom (`set_config`), and must bear being repeated, since a dead
        connection is replaced. Raises ConnectionError when there is no way to the database.
        """
        async with self._slots:
            for is_last in (False, True):
                try:
                    raw = await self.engine.raw_connection()
                    try:
                        return await cast(Any, raw.driver_connection).fetch(statement, *values)
                    finally:
                        await greenlet_spawn(raw.close)
                except (OSError, asyncpg.InterfaceError, asyncpg.PostgresConnectionError) as failure:
                    if is_last:
                        raise ConnectionError("the database cannot be reached") from failure
                    await self.engine.dispose()
        raise AssertionError("unreachable")

    async def _begun(self, actor: Actor) -> AsyncSession:
        """A session whose transaction has begun; when the pool's connection is dead, on a new pool's."""
        dead = self.engine.dialect.loaded_dbapi.Error
        for is_last in (False, True):
            pool = self.engine.pool
            session = AsyncSession(self.engine, expire_on_commit=False, info={"actor": actor, "database": self})
            try:
                await _begin(session, actor)
                return session
            except BaseException as failure:
                await session.invalidate()
                if isinstance(failure, OSError) or (isinstance(failure, dead) and is_last):
                    # A missing socket file, a refused port, an unknown host: to callers all the same.
                    raise ConnectionError("the database cannot be reached") from failure
                if not isinstance(failure, dead):
                    raise
                if self.engine.pool is pool:
                    await self.engine.dispose()
        raise AssertionError("unreachable")

    async def connect(self) -> asyncpg.Connection:
        """A dedicated driver connection outside the pool (LISTEN, job queue); the caller closes it."""
        url = self.app_url
        return await asyncpg.connect(
            dsn=url.set(drivername="postgresql").render_as_string(hide_password=False),
            server_settings=self.connect_options,
            timeout=5,
        )

    @asynccontextmanager
    async def owner_connection(self) -> AsyncIterator[AsyncConnection]:
        """A transaction as the owner role, for migrations and administration only."""
        engine = create_async_engine(self.owner_url, poolclass=NullPool)
        try:
            async with engine.begin() as connection:
                yield connection
        finally:
            await engine.dispose()


def _driver(url: str) -> URL:
    return make_url(url).set(drivername="postgresql+asyncpg")

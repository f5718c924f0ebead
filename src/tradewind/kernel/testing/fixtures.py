"""Pytest fixtures; `tests/conftest.py` loads them as a plugin."""

import os
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import AsyncExitStack
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from uuid import UUID

import httpx
import pytest
from fastapi import FastAPI
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncSession

from tradewind import modules
from tradewind.app import attach, create_app
from tradewind.kernel import clock, telemetry
from tradewind.kernel.access import Actor
from tradewind.kernel.database import Database
from tradewind.kernel.database.migrate import migrate
from tradewind.kernel.testing import database as testing_database
from tradewind.modules.identity import api as identity
from tradewind.modules.identity.permissions import permissions_of
from tradewind.settings import Settings

PASSWORD = "correct-Horse-battery-7-staple"  # noqa: S105 - the password of test users


@pytest.fixture(scope="session")
def settings() -> Settings:
    """Settings of a home kept for all test runs; each test process has a database of its own in it."""
    home = Path(os.environ.get("TRADEWIND_TEST_HOME") or Path(__file__).parents[4] / ".cache" / "test-home")
    home.mkdir(parents=True, exist_ok=True)
    made = Settings(
        home=home,
        _env_file=None,  # pyright: ignore[reportCallIssue]
        database_pool_size=5,
        log_level="WARNING",
        api_requests_per_minute=1_000_000,  # tests that send thousands of requests are not what the limit is for
    )
    # Without this, structlog's default prints tracebacks with all local variables, at seconds apiece.
    telemetry.configure_logging(made)
    return made


class WorkerDatabase(Database):
    """The embedded server with one database per test process."""

    @property
    def owner_url(self):
        return super().owner_url.set(database=self._name)

    @property
    def app_url(self):
        return super().app_url.set(database=self._name)

    _name = f"test_{os.environ.get('PYTEST_XDIST_WORKER', 'main')}_{os.getpid()}"


@pytest.fixture(scope="session")
async def real_database(settings: Settings) -> AsyncIterator[Database]:
    """A migrated database with committed transactions; tests that use it clean up after themselves."""
    modules.load_all()
    database = WorkerDatabase(settings)
    database.start_server()
    await migrate(database)
    await database.open(pooled=False)
    yield database
    await _drop(database)
    await database.close()


async def _drop(database: WorkerDatabase) -> None:
    import asyncpg

    assert database.embedded is not None
    await database.engine.dispose()
    connection = await asyncpg.connect(database.embedded.url("postgres", "postgres"))
    await connection.execute(f'DROP DATABASE IF EXISTS "{database.owner_url.database}" WITH (FORCE)')
    await connection.close()


@pytest.fixture(scope="session")
async def sole_connection(real_database: Database) -> AsyncIterator[AsyncConnection]:
    """One connection for the tests of a process, one after the other: a new one knows no table and no statement."""
    async with real_database.engine.connect() as connection:
        yield connection


@pytest.fixture
async def database(settings: Settings, sole_connection: AsyncConnection) -> AsyncIterator[Database]:
    """A database for one test; everything is rolled back afterwards."""
    async with sole_connection.begin() as transaction:
        yield testing_database.RolledBackDatabase(settings, sole_connection)
        await transaction.rollback()


@dataclass(frozen=True)
class Tenant:
    """An organisation with an administrator."""

    organisation_id: UUID
    user_id: UUID
    actor: Actor
    email: str


async def make_tenant(database: Database, name: str, role: str = "admin") -> Tenant:
    """Create an organisation and one user of `role` in it."""
    async with database.transaction(Actor.system(name="test")) as session:
        organisation_id = await identity.create_organisation(session, name=name)
    return await add_member(database, organisation_id, role=role, name=f"{role} of {name}")


async def add_member(database: Database, organisation_id: UUID, *, role: str, name: str) -> Tenant:
    """Add a user of `role` to an organisation."""
    from tradewind.kernel.ids import new_id

    email = f"{role}-{new_id().hex[-12:]}@people.example"
    async with database.transaction(Actor.system(organisation_id, name="test")) as session:
        user_id = await identity.create_user(
            session, organisation_id, email=email, name=name, password=PASSWORD, role=role
        )
    actor = Actor(
        kind="user",
        organisation_id=organisation_id,
        user_id=user_id,
        role=role,
        permissions=permissions_of(role),
        name=name,
    )
    return Tenant(organisation_id, user_id, actor, email)


@pytest.fixture
async def tenant(database: Database) -> Tenant:
    """A fresh organisation with an administrator."""
    return await make_tenant(database, "Fernweh Bikes")


@pytest.fixture
async def organisation(tenant: Tenant) -> Actor:
    """The administrator of the fresh organisation, as an actor."""
    return tenant.actor


@pytest.fixture
async def other_organisation(database: Database) -> Actor:
    """The administrator of another organisation."""
    return (await make_tenant(database, "Quiet Harbour Tea")).actor


@pytest.fixture
async def session(database: Database, organisation: Actor) -> AsyncIterator[AsyncSession]:
    """A session of the administrator."""
    async with database.transaction(organisation) as session:
        yield session


@pytest.fixture(scope="session")
def application(settings: Settings) -> FastAPI:
    """The application, composed once: building a hundred routes for each test would take most of the time."""
    return create_app(settings)


@pytest.fixture
def app(application: FastAPI, settings: Settings, database: Database) -> FastAPI:
    """The application on the test's database, with no memory of earlier tests."""
    application.state._state.clear()
    attach(application, settings, database)
    return application


ClientFor = Callable[[str], Awaitable[httpx.AsyncClient]]


@pytest.fixture
async def client_of(app: FastAPI, database: Database) -> AsyncIterator[Callable[[Actor], Awaitable[httpx.AsyncClient]]]:
    """Make API clients that act as a given actor, with a real access token."""
    async with AsyncExitStack() as stack:

        async def make(actor: Actor) -> httpx.AsyncClient:
            assert actor.user_id is not None
            assert actor.organisation_id is not None
            async with database.transaction(Actor.system(actor.organisation_id, name="test")) as session:
                token = await identity.issue_access_token(session, actor.user_id, actor.organisation_id)
            return await stack.enter_async_context(
                httpx.AsyncClient(
                    transport=httpx.ASGITransport(app),
                    base_url="http://tradewind.test",
                    headers={"Authorization": f"Bearer {token}"},
                )
            )

        yield make


@pytest.fixture
async def client(client_of: Callable[[Actor], Awaitable[httpx.AsyncClient]], organisation: Actor) -> httpx.AsyncClient:
    """An API client of the administrator."""
    return await client_of(organisation)


@pytest.fixture
async def client_for(
    client_of: Callable[[Actor], Awaitable[httpx.AsyncClient]], database: Database, tenant: Tenant
) -> ClientFor:
    """`await client_for("analyst")`: an API client of another member with that role."""

    async def make(role: str) -> httpx.AsyncClient:
        member = await add_member(database, tenant.organisation_id, role=role, name=role.title())
        return await client_of(member.actor)

    return make


@pytest.fixture
async def anonymous(app: FastAPI) -> AsyncIterator[httpx.AsyncClient]:
    """An API client that is not signed in."""
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://tradewind.test") as client:
        yield client


@pytest.fixture
def drain(database: Database) -> Callable[[], Awaitable[list[str]]]:
    """`await drain()` runs all queued jobs and event deliveries."""

    async def run() -> list[str]:
        return await testing_database.drain(database)

    return run


@pytest.fixture
def frozen() -> Iterator[clock.FrozenClock]:
    """A clock stopped at 2026-03-02 09:00 UTC, a Monday."""
    with clock.frozen(datetime(2026, 3, 2, 9, 0, tzinfo=UTC)) as stopped:
        yield stopped


@pytest.fixture(scope="session")
def shared_data() -> Path:
    """Folder of the public data sets that are not part of this project."""
    folder = Path(os.environ.get("TRADEWIND_SHARED_DATA") or Path(__file__).parents[5] / "shared" / "data")
    if not folder.is_dir():
        pytest.skip(f"the public data sets are not at {folder} (set TRADEWIND_SHARED_DATA)")
    return folder

"""Worlds for the tests of live news."""

from collections.abc import AsyncIterator

import pytest
from tests.kernel.realtime_world import World

from tradewind.kernel.database import Database
from tradewind.kernel.database.migrate import migrate
from tradewind.settings import Settings


@pytest.fixture
async def world(real_database: Database) -> AsyncIterator[World]:
    world = World(real_database)
    yield world
    await world.close()


@pytest.fixture(scope="module")
async def lone_database(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Database]:
    """A server of its own: how far a position moves depends on every transaction that is open on the server."""
    settings = Settings(home=tmp_path_factory.mktemp("lone"), database_pool_size=5, _env_file=None)  # pyright: ignore[reportCallIssue]
    database = Database(settings)
    database.start_server()
    await migrate(database)
    await database.open(pooled=False)
    yield database
    await database.close()


@pytest.fixture
async def lone_world(lone_database: Database) -> AsyncIterator[World]:
    world = World(lone_database)
    yield world
    await world.close()

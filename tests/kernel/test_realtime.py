"""Realtime: nothing is missed, whatever the order of commits or the moment of a break; nobody sees others' news."""

import asyncio
import random
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace
from typing import Any
from uuid import UUID

import orjson
import pytest
from fastapi import FastAPI
from sqlalchemy import text

from tradewind.kernel import clock
from tradewind.kernel.access import Actor
from tradewind.kernel.database import Database
from tradewind.kernel.database.migrate import migrate
from tradewind.kernel.errors import Unauthorised
from tradewind.kernel.ids import new_id
from tradewind.kernel.realtime import Hub, messages, purge, push, router, routes, tell_access_changed
from tradewind.kernel.realtime import hub as hub_module
from tradewind.settings import Settings

WAIT_SECONDS = 60


class Tokens:
    """Authenticator whose tokens name the actors given to it."""

    def __init__(self) -> None:
        self.actors: dict[str, Actor] = {}

    async def authenticate(self, token: str, *, ip: str | None = None) -> Actor:
        if token not in self.actors:
            raise Unauthorised
        return self.actors[token]


class Browser:
    """A WebSocket client at the ASGI interface."""

    def __init__(self, app: FastAPI, query: str = "", headers: dict[str, str] | None = None) -> None:
        self._incoming: asyncio.Queue = asyncio.Queue()
        self._outgoing: asyncio.Queue = asyncio.Queue()
        self.reading = asyncio.Event()
        self.reading.set()
        self.last_id: str | None = None
        self.seen: list[str] = []
        scope = {
            "type": "websocket",
            "asgi": {"version": "3.0"},
            "scheme": "ws",
            "path": "/api/v1/ws",
            "raw_path": b"/api/v1/ws",
            "root_path": "",
            "query_string": query.encode(),
            "headers": [(b"host", b"app.example")]
            + [(name.lower().encode(), value.encode()) for name, value in (headers or {}).items()],
            "client": ("127.0.0.1", 1),
            "server": ("app.example", 80),
            "subprotocols": [],
            "state": {},
        }
        self._incoming.put_nowait({"type": "websocket.connect"})
        self._task = asyncio.create_task(app(scope, self._incoming.get, self._take))

    async def _take(self, message: Any) -> None:
        await self.reading.wait()
        await self._outgoing.put(message)

    def send(self, **message: Any) -> None:
        self._incoming.put_nowait({"type": "websocket.receive", "text": orjson.dumps(message).decode()})

    def send_text(self, text: str) -> None:
        self._incoming.put_nowait({"type": "websocket.receive", "text": text})

    async def event(self) -> dict:
        async with asyncio.timeout(WAIT_SECONDS):
            return await self._outgoing.get()

    async def receive(self) -> dict:
        """The next JSON message; heartbeats are answered."""
        while True:
            event = await self.event()
            if event["type"] == "websocket.accept":
                continue
            assert event["type"] == "websocket.send", event
            message = orjson.loads(event["text"])
            if message["type"] == "ping":
                self.send(type="pong")
                continue
            self.last_id = message.get("last_id") or message.get("id") or self.last_id
            return message

    async def news(self) -> Any:
        """The content of the next message of the product."""
        while (message := await self.receive())["type"] == "resumed":
            pass
        assert "data" in message, message
        return message["data"]["n"]

    async def closed(self) -> int:
        while (event := await self.event())["type"] != "websocket.close":
            pass
        return event["code"]

    async def leave(self) -> None:
        self._incoming.put_nowait({"type": "websocket.disconnect", "code": 1001})
        async with asyncio.timeout(WAIT_SECONDS):
            await self._task


class World:
    """An application with a hub, and one organisation that writes."""

    def __init__(self, database: Database) -> None:
        self.database = database
        self.organisation_id = new_id()
        self.app = FastAPI()
        self.app.include_router(router)
        self.app.state.settings = SimpleNamespace(base_url="https://crm.example")
        self.app.state.authenticator = self.tokens = Tokens()
        self.app.state.hub = self.hub = Hub(database)
        self.browsers: list[Browser] = []
        self.member("ada", "leads:read", "jobs:read")

    def member(self, name: str, *permissions: str, organisation_id: UUID | None = None) -> Actor:
        actor = Actor(
            kind="user",
            organisation_id=organisation_id or self.organisation_id,
            user_id=new_id(),
            permissions=frozenset(permissions),
            name=name,
        )
        self.tokens.actors[name] = actor
        return actor

    async def browser(self, name: str = "ada", *, last_id: str | None = None, topics: str = "") -> Browser:
        query = "&".join(
            part for part in (f"last_id={last_id}" if last_id else "", f"topics={topics}" if topics else "") if part
        )
        browser = Browser(self.app, query, {"Authorization": f"Bearer {name}"})
        self.browsers.append(browser)
        ready = await browser.receive()
        assert ready["type"] == "ready"
        return browser

    async def push(self, n: Any, **options: Any) -> UUID:
        async with self.transaction() as session:
            return await self.push_in(session, n, **options)

    @asynccontextmanager
    async def transaction(self, organisation_id: UUID | None = None) -> AsyncIterator[Any]:
        async with self.database.transaction(Actor.system(organisation_id or self.organisation_id)) as session:
            yield session

    @staticmethod
    async def push_in(session: Any, n: Any, *, topic: str = "leads", permission: str | None = "leads:read", **options):
        return await push(session, type="lead.new", topic=topic, permission=permission, data={"n": n}, **options)

    async def settled(self) -> None:
        """Wait until the hub has handed out all that is committed, so that a test sees the replay and not luck."""
        witness = await self.browser()
        await self.push("settled", topic="witness")
        while await witness.news() != "settled":
            pass
        await witness.leave()

    async def close(self) -> None:
        for browser in self.browsers:
            if not browser._task.done():
                browser.reading.set()
                await browser.leave()
        await self.hub.stop()


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


async def test_a_message_arrives_at_commit_and_not_after_a_rollback(world: World) -> None:
    browser = await world.browser()
    with pytest.raises(ZeroDivisionError):
        async with world.transaction() as session:
            await world.push_in(session, "lost")
            raise ZeroDivisionError
    message_id = await world.push("kept")
    message = await browser.receive()
    assert message["data"] == {"n": "kept"}
    assert (message["id"], message["type"], message["topic"]) == (str(message_id), "lead.new", "leads")
    assert datetime.fromisoformat(message["occurred_at"]).tzinfo is not None


async def test_only_those_who_may_see_it_get_it(world: World) -> None:
    other = new_id()
    world.member("weak", "tasks:read")
    bob = world.member("bob", "leads:read")
    world.member("stranger", "leads:read", organisation_id=other)
    ada, weak, bobs, stranger = [await world.browser(name) for name in ("ada", "weak", "bob", "stranger")]
    await world.push("leads")
    await world.push("bob only", user_id=bob.user_id)
    await world.push("everyone", permission=None)
    async with world.transaction(other) as session:
        await world.push_in(session, "theirs")
    assert [await ada.news(), await ada.news()] == ["leads", "everyone"]
    assert [await bobs.news() for _ in range(3)] == ["leads", "bob only", "everyone"]
    assert await weak.news() == "everyone"
    assert await stranger.news() == "theirs"


async def test_changed_rights_count_at_once_for_open_connections(world: World) -> None:
    """Without waiting for a heartbeat, and before anything that was sent after the change."""
    bob = world.member("bob", "tasks:read")
    ada, bobs = await world.browser(), await world.browser("bob")
    world.tokens.actors["bob"] = replace(bob, permissions=frozenset({"leads:read"}))
    async with world.transaction() as session:
        await tell_access_changed(session)
        await world.push_in(session, "gained")
    assert (await bobs.receive())["type"] == "access"
    assert [await bobs.news(), await ada.news()] == ["gained", "gained"]
    world.tokens.actors["bob"] = bob
    async with world.transaction(new_id()) as session:
        await tell_access_changed(session, user_id=bob.user_id)
    await world.push("lost")
    await world.push("everyone", permission=None)
    assert (await bobs.receive())["type"] == "access"
    assert await bobs.news() == "everyone"
    del world.tokens.actors["bob"]
    async with world.transaction() as session:
        await tell_access_changed(session)
    assert await bobs.closed() == 4401
    assert [await ada.news(), await ada.news()] == ["lost", "everyone"]


async def test_a_replay_shows_no_more_than_the_live_stream(world: World) -> None:
    world.member("weak", "tasks:read")
    world.member("stranger", "leads:read", organisation_id=new_id())
    weak, stranger = await world.browser("weak"), await world.browser("stranger")
    await weak.leave()
    await stranger.leave()
    position = await world.push("leads")
    await world.push("everyone", permission=None)
    again = await world.browser("weak", last_id=weak.last_id)
    assert await again.news() == "everyone"
    spy = await world.browser("stranger", last_id=str(position))
    assert (await spy.receive())["type"] == "resync"


async def test_topics_select(world: World) -> None:
    browser = await world.browser(topics="jobs")
    await world.push(1)
    await world.push(2, topic="jobs")
    assert await browser.news() == 2
    browser.send(type="subscribe", topics=["leads"])
    browser.send(type="ping")
    assert (await browser.receive())["type"] == "pong"
    await world.push(3, topic="jobs")
    await world.push(4)
    assert await browser.news() == 4


async def test_what_happened_while_away_is_replayed(world: World) -> None:
    browser = await world.browser()
    await world.push(1)
    assert await browser.news() == 1
    await browser.leave()
    await world.push(2)
    await world.push(3)
    again = await world.browser(last_id=browser.last_id)
    await world.push(4)
    assert [await again.news() for _ in range(3)] == [2, 3, 4]


async def test_a_late_commit_with_an_earlier_id_is_not_missed(world: World) -> None:
    """The case that "everything after the last id" loses."""
    browser = await world.browser()
    async with world.transaction() as slow:
        early = await world.push_in(slow, "early id, late commit")
        late = await world.push("late id, early commit")
        assert early < late
        assert await browser.news() == "late id, early commit"
        await browser.leave()
    await world.settled()
    again = await world.browser(last_id=browser.last_id)
    assert await again.news() == "early id, late commit"


async def test_a_transaction_that_wrote_before_but_pushes_later_is_not_missed(world: World) -> None:
    """Its transaction number is older than that of the message seen last; only the horizon knows of it."""
    browser = await world.browser()
    async with world.transaction() as slow:
        await slow.execute(text("SELECT pg_current_xact_id()"))
        await world.push("quick")
        assert await browser.news() == "quick"
        await browser.leave()
        await world.push_in(slow, "slow")
    await world.settled()
    again = await world.browser(last_id=browser.last_id)
    assert await again.news() == "slow"


async def test_a_client_that_has_seen_nothing_resumes_too(world: World) -> None:
    browser = await world.browser()
    async with world.transaction() as slow:
        await world.push_in(slow, "open at connect")
        first = await world.browser()
        await first.leave()
    assert first.last_id is not None
    assert first.last_id.startswith("@")
    again = await world.browser(last_id=first.last_id)
    assert await again.news() == "open at connect"
    assert await browser.news() == "open at connect"


async def test_resume_also_works_as_a_message(world: World) -> None:
    browser = await world.browser()
    position = browser.last_id
    await browser.leave()
    await world.push(1)
    again = await world.browser()
    again.send(type="resume", last_id=position)
    assert await again.news() == 1


async def test_nothing_is_missed_over_many_breaks_and_overlapping_transactions(lone_world: World) -> None:
    """Writers overlap and commit in random order while a client connects, reads a little and drops, again and again."""
    world = lone_world
    total, writers = 120, 8
    numbers = iter(range(total))

    async def write() -> None:
        for n in numbers:
            async with world.transaction() as session:
                await session.execute(text("SELECT pg_current_xact_id()"))
                await session.execute(text("SELECT pg_sleep(random() * 0.01)"))
                await world.push_in(session, n)
                await session.execute(text("SELECT pg_sleep(random() * 0.02)"))

    source = random.Random(11)
    browser = await world.browser()
    writing = asyncio.gather(*(write() for _ in range(writers)))
    seen: set[int] = set()
    while len(seen) < total:
        for _ in range(source.randint(1, 30)):
            if len(seen) < total:
                seen.add(await browser.news())
        position = browser.last_id
        await browser.leave()
        browser = await world.browser(last_id=position)
    await writing
    assert seen == set(range(total))


async def test_a_client_that_breaks_after_every_message_still_gets_on(lone_world: World) -> None:
    world = lone_world
    browser = await world.browser()
    position = browser.last_id
    await browser.leave()
    seen: list[str] = []

    async def take_until(wanted: str) -> None:
        """One message a connection. What repeats while any transaction of the server is open is noted once."""
        nonlocal position
        async with asyncio.timeout(WAIT_SECONDS):
            while not seen or seen[-1] != wanted:
                browser = await world.browser(last_id=position, topics="leads")
                message = await browser.news()
                position = browser.last_id
                await browser.leave()
                if not seen or seen[-1] != message:
                    seen.append(message)

    for n in "ab":
        await world.push(n)
    async with world.transaction() as slow:
        await slow.execute(text("SELECT pg_current_xact_id()"))
        for n in "cd":
            await world.push(n)
        await world.settled()
        await take_until("c")
        await world.push_in(slow, "late")
    await world.settled()
    await take_until("d")
    assert seen == ["a", "b", "c", "late", "c", "d"]


@pytest.mark.parametrize(
    "position",
    ["rubbish", "@", "@-1", "@99999999999999999999", "@9223372036854775807", "01a1fc82-3648-7000-ade9-d5ec62261a5b"],
)
async def test_an_unknown_position_means_resync(world: World, position: str) -> None:
    browser = await world.browser(last_id=position)
    message = await browser.receive()
    assert message["type"] == "resync"
    assert message["last_id"].startswith("@")
    await world.push(1)
    assert await browser.news() == 1


async def test_a_position_older_than_a_day_means_resync_and_old_messages_go(world: World) -> None:
    position = await world.push(1)
    with clock.frozen(datetime.now(UTC) + timedelta(hours=23, minutes=30)):
        browser = await world.browser(last_id=str(position))
        assert (await browser.receive())["type"] == "resync"
    async with world.transaction() as session:
        with clock.frozen(datetime.now(UTC) + timedelta(hours=23)):
            await purge(session)
        assert await session.scalar(text("SELECT count(*) FROM realtime_messages")) == 1
        with clock.frozen(datetime.now(UTC) + timedelta(hours=25)):
            await purge(session)
        assert await session.scalar(text("SELECT count(*) FROM realtime_messages")) == 0


async def test_a_client_too_far_behind_is_told_to_load_afresh(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    browser = await world.browser()
    await browser.leave()
    async with world.transaction() as session:
        for n in range(messages.MAX_REPLAY + 1):
            await world.push_in(session, n)
    again = await world.browser(last_id=browser.last_id)
    assert (await again.receive())["type"] == "resync"


async def test_a_client_that_does_not_read_is_cut_off_and_loses_nothing(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(hub_module, "QUEUE_LENGTH", 5)
    slow, brisk = await world.browser(), await world.browser()
    slow.reading.clear()
    for n in range(10):
        await world.push(n)
        assert await brisk.news() == n
    slow.reading.set()
    received = []
    while (event := await slow.event())["type"] == "websocket.send":
        received.append(orjson.loads(event["text"]))
    assert event["code"] == routes.TOO_SLOW
    last_id = received[-1]["id"] if received else slow.last_id
    monkeypatch.setattr(hub_module, "QUEUE_LENGTH", 50)
    again = await world.browser(last_id=last_id)
    seen = {message["data"]["n"] for message in received}
    while 9 not in seen:
        seen.add(await again.news())
    assert seen == set(range(10))


async def test_the_hub_fills_the_gap_after_losing_the_database(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(hub_module, "_BACKOFF_SECONDS", (0.05,))
    opened: list[Any] = []
    allowed = asyncio.Event()
    allowed.set()
    connect = world.database.connect

    async def tracked() -> Any:
        await allowed.wait()
        opened.append(await connect())
        return opened[-1]

    monkeypatch.setattr(world.database, "connect", tracked)
    browser = await world.browser()
    await world.push(1)
    assert await browser.news() == 1
    allowed.clear()
    async with world.database.owner_connection() as owner:
        await owner.execute(text("SELECT pg_terminate_backend(:pid)"), {"pid": opened[0].get_server_pid()})
    await world.push(2)
    allowed.set()
    assert await browser.news() == 2
    await world.push(3)
    assert await browser.news() == 3
    assert len(opened) == 2


async def test_the_floor_rises_and_stays_behind_open_transactions(lone_world: World) -> None:
    world = lone_world
    await world.browser()
    before = world.hub._floor
    assert before is not None
    await world.push(1)
    connection = await world.database.connect()
    async with world.transaction() as slow:
        own = int(await slow.scalar(text("SELECT pg_current_xact_id()::text::bigint")))
        await world.push(2)
        async with asyncio.timeout(WAIT_SECONDS):
            while world.hub._floor == before:
                await world.hub._advance_floor(connection)
        for _ in range(3):
            await world.hub._advance_floor(connection)
            assert before < world.hub._floor <= own
    await connection.close()


async def test_cookies_count_only_from_our_own_pages(world: World) -> None:
    for origin, code in (
        ("http://app.example", None),
        ("https://crm.example", None),
        ("https://evil.example", routes.FORBIDDEN),
        ("null", routes.FORBIDDEN),
    ):
        browser = Browser(world.app, headers={"Cookie": "tw_access=ada", "Origin": origin})
        world.browsers.append(browser)
        if code is None:
            assert (await browser.receive())["type"] == "ready"
        else:
            assert await browser.closed() == code


async def test_the_first_message_may_carry_the_token(world: World) -> None:
    browser = Browser(world.app)
    world.browsers.append(browser)
    browser.send(type="auth", token="ada")
    assert (await browser.receive())["type"] == "ready"


@pytest.mark.parametrize(
    "first", [{"type": "auth", "token": "unknown"}, {"type": "subscribe", "topics": []}, {"type": "auth"}]
)
async def test_without_a_valid_token_the_door_is_shut(world: World, first: dict) -> None:
    browser = Browser(world.app)
    browser.send(**first)
    assert await browser.closed() == routes.UNAUTHORISED


async def test_whoever_says_nothing_is_shut_out(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(routes, "AUTH_SECONDS", 0.02)
    assert await Browser(world.app).closed() == routes.TIMED_OUT


async def test_an_actor_without_organisation_is_shut_out(world: World) -> None:
    world.tokens.actors["lost"] = Actor(kind="user", user_id=new_id())
    assert await Browser(world.app, headers={"Authorization": "Bearer lost"}).closed() == routes.FORBIDDEN


async def test_silence_ends_the_connection(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(routes, "HEARTBEAT_SECONDS", 0.02)
    browser = await world.browser()
    assert await browser.closed() == routes.TIMED_OUT
    assert world.hub.client_count == 0


async def test_a_revoked_session_ends_with_the_next_heartbeat(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(routes, "HEARTBEAT_SECONDS", 0.02)
    browser = await world.browser()
    del world.tokens.actors["ada"]
    browser.send(type="pong")
    while (event := await browser.event())["type"] == "websocket.send":
        browser.send(type="pong")
    assert event["code"] == routes.UNAUTHORISED


async def test_fresh_credentials_change_what_is_seen(world: World) -> None:
    browser = await world.browser()
    world.member("demoted", "tasks:read")
    browser.send(type="auth", token="demoted")
    browser.send(type="ping")
    assert (await browser.receive())["type"] == "pong"
    await world.push(1)
    await world.push(2, permission=None)
    assert await browser.news() == 2
    world.member("elsewhere", "leads:read", organisation_id=new_id())
    browser.send(type="auth", token="elsewhere")
    assert await browser.closed() == routes.UNAUTHORISED


@pytest.mark.parametrize("rubbish", ["", "{", "[]", '"x"', '{"type":"dance"}', '{"type":"resume"}', "x" * 9000])
async def test_rubbish_ends_the_connection(world: World, rubbish: str) -> None:
    browser = await world.browser()
    browser.send_text(rubbish)
    assert await browser.closed() == routes.MALFORMED


async def test_without_the_database_clients_try_later(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    async def refuse() -> None:
        raise ConnectionRefusedError

    monkeypatch.setattr(world.database, "connect", refuse)
    monkeypatch.setattr(hub_module, "CONNECT_SECONDS", 0.05)
    assert await Browser(world.app, headers={"Authorization": "Bearer ada"}).closed() == routes.TRY_LATER


async def test_contents_are_bounded_and_cleaned(world: World) -> None:
    browser = await world.browser()
    with pytest.raises(ValueError, match="send ids"):
        await world.push("x" * 40_000)
    await world.push("a\x00b")
    assert await browser.news() == "ab"
    await world.push("\\u0000")
    assert await browser.news() == "\\u0000"


async def test_leaving_clients_are_forgotten(world: World) -> None:
    browser = await world.browser()
    assert world.hub.client_count == 1
    await browser.leave()
    assert world.hub.client_count == 0
    assert not world.hub._clients

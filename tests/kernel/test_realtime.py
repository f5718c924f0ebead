"""Realtime: nothing is missed, whatever the order of commits or the moment of a break; nobody sees others' news."""

import asyncio
import random
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import orjson
import pytest
from sqlalchemy import text
from tests.kernel.realtime_world import WAIT_SECONDS, World

from tradewind.kernel import clock
from tradewind.kernel.ids import new_id
from tradewind.kernel.realtime import hub as hub_module
from tradewind.kernel.realtime import messages, purge, routes, tell_access_changed


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

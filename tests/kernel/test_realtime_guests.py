"""Strangers who follow a topic: they receive what is pushed to guests of it, at commit, and nothing else."""

import asyncio
from typing import Any
from uuid import UUID

import orjson
from sqlalchemy import text
from tests.kernel.realtime_world import WAIT_SECONDS, World

from tradewind.kernel.ids import new_id
from tradewind.kernel.realtime import Guest, guests, push_to_guests


class Stranger:
    """A guest's connection without a network."""

    def __init__(self, world: World, topic: str, organisation_id: UUID | None = None) -> None:
        self.sent: asyncio.Queue[dict[str, Any]] = asyncio.Queue()
        self.reads = asyncio.Event()
        self.reads.set()
        self.joined = asyncio.Event()
        self.guest: Guest
        self.task = asyncio.create_task(self._connect(world, topic, organisation_id or world.organisation_id))

    async def _connect(self, world: World, topic: str, organisation_id: UUID) -> None:
        self.guest = Guest(organisation_id, topic, self._take)
        try:
            await world.hub.join_guest(self.guest)
            self.joined.set()
            await asyncio.Event().wait()
        except asyncio.CancelledError:
            pass
        finally:
            world.hub.leave_guest(self.guest)

    async def _take(self, text: str) -> None:
        await self.reads.wait()
        self.sent.put_nowait(orjson.loads(text))

    async def news(self) -> Any:
        async with asyncio.timeout(WAIT_SECONDS):
            while "data" not in (message := await self.sent.get()):
                pass
        return message["data"]["n"]

    async def leave(self) -> None:
        self.task.cancel()
        await self.task


async def joined(world: World, topic: str, organisation_id: UUID | None = None) -> Stranger:
    stranger = Stranger(world, topic, organisation_id)
    async with asyncio.timeout(WAIT_SECONDS):
        await stranger.joined.wait()
    return stranger


async def tell(world: World, topic: str, n: Any) -> None:
    async with world.transaction() as session:
        await push_to_guests(session, type="message", topic=topic, data={"n": n})


async def test_guests_receive_their_topic_and_members_do_not(world: World) -> None:
    one, same, other = [await joined(world, topic) for topic in ("talk:1", "talk:1", "talk:2")]
    foreign = await joined(world, "talk:1", new_id())
    member = await world.browser()
    position = member.last_id
    try:
        await tell(world, "talk:1", "for one")
        await tell(world, "talk:2", "for two")
        await world.push("for members", topic="talk:1", permission=None)
        assert [await one.news(), await same.news(), await other.news()] == ["for one", "for one", "for two"]
        assert await member.news() == "for members"
        assert (one.sent.qsize(), other.sent.qsize(), foreign.sent.qsize()) == (0, 0, 0)
        # A replay to a member does not hold what was for guests either.
        again = await world.browser(last_id=position)
        assert await again.news() == "for members"
    finally:
        for stranger in (one, same, other, foreign):
            await stranger.leave()
    assert world.hub.guest_count == 0


async def test_a_guest_who_does_not_read_is_ended_and_the_others_are_not(world: World) -> None:
    slow, quick = await joined(world, "talk"), await joined(world, "talk")
    slow.reads.clear()
    await asyncio.sleep(0)
    for n in range(guests.QUEUE_LENGTH + 2):
        slow.guest.offer(orjson.dumps({"type": "message", "data": {"n": n}}).decode())
        await asyncio.sleep(0)
    async with asyncio.timeout(WAIT_SECONDS):
        await slow.task
    assert slow.guest.ended == guests.TOO_SLOW
    await tell(world, "talk", "still here")
    assert await quick.news() == "still here"
    # No sign of life between two heartbeats: gone.
    quick.guest.beat(float("inf"))
    quick.guest.heard()
    quick.guest.beat(float("inf"))
    assert quick.guest.ended is None
    quick.guest.beat(float("inf"))
    async with asyncio.timeout(WAIT_SECONDS):
        await quick.task
    assert quick.guest.ended == guests.TIMED_OUT


async def test_whoever_may_have_missed_something_is_told_to_read_anew(world: World, monkeypatch) -> None:
    opened = []
    connect = world.database.connect

    async def remembered() -> Any:
        opened.append(await connect())
        return opened[-1]

    monkeypatch.setattr(world.database, "connect", remembered)
    stranger = await joined(world, "talk")
    async with world.database.owner_connection() as owner:
        await owner.execute(text("SELECT pg_terminate_backend(:pid)"), {"pid": opened[0].get_server_pid()})
    async with asyncio.timeout(WAIT_SECONDS):
        while (await stranger.sent.get())["type"] != "resync":
            pass
    await tell(world, "talk", "after the break")
    assert await stranger.news() == "after the break"
    await stranger.leave()

"""Notifications: told once, to the right people, pushed, read."""

from collections.abc import Awaitable, Callable
from datetime import timedelta
from uuid import UUID

import httpx
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from tradewind.kernel.access import Actor
from tradewind.kernel.clock import FrozenClock, now
from tradewind.kernel.database import Database
from tradewind.kernel.events import publish
from tradewind.kernel.ids import new_id
from tradewind.modules.analytics.service import notifications
from tradewind.modules.leads.events import LeadsImported
from tradewind.modules.leads.events_deals import DealWon
from tradewind.modules.scoring.events import ModelTrained

ClientOf = Callable[[Actor], Awaitable[httpx.AsyncClient]]
Drain = Callable[[], Awaitable[list[str]]]


async def tell(session: AsyncSession, organisation: Actor, number: int) -> None:
    assert organisation.user_id is not None
    await notifications.notify(
        session, [organisation.user_id], kind="test", title=f"Note {number}", dedupe_key=str(number)
    )


async def test_told_once_and_pushed(session: AsyncSession, organisation: Actor) -> None:
    assert organisation.user_id is not None
    for expected in (1, 0):
        told = await notifications.notify(
            session, [organisation.user_id, organisation.user_id], kind="test", title="Once", dedupe_key="a"
        )
        assert told == expected
    pushed = await session.execute(text("SELECT user_id FROM realtime_messages WHERE type = 'notification.new'"))
    assert pushed.scalars().all() == [organisation.user_id]


async def test_pages_and_unread(
    client: httpx.AsyncClient, session: AsyncSession, organisation: Actor, frozen: FrozenClock
) -> None:
    for number in range(5):
        frozen.tick(1)
        await tell(session, organisation, number)
    await session.commit()
    first = (await client.get("/api/v1/notifications?limit=3")).json()
    assert [item["title"] for item in first["items"]] == ["Note 4", "Note 3", "Note 2"]
    assert first["unread"] == 5
    second = (await client.get("/api/v1/notifications", params={"limit": 3, "cursor": first["next_cursor"]})).json()
    assert [item["title"] for item in second["items"]] == ["Note 1", "Note 0"]
    assert second["next_cursor"] is None
    bad = await client.get("/api/v1/notifications?cursor=nonsense")
    assert bad.status_code == 400


async def test_reading_some_and_all(client: httpx.AsyncClient, session: AsyncSession, organisation: Actor) -> None:
    for number in range(3):
        await tell(session, organisation, number)
    await session.commit()
    items = (await client.get("/api/v1/notifications")).json()["items"]
    some = await client.post("/api/v1/notifications/read", json={"ids": [items[0]["id"]]})
    assert some.json() == {"marked": 1, "unread": 2}
    unread = (await client.get("/api/v1/notifications?unread=true")).json()["items"]
    assert items[0]["id"] not in {item["id"] for item in unread}
    assert (await client.post("/api/v1/notifications/read", json={})).json() == {"marked": 2, "unread": 0}
    wrong = await client.post("/api/v1/notifications/read", json={"ids": ["x"]})
    assert wrong.status_code == 422


async def test_only_my_own(
    client_for: Callable[[str], Awaitable[httpx.AsyncClient]], session: AsyncSession, organisation: Actor
) -> None:
    await tell(session, organisation, 1)
    await session.commit()
    colleague = await client_for("manager")
    assert (await colleague.get("/api/v1/notifications")).json()["items"] == []
    assert (await colleague.post("/api/v1/notifications/read", json={})).json()["marked"] == 0
    assert await notifications.list_mine(session, unread_only=True, cursor=None, limit=5)


async def test_deal_won_reaches_all_who_see_deals(
    database: Database,
    organisation: Actor,
    client: httpx.AsyncClient,
    client_for: Callable[[str], Awaitable[httpx.AsyncClient]],
    drain: Drain,
) -> None:
    manager = await client_for("manager")
    async with database.transaction(organisation) as session:
        deal_id = await _deal(session, organisation)
        await publish(session, DealWon(deal_id=deal_id, lead_id=None, amount_minor=12_300_00, currency="EUR"))
    await drain()
    for someone in (client, manager):
        item = (await someone.get("/api/v1/notifications")).json()["items"][0]
        assert item["title"] == "Deal won: Fernbrook Freight"
        assert item["body"] == "12,300 EUR"
        assert (item["subject_type"], item["subject_id"]) == ("deal", str(deal_id))


async def test_import_finished_reaches_who_may_import(
    database: Database, organisation: Actor, client: httpx.AsyncClient, drain: Drain
) -> None:
    async with database.transaction(organisation) as session:
        await publish(session, LeadsImported(import_id=new_id(), created=1200, updated=3))
    await drain()
    item = (await client.get("/api/v1/notifications")).json()["items"][0]
    assert (item["kind"], item["body"]) == ("import.finished", "1,200 leads added, 3 updated.")


async def test_training_reaches_who_may_train(
    database: Database, organisation: Actor, client: httpx.AsyncClient, drain: Drain
) -> None:
    async with database.transaction(organisation) as session:
        await publish(session, ModelTrained(model_id=new_id(), version=3, promoted=True))
    await drain()
    item = (await client.get("/api/v1/notifications")).json()["items"][0]
    assert (item["kind"], item["title"]) == ("score.trained", "Score trained: model version 3")


async def test_sweep_tells_due_tasks_and_failed_runs_once(
    session: AsyncSession, organisation: Actor, frozen: FrozenClock
) -> None:
    for title, hours in (("Due", -0.01), ("Later", 1), ("Long ago", -48)):
        await session.execute(
            text(
                "INSERT INTO tasks (id, organisation_id, title, due_at, assignee_id) "
                "VALUES (:id, :o, :title, :due, :user)"
            ),
            {
                "id": new_id(),
                "o": organisation.organisation_id,
                "title": title,
                "due": now() + timedelta(hours=hours),
                "user": organisation.user_id,
            },
        )
    await session.execute(
        text(
            "INSERT INTO job_runs (id, organisation_id, name, title, state, error, created_by, finished_at) "
            "VALUES (:id, :o, 'x', 'Import a.csv', 'failed', 'Disk full', :user, :at)"
        ),
        {"id": new_id(), "o": organisation.organisation_id, "user": organisation.user_id, "at": now()},
    )
    assert await notifications.sweep(session, every=timedelta(minutes=2)) == 2
    assert await notifications.sweep(session, every=timedelta(minutes=2)) == 0
    titles = (await session.execute(text("SELECT title FROM notifications ORDER BY title"))).scalars().all()
    assert titles == ["Failed: Import a.csv", "Task due: Due"]


async def test_old_ones_are_forgotten(session: AsyncSession, organisation: Actor, frozen: FrozenClock) -> None:
    await tell(session, organisation, 1)
    frozen.tick(91 * 86_400)
    await tell(session, organisation, 2)
    await notifications.forget_old(session)
    assert (await session.execute(text("SELECT title FROM notifications"))).scalars().all() == ["Note 2"]


async def _deal(session: AsyncSession, organisation: Actor) -> UUID:
    ids = {name: new_id() for name in ("pipeline", "stage", "deal")}
    await session.execute(
        text("INSERT INTO pipelines (id, organisation_id, name, currency) VALUES (:pipeline, :o, 'P', 'EUR')"),
        {"pipeline": ids["pipeline"], "o": organisation.organisation_id},
    )
    await session.execute(
        text("INSERT INTO stages (id, organisation_id, pipeline_id, name) VALUES (:stage, :o, :pipeline, 'S')"),
        {"stage": ids["stage"], "pipeline": ids["pipeline"], "o": organisation.organisation_id},
    )
    await session.execute(
        text(
            "INSERT INTO deals (id, organisation_id, name, pipeline_id, stage_id, currency) "
            "VALUES (:deal, :o, 'Fernbrook Freight', :pipeline, :stage, 'EUR')"
        ),
        {**ids, "o": organisation.organisation_id},
    )
    return ids["deal"]

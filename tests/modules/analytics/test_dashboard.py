"""The dashboard's figures on known rows, permissions, and stored figures of large organisations."""

from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta
from uuid import UUID

import httpx
import pytest
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from tradewind.kernel.access import Actor
from tradewind.kernel.clock import FrozenClock, now
from tradewind.kernel.database import Database
from tradewind.kernel.ids import new_id
from tradewind.modules.analytics import repository
from tradewind.modules.analytics.service import dashboard

NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)


async def add_lead(session: AsyncSession, organisation: Actor, *, days_ago: float, **columns: object) -> UUID:
    lead_id = new_id()
    values = {
        "id": lead_id,
        "organisation_id": organisation.organisation_id,
        "full_name": "Ada Quill",
        "created_at": now() - timedelta(days=days_ago),
        **columns,
    }
    names = ", ".join(values)
    places = ", ".join(f":{name}" for name in values)
    await session.execute(text(f"INSERT INTO leads ({names}) VALUES ({places})"), values)
    return lead_id


async def add_pipeline(session: AsyncSession, organisation: Actor) -> dict[str, UUID]:
    """Default pipeline with an open stage of 50 % and the two ends; ids by name."""
    ids = {name: new_id() for name in ("pipeline", "Offer", "Won", "Lost")}
    await session.execute(
        text(
            "INSERT INTO pipelines (id, organisation_id, name, currency, is_default) "
            "VALUES (:a, :o, 'Sales', 'EUR', true)"
        ),
        {"a": ids["pipeline"], "o": organisation.organisation_id},
    )
    for position, (name, probability, kind) in enumerate(
        (("Offer", 0.5, "open"), ("Won", 1.0, "won"), ("Lost", 0.0, "lost"))
    ):
        await session.execute(
            text(
                "INSERT INTO stages (id, organisation_id, pipeline_id, name, position, probability, kind) "
                "VALUES (:id, :o, :p, :name, :position, :probability, :kind)"
            ),
            {
                "id": ids[name],
                "o": organisation.organisation_id,
                "p": ids["pipeline"],
                "name": name,
                "position": position,
                "probability": probability,
                "kind": kind,
            },
        )
    return ids


async def add_deal(
    session: AsyncSession,
    organisation: Actor,
    ids: dict[str, UUID],
    stage: str,
    amount: int,
    *,
    days_ago: float,
    currency: str = "EUR",
    closed_days_ago: float | None = None,
) -> None:
    await session.execute(
        text(
            "INSERT INTO deals (id, organisation_id, name, pipeline_id, stage_id, amount_minor, currency, "
            "created_at, closed_at) VALUES (:id, :o, 'Deal', :p, :s, :amount, :currency, :created, :closed)"
        ),
        {
            "id": new_id(),
            "o": organisation.organisation_id,
            "p": ids["pipeline"],
            "s": ids[stage],
            "amount": amount,
            "currency": currency,
            "created": now() - timedelta(days=days_ago),
            "closed": None if closed_days_ago is None else now() - timedelta(days=closed_days_ago),
        },
    )


def key(body: dict, name: str) -> dict:
    return next(number for number in body["key_numbers"] if number["key"] == name)


async def test_empty_organisation(client: httpx.AsyncClient, frozen: FrozenClock) -> None:
    body = (await client.get("/api/v1/dashboard")).json()
    assert [number["key"] for number in body["key_numbers"]] == [
        "new_leads", "hot_leads", "conversion_rate", "open_pipeline",
    ]  # fmt: skip
    assert key(body, "new_leads")["value"] == 0
    assert key(body, "conversion_rate")["value"] is None
    assert key(body, "open_pipeline")["currency"] == "EUR"
    assert len(body["new_leads"]["days"]) == 30
    assert body["score_distribution"]["scored"] == 0
    assert body["pipeline_value"]["totals"] == []
    assert body["activity"] == []
    assert body["tasks"] == {"items": [], "open": 0, "overdue": 0, "due_today": 0}


async def test_leads_and_scores(
    client: httpx.AsyncClient, session: AsyncSession, organisation: Actor, frozen: FrozenClock
) -> None:
    for score, band, age in ((91, "hot", 1), (100, "hot", 40), (60, "warm", 2), (30, "cool", 35), (4, "cold", 3)):
        await add_lead(session, organisation, days_ago=age, score=score, score_band=band)
    await add_lead(session, organisation, days_ago=1, converted=True, converted_at=NOW, score=88, score_band="hot")
    await add_lead(session, organisation, days_ago=50)
    await add_lead(session, organisation, days_ago=1, deleted_at=NOW)
    await session.commit()
    body = (await client.get("/api/v1/dashboard")).json()
    assert key(body, "new_leads") | {"description": "", "series": []} == {
        "key": "new_leads", "label": "New leads", "unit": "count", "value": 4.0, "currency": None,
        "previous": 3.0, "change": 0.3333, "description": "", "series": [],
    }  # fmt: skip
    assert body["new_leads"]["days"][-2] == {"date": "2026-03-01", "count": 2, "previous": 0}
    assert key(body, "hot_leads")["value"] == 2
    assert body["score_distribution"]["bands"] == [
        {"band": band, "count": count} for band, count in (("hot", 3), ("warm", 1), ("cool", 1), ("cold", 1))
    ]
    histogram = body["score_distribution"]["histogram"]
    assert histogram[-1] == {"low": 95, "high": 100, "count": 1}
    assert sum(b["count"] for b in histogram) == body["score_distribution"]["scored"] == 6
    assert body["score_distribution"]["unscored"] == 1


async def test_conversion_rate_by_period_once_there_are_enough_outcomes(
    client: httpx.AsyncClient, session: AsyncSession, organisation: Actor, frozen: FrozenClock
) -> None:
    for index in range(20):
        at = NOW - timedelta(days=3)
        await add_lead(session, organisation, days_ago=90, converted=index < 5, converted_at=at)
        await add_lead(session, organisation, days_ago=90, converted=index < 10, converted_at=at - timedelta(days=30))
    await session.commit()
    number = key((await client.get("/api/v1/dashboard")).json(), "conversion_rate")
    assert (number["value"], number["previous"], number["change"]) == (0.25, 0.5, -0.5)


async def test_pipeline_by_currency_and_weight(
    client: httpx.AsyncClient, session: AsyncSession, organisation: Actor, frozen: FrozenClock
) -> None:
    ids = await add_pipeline(session, organisation)
    await add_deal(session, organisation, ids, "Offer", 100_00, days_ago=40)
    await add_deal(session, organisation, ids, "Offer", 50_00, days_ago=2)
    await add_deal(session, organisation, ids, "Offer", 70_00, days_ago=2, currency="USD")
    await add_deal(session, organisation, ids, "Won", 900_00, days_ago=60, closed_days_ago=5)
    await session.commit()
    body = (await client.get("/api/v1/dashboard")).json()
    assert body["pipeline_value"]["totals"] == [
        {"currency": "EUR", "deals": 2, "amount_minor": 150_00, "weighted_minor": 75_00},
        {"currency": "USD", "deals": 1, "amount_minor": 70_00, "weighted_minor": 35_00},
    ]
    assert [(s["stage"], s["currency"], s["deals"]) for s in body["pipeline_value"]["stages"]] == [
        ("Offer", "EUR", 2), ("Offer", "USD", 1), ("Won", "EUR", 1), ("Lost", "EUR", 0),
    ]  # fmt: skip
    number = key(body, "open_pipeline")
    # thirty days ago the first offer and the deal won since were open
    assert (number["value"], number["previous"], number["currency"]) == (150_00, 1000_00, "EUR")


async def test_my_tasks_and_feed(
    client: httpx.AsyncClient, session: AsyncSession, organisation: Actor, frozen: FrozenClock
) -> None:
    lead_id = await add_lead(session, organisation, days_ago=1)
    for title, due, done in (
        ("Late", NOW - timedelta(hours=1), None),
        ("Soon", NOW + timedelta(hours=2), None),
        ("Done", NOW, NOW),
        ("No date", None, None),
    ):
        await session.execute(
            text(
                "INSERT INTO tasks (id, organisation_id, title, due_at, done_at, lead_id, assignee_id) "
                "VALUES (:id, :o, :title, :due, :done, :lead, :user)"
            ),
            {
                "id": new_id(),
                "o": organisation.organisation_id,
                "title": title,
                "due": due,
                "done": done,
                "lead": lead_id,
                "user": organisation.user_id,
            },
        )
    for kind, minutes in (("web.page_view", 1), ("email.replied", 2), ("meeting.held", -30)):
        await session.execute(
            text(
                "INSERT INTO activities (id, organisation_id, lead_id, kind, occurred_at) "
                "VALUES (:id, :o, :lead, :kind, :at)"
            ),
            {
                "id": new_id(),
                "o": organisation.organisation_id,
                "lead": lead_id,
                "kind": kind,
                "at": NOW - timedelta(minutes=minutes),
            },
        )
    await session.commit()
    body = (await client.get("/api/v1/dashboard")).json()
    assert [(task["title"], task["overdue"]) for task in body["tasks"]["items"]] == [
        ("Late", True), ("Soon", False), ("No date", False),
    ]  # fmt: skip
    assert (body["tasks"]["open"], body["tasks"]["overdue"], body["tasks"]["due_today"]) == (3, 1, 1)
    assert [(entry["kind"], entry["lead_name"]) for entry in body["activity"]] == [("email.replied", "Ada Quill")]


async def test_another_organisation_sees_nothing_of_it(
    client_of: Callable[[Actor], Awaitable[httpx.AsyncClient]],
    session: AsyncSession,
    organisation: Actor,
    other_organisation: Actor,
) -> None:
    await add_lead(session, organisation, days_ago=1, score=91, score_band="hot")
    await session.commit()
    body = (await (await client_of(other_organisation)).get("/api/v1/dashboard")).json()
    assert key(body, "new_leads")["value"] == 0
    assert body["score_distribution"]["scored"] == 0


async def test_needs_the_permission(
    anonymous: httpx.AsyncClient, client_for: Callable[[str], Awaitable[httpx.AsyncClient]]
) -> None:
    assert (await anonymous.get("/api/v1/dashboard")).status_code == 401
    assert (await (await client_for("api_user")).get("/api/v1/dashboard")).status_code == 403
    assert (await (await client_for("analyst")).get("/api/v1/dashboard")).status_code == 200


async def test_slow_figures_are_stored_and_renewed_in_the_background(
    client: httpx.AsyncClient,
    database: Database,
    session: AsyncSession,
    organisation: Actor,
    frozen: FrozenClock,
    drain: Callable[[], Awaitable[list[str]]],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(dashboard, "LIVE_MS", -1.0)
    await add_lead(session, organisation, days_ago=1)
    await session.commit()
    assert key((await client.get("/api/v1/dashboard")).json(), "new_leads")["value"] == 1
    assert "analytics.refresh_dashboard" in await drain()
    async with database.transaction(organisation) as fresh:
        stored = await repository.stored_figures(fresh)
        assert stored is not None
        assert stored.computed_at == NOW
        await add_lead(fresh, organisation, days_ago=1)
    assert key((await client.get("/api/v1/dashboard")).json(), "new_leads")["value"] == 1
    frozen.tick(3600)
    assert key((await client.get("/api/v1/dashboard")).json(), "new_leads")["value"] == 1
    await drain()
    body = (await client.get("/api/v1/dashboard")).json()
    assert key(body, "new_leads")["value"] == 2
    assert body["as_of"].startswith("2026-03-02T10:00")


async def test_an_import_does_not_push_the_rest_off_the_feed(
    client: httpx.AsyncClient, session: AsyncSession, organisation: Actor, frozen: FrozenClock
) -> None:
    lead_id = await add_lead(session, organisation, days_ago=3)
    values = {"o": organisation.organisation_id, "lead": lead_id, "at": NOW - timedelta(days=2)}
    await session.execute(
        text(
            "INSERT INTO activities (id, organisation_id, lead_id, kind, occurred_at) "
            "SELECT gen_random_uuid(), cast(:o AS uuid), cast(:lead AS uuid), 'lead.imported', "
            "cast(:at AS timestamptz) + interval '1 day' FROM generate_series(1, 600) "
            "UNION ALL SELECT gen_random_uuid(), cast(:o AS uuid), cast(:lead AS uuid), 'email.replied', "
            "cast(:at AS timestamptz)"
        ),
        values,
    )
    await session.commit()
    body = (await client.get("/api/v1/dashboard")).json()
    assert [entry["kind"] for entry in body["activity"]] == ["email.replied"]

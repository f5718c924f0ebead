"""Metrics: the dashboard's own numbers, parts, time zones, people and bots, metrics of one's own, wrong questions."""

from datetime import timedelta

import orjson
import pytest
from sqlalchemy import text
from tests.modules.analytics.test_dashboard import add_lead, add_pipeline

from tradewind.kernel.clock import now
from tradewind.kernel.ids import new_id

METRICS = "/api/v1/metrics"


async def _values(client, key, **query):
    answer = await client.get(f"{METRICS}/{key}/values", params={"from": "2026-02-01", "to": "2026-03-02", **query})
    assert answer.status_code == 200, answer.text
    return answer.json()["series"]


async def _add_deal(session, organisation, ids, stage, amount, *, days_ago, closed_days_ago=None, currency="EUR"):
    closed = None if closed_days_ago is None else now() - timedelta(days=closed_days_ago)
    await session.execute(
        text(
            "INSERT INTO deals (id, organisation_id, name, pipeline_id, stage_id, amount_minor, currency, created_at, "
            "closed_at) VALUES (:id, :o, 'A deal', :p, :s, :amount, :currency, :created, :closed)"
        ),
        {
            "id": new_id(), "o": organisation.organisation_id, "p": ids["pipeline"], "s": ids[stage],
            "amount": amount, "currency": currency, "created": now() - timedelta(days=days_ago), "closed": closed,
        },
    )  # fmt: skip


@pytest.fixture
async def filled(session, organisation, frozen):
    """Leads, deals, activities and visits of the sixty days before 2 March 2026, 9:00 UTC."""
    for index in range(30):
        won = index % 3 == 0
        await add_lead(
            session, organisation, days_ago=index * 2, source="Ads" if index % 2 else "Referral",
            converted=won, converted_at=now() - timedelta(days=index), score_band="hot" if index < 5 else "cold",
            score=90 if index < 5 else 20, custom=orjson.dumps({"seats": index}).decode(),
        )  # fmt: skip
    await add_lead(session, organisation, days_ago=1, score_band="hot", score=95)
    ids = await add_pipeline(session, organisation)
    await _add_deal(session, organisation, ids, "Offer", 5_000, days_ago=50)
    await _add_deal(session, organisation, ids, "Offer", 7_000, days_ago=10)
    await _add_deal(session, organisation, ids, "Offer", 900, days_ago=10, currency="USD")
    await _add_deal(session, organisation, ids, "Won", 11_000, days_ago=40, closed_days_ago=5)
    for bot, device in ((False, "a"), (False, "a"), (False, "b"), (True, "c")):
        await session.execute(
            text(
                "INSERT INTO visitor_sessions (id, organisation_id, device_kind, device, started_at, last_at, events, "
                "pages, human_events) VALUES (:id, :o, 'anonymous', :device, :at, :at, 4, 3, :human)"
            ),
            {
                "id": new_id(), "o": organisation.organisation_id, "device": device, "at": now() - timedelta(days=2),
                "human": 0 if bot else 4,
            },
        )  # fmt: skip
    return ids


async def test_numbers_are_those_of_the_dashboard(client, filled):
    shown = (await client.get("/api/v1/dashboard")).json()
    numbers = {one["key"]: one for one in shown["key_numbers"]}
    days = await client.get(f"{METRICS}/new_leads/values")
    [series] = days.json()["series"]
    assert series["total"] == numbers["new_leads"]["value"]
    assert [point["value"] for point in series["points"]] == numbers["new_leads"]["series"]
    [rate] = (await client.get(f"{METRICS}/conversion_rate/values?interval=total")).json()["series"]
    assert round(rate["total"], 4) == numbers["conversion_rate"]["value"]
    [hot] = (await client.get(f"{METRICS}/hot_leads/values")).json()["series"]
    assert hot["total"] == numbers["hot_leads"]["value"] == 1
    open_amounts = {one["currency"]: one for one in await _values(client, "open_pipeline")}
    assert open_amounts["EUR"]["total"] == numbers["open_pipeline"]["value"] == 12_000
    assert open_amounts["USD"]["total"] == 900
    by_day = {point["start"]: point["value"] for point in open_amounts["EUR"]["points"]}
    # The won deal stood until it was closed, the second offer came ten days ago.
    assert (by_day["2026-02-01"], by_day["2026-02-20"], by_day["2026-02-25"]) == (16_000, 23_000, 12_000)


async def test_parts_time_zones_filters_and_bots(client, filled, session, organisation):
    parts = await _values(client, "new_leads", by="source", interval="month")
    assert [one["part"] for one in parts] == ["Referral", "Ads", None]
    assert [point["start"] for point in parts[0]["points"]] == ["2026-02-01", "2026-03-01"]
    assert sum(one["total"] for one in parts) == (await _values(client, "new_leads"))[0]["total"]
    ads = orjson.dumps({"field": "source", "op": "eq", "value": "Ads"}).decode()
    assert (await _values(client, "new_leads", filter=ads))[0]["total"] == parts[1]["total"]
    # 23:30 UTC is the next day in Berlin.
    await add_lead(session, organisation, days_ago=0.3958333)
    in_utc = (await _values(client, "new_leads"))[0]["points"]
    in_berlin = (await _values(client, "new_leads", time_zone="Europe/Berlin"))[0]["points"]
    assert (in_utc[-2]["value"], in_berlin[-2]["value"]) == (in_berlin[-2]["value"] + 1, in_utc[-2]["value"] - 1)
    for key, human, everything in (("web_sessions", 3, 4), ("page_views", 9, 12), ("web_visitors", 2, 3)):
        assert (await _values(client, key))[0]["total"] == human
        assert (await _values(client, key, human="false"))[0]["total"] == everything
    assert (await _values(client, "web_sessions", by="channel"))[0]["part"] is None
    [won] = await _values(client, "won_revenue", interval="quarter")
    assert (won["currency"], won["total"]) == ("EUR", 11_000)


async def test_metrics_of_ones_own(client, client_for, filled, session, organisation):
    await client.post("/api/v1/custom-fields", json={"entity": "lead", "label": "Seats", "kind": "number"})
    entities = {one["key"]: one for one in (await client.get(METRICS)).json()["entities"]}
    assert {"custom.seats", "score"} <= {one["key"] for one in entities["leads"]["measures"]}
    ads = {"field": "source", "op": "eq", "value": "Ads"}
    made = await client.post(METRICS, json={"name": "Ads leads", "entity": "leads", "condition": ads})
    assert made.status_code == 201, made.text
    assert (await _values(client, "ads_leads"))[0]["total"] == 7
    path, first = f"{METRICS}/{made.json()['custom']['id']}", made.headers["etag"]
    changed = await client.patch(
        path, json={"aggregation": "average", "measure": "custom.seats"}, headers={"If-Match": first}
    )
    assert changed.status_code == 200, changed.text
    # Every second of the leads 1 to 13: seats 1, 3 … 13.
    assert (await _values(client, "ads_leads"))[0]["total"] == 7
    assert (await client.patch(path, json={"name": "X"}, headers={"If-Match": first})).status_code == 412
    for wrong in (
        {"name": "A", "entity": "leads", "aggregation": "sum"},
        {"name": "A", "entity": "deals", "aggregation": "sum", "measure": "custom.seats"},
        {"name": "A", "entity": "leads", "condition": {"field": "nope", "op": "eq", "value": 1}},
        {"name": "A", "entity": "leads", "measure": "score"},
    ):
        assert (await client.post(METRICS, json=wrong)).status_code == 422
    total = {"name": "Won amount", "entity": "deals", "aggregation": "sum", "measure": "amount"}
    assert (await client.post(METRICS, json=total)).status_code == 201
    assert {one["currency"] for one in await _values(client, "won_amount")} == {"EUR", "USD"}
    analyst = await client_for("analyst")
    assert (await analyst.post(METRICS, json=total)).status_code == 403
    assert (await _values(analyst, "won_amount")) == (await _values(client, "won_amount"))
    assert (await client.delete(path)).status_code == 204
    assert (await client.get(f"{METRICS}/ads_leads/values")).status_code == 404
    actions = "SELECT count(*) FROM audit_log WHERE action LIKE 'metric.%'"
    assert await session.scalar(text(actions)) == 4


async def test_questions_that_cannot_be_answered(client):
    for query in (
        {"from": "2026-03-02", "to": "2026-02-01"},
        {"from": "1990-01-01", "to": "2026-02-01"},
        {"from": "2024-01-01", "to": "2026-02-01"},
        {"by": "colour"},
        {"time_zone": "Mars/Olympus"},
        {"filter": "{"},
        {"filter": '{"field": "nope", "op": "eq", "value": 1}'},
    ):
        assert (await client.get(f"{METRICS}/new_leads/values", params=query)).status_code == 422, query
    filtered = {"filter": '{"field": "source", "op": "eq", "value": "Ads"}'}
    assert (await client.get(f"{METRICS}/web_sessions/values", params=filtered)).status_code == 422
    assert (await client.get(f"{METRICS}/nothing/values")).status_code == 404


async def test_every_declared_metric_can_be_asked_everything_it_offers(client, filled):
    for metric in (await client.get(METRICS)).json()["items"]:
        for by in (None, *(one["key"] for one in metric["dimensions"])):
            query = {"interval": "week"} | ({"by": by} if by else {})
            assert (await client.get(f"{METRICS}/{metric['key']}/values", params=query)).status_code == 200, query

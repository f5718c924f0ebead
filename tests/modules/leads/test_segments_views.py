"""Segments and saved views over HTTP."""

from collections.abc import Awaitable, Callable
from uuid import uuid4

import httpx
import pytest

from tradewind.kernel.access import Actor
from tradewind.kernel.database import Database
from tradewind.kernel.jobs import JobContext
from tradewind.kernel.testing.fixtures import ClientFor
from tradewind.modules.leads.jobs import upkeep

from .test_people import LEADS, add

SEGMENTS, VIEWS = "/api/v1/segments", "/api/v1/views"
BONN = {"field": "city", "op": "eq", "value": "Bonn"}


class TestSegments:
    async def test_dynamic_follows_its_condition(self, client: httpx.AsyncClient) -> None:
        bonn = await add(client, full_name="A", city="Bonn")
        await add(client, full_name="B", city="Rome")
        segment = (await client.post(SEGMENTS, json={"name": "Bonn", "condition": BONN})).json()
        assert segment["member_count"] == 1
        page = (await client.get(LEADS, params={"segment_id": segment["id"]})).json()
        assert [row["id"] for row in page["items"]] == [bonn["id"]]
        outside = {"field": "segment", "op": "not_in", "value": [segment["id"]]}
        assert (await client.post(f"{LEADS}/count", json={"filter": outside})).json()["value"] == 1
        both = {"filter": {"field": "full_name", "op": "eq", "value": "b"}, "segment_id": segment["id"]}
        assert (await client.post(f"{LEADS}/count", json=both)).json()["value"] == 0
        changed = await client.patch(
            f"{SEGMENTS}/{segment['id']}", json={"condition": {"not": BONN}}, headers={"If-Match": '"1"'}
        )
        assert (changed.json()["member_count"], changed.headers["etag"]) == (1, '"2"')
        stale = await client.patch(f"{SEGMENTS}/{segment['id']}", json={"name": "X"}, headers={"If-Match": '"1"'})
        assert stale.status_code == 412
        assert stale.json()["current"]["version"] == 2

    async def test_static_has_members(self, client: httpx.AsyncClient) -> None:
        leads = [await add(client, full_name=name) for name in "ABC"]
        segment = (
            await client.post(SEGMENTS, json={"name": "List", "kind": "static", "member_ids": [leads[0]["id"]]})
        ).json()
        url = f"{SEGMENTS}/{segment['id']}/members"
        change = {"add": [leads[1]["id"], leads[2]["id"], str(uuid4())], "remove": [leads[0]["id"]]}
        assert (await client.post(url, json=change)).json()["member_count"] == 2
        page = (await client.get(LEADS, params={"segment_id": segment["id"], "sort": "full_name"})).json()
        assert [row["full_name"] for row in page["items"]] == ["B", "C"]
        await client.delete(f"{LEADS}/{leads[1]['id']}")
        assert (await client.post(f"{SEGMENTS}/{segment['id']}/refresh")).json()["member_count"] == 1

    @pytest.mark.parametrize(
        "body",
        [
            {"name": "X"},
            {"name": "X", "kind": "static", "condition": BONN},
            {"name": "X", "condition": {"field": "nope", "op": "eq", "value": 1}},
            {"name": "", "condition": BONN},
            {"name": "a\x00", "condition": BONN},
        ],
    )
    async def test_refused(self, client: httpx.AsyncClient, body: dict) -> None:
        assert (await client.post(SEGMENTS, json=body)).status_code == 422

    async def test_names_are_unique_whatever_the_case(self, client: httpx.AsyncClient) -> None:
        await client.post(SEGMENTS, json={"name": "Bonn", "condition": BONN})
        assert (await client.post(SEGMENTS, json={"name": "BONN", "condition": BONN})).status_code == 409
        assert len((await client.get(SEGMENTS)).json()) == 1

    async def test_no_circles_and_no_cut_ground(self, client: httpx.AsyncClient) -> None:
        first = (await client.post(SEGMENTS, json={"name": "1", "condition": BONN})).json()
        on_first = {"field": "segment", "op": "in", "value": [first["id"]]}
        second = (await client.post(SEGMENTS, json={"name": "2", "condition": on_first})).json()
        on_second = {"field": "segment", "op": "in", "value": [second["id"]]}
        url = f"{SEGMENTS}/{first['id']}"
        for condition in (on_first, on_second):
            assert (await client.patch(url, json={"condition": condition})).status_code == 422
        assert (await client.delete(url)).status_code == 409
        assert (await client.delete(f"{SEGMENTS}/{second['id']}")).status_code == 204
        assert (await client.delete(url)).status_code == 204

    async def test_preview(self, client: httpx.AsyncClient) -> None:
        await add(client, full_name="A", city="Bonn")
        preview = (await client.post(f"{SEGMENTS}/preview", json={"condition": BONN})).json()
        assert (preview["count"], preview["exact"], preview["sample"][0]["full_name"]) == (1, True, "A")
        bad = await client.post(f"{SEGMENTS}/preview", json={"condition": {"all": [{"field": "x"}]}})
        assert bad.json()["errors"][0]["field"] == "all[0].field"

    async def test_archived_field_leaves_a_segment_that_says_so(self, client: httpx.AsyncClient) -> None:
        field = (await client.post("/api/v1/custom-fields", json={"label": "Plan", "kind": "text"})).json()
        condition = {"field": "custom.plan", "op": "eq", "value": "a"}
        segment = (await client.post(SEGMENTS, json={"name": "1", "condition": condition})).json()
        await client.delete(f"/api/v1/custom-fields/{field['id']}")
        assert (await client.post(f"{SEGMENTS}/{segment['id']}/refresh")).json()["member_count"] is None
        refused = await client.get(LEADS, params={"segment_id": segment["id"]})
        assert refused.status_code == 422
        assert "no longer works" in refused.json()["detail"]

    async def test_schedule_counts_all(
        self, client: httpx.AsyncClient, database: Database, organisation: Actor
    ) -> None:
        segment = (await client.post(SEGMENTS, json={"name": "Bonn", "condition": BONN})).json()
        await add(client, full_name="A", city="Bonn")
        await upkeep.count_segments.handler(JobContext(database, Actor.system(), "test"), None)  # type: ignore[arg-type]
        assert (await client.get(f"{SEGMENTS}/{segment['id']}")).json()["member_count"] == 1

    async def test_other_organisations(
        self,
        client: httpx.AsyncClient,
        client_of: Callable[[Actor], Awaitable[httpx.AsyncClient]],
        other_organisation: Actor,
    ) -> None:
        segment = (await client.post(SEGMENTS, json={"name": "Bonn", "condition": BONN})).json()
        stranger = await client_of(other_organisation)
        assert (await stranger.get(f"{SEGMENTS}/{segment['id']}")).status_code == 404
        assert (await stranger.get(LEADS, params={"segment_id": segment["id"]})).status_code == 404
        theirs = {"field": "segment", "op": "in", "value": [segment["id"]]}
        assert (await stranger.post(f"{LEADS}/count", json={"filter": theirs})).status_code == 422


class TestViews:
    STATE = {"filter": BONN, "sort": "-score", "columns": ["full_name", "custom.plan"], "q": "a"}

    async def test_own_and_shared(self, client: httpx.AsyncClient, client_for: ClientFor) -> None:
        own = (await client.post(VIEWS, json={"name": "Mine", "state": self.STATE})).json()
        shared = (await client.post(VIEWS, json={"name": "Ours", "shared": True})).json()
        assert own["state"] == self.STATE
        analyst = await client_for("analyst")
        seen = (await analyst.get(VIEWS)).json()
        assert [(view["name"], view["editable"]) for view in seen] == [("Ours", False)]
        assert (await analyst.patch(f"{VIEWS}/{own['id']}", json={"name": "x"})).status_code == 404
        assert (await analyst.patch(f"{VIEWS}/{shared['id']}", json={"name": "x"})).status_code == 403
        assert (await analyst.delete(f"{VIEWS}/{shared['id']}")).status_code == 403
        assert (await analyst.post(VIEWS, json={"name": "Theirs", "shared": True})).status_code == 403
        theirs = await analyst.post(VIEWS, json={"name": "Theirs"})
        assert theirs.status_code == 201
        assert (await analyst.patch(f"{VIEWS}/{theirs.json()['id']}", json={"shared": True})).status_code == 403
        assert [view["name"] for view in (await client.get(VIEWS)).json()] == ["Mine", "Ours"]

    async def test_never_overwritten_silently(self, client: httpx.AsyncClient) -> None:
        view = (await client.post(VIEWS, json={"name": "Mine"})).json()
        url = f"{VIEWS}/{view['id']}"
        assert (await client.patch(url, json={"state": {"q": "b"}}, headers={"If-Match": '"1"'})).status_code == 200
        lost = await client.patch(url, json={"state": {"q": "c"}}, headers={"If-Match": '"1"'})
        assert lost.status_code == 412
        assert lost.json()["current"]["state"]["q"] == "b"
        assert (await client.delete(url, headers={"If-Match": '"2"'})).status_code == 204

    @pytest.mark.parametrize(
        "state",
        [
            {"filter": {"field": "x", "op": "eq"}},
            {"sort": "search"},
            {"sort": "a; drop"},
            {"columns": ["A B"]},
            {"unknown": 1},
            {"q": "a\x00"},
        ],
    )
    async def test_state_is_checked(self, client: httpx.AsyncClient, state: dict) -> None:
        assert (await client.post(VIEWS, json={"name": "X", "state": state})).status_code == 422

"""Custom fields and tags over HTTP."""

from collections.abc import Awaitable, Callable

import httpx
import pytest
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from tradewind.modules.leads.service import fields
from tradewind.modules.leads.service.fields import key_of

from .test_people import LEADS, add

FIELDS, TAGS = "/api/v1/custom-fields", "/api/v1/tags"


async def make(client: httpx.AsyncClient, label: str, kind: str, **more: object) -> dict:
    answer = await client.post(FIELDS, json={"label": label, "kind": kind, **more})
    assert answer.status_code == 201, answer.text
    return answer.json()


class TestCustomFields:
    async def test_values_are_typed_and_stored_in_one_form(self, client: httpx.AsyncClient) -> None:
        for label, kind in (
            ("Remark", "text"), ("Visits", "number"), ("Renewal", "date"), ("Seen", "datetime"),
            ("Agreed", "boolean"), ("Site", "url"),
        ):  # fmt: skip
            await make(client, label, kind)
        await make(client, "Plan", "select", options=["Free", "Team"])
        await make(client, "Topics", "multi_select", options=["Price", "Speed"])
        lead = await add(
            client,
            full_name="Ada",
            custom={
                "remark": " x ", "visits": 2.5, "renewal": "2026-03-01", "seen": "2026-03-01T10:00:00+01:00",
                "agreed": False, "site": "https://x.example/a", "plan": "Team", "topics": ["Speed", "Speed"],
            },
        )  # fmt: skip
        assert lead["custom"] == {
            "remark": "x", "visits": 2.5, "renewal": "2026-03-01", "seen": "2026-03-01T09:00:00.000000Z",
            "agreed": False, "site": "https://x.example/a", "plan": "Team", "topics": ["Speed"],
        }  # fmt: skip
        merged = await client.patch(f"{LEADS}/{lead['id']}", json={"custom": {"remark": None, "visits": 3}})
        assert "remark" not in merged.json()["custom"]
        assert (merged.json()["custom"]["visits"], merged.json()["custom"]["plan"]) == (3, "Team")

    @pytest.mark.parametrize(
        ("kind", "value"),
        [
            ("number", "3"), ("number", True), ("boolean", "yes"), ("date", "soon"), ("datetime", "2026"),
            ("url", "javascript:alert(1)"), ("select", "Other"), ("multi_select", "A"), ("multi_select", ["Other"]),
            ("text", 5), ("text", "a\x00b"), ("text", "x" * 5001), ("text", {"a": 1}),
        ],
    )  # fmt: skip
    async def test_unfit_values(self, client: httpx.AsyncClient, kind: str, value: object) -> None:
        options = {"options": ["A"]} if "select" in kind else {}
        await make(client, "F", kind, **options)
        answer = await client.post(LEADS, json={"full_name": "Ada", "custom": {"f": value}})
        assert answer.status_code == 422
        assert answer.json()["errors"][0]["field"] == "custom.f"

    @pytest.mark.parametrize(
        "body",
        [
            {"label": "F", "kind": "select"},
            {"label": "F", "kind": "picture"},
            {"label": "", "kind": "text"},
            {"label": "F", "kind": "text", "key": "Not A Key"},
            {"label": "F", "kind": "text", "key": "x'; drop table leads"},
            {"label": "F", "kind": "select", "options": ["A", "A"]},
        ],
    )
    async def test_refused(self, client: httpx.AsyncClient, body: dict) -> None:
        assert (await client.post(FIELDS, json=body)).status_code == 422

    async def test_keys_are_unique_per_entity(self, client: httpx.AsyncClient) -> None:
        await make(client, "Plan", "text")
        assert (await client.post(FIELDS, json={"label": "PLAN", "kind": "number"})).status_code == 409
        assert (await make(client, "Plan", "text", entity="company"))["key"] == "plan"

    @pytest.mark.parametrize(
        ("label", "key"),
        [
            ("Total visits (30 d)", "total_visits_30_d"),
            ("Größe", "grosse"),
            ("30 days", "field_30_days"),
            ("☃", "field"),
        ],
    )
    def test_keys_from_labels(self, label: str, key: str) -> None:
        assert key_of(label) == key

    async def test_index_comes_and_goes(self, client: httpx.AsyncClient, session: AsyncSession) -> None:
        field = await make(client, "Visits", "number", filterable=True)
        name = f"cf_{field['id'].replace('-', '')}"
        exists = text("select to_regclass(:name) is not null")
        assert await session.scalar(exists, {"name": name})
        await client.patch(f"{FIELDS}/{field['id']}", json={"filterable": False})
        assert not await session.scalar(exists, {"name": name})
        await client.patch(f"{FIELDS}/{field['id']}", json={"filterable": True})
        await client.delete(f"{FIELDS}/{field['id']}")
        assert not await session.scalar(exists, {"name": name})

    async def test_indexes_are_capped(self, client: httpx.AsyncClient, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(fields, "MAX_INDEXED", 1)
        await make(client, "A", "text", filterable=True)
        refused = await client.post(FIELDS, json={"label": "B", "kind": "text", "filterable": True})
        assert (refused.status_code, refused.json()["code"]) == (409, "leads.limit_reached")
        assert [field["label"] for field in (await client.get(FIELDS)).json()] == ["A"]

    async def test_archived_fields_hide_and_come_back(self, client: httpx.AsyncClient) -> None:
        field = await make(client, "Plan", "text")
        assert (await client.delete(f"{FIELDS}/{field['id']}")).status_code == 204
        assert (await client.get(FIELDS)).json() == []
        assert len((await client.get(FIELDS, params={"archived": True})).json()) == 1
        refused = await client.post(LEADS, json={"full_name": "A", "custom": {"plan": "x"}})
        assert refused.status_code == 422
        await client.patch(f"{FIELDS}/{field['id']}", json={"archived": False})
        assert (await add(client, full_name="A", custom={"plan": "x"}))["custom"] == {"plan": "x"}


class TestTags:
    async def test_known_from_use(self, client: httpx.AsyncClient) -> None:
        await add(client, full_name="A", tags=["VIP"])
        tags = (await client.get(TAGS)).json()
        assert [(tag["name"], tag["colour"]) for tag in tags] == [("VIP", "grey")]

    async def test_renamed_and_removed_everywhere(
        self, client: httpx.AsyncClient, drain: Callable[[], Awaitable[list[str]]]
    ) -> None:
        lead = await add(client, full_name="A", tags=["old", "kept"])
        tag = next(tag for tag in (await client.get(TAGS)).json() if tag["name"] == "old")
        await client.patch(f"{TAGS}/{tag['id']}", json={"name": "new", "colour": "red"})
        assert "leads.replace_tag" in await drain()
        assert sorted((await client.get(f"{LEADS}/{lead['id']}")).json()["tags"]) == ["kept", "new"]
        assert (await client.delete(f"{TAGS}/{tag['id']}")).status_code == 204
        await drain()
        assert (await client.get(f"{LEADS}/{lead['id']}")).json()["tags"] == ["kept"]

    async def test_names_are_unique(self, client: httpx.AsyncClient) -> None:
        assert (await client.post(TAGS, json={"name": "VIP"})).status_code == 201
        assert (await client.post(TAGS, json={"name": "vip"})).status_code == 409
        assert (await client.post(TAGS, json={"name": "x", "colour": "plaid"})).status_code == 422

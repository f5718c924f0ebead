"""The list of leads over HTTP: pages both ways, sorts, filters, words, counts, catalogue, quick search."""

import json
from datetime import timedelta
from typing import Any

import httpx
import pytest
from sqlalchemy import insert
from sqlalchemy.ext.asyncio import AsyncSession

from tradewind.kernel import clock
from tradewind.kernel.access import Actor
from tradewind.kernel.ids import new_id
from tradewind.modules.leads.models.people import Lead
from tradewind.modules.leads.repository import lists
from tradewind.modules.leads.repository.lists import SORTS, search_query

LEADS = "/api/v1/leads"


@pytest.fixture
async def leads(session: AsyncSession, organisation: Actor) -> list[dict[str, Any]]:
    """25 leads; many share values or lack them, so that orders have ties and NULLs."""
    rows = [
        {
            "id": new_id(),
            "organisation_id": organisation.organisation_id,
            "full_name": ["Ada", "bob", "", "Ärne"][i % 4] and f"{['Ada', 'bob', '', 'Ärne'][i % 4]} {i // 8}",
            "email": [f"p{i}@firm.example", None][i % 2],
            "email_key": [f"p{i}@firm.example", None][i % 2],
            "company_name": ["Acme", None, "Beta & Co"][i % 3],
            "score": [None, 10, 50, 90][i % 4],
            "country": ["DE", "US", None][i % 3],
            "status": ["new", "qualified"][i % 2],
            "last_activity_at": [None, clock.now() - timedelta(days=i // 5)][i % 2],
            "created_at": clock.now() - timedelta(days=i // 3),
            "tags": [[], ["vip"]][i % 2],
        }
        for i in range(25)
    ]
    await session.execute(insert(Lead), rows)
    return rows


async def ids_over_pages(client: httpx.AsyncClient, limit: int = 4, **params: str) -> tuple[list[str], list[str]]:
    """Ids walking forward page by page, and then back again from the last page."""
    pages = [(await client.get(LEADS, params={"limit": limit, **params})).json()]
    while pages[-1]["next_cursor"]:
        cursor = pages[-1]["next_cursor"]
        pages.append((await client.get(LEADS, params={"limit": limit, "cursor": cursor, **params})).json())
    forward = [row["id"] for page in pages for row in page["items"]]
    back = [pages[-1]]
    while back[-1]["previous_cursor"]:
        cursor = back[-1]["previous_cursor"]
        back.append((await client.get(LEADS, params={"limit": limit, "cursor": cursor, **params})).json())
    assert pages[0]["previous_cursor"] is None
    return forward, [row["id"] for page in reversed(back) for row in page["items"]]


class TestPages:
    @pytest.mark.parametrize("sort", [sign + name for name in sorted(SORTS) for sign in ("", "-")])
    async def test_both_ways_meet_every_row_once_in_order(
        self, client: httpx.AsyncClient, leads: list[dict[str, Any]], sort: str
    ) -> None:
        forward, backward = await ids_over_pages(client, sort=sort)
        assert forward == backward
        assert sorted(forward) == sorted(str(row["id"]) for row in leads)
        name = sort.removeprefix("-")
        if name == "converted_at":  # not shown in lists
            return
        shown = {row["id"]: row for row in (await client.get(LEADS, params={"limit": 100})).json()["items"]}
        values = [shown[key][name] or None for key in forward]
        if name == "full_name":
            values = [value and value.lower() for value in values]
        present = [value for value in values if value is not None]
        assert values == present + [None] * (len(values) - len(present)), "empty ones stand last"
        assert present == sorted(present, reverse=sort.startswith("-"))

    async def test_cursor_belongs_to_its_sort(self, client: httpx.AsyncClient, leads: list[Any]) -> None:
        cursor = (await client.get(LEADS, params={"limit": 1})).json()["next_cursor"]
        for params in ({"sort": "score", "cursor": cursor}, {"cursor": "nonsense"}, {"cursor": cursor[:-2]}):
            assert (await client.get(LEADS, params=params)).status_code == 400

    async def test_unknown_sort(self, client: httpx.AsyncClient) -> None:
        answer = await client.get(LEADS, params={"sort": "search"})
        assert answer.status_code == 422
        assert answer.json()["errors"][0]["field"] == "sort"

    async def test_total_comes_with_the_first_page_only(self, client: httpx.AsyncClient, leads: list[Any]) -> None:
        first = (await client.get(LEADS, params={"limit": 10})).json()
        assert first["total"] == {"value": 25, "exact": True}
        second = (await client.get(LEADS, params={"limit": 10, "cursor": first["next_cursor"]})).json()
        assert second["total"] is None

    async def test_large_totals_are_estimates(
        self, client: httpx.AsyncClient, leads: list[Any], monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(lists, "COUNTED_EXACTLY", 10)
        total = (await client.get(LEADS, params={"limit": 20})).json()["total"]
        assert total["exact"] is False
        assert total["value"] >= 11
        assert (await client.get(LEADS, params={"limit": 20})).json()["total"] == total
        assert (await client.get(LEADS, params={"limit": 100})).json()["total"] == {"value": 25, "exact": True}


class TestFilters:
    @pytest.mark.parametrize(
        ("condition", "expected"),
        [
            ({"field": "score", "op": "gte", "value": 50}, lambda row: (row["score"] or 0) >= 50),
            ({"field": "company_name", "op": "eq", "value": "ACME"}, lambda row: row["company_name"] == "Acme"),
            ({"field": "country", "op": "is_not_set"}, lambda row: row["country"] is None),
            ({"not": {"field": "tags", "op": "has_any", "value": ["vip"]}}, lambda row: not row["tags"]),
            ({"field": "email", "op": "eq", "value": "P2@firm.example"}, lambda row: row["email"] == "p2@firm.example"),
        ],
    )
    async def test_filter(
        self, client: httpx.AsyncClient, leads: list[dict[str, Any]], condition: dict, expected: Any
    ) -> None:
        params = {"filter": json.dumps(condition), "limit": "100"}
        page = (await client.get(LEADS, params=params)).json()
        assert {row["id"] for row in page["items"]} == {str(row["id"]) for row in leads if expected(row)}
        counted = await client.post(f"{LEADS}/count", json={"filter": condition})
        assert counted.json() == page["total"]
        forward, backward = await ids_over_pages(client, limit=3, filter=params["filter"], sort="-score")
        assert len(forward) == page["total"]["value"]
        assert forward == backward

    @pytest.mark.parametrize(
        "text",
        ["{", "[]", "1", '{"field":"nope","op":"eq","value":1}', '{"field":"full_name","op":"eq","value":"\\u0000"}'],
    )
    async def test_bad_filters(self, client: httpx.AsyncClient, text: str) -> None:
        answer = await client.get(LEADS, params={"filter": text})
        assert answer.status_code == 422
        assert answer.json()["code"] == "leads.condition_invalid"

    @pytest.mark.parametrize(
        ("words", "found"),
        [
            ("ada", 7), ("AD", 7), ("Ada 1", 2), ("ärn", 6), ("firm", 13), ("p4@firm.example", 1), ("beta co", 8),
            ("nothing like it", 0), ("!!!", 0), ("'; drop table leads --", 0), ("a:* | b & !c", 2), (" ", 25),
        ],
    )  # fmt: skip
    async def test_words(self, client: httpx.AsyncClient, leads: list[Any], words: str, found: int) -> None:
        page = (await client.get(LEADS, params={"q": words, "limit": 100})).json()
        assert page["total"]["value"] == len(page["items"]) == found

    async def test_words_with_characters_that_cannot_be_stored(self, client: httpx.AsyncClient) -> None:
        assert (await client.get(f"{LEADS}?q=a%00b")).status_code == 422
        assert (await client.get(f"{LEADS}?q={'x' * 201}")).status_code == 422
        assert (await client.post(f"{LEADS}/count", json={"q": "a\x00b"})).status_code == 422

    def test_query_of_words(self) -> None:
        assert search_query(None) is None
        assert search_query("O'Brien x_y") == "'O':* & 'Brien':* & 'x':* & 'y':*"
        assert search_query("***") == ""
        assert len((search_query("a " * 50) or "").split("&")) == 10


class TestCatalogue:
    async def test_names_kinds_operators_and_options(
        self, client: httpx.AsyncClient, leads: list[Any], organisation: Actor
    ) -> None:
        await client.post("/api/v1/custom-fields", json={"label": "Plan", "kind": "select", "options": ["A", "B"]})
        segment = (await client.post("/api/v1/segments", json={"name": "All", "condition": {"all": []}})).json()
        answer = (await client.get(f"{LEADS}/fields")).json()
        fields = {field["key"]: field for field in answer["fields"]}
        assert [o["value"] for o in fields["country"]["options"]] == ["DE", "US"]
        assert [o["value"] for o in fields["tags"]["options"]] == ["vip"]
        assert fields["owner_id"]["options"] == [{"value": str(organisation.user_id), "label": organisation.name}]
        assert [o["value"] for o in fields["custom.plan"]["options"]] == ["A", "B"]
        assert fields["segment"]["options"] == [{"value": segment["id"], "label": "All"}]
        assert "between" in fields["score"]["ops"]
        assert fields["score"]["sortable"]
        assert {"company.industry", "activity.count", "activity.last"} <= set(fields)
        assert "email.opened" in answer["activity_kinds"]


class TestQuickSearch:
    async def test_finds_leads_companies_and_deals(self, client: httpx.AsyncClient) -> None:
        await client.post(LEADS, json={"full_name": "Zora Zeppelin", "company_name": "Zeppelin Works"})
        answer = (await client.get("/api/v1/search", params={"q": "zepp"})).json()
        assert [hit["title"] for hit in answer["leads"]] == ["Zora Zeppelin"]
        assert [hit["title"] for hit in answer["companies"]] == ["Zeppelin Works"]
        assert answer["deals"] == []
        assert (await client.get("/api/v1/search", params={"q": " ' "})).json()["leads"] == []

"""What every part of the API keeps: sparse fields, bodies that are refused, many leads at once, announced ends."""

import json
import re
from datetime import date
from pathlib import Path

import httpx
import pytest
from fastapi import FastAPI

from tradewind.kernel.access import public
from tradewind.kernel.deprecation import deprecated
from tradewind.kernel.errors import PayloadTooLarge
from tradewind.kernel.json_bodies import MAX_BYTES, DuplicateKey, TooDeep, check
from tradewind.kernel.openapi import describe
from tradewind.kernel.security_headers import SecurityHeadersMiddleware
from tradewind.modules.leads.conditions.catalogue import OPERATORS
from tradewind.modules.leads.repository import companies, deals, lists
from tradewind.modules.leads.service.lists import select_people

JSON = {"Content-Type": "application/json"}


async def _seed(client: httpx.AsyncClient) -> dict[str, str]:
    company = (await client.post("/api/v1/companies", json={"name": "Moreau Works", "country": "FR"})).json()
    lead = (
        await client.post("/api/v1/leads", json={"first_name": "Ada", "email": "ada@moreau.example", "city": "Lyon"})
    ).json()
    stages = [{"name": "New", "probability": 0.1}, {"name": "Won", "kind": "won", "probability": 1}]
    stages.append({"name": "Lost", "kind": "lost", "probability": 0})
    pipeline = (
        await client.post("/api/v1/pipelines", json={"name": "Direct", "currency": "EUR", "stages": stages})
    ).json()
    body = {"name": "Fleet", "lead_id": lead["id"], "pipeline_id": pipeline["id"], "currency": "EUR"}
    deal = await client.post("/api/v1/deals", json=body | {"stage_id": pipeline["stages"][0]["id"]})
    assert deal.status_code == 201, deal.text
    task = await client.post("/api/v1/tasks", json={"title": "Call", "lead_id": lead["id"]})
    assert task.status_code == 201, task.text
    return {"leads": lead["id"], "companies": company["id"], "deals": deal.json()["id"]}


async def test_sparse_fields(client):
    ids = await _seed(client)
    chosen = {
        "leads": "email,score,custom",
        "companies": "name,people_count,custom",
        "deals": "name,lead_name,stage_name",
        "tasks": "title,lead_name",
    }
    for path, fields in chosen.items():
        names = fields.split(",")
        page = await client.get(f"/api/v1/{path}", params={"fields": fields, "limit": 1})
        assert page.status_code == 200, page.text
        assert [list(item) for item in page.json()["items"]] == [names]
        assert page.json()["total"] is not None
        unknown = await client.get(f"/api/v1/{path}", params={"fields": "id,search"})
        assert unknown.status_code == 422
        assert unknown.json()["errors"][0]["field"] == "fields"
        if path in ids:
            one = await client.get(f"/api/v1/{path}/{ids[path]}", params={"fields": fields})
            whole = await client.get(f"/api/v1/{path}/{ids[path]}")
            assert one.json() == {name: whole.json()[name] for name in names}
            assert one.headers["ETag"] == whole.headers["ETag"]
            missing = await client.get(f"/api/v1/{path}/{ids['leads'][:-4]}0000", params={"fields": fields})
            assert missing.status_code == 404


async def test_sparse_pages_go_on_by_cursor(client):
    for name in "abc":
        assert (await client.post("/api/v1/companies", json={"name": f"Firm {name}"})).status_code == 201
    for path in ("leads", "companies", "deals", "tasks"):
        await client.post("/api/v1/leads", json={"first_name": path})
    for path, field in (("companies", "name"), ("leads", "first_name")):
        seen, cursor = [], None
        while True:
            params = {"fields": field, "limit": "2"} | ({"cursor": cursor} if cursor else {})
            page = (await client.get(f"/api/v1/{path}", params=params)).json()
            seen += [item[field] for item in page["items"]]
            if not (cursor := page["next_cursor"]):
                break
        assert len(seen) == {"companies": 3, "leads": 4}[path]


async def test_only_the_chosen_columns_are_read(client, session):
    await _seed(client)
    people = await select_people(session, condition=None, q=None)
    rows, _, _ = await lists.page(session, people, sort="-score", cursor=None, limit=5, columns=("id", "email"))
    assert [set(row.keys()) for row in rows] == [{"id", "email", "sort_value"}]
    firms, _, _ = await companies.sparse_page(
        session, companies.filtered(), ("domain",), sort="name", cursor=None, limit=5
    )
    assert all(set(firm) == {"domain", "_sort_0", "_sort_1"} for firm in firms)
    assert firms
    found, _, _ = await deals.list_page(
        session, deals.DealFilter(), sort="name", cursor=None, limit=5, names=("stage_name",)
    )
    assert [set(row._mapping) for row in found] == [{"stage_name", "_sort_0", "_sort_1"}]


async def test_bodies_that_are_refused(client):
    async def post(content: bytes, kind: str = "application/json", **headers: str) -> httpx.Response:
        return await client.post("/api/v1/leads", content=content, headers={"Content-Type": kind, **headers})

    large = b'{"first_name": "' + b"a" * (20 << 20) + b'"}'
    for answer in (await post(large), await client.post("/api/v1/leads", content=_chunks(large), headers=JSON)):
        assert (answer.status_code, answer.json()["code"]) == (413, "kernel.too_large")
    deep = await post(b'{"custom": ' + b"[" * 10_000 + b"]" * 10_000 + b"}")
    assert (deep.status_code, deep.json()["code"]) == (400, "kernel.json_too_deep")
    twice = await post(b'{"first_name": "Ada", "custom": {"plan": 1, "plan": 2}}')
    assert (twice.status_code, twice.json()["code"]) == (422, "kernel.duplicate_key")
    assert twice.json()["errors"] == [{"field": "plan", "message": "is given twice"}]
    for content, field, words in (
        (b'{"first_name": "Ada"', "body", "Is not valid JSON at character 20: Expecting ',' delimiter."),
        (b'{"firstname": "Ada"}', "firstname", "There is no such field here."),
        (b'{"email": "ada"}', "email", "Is not an e-mail address"),
        (b"[]", "body", "Must be a JSON object."),
    ):
        assert (await post(content)).json()["errors"] == [{"field": field, "message": words}]
    for kind in ("text/plain", "application/xml", "application/x-yaml", "application/x-www-form-urlencoded"):
        wrong = await post(b'{"first_name": "Ada"}', kind)
        assert (wrong.status_code, wrong.json()["code"]) == (415, "kernel.media_type"), kind
    assert (await post(b'{"first_name": "Ada"}', "application/json; charset=utf-8")).status_code == 201
    assert (await client.get("/api/v1/leads")).json()["total"]["value"] == 1


async def _chunks(content: bytes):
    for start in range(0, len(content), 1 << 20):
        yield content[start : start + (1 << 20)]


def test_names_given_twice_are_found_anywhere():
    check(b'{"a": {"b": 1}, "b": [{"a": 1}, {"a": 2}], "c": "{\\"a\\": 1, \\"a\\": 2}"}')
    check(b"no json")
    check(b"")
    for body in (b'{"a": 1, "a": 1}', b'[{"x": {"a": 1, "\\u0061": 2}}]'):
        with pytest.raises(DuplicateKey):
            check(body)
    with pytest.raises(TooDeep):
        check(b"[" * 100_000)
    assert issubclass(PayloadTooLarge, Exception)
    assert MAX_BYTES < 20 << 20


async def test_a_key_with_another_body_is_refused(client):
    key = {"Idempotency-Key": "conventions-1"}
    first = await client.post("/api/v1/leads", json={"first_name": "Ada"}, headers=key)
    again = await client.post("/api/v1/leads", json={"first_name": "Ada"}, headers=key)
    assert (again.status_code, again.json()["id"]) == (201, first.json()["id"])
    assert again.headers["Idempotency-Replayed"] == "true"
    other = await client.post("/api/v1/leads", json={"first_name": "Bo"}, headers=key)
    assert (other.status_code, other.json()["code"]) == (422, "kernel.idempotency_key_reused")


async def test_many_leads_at_once(client):
    items = [{"first_name": f"Person {number}", "email": f"p{number}@firm.example"} for number in range(20)]
    items[3] |= {"company_id": "0192f0c1-7a5e-7c3d-9b1a-2f4e6d8c0a11"}
    items[7] |= {"custom": {"no_such_field": 1}}
    answer = await client.post("/api/v1/leads/bulk-create", json={"items": items})
    assert answer.status_code == 200, answer.text
    body = answer.json()
    assert (body["created"], body["failed"]) == (18, 2)
    assert [result["index"] for result in body["results"]] == list(range(20))
    failed = {result["index"]: result for result in body["results"] if result["id"] is None}
    assert failed[3]["code"] == "leads.company_not_found"
    assert failed[7]["code"] == "leads.value_invalid"
    assert failed[7]["errors"]
    assert (await client.get("/api/v1/leads")).json()["total"]["value"] == 18
    items[7] |= {"custom": {}, "owner_id": "0192f0c1-7a5e-7c3d-9b1a-2f4e6d8c0a11", "company_name": "Refused"}
    again = (await client.post("/api/v1/leads/bulk-create", json={"items": [items[7]]})).json()["results"][0]
    assert (again["code"], again["errors"][0]["field"]) == ("leads.value_invalid", "owner_id")
    assert (await client.get("/api/v1/companies")).json()["items"] == []
    wrong = await client.post("/api/v1/leads/bulk-create", json={"items": [{"first_name": "Ada"}, {"colour": "red"}]})
    assert wrong.status_code == 422
    assert any(error["field"].startswith("items.1") for error in wrong.json()["errors"])
    too_many = await client.post("/api/v1/leads/bulk-create", json={"items": [{"first_name": "Ada"}] * 1001})
    assert too_many.status_code == 422
    assert (await client.get("/api/v1/leads")).json()["total"]["value"] == 18


async def test_one_of_many_is_what_a_single_one_would_be(client):
    """Added in a set, a lead has the same columns, company, tags, timeline and audit entry as one added alone."""
    field = {"label": "Budget", "kind": "number"}
    assert (await client.post("/api/v1/custom-fields", json=field)).status_code == 201
    item = {
        "first_name": "Ada", "last_name": "Lovelace", "email": "Ada@Engine.example", "phone": "020 7946 0958",
        "country": "GB", "company_name": "Engine Ltd", "tags": ["vip", "bulk"], "custom": {"budget": 7},
        "converted": True, "status": "customer", "source": "fair", "do_not_call": True, "owner_id": None,
    }  # fmt: skip
    alone = (await client.post("/api/v1/leads", json=item)).json()["id"]
    answer = await client.post("/api/v1/leads/bulk-create", json={"items": [item] * 21})
    ids = [result["id"] for result in answer.json()["results"]]
    assert len(set(ids)) == 21

    async def seen(lead_id: str) -> tuple:
        lead = (await client.get(f"/api/v1/leads/{lead_id}")).json()
        times = {"id", "created_at", "updated_at", "converted_at"}
        timeline = (await client.get(f"/api/v1/leads/{lead_id}/timeline")).json()["items"]
        query = {"subject_type": "lead", "subject_id": lead_id}
        audit = (await client.get("/api/v1/audit-log", params=query)).json()["items"]
        facts = [{name: value for name, value in row["after"].items() if name != "converted_at"} for row in audit]
        assert bool(lead["converted_at"]) is True
        return (
            {name: value for name, value in lead.items() if name not in times},
            [(entry["kind"], entry["title"], entry["actor_name"]) for entry in timeline],
            [(row["action"], row["actor_name"]) for row in audit],
            facts,
        )

    assert await seen(ids[0]) == await seen(ids[-1]) == await seen(alone)
    assert len((await client.get("/api/v1/companies")).json()["items"]) == 1
    assert (await client.post("/api/v1/audit-log/verification")).json()["intact"] is True


async def test_what_goes_away_says_so():
    app = FastAPI()
    ending = deprecated(since=date(2026, 1, 1), sunset=date(2026, 7, 1), successor="/api/v1/new")

    @app.get("/api/v1/old", dependencies=[ending, public("a test")])
    async def read_old(fail: bool = False) -> dict[str, str]:
        """The old way."""
        return {} if not fail else 1 / 0  # type: ignore[return-value]

    describe(app, {})
    app.add_middleware(SecurityHeadersMiddleware)
    transport = httpx.ASGITransport(app, raise_app_exceptions=False)
    async with httpx.AsyncClient(transport=transport, base_url="http://tradewind.test") as client:
        answer = await client.get("/api/v1/old")
        refused = await client.get("/api/v1/old", params={"fail": "perhaps"})
        other = await client.get("/api/v1/other")
    assert answer.headers["Deprecation"] == "@1767225600"
    assert answer.headers["Sunset"] == "Wed, 01 Jul 2026 00:00:00 GMT"
    assert answer.headers["Link"] == '</api/v1/new>; rel="successor-version"'
    assert (refused.status_code, refused.headers["Deprecation"]) == (422, "@1767225600")
    assert "Deprecation" not in other.headers
    operation = app.openapi()["paths"]["/api/v1/old"]["get"]
    assert operation["deprecated"] is True
    assert "2026-07-01" in operation["description"]


async def test_every_filter_of_the_guide_works(client):
    guide = (Path(__file__).parents[2] / "docs" / "guides" / "filters.md").read_text()
    examples = re.findall(r'`(\{"field".*?\})`', guide)
    operators = {json.loads(example)["op"] for example in examples}
    assert operators == {operator for group in OPERATORS.values() for operator in group}
    for example in examples:
        answer = await client.get("/api/v1/leads", params={"filter": example})
        assert answer.status_code == 200, (example, answer.text)

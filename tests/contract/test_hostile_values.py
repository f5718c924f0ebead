"""Values that break naive code, where generated requests rarely get: inside valid conditions, cursors, uploads."""

import json
from typing import Any

import pytest

HOSTILE: list[Any] = [
    "\x00", "\ud800", "\\u0000", "%", "_", "\\", "'; --", "‮", "", "x" * 5_000, "2026-02-30",
    "9999-12-31T23:59:59-14:00",
    "0001-01-01T00:00:00+14:00", "00000000-0000-0000-0000-000000000000", "1e400", 0, -1, 2**31, 2**63, 2**64, 10**40,
    -(10**40), 1e308, -0.0, 0.1, True, None, [], {}, [None], [[]], {"a": "\x00"}, ["\x00"], [0, 10**40],
    ["9999-12-31", "0001-01-01"],
]  # fmt: skip
CURSORS = ["x", "=", "a.b", "A" * 2048, "A" * 2049, "é", "\x00", "eyJ4IjoxfQ", "AAAAAAAAAAAAAAAAAAAAAAAA"]


@pytest.fixture(autouse=True)
def _without_limit(app):
    app.state.settings = app.state.settings.model_copy(update={"api_requests_per_minute": 1_000_000})


async def test_conditions_with_any_value_are_answered_or_refused(client):
    assert (
        await client.post("/api/v1/custom-fields", json={"entity": "lead", "kind": "number", "label": "Budget"})
    ).is_success
    assert (
        await client.post("/api/v1/custom-fields", json={"entity": "lead", "kind": "date", "label": "Since"})
    ).is_success
    fields = (await client.get("/api/v1/leads/fields")).json()["fields"]
    # One field of each kind, own ones apart; the others share their code.
    chosen = {(f["kind"], f["key"].startswith("custom.")): f for f in fields}
    wrong = []
    for field in chosen.values():
        for op in field["ops"]:
            for value in HOSTILE:
                condition = {"field": field["key"], "op": op, "value": value}
                answer = await client.post(
                    "/api/v1/leads/count",
                    content=json.dumps({"filter": condition}),
                    headers={"Content-Type": "application/json"},
                )
                if answer.status_code not in (200, 422):
                    wrong.append(f"{condition}: {answer.status_code} {answer.text[:100]}")
    assert wrong == []


@pytest.mark.parametrize("kind", ["text", "number", "date", "datetime", "boolean", "url"])
@pytest.mark.parametrize("entity", ["lead", "company", "deal"])
async def test_custom_values_are_kept_or_refused(client, kind, entity):
    made = await client.post("/api/v1/custom-fields", json={"entity": entity, "kind": kind, "label": "Extra"})
    assert made.is_success
    path = {"lead": "leads", "company": "companies", "deal": "deals"}[entity]
    names = {"lead": {"first_name": "Ada"}, "company": {"name": "Moreau"}, "deal": {"name": "Fleet"}}[entity]
    wrong = []
    for value in HOSTILE:
        body = json.dumps(names | {"custom": {made.json()["key"]: value}})
        answer = await client.post(f"/api/v1/{path}", content=body, headers={"Content-Type": "application/json"})
        if answer.status_code not in (201, 422):
            wrong.append(f"{value!r:.80}: {answer.status_code} {answer.text[:200]}")
        elif answer.status_code == 201:
            read = await client.get(f"/api/v1/{path}/{answer.json()['id']}")
            assert read.status_code == 200
    assert wrong == []
    assert (await client.get(f"/api/v1/{path}")).status_code == 200


@pytest.mark.parametrize(
    "path", ["leads", "companies", "deals", "tasks", "audit-log", "mail-sink", "notifications", "duplicates"]
)
async def test_foreign_cursors_and_words_are_refused(client, path):
    for cursor in CURSORS:
        answer = await client.get(f"/api/v1/{path}", params={"cursor": cursor})
        assert answer.status_code in (400, 422), (cursor, answer.text)
    for words in ("\x00", "%", "'\"\\", "x" * 200, "a & | ! : * ( )", "‮"):
        answer = await client.get(f"/api/v1/{path}", params={"q": words})
        assert answer.status_code in (200, 400, 422), (words, answer.text)


@pytest.mark.parametrize("method", ["POST", "PATCH", "PUT"])
@pytest.mark.parametrize(
    "body",
    [b"\xff\xfe", b'{"name": "\xff"}', b"[" * 100_000, b'{"a":' * 20_000, b"NaN", b'{"name": 1e999}', b'"\\ud800"'],
)
async def test_bodies_that_are_no_json_are_refused(client, method, body):
    path = {"POST": "leads", "PATCH": "organisation", "PUT": "routing-rules/order"}[method]
    answer = await client.request(method, f"/api/v1/{path}", content=body, headers={"Content-Type": "application/json"})
    assert answer.status_code in (400, 413, 422), answer.text
    assert answer.headers["content-type"] == "application/problem+json"


@pytest.mark.parametrize(
    "name", ["a" * 5_000 + ".csv", "../../etc/passwd", "x\x00.csv", "‮fdp.csv", '"; x="', "ü\n.csv"]
)
@pytest.mark.parametrize("path", ["imports", "leads/{lead}/files"])
async def test_uploads_of_any_name_and_content(client, name, path):
    lead = (await client.post("/api/v1/leads", json={"first_name": "Ada"})).json()["id"]
    url = f"/api/v1/{path.format(lead=lead)}"
    for content in (
        b"",
        b"\x00" * 100,
        b"\xff\xfe\x00",
        b"a,b\n\x00,\xff\n",
        b"PK\x03\x04 no zip",
        "é;ü\n".encode("latin-1"),
    ):
        answer = await client.post(url, files={"file": (name, content, "text/csv")})
        assert answer.status_code in (201, 400, 413, 415, 422), (content, answer.text)
    for headers, content in (
        ({"Content-Type": "multipart/form-data"}, b"x"),
        ({"Content-Type": "multipart/form-data; boundary=x"}, b"--x\r\n\r\n"),
        ({"Content-Type": "application/json"}, b"{}"),
        ({}, b""),
    ):
        answer = await client.post(url, headers=headers, content=content)
        assert answer.status_code in (400, 415, 422), (headers, answer.text)

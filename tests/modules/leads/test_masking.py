"""Without leads:personal, contact details and free texts are masked on every path, and cannot be guessed."""

import io
import zipfile
from typing import cast
from uuid import UUID

import orjson
import pytest
from sqlalchemy import Column, text

from tradewind.kernel.classification import (
    CLASSES,
    MASK,
    class_of,
    classified_tables,
    masked,
    masked_facts,
    scrubbed,
)
from tradewind.kernel.database import Base
from tradewind.modules.leads.conditions import Fields

PEOPLE = {
    "Ada": ("ada.lovelace@engine.example", "+44 20 7946 0958", "Ockham"),
    "Nobody": ("hidden.person@engine.example", "+44 20 7946 0999", "Ripley"),
}
SECRETS = (
    "ada.lovelace",
    "hidden.person",
    "7946",
    "20 79",
    "Ockham",
    "Ripley",
    "salary of 90",
    "b. 1815",
    "1815-12-10",
)
# The database's own: they follow from classified columns and are read by SQL alone.
DERIVED = {"leads": {"search", "name_company_key"}, "companies": {"search"}}


@pytest.fixture
async def lead(client):
    """A lead with everything that is masked: address, number, city, note, logged call, custom value."""
    for label, kind in (("Birthday", "sensitive"), ("Plan", "internal")):
        payload = {"label": label, "kind": "text", "classification": kind, "filterable": False}
        assert (await client.post("/api/v1/custom-fields", json=payload)).status_code == 201
    made = []
    for name, (email, phone, city) in PEOPLE.items():
        custom = {"birthday": "1815-12-10", "plan": "gold"}
        payload = {"email": email, "phone": phone, "city": city, "company_name": "Engine Ltd", "custom": custom}
        payload |= {"full_name": "Ada Lovelace"} if name == "Ada" else {}
        answer = await client.post("/api/v1/leads", json=payload)
        assert answer.status_code == 201, answer.text
        made.append(answer.json())
    for one in made:
        path = f"/api/v1/leads/{one['id']}"
        assert (await client.post(f"{path}/notes", json={"body": "Wants a salary of 90, b. 1815"})).status_code == 201
        call = {"kind": "call.completed", "body": "Spoke of a salary of 90 with ada.lovelace@engine.example"}
        assert (await client.post(f"{path}/activities", json=call)).status_code == 201
        assert (await client.patch(path, json={"phone": f"{one['phone']}"})).status_code == 200
        assert (
            await client.post("/api/v1/tasks", json={"title": "Call back", "lead_id": one["id"]})
        ).status_code == 201
        deal = {"name": "Engine", "lead_id": one["id"]}
        assert (await client.post("/api/v1/deals", json=deal)).status_code in (201, 404)
    return made[0]


@pytest.fixture
async def masked_client(client, client_for):
    """A client of a role that may do everything but see personal data."""
    matrix = (await client.get("/api/v1/roles")).json()
    held = [p["key"] for p in matrix["permissions"] if p["key"] not in ("leads:personal", "leads:import")]
    role = await client.post("/api/v1/roles", json={"name": "Masked", "permissions": held})
    assert role.status_code == 201, role.text
    return await client_for(role.json()["key"])


async def test_every_reading_path_masks(lead, masked_client, client, drain):
    await drain()
    path = f"/api/v1/leads/{lead['id']}"
    segment = await client.post(
        "/api/v1/segments",
        json={"name": "Engine", "condition": {"field": "email", "op": "contains", "value": "engine.example"}},
    )
    view = await masked_client.get(path)
    assert (view.json()["email"], view.json()["phone"], view.json()["city"]) == ("a•••@engine.example", "•••• 58", MASK)
    assert view.json()["custom"] == {"birthday": MASK, "plan": "gold"}
    assert view.json()["full_name"] == "Ada Lovelace"
    reached = 0
    for url in (
        path, f"{path}/timeline", f"{path}/notes", f"{path}/score", f"{path}/merges",
        "/api/v1/leads", "/api/v1/leads?q=lovelace", f"/api/v1/leads?segment_id={segment.json()['id']}",
        "/api/v1/search?q=engine", "/api/v1/leads/export?format=csv", "/api/v1/leads/export?format=json",
        "/api/v1/tasks?state=all", "/api/v1/deals", "/api/v1/dashboard", "/api/v1/notifications",
        "/api/v1/audit-log?limit=200", "/api/v1/audit-log/export", "/api/v1/leads/fields", "/api/v1/companies",
    ):  # fmt: skip
        answer = await masked_client.get(url)
        assert answer.status_code == 200, (url, answer.text)
        assert [s for s in SECRETS if s in answer.text] == [], url
        reached += "Engine Ltd" in answer.text
    assert reached >= 6
    sheet = await masked_client.get("/api/v1/leads/export?format=xlsx")
    with zipfile.ZipFile(io.BytesIO(sheet.content)) as book:
        inside = b"".join(book.read(name) for name in book.namelist()).decode(errors="replace")
    assert "a•••@engine.example" in inside
    assert [s for s in SECRETS if s in inside] == []
    # The one who sees everything sees it on the same paths: the test would notice an empty page.
    assert "ada.lovelace" in (await client.get("/api/v1/leads")).text
    assert "salary of 90" in (await client.get(f"{path}/timeline")).text
    assert "1815-12-10" in (await client.get("/api/v1/audit-log?limit=200")).text


async def test_writes_answer_masked_and_mask_the_present_state(lead, masked_client):
    path = f"/api/v1/leads/{lead['id']}"
    changed = await masked_client.patch(path, json={"status": "contacted"})
    assert changed.status_code == 200
    assert [s for s in SECRETS if s in changed.text] == []
    late = await masked_client.patch(path, json={"status": "new"}, headers={"If-Match": '"1"'})
    assert late.status_code == 412
    assert late.json()["current"]["email"] == "a•••@engine.example"
    made = await masked_client.post("/api/v1/leads", json={"email": "new.person@engine.example"})
    assert (made.status_code, made.json()["email"]) == (201, "n•••@engine.example")
    preview = await masked_client.post(
        "/api/v1/segments/preview", json={"condition": {"field": "status", "op": "ne", "value": "lost"}}
    )
    assert preview.json()["count"] == 3
    assert [s for s in SECRETS if s in preview.text] == []


async def test_what_lies_behind_a_mask_cannot_be_guessed(lead, masked_client, client):
    guesses = [
        {"field": "email", "op": "eq", "value": "ada.lovelace@engine.example"},
        {"any": [{"field": "status", "op": "eq", "value": "new"}, {"field": "phone", "op": "contains", "value": "58"}]},
        {"not": {"field": "city", "op": "eq", "value": "Ockham"}},
        {"field": "custom.birthday", "op": "starts_with", "value": "18"},
    ]
    for guess in guesses:
        encoded = orjson.dumps(guess).decode()
        for answer in (
            await masked_client.get("/api/v1/leads", params={"filter": encoded}),
            await masked_client.get("/api/v1/leads/export", params={"filter": encoded}),
            await masked_client.post("/api/v1/leads/count", json={"filter": guess}),
            await masked_client.post("/api/v1/segments/preview", json={"condition": guess}),
            await masked_client.post("/api/v1/segments", json={"name": "Guess", "condition": guess}),
            await masked_client.post(
                "/api/v1/leads/bulk", json={"action": "tag", "filter": guess, "parameters": {"tags": ["x"]}}
            ),
        ):
            assert answer.status_code == 422, (guess, answer.request.url, answer.text)
            assert "masked" in answer.text, answer.text
        assert (await client.get("/api/v1/leads", params={"filter": encoded})).status_code == 200
    for sort in ("email", "-city"):
        assert (await masked_client.get("/api/v1/leads", params={"sort": sort})).status_code == 422
    for words in ("ada.lovelace@engine.example", "salary", "hidden"):
        assert (await client.get("/api/v1/leads", params={"q": words})).json()["items"] != []
        assert (await masked_client.get("/api/v1/leads", params={"q": words})).json()["items"] == []
        assert (await masked_client.get("/api/v1/search", params={"q": words})).json()["leads"] == []
    assert len((await masked_client.get("/api/v1/leads", params={"q": "lovelace"})).json()["items"]) == 1
    # Whether there is an address at all is no secret: the mask shows it.
    known = orjson.dumps({"field": "email", "op": "is_set"}).decode()
    assert len((await masked_client.get("/api/v1/leads", params={"filter": known})).json()["items"]) == 2
    offered = {field["key"] for field in (await masked_client.get("/api/v1/leads/fields")).json()["fields"]}
    assert offered & {"email", "phone", "city", "custom.birthday"} == set()
    assert {"status", "custom.plan"} <= offered
    for url in ("/api/v1/duplicates", f"/api/v1/leads/{lead['id']}/duplicates"):
        assert (await masked_client.get(url)).json()["permission"] == "leads:personal"


async def test_a_bulk_action_by_words_guesses_nothing(lead, masked_client, client, drain):
    order = {"action": "tag", "q": "salary", "parameters": {"tags": ["guessed"]}}
    assert (await masked_client.post("/api/v1/leads/bulk", json=order)).status_code == 202
    await drain()
    assert "guessed" not in (await client.get("/api/v1/leads")).text
    assert (await client.post("/api/v1/leads/bulk", json=order)).status_code == 202
    await drain()
    assert "guessed" in (await client.get("/api/v1/leads")).text


async def test_a_mask_is_never_stored(lead, masked_client, client, database, organisation):
    path = f"/api/v1/leads/{lead['id']}"
    seen = (await masked_client.get(path)).json()
    for payload in (
        {"email": seen["email"]}, {"phone": "+44 ••• 58"}, {"city": seen["city"]}, {"custom": seen["custom"]},
    ):  # fmt: skip
        answer = await masked_client.patch(path, json=payload)
        assert answer.status_code == 422, (payload, answer.text)
        assert (await client.patch(path, json=payload)).status_code == 422
    [note] = (await masked_client.get(f"{path}/notes")).json()
    assert note["body"] == MASK
    refused = await masked_client.patch(f"/api/v1/notes/{note['id']}", json={"body": note["body"]})
    assert (refused.status_code, refused.json()["code"]) == (422, "leads.masked_value")
    assert (await client.get(path)).json() == lead | {
        "version": lead["version"], "last_activity_at": (await client.get(path)).json()["last_activity_at"],
        "first_seen_at": (await client.get(path)).json()["first_seen_at"],
        "updated_at": (await client.get(path)).json()["updated_at"],
    }  # fmt: skip
    assert (await client.get(f"{path}/notes")).json()[0]["body"].startswith("Wants a salary")


async def test_people_read_what_they_wrote_themselves(lead, masked_client):
    path = f"/api/v1/leads/{lead['id']}"
    await masked_client.post(f"{path}/notes", json={"body": "My own words"})
    assert {note["body"] for note in (await masked_client.get(f"{path}/notes")).json()} == {"My own words", MASK}
    assert "My own words" in (await masked_client.get(f"{path}/timeline")).text


async def test_live_messages_carry_no_address(client, database, organisation):
    await client.post("/api/v1/leads", json={"email": "ada.lovelace@engine.example"})
    async with database.transaction(organisation) as session:
        rows = (await session.scalars(text("SELECT data::text FROM realtime_messages"))).all()
    assert rows
    assert not any("ada.lovelace" in row for row in rows)


async def test_only_who_sees_a_field_may_declassify_it(lead, masked_client, client):
    [birthday] = [f for f in (await client.get("/api/v1/custom-fields")).json() if f["key"] == "birthday"]
    path = f"/api/v1/custom-fields/{birthday['id']}"
    refused = await masked_client.patch(path, json={"classification": "internal"})
    assert (refused.status_code, refused.json()["permission"]) == (403, "leads:personal")
    assert (await masked_client.patch(path, json={"label": "Day of birth"})).status_code == 200
    assert (await client.patch(path, json={"classification": "internal"})).status_code == 200
    custom = (await masked_client.get(f"/api/v1/leads/{lead['id']}")).json()["custom"]
    assert custom == {"birthday": "1815-12-10", "plan": "gold"}


async def test_built_in_roles_keep_what_they_saw_but_the_analyst(lead, client_for):
    path = f"/api/v1/leads/{lead['id']}"
    for role in ("manager", "creator", "api_user"):
        assert (await (await client_for(role)).get(path)).json()["email"] == "ada.lovelace@engine.example"
    assert (await (await client_for("analyst")).get(path)).json()["email"] == "a•••@engine.example"


async def test_every_column_about_people_is_classified(database, organisation, client):
    tables = ("leads", "companies", "notes", "activities", "files", "tasks", "deals")
    async with database.transaction(organisation) as session:
        for name in tables:
            columns = Base.metadata.tables[name].columns
            unclassified = [c.name for c in columns if class_of(cast(Column, c)) not in CLASSES]
            assert unclassified == [], name
            stored = set(
                await session.scalars(
                    text("SELECT column_name FROM information_schema.columns WHERE table_name = :name"), {"name": name}
                )
            )
            assert stored - {c.name for c in columns} == DERIVED.get(name, set()), name
    assert set(tables) <= set(classified_tables())
    listed = (await client.get("/api/v1/data-map")).json()["items"]
    email, title = (
        next(e for e in listed if (e["table"], e["column"]) == ("leads", c)) for c in ("email", "job_title")
    )
    seeing = ["Admin", "Manager", "Content creator", "API user"]
    assert email == {
        "table": "leads", "column": "email", "label": None, "classification": "contact", "masked": True,
        "seen_by": seeing,
    }  # fmt: skip
    assert sorted(title["seen_by"]) == sorted([*seeing, "Analyst"])


def test_the_filter_catalogue_agrees_with_the_models():
    leads = Base.metadata.tables["leads"].columns
    for key, field in Fields(UUID(int=1)).by_key().items():
        if key in leads:
            assert field.masked == (class_of(cast(Column, leads[key])) in ("contact", "sensitive")), key


@pytest.mark.parametrize(
    ("value", "form", "shown"),
    [
        ("ada@example.com", "email", "a•••@example.com"),
        ("@example.com", "email", "•••@example.com"),
        ("no address", "email", "•••"),
        ("+49 30 901820", "phone", "•••• 20"),
        ("110", "phone", "•••"),
        ("Berlin", "text", "•••"),
        (None, "email", None),
        ("", "text", ""),
        (["a"], "text", []),
        ({"a": 1}, "text", {}),
        (1815, "text", "•••"),
    ],
)
def test_masks_look_as_promised(value, form, shown):
    assert masked(value, form) == shown


def test_words_and_facts_are_scrubbed():
    assert scrubbed("Merged with ada@example.com, +44 20 7946 0958") == "Merged with a•••@example.com, •••• 58"
    assert scrubbed("Won on 2026-03-01 for 12,500") == "Won on 2026-03-01 for 12,500"
    facts = {"email": "ada@example.com", "status": "new", "custom": {"x": 1}, "more": [{"phone": "+4930901820"}]}
    shown = {"email": "a•••@example.com", "status": "new", "custom": MASK, "more": [{"phone": "•••• 20"}]}
    assert masked_facts(facts) == shown

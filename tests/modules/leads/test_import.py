"""Imports through the API: upload, mapping, preview, duplicates, rejects, undo."""

import csv
import io

import pytest
from tests.modules.leads.import_files import all_leads, csv_bytes, import_file, run_import_jobs, suggested, upload

from tradewind.kernel.testing.database import drain as drain_everything


@pytest.fixture
def drain(database):
    """Run the import's jobs."""
    return lambda: run_import_jobs(database)


PEOPLE = [
    ["First Name", "Last Name", "Email", "Phone", "Company", "Country", "Plan"],
    ["Ada", "Moreau", "Ada@Moreau-Works.example", "+33 1 42 68 53 00", "Moreau Works SAS", "France", "Gold"],
    ["Jonas", "Keller", "jonas@keller.example", "+49 30 1234567", "Keller GmbH", "Deutschland", "Silver"],
    ["Mina", "Keller", "mina@keller.example", "", "Keller", "Germany", "Gold"],
    ["Zoë", "O'Hara", "info@gmail.com", "", "", "", ""],
]


async def test_people_companies_and_findings_arrive(client, drain, session):
    entry = await import_file(client, drain, csv_bytes(PEOPLE))
    assert entry["state"] == "done"
    assert entry["counts"] == {"created": 4}
    assert entry["rows_done"] == entry["rows_total"] == 4
    ada, jonas, mina, zoe = await all_leads(client)
    assert (ada["full_name"], ada["country"], ada["custom"]) == ("Ada Moreau", "FR", {"plan": "Gold"})
    assert ada["email"] == "Ada@Moreau-Works.example"
    assert jonas["company_id"] == mina["company_id"]
    assert jonas["company_id"] not in (None, ada["company_id"])
    assert zoe["company_id"] is None
    full = (await client.get(f"/api/v1/leads/{zoe['id']}")).json()
    assert full["enrichment"]["free_mail"]["value"] is True
    assert full["enrichment"]["role_address"]["value"] is True
    full = (await client.get(f"/api/v1/leads/{jonas['id']}")).json()
    assert full["enrichment"]["phone"]["value"] == "+49301234567"
    assert {"source", "confidence"} <= full["enrichment"]["domain"].keys()
    timeline = (await client.get(f"/api/v1/leads/{ada['id']}/timeline")).json()
    assert [item["kind"] for item in timeline["items"]] == ["lead.imported"]


async def test_upload_suggests_and_previews(client):
    rows = [*PEOPLE, ["Bad", "Address", "nobody at home", "12", "", "Atlantis", "Select"]]
    entry = (await upload(client, csv_bytes(rows))).json()
    assert entry["state"] == "ready"
    assert entry["detected"]["columns"] == PEOPLE[0]
    targets = {one["source"]: one["target"] for one in entry["suggestions"]}
    assert targets["First Name"] == "first_name"
    assert targets["Email"] == "email"
    plan = next(one for one in entry["suggestions"] if one["source"] == "Plan")
    assert plan["create"]["label"] == "Plan"
    assert plan["placeholders"] == [{"value": "Select", "count": 1}]
    preview = (await client.get(f"/api/v1/imports/{entry['id']}/preview")).json()
    assert preview["effects"] == {"create": 4, "reject": 1}
    problem = preview["rows"][4]["problems"][0]
    assert (problem["column"], problem["level"]) == ("Email", "error")
    assert preview["rows"][1]["values"]["country"] == "DE"


async def test_rejected_rows_can_be_downloaded_with_reasons(client, drain):
    rows = [
        ["Email", "Name", "Birthday", "Visits"],
        *[[f"p{n}@x.example", f"Person {n}", "2001-05-17", str(n)] for n in range(30)],
        ["not an address", "Una", "2001-05-17", "1"],
        ["due@x.example", "Due", "2001-02-31", "1"],
        ["tre@x.example", "Tre", "2001-05-17", "1", "surplus"],
        ["", "", "2001-05-17", "1"],
        ["=cmd|' /C calc'!A0", "Quattro", "2001-05-17", "1"],
        ["", "", "", ""],
    ]
    entry = await import_file(client, drain, csv_bytes(rows))
    assert entry["counts"] == {"created": 30, "rejected": 5, "blank": 1}
    answer = await client.get(f"/api/v1/imports/{entry['id']}/rejects.csv")
    assert answer.headers["content-type"].startswith("text/csv")
    table = list(csv.reader(io.StringIO(answer.content.decode("utf-8-sig"))))
    assert table[0] == ["Email", "Name", "Birthday", "Visits", "Row", "Reason"]
    reasons = {row[1]: row[5] for row in table[1:]}
    assert "e-mail" in reasons["Una"]
    assert "2001-02-31" in reasons["Due"]
    assert "5 cells" in reasons["Tre"]
    assert "no name" in reasons[""]
    assert [row[4] for row in table[1:]] == ["31", "32", "33", "34", "35"]
    # Even the report is opened in a spreadsheet.
    assert table[5][0].startswith("'=cmd")


async def test_bad_cells_may_be_left_out_instead(client, drain):
    rows = [["Email", "Born"], *[[f"p{n}@x.example", "1990-01-02"] for n in range(20)], ["q@x.example", "1990-02-30"]]
    entry = await import_file(client, drain, csv_bytes(rows), mapping={"bad_cells": "empty"})
    assert entry["counts"] == {"created": 21}
    assert entry["warnings"][0]["count"] == 1
    last = (await all_leads(client))[-1]
    full = (await client.get(f"/api/v1/leads/{last['id']}")).json()
    assert full["custom"] == {}
    assert full["enrichment"]["unread:Born"]["raw"] == "1990-02-30"


@pytest.mark.parametrize(
    ("policy", "counts", "expected"),
    [
        ("skip", {"created": 1, "skipped": 2}, ("Ada", "", "Gold", "hello")),
        ("update", {"created": 1, "updated": 2}, ("Adeline", "Engineer", "Silver", "hello")),
        ("fill", {"created": 1, "filled": 1, "unchanged": 1}, ("Ada", "Engineer", "Gold", "hello")),
        ("create", {"created": 3}, ("Ada", "", "Gold", "hello")),
    ],
)
async def test_duplicates_with_known_leads(client, drain, policy, counts, expected):
    first = [
        ["Email", "First Name", "Job Title", "Plan", "Remark"],
        ["ada@x.example", "Ada", "", "Gold", "hello"],
        ["bo@x.example", "Bo", "Buyer", "Silver", ""],
    ]
    await import_file(client, drain, csv_bytes(first))
    second = [
        ["Email", "First Name", "Job Title", "Plan"],
        ["ADA@x.example", "Adeline", "Engineer", "Silver"],
        ["bo@x.example", "Bo", "Buyer" if policy == "fill" else "Head buyer", "Silver"],
        ["cy@x.example", "Cy", "Clerk", "Gold"],
    ]
    entry = await import_file(
        client, drain, csv_bytes(second), name="more.csv", mapping={"duplicates": policy, "match_on": ["email"]}
    )
    assert entry["counts"] == counts
    ada = (await all_leads(client))[0]
    found = (ada["first_name"], ada["job_title"] or "", ada["custom"]["plan"], ada["custom"]["remark"])
    assert found == expected


@pytest.mark.parametrize(
    ("policy", "created", "name"), [("skip", 2, "Ada"), ("update", 2, "Adeline"), ("create", 3, "Ada")]
)
async def test_duplicates_within_the_file(client, drain, policy, created, name):
    rows = [
        ["Email", "Phone", "First Name"],
        ["ada@x.example", "+33142685300", "Ada"],
        ["bo@x.example", "", "Bo"],
        ["", "+33 1 42 68 53 00", "Adeline"],
    ]
    entry = await import_file(
        client, drain, csv_bytes(rows), mapping={"duplicates": policy, "match_on": ["email", "phone"]}
    )
    assert entry["counts"]["created"] == created
    leads = await all_leads(client)
    assert len(leads) == created
    assert leads[0]["first_name"] == name


async def test_the_same_file_twice_is_refused_naming_the_first(client, drain):
    content = csv_bytes(PEOPLE)
    first = (await upload(client, content, "spring.csv")).json()
    second = (await upload(client, content, "copy.csv")).json()
    assert (await client.post(f"/api/v1/imports/{first['id']}/start")).status_code == 202
    refused = await client.post(f"/api/v1/imports/{second['id']}/start", json={"again": True})
    assert refused.status_code == 409
    assert refused.json()["code"] == "leads.file_imported_already"
    assert "spring.csv" in refused.json()["detail"]
    await drain()
    shown = (await client.get(f"/api/v1/imports/{second['id']}")).json()
    assert shown["same_file_as"]["id"] == first["id"]
    assert (await client.post(f"/api/v1/imports/{second['id']}/start")).status_code == 409
    again = await client.post(f"/api/v1/imports/{second['id']}/start", json={"again": True})
    assert again.status_code == 202
    await drain()
    assert (await client.get(f"/api/v1/imports/{second['id']}")).json()["counts"] == {"skipped": 4}


async def test_undo_takes_back_everything_but_what_changed_since(client, drain, tenant, database):
    await import_file(client, drain, csv_bytes(PEOPLE[:3]), name="first.csv")
    before = {lead["email"]: lead for lead in await all_leads(client)}
    rule = {"name": "Everyone", "members": [{"user_id": str(tenant.user_id)}]}
    assert (await client.post("/api/v1/routing-rules", json=rule)).status_code == 201
    more = [
        PEOPLE[0] + ["Region"],
        ["Adeline", "Moreau", "ada@moreau-works.example", "", "", "", "Silver", "Paris"],
        ["Jo", "Keller", "jonas@keller.example", "", "", "", "Silver", "Berlin"],
        ["New", "One", "new@one.example", "", "One Ltd", "", "", ""],
        ["Kept", "Two", "kept@two.example", "", "", "", "", ""],
    ]
    entry = await import_file(
        client, drain, csv_bytes(more), name="second.csv", mapping={"duplicates": "update", "match_on": ["email"]}
    )
    assert entry["counts"] == {"created": 2, "updated": 2}
    assert entry["undo_until"]
    await drain_everything(database)
    now = {lead["email"]: lead for lead in await all_leads(client)}
    assert now["Ada@Moreau-Works.example"] if "Ada@Moreau-Works.example" in now else now["ada@moreau-works.example"]
    jonas = next(lead for lead in now.values() if lead["last_name"] == "Keller")
    kept = now["kept@two.example"]
    assert now["new@one.example"]["owner_id"] == str(tenant.user_id), "routed, which is no work with it"
    for lead in (jonas, kept):
        changed = await client.patch(f"/api/v1/leads/{lead['id']}", json={"city": "Elsewhere"})
        assert changed.status_code == 200
    undone = await client.post(f"/api/v1/imports/{entry['id']}/undo")
    assert undone.status_code == 202
    await drain()
    result = (await client.get(f"/api/v1/imports/{entry['id']}")).json()
    assert result["state"] == "undone"
    assert {key: result["undo_counts"][key] for key in ("deleted", "kept", "restored", "kept_changed")} == {
        "deleted": 1, "kept": 1, "restored": 1, "kept_changed": 1,
    }  # fmt: skip
    after = await all_leads(client)
    ada = next(lead for lead in after if lead["last_name"] == "Moreau")
    original = before["Ada@Moreau-Works.example"]
    for name in ("first_name", "full_name", "email", "custom", "company_id", "country", "tags"):
        assert ada[name] == original[name]
    assert {lead["last_name"] for lead in after} == {"Moreau", "Keller", "Two"}
    assert (await client.post(f"/api/v1/imports/{entry['id']}/undo")).status_code == 409


async def test_undo_is_offered_for_seven_days(client, drain, frozen):
    entry = await import_file(client, drain, csv_bytes(PEOPLE))
    frozen.tick(7 * 86_400 + 1)
    assert (await client.get(f"/api/v1/imports/{entry['id']}")).json()["undo_until"] is None
    refused = await client.post(f"/api/v1/imports/{entry['id']}/undo")
    assert refused.json()["code"] == "leads.import_undo_not_possible"


async def test_a_cancelled_import_keeps_what_it_wrote(client, drain, session):
    entry = (await upload(client, csv_bytes(PEOPLE))).json()
    started = (await client.post(f"/api/v1/imports/{entry['id']}/start")).json()
    assert (await client.post(f"/api/v1/jobs/{started['run_id']}/cancel")).status_code in (200, 202, 204)
    await drain()
    assert (await client.get(f"/api/v1/imports/{entry['id']}")).json()["state"] == "cancelled"


async def test_mapping_mistakes_are_named(client):
    entry = (await upload(client, csv_bytes(PEOPLE))).json()
    address = f"/api/v1/imports/{entry['id']}/mapping"
    columns = suggested(entry)
    columns[1] = {"source": "Last Name", "target": "first_name"}
    columns[2] = {"source": "Email", "target": "shoe_size"}
    columns.append({"source": "Nowhere", "ignore": True})
    answer = await client.put(address, json={"columns": columns, "match_on": ["external_id"]})
    assert answer.status_code == 422
    assert {error["field"] for error in answer.json()["errors"]} == {
        "columns.1.target", "columns.2.target", "columns.7.source", "match_on",
    }  # fmt: skip
    assert (await client.put(address, json={"columns": []})).status_code == 422


async def test_two_organisations_do_not_see_each_other(client, client_of, other_organisation, drain):
    entry = await import_file(client, drain, csv_bytes(PEOPLE))
    stranger = await client_of(other_organisation)
    for path in ("", "/preview", "/rejects.csv"):
        assert (await stranger.get(f"/api/v1/imports/{entry['id']}{path}")).status_code == 404
    for path in ("/start", "/undo"):
        assert (await stranger.post(f"/api/v1/imports/{entry['id']}{path}")).status_code == 404
    assert (await stranger.get("/api/v1/imports")).json() == []
    assert await all_leads(stranger) == []


async def test_uploads_that_are_no_uploads(client):
    async def post(content, kind):
        return await client.post("/api/v1/imports", content=content, headers={"content-type": kind})

    assert (await post(b"a,b\n1,2", "text/csv")).status_code == 400
    assert (await post(b"junk", "multipart/form-data; boundary=x")).status_code == 400
    cut_off = b'--x\r\nContent-Disposition: form-data; name="file"; filename="a.csv"\r\n\r\na,b\n1,2'
    assert (await post(cut_off, "multipart/form-data; boundary=x")).status_code == 400
    other = b'--x\r\nContent-Disposition: form-data; name="note"\r\n\r\nhello\r\n--x--\r\n'
    assert (await post(other, "multipart/form-data; boundary=x")).status_code == 400
    assert (await upload(client, b"")).status_code == 422


async def test_several_imports_add_a_person_once(client, drain):
    entries = []
    for number in range(3):
        rows = [["Email", "N"], ["same@x.example", str(number)], [f"own{number}@x.example", str(number)]]
        entries.append((await upload(client, csv_bytes(rows), f"{number}.csv")).json())
    for entry in entries:
        assert (await client.post(f"/api/v1/imports/{entry['id']}/start")).status_code == 202
    await drain()
    assert len(await all_leads(client)) == 4

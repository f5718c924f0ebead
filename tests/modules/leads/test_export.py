"""Exports: formats, filters, permission, audit, and cells that must not run."""

import csv
import io

import openpyxl
import pytest
from tests.modules.leads.import_files import csv_bytes, import_file, run_import_jobs

from tradewind.kernel.database import asyncpg_connection

ROWS = [
    ["Email", "First Name", "Company", "Country", "Remark", "Visits"],
    ["ada@x.example", "=HYPERLINK(\"http://evil\")", "@Works", "France", "+1+1", "3"],
    ["bo@x.example", "Bo", "Works", "Germany", "-2", "4"],
    ["cy@x.example", "Cy, \"the\" one", "Works", "Germany", "\tx", "5.5"],
]  # fmt: skip


@pytest.fixture
async def filled(client, database):
    """Three leads, some of them hostile."""
    mapping = {"duplicates": "create"}
    return await import_file(client, lambda: run_import_jobs(database), csv_bytes(ROWS), mapping=mapping)


async def test_csv_is_neutralised_and_complete(client, filled, session):
    answer = await client.get("/api/v1/leads/export")
    assert answer.headers["content-disposition"].endswith('.csv"')
    table = list(csv.DictReader(io.StringIO(answer.content.decode("utf-8-sig"))))
    assert len(table) == 3
    assert table[0]["First name"] == '\'=HYPERLINK("http://evil")'
    assert table[0]["Company"] == "'@Works"
    assert table[0]["Remark"] == "'+1+1"
    assert table[2]["First name"] == 'Cy, "the" one'
    assert table[2]["Visits"] == "5.5"
    connection = await asyncpg_connection(session)
    assert await connection.fetchval("select count(*) from audit_log where action = 'lead.exported'") == 1


async def test_an_export_comes_back_as_it_went(client, filled, database):
    di = {"first_name": "Di", "phone": "+49 30 901820", "country": "DE"}
    assert (await client.post("/api/v1/leads", json=di)).is_success
    content = (await client.get("/api/v1/leads/export")).content
    assert b"'+49 30 901820" in content
    done = await import_file(
        client,
        lambda: run_import_jobs(database),
        content,
        mapping={"duplicates": "update", "match_on": ["email", "phone"]},
    )
    assert done["counts"] == {"unchanged": 4}


async def test_an_edited_export_changes_the_leads_it_names(client, filled, database):
    table = list(csv.DictReader(io.StringIO((await client.get("/api/v1/leads/export")).content.decode("utf-8-sig"))))
    bo = table[1]
    bo["Email"], bo["Job title"] = "bo@new.example", "Buyer"
    del bo["First name"], table[0]["First name"]
    nobody = dict.fromkeys(bo, "") | {"Id": "01900000-0000-7000-8000-000000000000", "Job title": "Ghost"}
    header = [label for label in table[2] if label != "First name"]
    rows = [header, *([row[label] for label in header] for row in (bo, nobody))]
    done = await import_file(
        client, lambda: run_import_jobs(database), csv_bytes(rows), mapping={"duplicates": "update"}
    )
    assert done["counts"] == {"updated": 1, "rejected": 1}
    lead = (await client.get(f"/api/v1/leads/{bo['Id']}")).json()
    assert (lead["email"], lead["job_title"], lead["first_name"]) == ("bo@new.example", "Buyer", "Bo")
    rejects = (await client.get(f"/api/v1/imports/{done['id']}/rejects.csv")).text
    assert "No lead has this id" in rejects
    assert "Ghost" in rejects


async def test_json_and_xlsx(client, filled):
    entries = (await client.get("/api/v1/leads/export?format=json")).json()
    assert [entry["email"] for entry in entries] == ["ada@x.example", "bo@x.example", "cy@x.example"]
    assert entries[0]["first_name"].startswith("=HYPERLINK")
    content = (await client.get("/api/v1/leads/export?format=xlsx")).content
    sheet = openpyxl.load_workbook(io.BytesIO(content)).active
    rows = list(sheet.iter_rows())
    assert len(rows) == 4
    assert "@Works" in {cell.value for cell in rows[1]}
    assert not any(cell.data_type == "f" for row in rows for cell in row)
    created = next(cell for cell, label in zip(rows[1], rows[0], strict=True) if label.value == "Created")
    assert created.is_date


async def test_filters_hold(client, filled):
    condition = '{"field": "country", "op": "eq", "value": "DE"}'
    answer = await client.get("/api/v1/leads/export", params={"format": "json", "filter": condition})
    assert len(answer.json()) == 2
    answer = await client.get("/api/v1/leads/export", params={"filter": '{"field": "nope", "op": "eq"}'})
    assert answer.status_code == 422


async def test_ticked_leads_alone(client, filled):
    ids = {entry["email"]: entry["id"] for entry in (await client.get("/api/v1/leads/export?format=json")).json()}
    chosen = [("ids", ids["ada@x.example"]), ("ids", ids["cy@x.example"]), ("format", "json")]
    found = (await client.get("/api/v1/leads/export", params=chosen)).json()
    assert [entry["email"] for entry in found] == ["ada@x.example", "cy@x.example"]
    germans = ("filter", '{"field": "country", "op": "eq", "value": "DE"}')
    found = (await client.get("/api/v1/leads/export", params=[*chosen, germans])).json()
    assert [entry["email"] for entry in found] == ["cy@x.example"]
    many = [("ids", ids["ada@x.example"])] * 151
    assert (await client.get("/api/v1/leads/export", params=many)).status_code == 422


async def test_an_empty_list_exports_well(client):
    assert (await client.get("/api/v1/leads/export?format=json")).json() == []
    assert len((await client.get("/api/v1/leads/export?format=xlsx")).content) > 1000


@pytest.mark.parametrize(("role", "status"), [("analyst", 200), ("manager", 200), ("creator", 403), ("api_user", 403)])
async def test_exports_need_their_permission(client_for, role, status):
    answer = await (await client_for(role)).get("/api/v1/leads/export")
    assert answer.status_code == status

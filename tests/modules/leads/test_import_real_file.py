"""A real export of 6,449 leads: mapped by itself, and every cell found again."""

import csv

import pytest
from tests.modules.leads.import_files import run_import_jobs, upload

from tradewind.kernel.database import asyncpg_connection

LEAKS = {
    "Tags", "Lead Quality", "Lead Profile", "Last Activity", "Last Notable Activity", "Asymmetrique Activity Index",
    "Asymmetrique Profile Index", "Asymmetrique Activity Score", "Asymmetrique Profile Score",
}  # fmt: skip
STANDARD = {
    "Prospect ID": "external_id", "Lead Source": "source", "Do Not Email": "do_not_email",
    "Do Not Call": "do_not_call", "Converted": "converted", "Country": "country", "City": "city",
}  # fmt: skip


@pytest.fixture
def leads_file(shared_data):
    path = shared_data / "leads_xeducation" / "leads.csv"
    if not path.exists():
        pytest.skip(f"{path} is absent")
    return path


async def test_every_cell_of_a_real_export_is_found_again(client, database, session, leads_file):
    entry = (await upload(client, leads_file.read_bytes(), leads_file.name)).json()
    suggestions = {one["source"]: one for one in entry["suggestions"]}
    assert {name: one["target"] for name, one in suggestions.items() if one["target"]} == STANDARD
    assert not any(one["ignore"] for one in entry["suggestions"])
    assert all(one["confidence"] >= 0.7 for one in entry["suggestions"])
    for name in LEAKS:
        assert not suggestions[name]["used_for_scoring"], name
        assert suggestions[name]["scoring_reason"], name
    assert suggestions["Tags"]["association"] > 0.9
    for name in ("Total Time Spent on Website", "Lead Origin", "What is your current occupation", "City"):
        assert suggestions[name]["used_for_scoring"], name
    assert (await client.post(f"/api/v1/imports/{entry['id']}/start")).status_code == 202
    await run_import_jobs(database)
    entry = (await client.get(f"/api/v1/imports/{entry['id']}")).json()
    assert entry["counts"] == {"created": 6449}
    connection = await asyncpg_connection(session)
    rows = await connection.fetch(
        "select *, custom::text as own, enrichment::text as found from leads where import_id = $1", entry["id"]
    )
    by_id = {row["external_id"]: row for row in rows}
    with leads_file.open(encoding="utf-8", newline="") as file:
        source = list(csv.DictReader(file))
    assert len(source) == len(by_id) == 6449
    assert sorted(row["import_row"] for row in rows) == list(range(1, 6450))
    keys = {name: one["create"]["key"] for name, one in suggestions.items() if one["create"]}
    lost = [
        (line["Prospect ID"], name, cell, _found(by_id[line["Prospect ID"]], name, keys.get(name)))
        for line in source
        for name, cell in line.items()
        if not _same(cell, _found(by_id[line["Prospect ID"]], name, keys.get(name)))
    ]
    assert lost == []


def _found(row, name, key):
    import orjson

    if key is not None:
        return orjson.loads(row["own"]).get(key)
    if name == "Country":
        # The column holds the ISO code; the spelling of the file stands beside it.
        return orjson.loads(row["found"]).get("country", {}).get("raw")
    return row[STANDARD[name]]


def _same(cell, value):
    if cell in ("", "Select"):
        return value is None
    if isinstance(value, bool):
        return value == {"Yes": True, "No": False, "1": True, "0": False}.get(cell)
    if isinstance(value, int | float):
        return float(cell) == value
    return value == cell

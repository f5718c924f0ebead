"""The rarer steps of imports: other layouts, large files, the command line, two starts at once, cleaning up."""

import asyncio
import io
from datetime import timedelta

import openpyxl
import pytest
from tests.modules.leads.import_files import all_leads, csv_bytes, import_file, run_import_jobs, upload

from tradewind.kernel.access import Actor
from tradewind.kernel.clock import frozen as frozen_at
from tradewind.kernel.clock import now
from tradewind.kernel.jobs import JobContext
from tradewind.kernel.testing.fixtures import make_tenant
from tradewind.modules.leads.errors_imports import FileImportedAlready
from tradewind.modules.leads.importing.failures import FileUnreadable
from tradewind.modules.leads.jobs.imports import sweep_imports
from tradewind.modules.leads.service import import_files, imports
from tradewind.modules.leads.service.import_local import run_import_file, summary

PEOPLE = [["Name", "Email"], ["Ada Moreau", "ada@x.example"], ["Bo Berg", "bo@x.example"]]


def _workbook() -> bytes:
    book = openpyxl.Workbook()
    book.active.append(["Read me first"])
    sheet = book.create_sheet("People")
    for row in PEOPLE:
        sheet.append(row)
    buffer = io.BytesIO()
    book.save(buffer)
    return buffer.getvalue()


async def test_another_sheet_is_chosen_and_imported(client, database):
    assert (await upload(client, _workbook(), "a.xlsx")).status_code == 422
    book = openpyxl.load_workbook(io.BytesIO(_workbook()))
    book.active.append(["please"])
    buffer = io.BytesIO()
    book.save(buffer)
    entry = (await upload(client, buffer.getvalue(), "a.xlsx")).json()
    assert entry["detected"]["sheets"] == ["Sheet", "People"]
    address = f"/api/v1/imports/{entry['id']}"
    changed = (await client.patch(address, json={"sheet": "People"})).json()
    assert changed["detected"]["columns"] == PEOPLE[0]
    assert (await client.patch(address, json={"sheet": "Nowhere"})).status_code == 422
    await client.post(f"{address}/start")
    await run_import_jobs(database)
    assert [lead["full_name"] for lead in await all_leads(client)] == ["Ada Moreau", "Bo Berg"]
    assert (await client.patch(address, json={"sheet": "People"})).status_code == 409


async def test_delimiter_encoding_and_header_can_be_corrected(client):
    entry = (await upload(client, "a;b\n1,2;é\n3,4;è\n".encode("cp1252"))).json()
    address = f"/api/v1/imports/{entry['id']}"
    assert (await client.patch(address, json={"delimiter": ","})).json()["detected"]["delimiter"] == ","
    found = (await client.patch(address, json={"has_header": False})).json()["detected"]
    assert found["columns"] == ["Column 1", "Column 2"]
    assert (await client.patch(address, json={"encoding": "cp437"})).json()["detected"]["encoding"] == "cp437"
    for wrong in ("no-such-thing", "base64", "idna"):
        assert (await client.patch(address, json={"encoding": wrong})).status_code == 422


async def test_large_files_are_analysed_by_a_job(client, database, monkeypatch):
    monkeypatch.setattr(imports, "ANALYSED_AT_ONCE_BYTES", 10)
    entry = (await upload(client, csv_bytes(PEOPLE))).json()
    assert (entry["state"], entry["detected"]) == ("uploaded", None)
    address = f"/api/v1/imports/{entry['id']}"
    assert (await client.get(f"{address}/preview")).status_code == 409
    assert (await client.post(f"{address}/start")).status_code == 409
    await run_import_jobs(database)
    assert (await client.get(address)).json()["state"] == "ready"
    broken = (await upload(client, b"%PDF-1.7 " + b"x" * 100, "a.pdf")).json()
    await run_import_jobs(database)
    shown = (await client.get(f"/api/v1/imports/{broken['id']}")).json()
    assert shown["state"] == "failed"
    assert "PDF" in shown["problem"]


async def test_files_imported_on_the_spot(database, organisation, tmp_path):
    path = tmp_path / "people.csv"
    path.write_bytes(csv_bytes(PEOPLE))
    seen: list[int] = []
    entry = await run_import_file(database, organisation, path, on_progress=lambda done, total: seen.append(done))
    assert (entry.state, entry.counts, summary(entry)) == ("done", {"created": 2}, "2 created")
    assert seen[-1] == 2
    with pytest.raises(FileImportedAlready):
        await run_import_file(database, organisation, path)
    again = await run_import_file(database, organisation, path, again=True)
    assert again.counts == {"skipped": 2}
    with pytest.raises(FileUnreadable):
        await run_import_file(database, organisation, tmp_path / "nowhere.csv")


async def test_doubts_are_asked_for(database, organisation, tmp_path):
    path = tmp_path / "people.csv"
    path.write_bytes(csv_bytes([["Email", "Seen"], *[[f"p{n}@x.example", "03/04/2026"] for n in range(30)]]))
    asked: list[str] = []

    def refuse(question: str) -> bool:
        asked.append(question)
        return False

    entry = await run_import_file(database, organisation, path, yes=False, ask=refuse)
    assert len(asked) == 1
    assert "“Seen”" in asked[0]
    assert entry.mapping is not None
    kinds = {column["source"]: column["kind"] for column in entry.mapping.columns}
    assert kinds["Seen"] == "text"


async def test_a_broken_off_command_is_finished_by_the_next(database, organisation, tmp_path, monkeypatch):
    from tradewind.modules.leads.service import import_local, import_run

    path = tmp_path / "people.csv"
    path.write_bytes(csv_bytes([["Email"], *[[f"p{n}@x.example"] for n in range(30)]]))
    run = import_run.run

    async def break_off(context, import_id):
        async def no_more():
            raise KeyboardInterrupt

        original, calls = context.raise_if_cancelled, []

        async def count():
            calls.append(1)
            await (no_more() if len(calls) > 2 else original())

        monkeypatch.setattr(import_local.LocalRun, "raise_if_cancelled", lambda self: count())
        await run(context, import_id, batch_rows=10)

    monkeypatch.setattr(import_run, "run", break_off)
    with pytest.raises(KeyboardInterrupt):
        await run_import_file(database, organisation, path)
    monkeypatch.undo()
    entry = await run_import_file(database, organisation, path)
    assert (entry.state, entry.counts) == ("done", {"created": 30})


async def test_two_starts_at_once_run_once(real_database, settings):
    tenant = await make_tenant(real_database, "Two At Once")
    actor = Actor.system(tenant.organisation_id, name="test")
    ids = []
    for name in ("first.csv", "second.csv"):

        async def content():
            yield csv_bytes(PEOPLE)

        stored = await import_files.receive(settings.home, tenant.organisation_id, content())
        async with real_database.transaction(actor) as session:
            entry = await imports.create(session, stored, name=name)
            await imports.analyse(session, entry, settings.home)
            ids.append(entry.id)

    async def start(import_id):
        async with real_database.transaction(actor) as session:
            await imports.begin(session, import_id, again=True)

    results = await asyncio.gather(*[start(one) for one in ids], return_exceptions=True)
    assert sum(result is None for result in results) == 1, results
    assert sum(isinstance(result, FileImportedAlready) for result in results) == 1, results


async def test_uploads_are_swept_after_the_undo_days(client, database, settings, tenant):
    entry = await import_file(client, lambda: run_import_jobs(database), csv_bytes(PEOPLE))
    kept = list((settings.home / "uploads" / tenant.organisation_id.hex).iterdir())
    assert len(kept) == 1
    sweep = sweep_imports.handler
    context = JobContext(database, Actor.system(), "leads.sweep_imports")
    await sweep(context, sweep_imports.payload_type())
    assert kept[0].exists()
    with frozen_at(now() + timedelta(days=9)):
        await sweep(context, sweep_imports.payload_type())
    assert not kept[0].exists()
    shown = await client.get(f"/api/v1/imports/{entry['id']}/preview")
    assert shown.status_code == 409

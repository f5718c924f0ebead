"""A worker killed with -9 in the middle of an import: another goes on, nothing is lost or doubled."""

import asyncio
import os
import signal
import sys
from pathlib import Path

import pytest
from tests.modules.leads.import_files import csv_bytes

from tradewind.kernel.access import Actor
from tradewind.kernel.database import Database, asyncpg_connection
from tradewind.kernel.jobs import JobContext
from tradewind.kernel.testing.fixtures import make_tenant
from tradewind.modules.leads.service import import_files, import_run, imports

ROWS = 6_000
BATCH = 200
pytestmark = pytest.mark.crash

RUNNER = """
import asyncio, sys
from pathlib import Path
from uuid import UUID
from tests.crash.test_import_kill import BATCH
from tradewind import modules
from tradewind.kernel.access import Actor
from tradewind.kernel.jobs import JobContext
from tradewind.kernel.testing.fixtures import WorkerDatabase
from tradewind.modules.leads.service import import_run
from tradewind.settings import Settings

async def main(home, name, organisation_id, import_id):
    modules.load_all()
    WorkerDatabase._name = name
    database = await WorkerDatabase(Settings(home=Path(home), _env_file=None)).open(pooled=False)
    context = JobContext(database, Actor.system(UUID(organisation_id)), "leads.run_import")
    await import_run.run(context, UUID(import_id), batch_rows=BATCH)

asyncio.run(main(*sys.argv[1:]))
"""


async def _rows_done(database: Database, actor: Actor, import_id) -> tuple[int, str]:
    async with database.transaction(actor) as session:
        entry = await imports.get(session, import_id)
        return entry.rows_done, entry.state


async def test_a_killed_import_goes_on_where_it_was(real_database, settings):
    tenant = await make_tenant(real_database, "Kill Test Imports")
    actor = Actor.system(tenant.organisation_id, name="test")
    rows = [["Email", "First Name", "Company", "Plan"]]
    for number in range(ROWS):
        person = number % (ROWS - 500)
        firm = person % 90
        rows.append([f"p{person}@c{firm}.example", f"N{number}", f"Company {firm}", f"P{number % 7}"])
    rows[1 + ROWS // 2][0] = "not an address"

    async def content():
        yield csv_bytes(rows)

    stored = await import_files.receive(settings.home, tenant.organisation_id, content())
    async with real_database.transaction(actor) as session:
        entry = await imports.create(session, stored, name="kill.csv")
        await imports.analyse(session, entry, settings.home)
        entry = await imports.begin(session, entry.id)
    name = real_database.owner_url.database or ""
    arguments = [str(settings.home), name, str(tenant.organisation_id), str(entry.id)]
    kills = 0
    for _ in range(40):
        before, state = await _rows_done(real_database, actor, entry.id)
        if state != "running" or kills == 3:
            break
        process = await asyncio.create_subprocess_exec(
            sys.executable, "-c", RUNNER, *arguments, cwd=Path(__file__).parents[2], env=dict(os.environ)
        )
        while process.returncode is None:
            done, _ = await _rows_done(real_database, actor, entry.id)
            if done > before:
                process.send_signal(signal.SIGKILL)
                kills += 1
                break
        await process.wait()
    assert kills == 3
    done, state = await _rows_done(real_database, actor, entry.id)
    assert 0 < done < ROWS
    assert state == "running"
    # Two workers at once, as after a false alarm: one of them gives way.
    contexts = [JobContext(real_database, actor, "leads.run_import") for _ in range(2)]
    await asyncio.gather(*[import_run.run(context, entry.id, batch_rows=1_000) for context in contexts])
    async with real_database.transaction(actor) as session:
        entry = await imports.get(session, entry.id)
        assert entry.state == "done"
        assert entry.rows_done == ROWS
        expected: dict[str, str] = {}
        for number, row in enumerate(rows[1:], start=1):
            if "@" in row[0]:
                expected.setdefault(row[0], str(number))
        assert entry.counts == {"created": len(expected), "skipped": ROWS - 1 - len(expected), "rejected": 1}
        connection = await asyncpg_connection(session)
        found = await connection.fetch("select email, import_row from leads where import_id = $1", entry.id)
        assert {row["email"]: str(row["import_row"]) for row in found} == expected
        assert len(found) == len(expected)
        activities = await connection.fetch(
            "select lead_id, count(*) as n from activities where kind = 'lead.imported' group by lead_id"
        )
        assert len(activities) == len(expected)
        assert {row["n"] for row in activities} == {1}
        assert await connection.fetchval("select count(*) from companies where import_id = $1", entry.id) == 90
        assert await connection.fetchval("select count(*) from lead_import_rejects where import_id = $1", entry.id) == 1
    await _forget(real_database, actor)


async def _forget(database: Database, actor: Actor) -> None:
    """Later tests share this database: leave no jobs of this one behind."""
    async with database.transaction(actor) as session:
        connection = await asyncpg_connection(session)
        await connection.execute("delete from pgqueuer")

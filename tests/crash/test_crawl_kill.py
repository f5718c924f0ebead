"""A worker killed with -9 in the middle of a crawl: another goes on, no page is lost, doubled or missed twice."""

import asyncio
import os
import signal
import subprocess
import sys
from pathlib import Path

import httpx
import pytest
from sqlalchemy import text

from installation import wait_until
from tradewind.kernel.access import Actor
from tradewind.kernel.jobs import JobContext
from tradewind.kernel.testing.fixtures import make_tenant
from tradewind.modules.knowledge.jobs import crawling
from tradewind.modules.knowledge.service import crawl, sources
from tradewind.settings import get_settings

pytestmark = pytest.mark.crash
ROOT = Path(__file__).parents[2]
KEPT = {
    "/", "/pricing", "/docs/gone", "/docs/unlinked", "/docs/behind", "/calendar/1", "/loop", "/loop/loop",
    "/prices.pdf", "/terms",
}  # fmt: skip

RUNNER = """
import asyncio, sys
from pathlib import Path
from uuid import UUID
from tradewind import modules
from tradewind.kernel.access import Actor
from tradewind.kernel.jobs import JobContext
from tradewind.kernel.testing.fixtures import WorkerDatabase
from tradewind.modules.knowledge.service import crawl
from tradewind.settings import Settings

async def main(home, name, organisation_id, source_id, run_id):
    modules.load_all()
    WorkerDatabase._name = name
    database = await WorkerDatabase(Settings(home=Path(home), _env_file=None)).open(pooled=False)
    context = JobContext(database, Actor.system(UUID(organisation_id)), "knowledge.crawl")
    await crawl.run(context, UUID(source_id), UUID(run_id))

asyncio.run(main(*sys.argv[1:]))
"""


@pytest.fixture
def site():
    """The address of the site."""
    server = ROOT / "tests" / "modules" / "knowledge" / "site_server.py"
    process = subprocess.Popen([sys.executable, str(server)], stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    yield f"http://localhost:{process.stdout.readline().strip()}"
    process.kill()
    process.wait()


async def test_a_killed_crawl_goes_on_where_it_was(real_database, settings, site, monkeypatch):
    monkeypatch.setattr(get_settings(), "knowledge_allow_localhost", True)
    tenant = await make_tenant(real_database, "Kill Test Crawls")
    actor = Actor.system(tenant.organisation_id, name="test")
    async with real_database.transaction(actor) as session:
        facts = {"site": {"url": f"{site}/", "recrawl": "never", "exclude": ["/blog/tag/*"]}}
        source = await sources.add(session, "site", "Shop", "public", facts)
        # What an earlier crawl had found and this one misses.
        await session.execute(
            text("""
                INSERT INTO knowledge_documents
                    (id, organisation_id, source_id, key, url, title, scope, status, created_at)
                SELECT gen_random_uuid(), organisation_id, id, :url, :url, 'Old', scope, 'indexed', '2026-01-01'
                FROM knowledge_sources WHERE id = :id
            """),
            {"id": source.id, "url": f"{site}/old"},
        )
        run_id = await crawling.start(session, source.id)
    name = real_database.owner_url.database or ""
    arguments = [str(settings.home), name, str(tenant.organisation_id), str(source.id), str(run_id)]

    def asked() -> list[list[str]]:
        return httpx.get(f"{site}/_log", timeout=60, trust_env=False).json()

    httpx.get(f"{site}/_hold/8", timeout=60, trust_env=False)
    process = subprocess.Popen(
        [sys.executable, "-c", RUNNER, *arguments],
        cwd=ROOT, env=os.environ | {"TRADEWIND_KNOWLEDGE_ALLOW_LOCALHOST": "true"},
    )  # fmt: skip
    await asyncio.to_thread(wait_until, lambda: len(asked()) > 8, what="the page in the middle")
    process.send_signal(signal.SIGKILL)
    process.wait()
    httpx.get(f"{site}/_hold/0", timeout=60, trust_env=False)

    # The second time, nothing is left to do: as after a death between the end of the crawl and the end of its job.
    for _ in range(2):
        await crawl.run(JobContext(real_database, actor, "knowledge.crawl"), source.id, run_id)
    async with real_database.transaction(actor) as session:
        found = (
            await session.execute(
                text("""
                    SELECT d.id, d.url, d.current_version, d.fetched ->> 'misses' AS misses, d.deleted_at,
                        (SELECT count(*) FROM knowledge_versions v WHERE v.document_id = d.id) AS versions
                    FROM knowledge_documents d WHERE source_id = :id
                """),
                {"id": source.id},
            )
        ).all()
        old = next(row for row in found if row.url == f"{site}/old")
        assert (old.misses, old.deleted_at) == ("1", None)
        kept = [row for row in found if row.id != old.id]
        assert sorted(row.url.removeprefix(site) for row in kept) == sorted(KEPT)
        assert {(row.current_version, row.versions) for row in kept} == {(1, 1)}
        # Each has a job that indexes it, also those that a killed worker had read and not asked one for.
        jobs = await session.scalars(text("SELECT convert_from(payload, 'UTF8') FROM pgqueuer"))
        asked_for = "".join(jobs)
        assert [row.url for row in kept if str(row.id) not in asked_for] == []
        await session.execute(text("DELETE FROM pgqueuer"))

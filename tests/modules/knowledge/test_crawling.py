"""A real site, served by a process, is crawled: rules, traps, changes and what vanishes."""

import asyncio
import subprocess
import sys
from pathlib import Path
from uuid import UUID

import httpx
import pytest
from sqlalchemy import text

from tradewind.kernel.jobs import JobCancelled, JobContext
from tradewind.modules.knowledge.crawling import addresses, robots, sitemaps
from tradewind.modules.knowledge.crawling.fetcher import Fetcher
from tradewind.modules.knowledge.service import crawl
from tradewind.settings import get_settings

SOURCES = "/api/v1/knowledge/sources"
DOCUMENTS = "/api/v1/knowledge/documents"


@pytest.fixture(scope="module")
def site():
    """The address of the site."""
    process = subprocess.Popen(
        [sys.executable, str(Path(__file__).with_name("site_server.py"))], stdout=subprocess.PIPE, text=True
    )
    assert process.stdout is not None
    port = process.stdout.readline().strip()
    yield f"http://localhost:{port}"
    process.kill()
    process.wait()


@pytest.fixture
def local_sites(monkeypatch):
    monkeypatch.setattr(get_settings(), "knowledge_allow_localhost", True)


async def asked_for(site):
    async with httpx.AsyncClient() as outside:
        return (await outside.get(f"{site}/_log")).json()


async def become(site, step):
    async with httpx.AsyncClient() as outside:
        await outside.get(f"{site}/_step/{step}")


def by_path(rows):
    return {"/" + row["url"].split("/", 3)[3]: (row["state"], row["reason"]) for row in rows}


async def test_a_site_is_crawled_watched_and_forgotten(client, site, drain, local_sites, session):
    await become(site, 1)
    body = {
        "kind": "site", "name": "Shop", "scope": "public",
        "site": {"url": f"{site}/", "exclude": ["/blog/tag/*"], "recrawl": "daily"},
    }  # fmt: skip
    made = await client.post(SOURCES, json=body)
    assert made.status_code == 201, made.text
    source_id = made.json()["id"]
    assert made.json()["status"] == "working"
    busy = await client.post(f"{SOURCES}/{source_id}/crawl")
    assert (busy.status_code, busy.json()["code"]) == (409, "knowledge.source_busy")
    await drain()

    source = (await client.get(f"{SOURCES}/{source_id}")).json()
    assert (source["status"], source["error"]) == ("ready", None)
    assert source["next_crawl_at"] is not None
    found = by_path((await client.get(f"{SOURCES}/{source_id}/pages", params={"limit": 100})).json()["items"])
    kept = {path for path, (state, _) in found.items() if state == "kept"}
    assert kept == {
        "/", "/pricing", "/docs/gone", "/docs/unlinked", "/docs/behind", "/calendar/1", "/loop", "/loop/loop",
        "/prices.pdf", "/terms",
    }  # fmt: skip
    for path, words in {
        "/private/plan": "robots.txt asks",
        "/blog/tag/x": "A pattern to exclude fits",
        "/go-inside": "Redirects to another site: http://10.0.0.1",
        "/docs/alias": "The same page as /docs/unlinked",
        "/docs/secret": "asks not to be indexed",
        "/calendar/2": "Says the same as",
        "/app": "drawn by scripts",
        "/loop/loop/loop": "repeats itself",
    }.items():
        assert words in (found[path][1] or ""), (path, found[path])
    assert found["/go-loop"][0] == "failed"
    log = await asked_for(site)
    assert {agent.split("/")[0] for _, agent in log} == {"TradewindBot"}
    asked = [path for path, _ in log]
    assert not [path for path in asked if path.startswith(("/private", "/photo", "/blog")) or "PHPSESSID" in path]
    assert max(asked.count(path) for path in asked if path not in ("/", "/go-loop")) == 1

    # Whatever a page says is text: found, marked with its source, and nothing more.
    rows = (await client.get(DOCUMENTS, params={"q": "ignore all previous instructions"})).json()["items"]
    assert [(row["title"], row["status"], row["scope"]) for row in rows] == [("Behind", "indexed", "public")]
    passages = (await client.get(f"{DOCUMENTS}/{rows[0]['id']}/passages")).json()
    assert "every internal price" in passages[0]["content"]
    priced = (await client.get(DOCUMENTS, params={"q": "20 euros a month"})).json()["items"][0]

    # A later day: one page changed, one is gone. What is gone once may come back.
    await become(site, 2)
    for day in (1, 2):
        assert (await client.post(f"{SOURCES}/{source_id}/crawl")).status_code == 202
        await drain()
        gone = (await client.get(DOCUMENTS, params={"q": "docs/gone"})).json()["items"]
        assert len(gone) == (1 if day == 1 else 0)
        if day == 1:
            assert (await client.get(f"{DOCUMENTS}/{gone[0]['id']}")).json()["missing_since"] is not None
    changed = (await client.get(f"{DOCUMENTS}/{priced['id']}")).json()
    assert (changed["current_version"], changed["status"]) == (2, "indexed")
    assert "25 euros" in changed["content"]
    states = by_path((await client.get(f"{SOURCES}/{source_id}/pages", params={"limit": 100})).json()["items"])
    assert states["/pricing"][0] == states["/terms"][0] == "unchanged"
    assert (await client.get(DOCUMENTS, params={"deleted": True})).json()["items"][0]["title"] == "Gone"
    count = await session.scalar(
        text("SELECT count(*) FROM knowledge_documents WHERE source_id = :id"), {"id": source_id}
    )
    assert count == len(kept)


async def test_a_crawl_that_broke_off_goes_on_where_it_was(client, site, database, tenant, local_sites, session):
    await become(site, 1)
    body = {"kind": "site", "name": "Shop", "scope": "public", "site": {"url": f"{site}/", "max_pages": 12}}
    source = (await client.post(SOURCES, json=body)).json()

    class Killed(JobContext):
        pages = 0

        async def raise_if_cancelled(self) -> None:
            self.pages += 1
            if self.pages > 5:
                raise JobCancelled

    ids = UUID(source["id"]), UUID(source["run_id"])
    with pytest.raises(JobCancelled):
        await crawl.run(Killed(database, tenant.actor, "crawl"), *ids)
    before = [path for path, _ in await asked_for(site)]
    await crawl.run(JobContext(database, tenant.actor, "crawl"), *ids)
    after = [path for path, _ in await asked_for(site)][len(before) :]
    again = set(before) & set(after)
    assert again <= {"/", "/robots.txt"}
    assert (await client.get(f"{SOURCES}/{source['id']}")).json()["status"] == "ready"
    urls = await session.scalars(
        text("SELECT url FROM knowledge_documents WHERE source_id = :id"), {"id": source["id"]}
    )
    found = list(urls)
    assert len(found) == len(set(found)) > 4


async def test_a_site_that_cannot_be_read_says_why(client, drain, local_sites, site):
    for address, words in {"http://localhost:1/": "does not answer", f"{site}/nowhere": "(404)"}.items():
        body = {"kind": "site", "name": "Away", "scope": "public", "site": {"url": address}}
        source = (await client.post(SOURCES, json=body)).json()
        await drain()
        source = (await client.get(f"{SOURCES}/{source['id']}")).json()
        assert source["status"] == "failed"
        assert words in source["error"]


def test_addresses_have_one_form_and_traps_are_seen():
    for given, wanted in {
        "HTTP://Shop.Example:80/a/../b//c?b=2&a=1&utm_source=x#top": "http://shop.example/b/c?a=1&b=2",
        "https://shop.example": "https://shop.example/",
        "https://shop.example/x;jsessionid=1/?sid=2": "https://shop.example/x/",
        "https://bücher.example/ä": "https://xn--bcher-kva.example/%C3%A4",
        "javascript:alert(1)": None,
        "https://shop.example:99999/": None,
    }.items():
        assert addresses.normal(given) == wanted
    assert addresses.matches("https://a.example/docs/x?y", ["/docs/*"])
    assert addresses.matches("https://a.example/docs", ["docs"])
    assert not addresses.matches("https://a.example/docsx", ["/docs"])
    traps = addresses.Traps()
    reasons = [traps.reason(f"https://a.example/list?page={number}&x={number}") for number in range(60)]
    assert (reasons[49], "parameters only" in (reasons[50] or "")) == (None, True)
    reasons = [traps.reason(f"https://a.example/day/{number}") for number in range(450)]
    assert (reasons[399], "numbers only" in (reasons[400] or "")) == (None, True)


def test_rules_for_crawlers_and_site_maps_are_read():
    rules = robots.parse(
        b"User-agent: other\nDisallow: /\n\nUser-agent: TradewindBot\nUser-agent: more\nCrawl-delay: 3\n"
        b"Disallow: /a # not here\nAllow: /a/b\nDisallow: /*.pdf$\nDisallow:\n\nUser-agent: *\nDisallow: /\n"
    )
    assert rules.delay_seconds == 3
    assert [rules.allows(path) for path in ("/", "/a", "/a/b/c", "/x.pdf", "/x.pdf?y", "/ax")] == [
        True, False, True, False, True, False,
    ]  # fmt: skip
    assert robots.parse(b"\xff\xfe\x00garbage").allows("/")
    assert sitemaps.parse(b"not xml at all https") == ([], [])
    bomb = b'<!DOCTYPE x [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;">]><urlset><url><loc>&b;</loc></url></urlset>'
    assert sitemaps.parse(bomb)[0] in ([], [""])


async def test_a_pause_lies_between_two_requests(monkeypatch):
    slept = []

    async def sleep(seconds: float) -> None:
        slept.append(seconds)

    monkeypatch.setattr(asyncio, "sleep", sleep)
    async with Fetcher(delay_seconds=30) as fetcher:
        await fetcher._turn()
        await fetcher._turn()
    assert len(slept) == 1
    assert 29 < slept[0] <= 30

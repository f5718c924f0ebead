"""Passages are found by words and by meaning, right after each change, and never by who may not see them."""

from itertools import combinations

import pytest
from sqlalchemy import text

from tradewind.kernel.access import Actor
from tradewind.kernel.database import asyncpg_connection
from tradewind.modules.identity.permissions import permissions_of
from tradewind.modules.knowledge.contracts import COLLEAGUE_SCOPES, SCOPES, VISITOR_SCOPES
from tradewind.modules.knowledge.models import Document, Source
from tradewind.modules.knowledge.repository import passages
from tradewind.modules.knowledge.service.answering import answer
from tradewind.modules.knowledge.service.indexing import index_documents
from tradewind.modules.knowledge.service.search import read, search

TEXTS = {
    "Prices": "# Plans\n\nThe monthly plan costs € 20. It can be cancelled any day.\n\n# Delivery\n\nParcels leave on "
    "weekdays before noon.",
    "Repairs": "We repair bicycles of every make. Bring yours to the workshop in Lyon.",
    "Lieferung": "Die Lieferungen nach Österreich dauern drei Tage und kosten nichts.",
}
MARKS = {"public": "zephyrine", "clients": "quillback", "internal": "marzipan"}


async def add(session, scope, texts, **more):
    """Index documents in a source of their own; returns them."""
    organisation_id = session.info["actor"].organisation_id
    source = Source(organisation_id=organisation_id, kind="article", name="Help", scope=scope)
    session.add(source)
    await session.flush()
    found = [
        Document(organisation_id=organisation_id, source_id=source.id, title=title, content=content, **more)
        for title, content in texts.items()
    ]
    session.add_all(found)
    await session.flush()
    await index_documents(session, [document.id for document in found])
    return found


async def titles(session, query, scopes=COLLEAGUE_SCOPES):
    return [passage.title for passage in (await search(session, query, scopes=scopes)).passages]


async def counted(session):
    """What the index believes of itself, and what is true."""
    connection = await asyncpg_connection(session)
    believed = await connection.fetch(
        "SELECT scope, term, sum(chunks)::int FROM knowledge_terms GROUP BY 1, 2 HAVING sum(chunks) <> 0 ORDER BY 1, 2"
    )
    true = await connection.fetch(
        "SELECT scope, term, count(*)::int FROM knowledge_chunks, unnest(terms) AS term GROUP BY 1, 2 ORDER BY 1, 2"
    )
    sizes = await connection.fetch(
        "SELECT scope, language, sum(chunks)::int, sum(words)::int FROM knowledge_sizes GROUP BY 1, 2 "
        "HAVING sum(chunks) <> 0 ORDER BY 1, 2"
    )
    true_sizes = await connection.fetch(
        "SELECT scope, language, count(*)::int, sum(words)::int FROM knowledge_chunks GROUP BY 1, 2 ORDER BY 1, 2"
    )
    return [tuple(row) for row in (*believed, *sizes)], [tuple(row) for row in (*true, *true_sizes)]


async def test_what_is_found_follows_every_change(session):
    prices, repairs, _ = await add(session, "public", TEXTS)
    found = await search(session, "How much is a subscription per month?", scopes=VISITOR_SCOPES)
    first = found.passages[0]
    assert (first.title, first.heading) == ("Prices", "Plans")
    assert first.best_sentence == "The monthly plan costs € 20."
    assert 0 < first.lexical < 1
    assert (await titles(session, "bike fixing"))[0] == "Repairs"
    assert (await titles(session, "liefern sie in osterreich?"))[0] == "Lieferung"
    nothing = await search(session, "Who won the football world cup in 1974?", scopes=VISITOR_SCOPES)
    plain = await search(session, "What does the monthly plan cost?", scopes=VISITOR_SCOPES)
    assert nothing.answerable < 0.05 < found.answerable < plain.answerable
    assert plain.answerable > 0.9
    assert (await search(session, "  ", scopes=VISITOR_SCOPES)).passages == ()

    prices.content = "Everything is free of charge."
    await session.flush()
    assert await index_documents(session, [prices.id]) == 1
    assert "€ 20" not in " ".join(
        one.content for one in (await search(session, "€ 20", scopes=VISITOR_SCOPES)).passages
    )
    repairs.own_scope = "internal"
    await session.flush()
    assert "Repairs" not in await titles(session, "bike fixing", VISITOR_SCOPES)
    believed, true = await counted(session)
    assert believed == true
    await session.execute(text("DELETE FROM knowledge_documents WHERE id = :id"), {"id": repairs.id})
    assert "Repairs" not in await titles(session, "bike fixing")
    await session.execute(text("UPDATE knowledge_documents SET expires_at = now() - interval '1 hour'"))
    assert await titles(session, "free of charge") == []
    believed, true = await counted(session)
    assert believed == true


async def test_counts_are_folded_and_stay_true(session, monkeypatch):
    monkeypatch.setattr(passages, "_UNFOLDED", 3)
    for number in range(4):
        await add(session, "public" if number % 2 else "internal", {f"Page {number}": f"Words of page {number}."})
    assert await session.scalar(text("SELECT count(*) FROM knowledge_sizes")) <= 3
    believed, true = await counted(session)
    assert believed == true


@pytest.fixture
async def marked(session):
    """A document of each scope, with the same text but for one word."""
    for scope, mark in MARKS.items():
        await add(
            session, scope, {f"{mark} plan": f"The {mark} plan costs € 20 a month. {mark.title()} is for studios."}
        )


async def test_no_query_ever_touches_a_scope_that_was_not_asked_for(session, marked):
    queries = [
        *MARKS.values(),
        "The marzipan plan",
        "What does the plan cost a month?",
        "studios",
        "quillback marzipan",
    ]
    connection = await asyncpg_connection(session)
    for asked in read(queries):
        for count in (1, 2, 3):
            for scopes in map(frozenset, combinations(SCOPES, count)):
                hidden = [mark for scope, mark in MARKS.items() if scope not in scopes]
                found = await search(session, asked.text, scopes=scopes, limit=50)
                said = repr(found.passages)
                assert not [mark for mark in hidden if mark in said], (asked.text, scopes)
                assert len(found.passages) == len(scopes)
                sizes = await passages.sizes(connection, scopes)
                assert sizes.chunks == len(scopes)
    assert (await search(session, "plan", scopes=frozenset())).passages == ()


async def test_what_is_hidden_changes_nothing_of_what_is_seen(session):
    texts = {"Prices": "The monthly plan costs € 20.", "Hours": "We are open on weekdays."}
    await add(session, "public", texts)
    queries = ["monthly plan", "open on weekdays", "marzipan for studios"]
    before = [await search(session, query, scopes=VISITOR_SCOPES) for query in queries]
    await add(
        session,
        "internal",
        {f"{title} {n}": f"{content} Marzipan." for n in range(8) for title, content in texts.items()},
    )
    assert [await search(session, query, scopes=VISITOR_SCOPES) for query in queries] == before


async def test_another_organisation_finds_nothing(session, database, other_organisation, marked):
    async with database.transaction(other_organisation) as theirs:
        assert await titles(theirs, "marzipan plan") == []


async def test_the_way_through_the_index_finds_what_comparing_all_finds(session, monkeypatch):
    await add(session, "public", {f"City {n}": f"In city number {n} the {w} shop opens at {n % 12}." for n, w in
                                  enumerate(["bicycle", "tea", "flower", "book"] * 10)})  # fmt: skip
    await add(session, "internal", {f"Secret {n}": "The flower shop closes." for n in range(20)})
    connection = await asyncpg_connection(session)
    (asked,) = read(["When does the flower shop open?"])
    exact = await search(session, asked.text, scopes=VISITOR_SCOPES)
    monkeypatch.setattr(passages, "EXACT_UP_TO", 0)
    await connection.execute("SET LOCAL enable_sort = off")
    assert await search(session, asked.text, scopes=VISITOR_SCOPES) == exact


async def test_searching_by_http_takes_scopes_and_a_permission(client, client_for, database, organisation):
    async with database.transaction(organisation) as session:
        for scope, mark in MARKS.items():
            await add(session, scope, {mark: f"The {mark} plan costs € 20."})
    body = {"query": "the marzipan plan", "limit": 5}
    answer = (await client.post("/api/v1/knowledge/search", json=body)).json()
    assert [passage["title"] for passage in answer["passages"]] == ["zephyrine"]
    analyst = await client_for("analyst")
    answer = (await analyst.post("/api/v1/knowledge/search", json={**body, "scopes": ["internal"]})).json()
    assert [passage["best_sentence"] for passage in answer["passages"]] == ["The marzipan plan costs € 20."]
    for wrong in ({"scopes": []}, {"scopes": ["secret"]}, {"limit": 0}, {"query": " "}, {"more": 1}):
        assert (await client.post("/api/v1/knowledge/search", json={**body, **wrong})).status_code == 422, wrong
    assert "knowledge:read" in permissions_of("analyst")
    assert Actor.anonymous().may("knowledge:read") is False


async def test_no_answer_on_any_channel_cites_or_says_what_is_hidden(session, marked):
    for scopes in map(frozenset, [*combinations(SCOPES, 1), ("public", "clients")]):
        hidden = [mark for scope, mark in MARKS.items() if scope not in scopes]
        for channel in ("test", "chat", "email"):
            told = await answer(session, "What does the plan cost a month?", scopes=scopes, channel=channel)
            assert told.citations, (scopes, channel)
            assert not [mark for mark in hidden if mark in repr(told).lower()], (scopes, channel)

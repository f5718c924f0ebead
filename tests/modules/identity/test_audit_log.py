"""The audit log: append-only, chained per organisation, and every kind of tampering found."""

import asyncio
import csv
import io

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from tradewind.kernel.access import Actor
from tradewind.kernel.database import Database
from tradewind.modules.identity import api as identity


@pytest.fixture
async def filled(session, organisation: Actor):
    for number in range(5):
        await identity.record(
            session,
            action="lead.updated",
            subject_type="lead",
            subject_id=f"lead-{number}",
            before={"score": number, "ratio": number / 3, "note": "ü\x00"},
            after={"score": number + 1.0, "tags": ["a", None, True], "big": 2**70, "tiny": 1e-9},
        )
    return session


async def test_intact_chain(filled, organisation):
    report = await identity.verify_audit_log(filled, organisation.organisation_id)
    assert report.intact, report
    assert report.rows >= 5
    assert len(report.head_hash) == 64


@pytest.mark.parametrize("verb", ["UPDATE audit_log SET action = 'x'", "DELETE FROM audit_log"])
async def test_application_cannot_change_rows(filled, verb):
    with pytest.raises(DBAPIError, match="permission denied"):
        async with filled.begin_nested():
            await filled.execute(text(verb))


async def test_application_cannot_write_the_chain(filled):
    with pytest.raises(DBAPIError, match="permission denied"):
        async with filled.begin_nested():
            await filled.execute(text("DELETE FROM audit_chain"))


async def rows_of(session) -> list[dict]:
    statement = text("SELECT id, sequence FROM audit_chain ORDER BY sequence")
    return [dict(row) for row in (await session.execute(statement)).mappings()]


@pytest.fixture
async def committed(real_database: Database):
    """An organisation whose audit rows are committed, on a database that the owner can reach too."""
    async with real_database.transaction(Actor.system(name="test")) as session:
        organisation_id = await identity.create_organisation(session, name="Tampered Ltd")
    actor = Actor.system(organisation_id, "test")
    for number in range(4):
        async with real_database.transaction(actor) as session:
            await identity.record(session, action="lead.updated", subject_id=number, after={"score": number / 7})
    yield actor
    async with real_database.owner_connection() as owner:
        for table in ("audit_log", "audit_chain", "audit_unsealed"):
            await owner.execute(text(f"DELETE FROM {table} WHERE organisation_id = :id"), {"id": organisation_id})
        await owner.execute(text("DELETE FROM organisations WHERE id = :id"), {"id": organisation_id})


async def report_after(database: Database, actor: Actor, statement: str):
    """What verification says after the owner of the database ran `statement`."""
    assert actor.organisation_id is not None
    async with database.transaction(actor) as session:
        before = await identity.verify_audit_log(session, actor.organisation_id)
        chain = await rows_of(session)
    assert before.intact
    assert before.rows == 5
    async with database.owner_connection() as owner:
        await owner.execute(text(statement), {"org": actor.organisation_id, "id": chain[2]["id"]})
    async with database.transaction(actor) as session:
        return await identity.verify_audit_log(session, actor.organisation_id), chain, before


@pytest.mark.parametrize(
    ("statement", "reason"),
    [
        ("UPDATE audit_log SET after = '{\"score\": 1}' WHERE organisation_id = :org AND id = :id", "changed"),
        (
            "UPDATE audit_log SET occurred_at = occurred_at + interval '1 microsecond' "
            "WHERE organisation_id = :org AND id = :id",
            "changed",
        ),
        ("UPDATE audit_log SET actor_name = 'nobody' WHERE organisation_id = :org AND id = :id", "changed"),
        ("DELETE FROM audit_log WHERE organisation_id = :org AND id = :id", "removed"),
        ("DELETE FROM audit_chain WHERE organisation_id = :org AND id = :id", "link 3 is missing"),
        (
            "UPDATE audit_chain SET row_digest = sha256('x') WHERE organisation_id = :org AND id = :id",
            "does not follow",
        ),
    ],
)
async def test_tampering_names_the_row(real_database, committed, statement, reason):
    report, chain, _ = await report_after(real_database, committed, statement)
    assert not report.intact
    assert reason in report.reason
    expected = chain[3] if "missing" in reason else chain[2]
    assert (report.broken_row, report.broken_sequence) == (expected["id"], expected["sequence"])


async def test_a_row_slipped_in_behind_the_chain_is_found(real_database, committed):
    statement = (
        "INSERT INTO audit_unsealed SELECT gen_random_uuid(), :org, sha256('x') WHERE CAST(:id AS uuid) IS NOT NULL"
    )
    report, *_ = await report_after(real_database, committed, statement)
    assert report.reason == "the row was removed"


async def test_a_cut_tail_shows_against_an_earlier_head(real_database, committed):
    """Without an anchor elsewhere no chain can tell that its end is gone; the head is that anchor."""
    statement = (
        "WITH gone AS (DELETE FROM audit_chain WHERE organisation_id = :org AND sequence >= "
        "(SELECT sequence FROM audit_chain WHERE id = :id) RETURNING id) "
        "DELETE FROM audit_log WHERE id IN (SELECT id FROM gone)"
    )
    report, _, before = await report_after(real_database, committed, statement)
    assert report.intact
    assert (report.head_sequence, report.head_hash) != (before.head_sequence, before.head_hash)


async def test_writers_do_not_wait_for_each_other(real_database, committed):
    """While one transaction holds the chain, another commits; its row is chained by the next writer."""
    assert committed.organisation_id is not None
    async with real_database.transaction(committed) as holder:
        await holder.execute(
            text("SELECT pg_advisory_xact_lock(7203, hashtext(:id))"), {"id": str(committed.organisation_id)}
        )

        async def write() -> None:
            async with real_database.transaction(committed) as session:
                await identity.record(session, action="lead.created", subject_id="waiting")

        await asyncio.wait_for(write(), 5)
    await asyncio.gather(*(write() for _ in range(5)))
    async with real_database.transaction(committed) as session:
        report = await identity.verify_audit_log(session, committed.organisation_id)
        left = await session.scalar(
            text("SELECT count(*) FROM audit_log l LEFT JOIN audit_chain c USING (id) WHERE c.id IS NULL")
        )
    assert report.intact
    assert report.rows == 11
    assert left == 0


async def test_search_export_and_verification_over_http(client, filled, tenant):
    found = await client.get("/api/v1/audit-log", params={"action": "lead", "limit": 2})
    page = found.json()
    assert [row["subject_id"] for row in page["items"]] == ["lead-4", "lead-3"]
    following = await client.get(
        "/api/v1/audit-log", params={"action": "lead", "limit": 2, "cursor": page["next_cursor"]}
    )
    assert [row["subject_id"] for row in following.json()["items"]] == ["lead-2", "lead-1"]
    by_subject = await client.get("/api/v1/audit-log", params={"subject_id": "lead-3"})
    assert len(by_subject.json()["items"]) == 1
    by_word = await client.get("/api/v1/audit-log", params={"q": "LEAD-3"})
    assert len(by_word.json()["items"]) == 1
    assert (await client.get("/api/v1/audit-log", params={"q": "100%_"})).json()["items"] == []
    for moment in ("0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-14:00", "2026-01-01T00:00:00Z"):
        assert (await client.get("/api/v1/audit-log", params={"since": moment})).status_code == 200
    for bad in ({"cursor": "rubbish"}, {"since": "yesterday"}, {"q": "\x00"}, {"limit": 0}, {"actor_id": "x"}):
        assert (await client.get("/api/v1/audit-log", params=bad)).status_code in {400, 422}, bad
    verified = (await client.post("/api/v1/audit-log/verification")).json()
    assert verified["intact"] is True
    assert verified["head_sequence"] == verified["rows"] >= 5


async def test_export_neutralises_formulas(client, session):
    for cell in ('=HYPERLINK("http://x")', "+1", "-1", "@SUM(A1)", "\t=1", "a,b\nc"):
        await identity.record(session, action="note.added", subject_id=cell, reason=cell)
    answer = await client.get("/api/v1/audit-log/export", params={"action": "note"})
    assert answer.headers["content-type"].startswith("text/csv")
    rows = list(csv.DictReader(io.StringIO(answer.text)))
    assert len(rows) == 6
    assert not any(cell.startswith(("=", "+", "-", "@", "\t")) for row in rows for cell in row.values())
    assert "a,b\nc" in {row["subject_id"] for row in rows}


async def test_outside_of_an_organisation_nothing_is_stored(database):
    async with database.transaction(Actor.system()) as session:
        await identity.record(session, action="installation.started")
        assert await session.scalar(text("SELECT count(*) FROM audit_log")) == 0

"""Bulk actions: selection, each action, progress, cancel, resume, undo."""

from collections.abc import Awaitable, Callable
from typing import Any
from uuid import UUID

import httpx
import pytest
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from tradewind.kernel.access import Actor
from tradewind.kernel.database import Database, actor_of
from tradewind.kernel.ids import new_id
from tradewind.kernel.testing.fixtures import Tenant, add_member
from tradewind.modules.leads.service import bulk

from .deal_rows import PREFIX, add_lead, lead_row, ok

BULK = f"{PREFIX}/leads/bulk"
Drain = Callable[[], Awaitable[list[str]]]


@pytest.fixture
async def ten(session: AsyncSession) -> list[UUID]:
    """Ten leads: even ones from Germany, all new."""
    ids = [
        await add_lead(session, first_name=f"L{n}", country="FR" if n % 2 else "DE", tags=["old"]) for n in range(10)
    ]
    await session.commit()
    return ids


async def _run(client: httpx.AsyncClient, drain: Drain, **body: Any) -> dict[str, Any]:
    started = await ok(await client.post(BULK, json=body), 202)
    await drain()
    return await ok(await client.get(f"{PREFIX}/bulk-actions/{started['id']}"))


def _counts(action: dict[str, Any]) -> tuple[str, int, int, int]:
    return action["state"], action["matched"], action["changed"], action["skipped"]


async def _column(session: AsyncSession, column: str, where: str = "true") -> list[Any]:
    return list(await session.scalars(text(f"SELECT {column} FROM leads WHERE {where} ORDER BY id")))


class TestActions:
    async def test_tag_and_untag_ignore_case(self, client, session, ten, drain: Drain) -> None:
        ids = [str(lead_id) for lead_id in ten[:4]]
        done = await _run(client, drain, action="tag", ids=ids, parameters={"tags": ["VIP", "OLD"]})
        assert _counts(done) == ("done", 4, 4, 0)
        assert await _column(session, "tags") == [["old", "VIP"]] * 4 + [["old"]] * 6
        again = await _run(client, drain, action="tag", ids=ids, parameters={"tags": ["vip"]})
        assert _counts(again) == ("done", 4, 0, 4)
        gone = await _run(client, drain, action="untag", filter={}, parameters={"tags": ["vip"]})
        assert _counts(gone) == ("done", 10, 4, 6)
        assert await _column(session, "tags") == [["old"]] * 10
        known = await session.scalars(text("SELECT name FROM tags"))
        assert "VIP" in list(known)

    async def test_assign_by_filter_with_timeline_and_version(
        self, client, session, ten, drain: Drain, database: Database, tenant: Tenant
    ) -> None:
        ben = await add_member(database, tenant.organisation_id, role="manager", name="Ben")
        done = await _run(
            client, drain, action="assign", filter={"field": "country", "op": "eq", "value": "DE"},
            parameters={"owner_id": str(ben.user_id)},
        )  # fmt: skip
        assert _counts(done) == ("done", 5, 5, 0)
        assert await _column(session, "owner_id", "country = 'DE'") == [ben.user_id] * 5
        assert await _column(session, "version", "country = 'DE'") == [2] * 5
        titles = await session.scalars(text("SELECT title FROM activities WHERE kind = 'lead.assigned'"))
        assert list(titles) == ["Assigned to Ben"] * 5
        nobody = await _run(client, drain, action="assign", q="L", parameters={"owner_id": None})
        assert _counts(nobody) == ("done", 10, 5, 5)

    async def test_status_leaves_the_filter_it_selects_by(self, client, session, ten, drain: Drain) -> None:
        wanted = {"field": "status", "op": "eq", "value": "new"}
        done = await _run(client, drain, action="status", filter=wanted, parameters={"status": "contacted"})
        assert _counts(done) == ("done", 10, 10, 0)
        assert set(await _column(session, "status")) == {"contacted"}
        changes = await session.scalars(text("SELECT title FROM activities WHERE kind = 'lead.status_changed'"))
        assert set(changes) == {"Status changed from new to contacted"}

    async def test_segments(self, client, session, ten, drain: Drain) -> None:
        segment_id = new_id()
        await session.execute(
            text("INSERT INTO segments (id, organisation_id, name, kind) VALUES (:id, :org, 'S', 'static')"),
            {"id": segment_id, "org": actor_of(session).organisation_id},
        )
        await session.commit()
        body = {"parameters": {"segment_id": str(segment_id)}, "ids": [str(lead_id) for lead_id in ten[:6]]}
        assert _counts(await _run(client, drain, action="add_to_segment", **body)) == ("done", 6, 6, 0)
        assert _counts(await _run(client, drain, action="add_to_segment", **body)) == ("done", 6, 0, 6)
        left = await _run(
            client, drain, action="remove_from_segment", parameters=body["parameters"], segment_id=str(segment_id),
            filter={"field": "country", "op": "eq", "value": "FR"},
        )  # fmt: skip
        assert _counts(left) == ("done", 3, 3, 0)
        count = await session.scalar(text("SELECT member_count FROM segments WHERE id = :id"), {"id": segment_id})
        assert count == 3

    async def test_score_asks_for_it(self, client, ten, drain: Drain) -> None:
        done = await _run(client, drain, action="score", ids=[str(ten[0])])
        assert _counts(done) == ("done", 1, 1, 0)

    async def test_delete_and_undo(self, client, session, ten, drain: Drain) -> None:
        done = await _run(client, drain, action="delete", filter={"field": "country", "op": "eq", "value": "DE"})
        assert _counts(done) == ("done", 5, 5, 0)
        assert done["undoable"]
        assert await _column(session, "country", "deleted_at IS NULL") == ["FR"] * 5
        await session.execute(
            text("UPDATE leads SET deleted_at = NULL WHERE id = :id"), {"id": ten[0]}
        )  # restored on its own
        await session.commit()
        started = await ok(await client.post(f"{PREFIX}/bulk-actions/{done['id']}/undo"), 202)
        assert (started["matched"], started["undo_of"]) == (5, done["id"])
        await drain()
        undone = await ok(await client.get(f"{PREFIX}/bulk-actions/{started['id']}"))
        assert _counts(undone) == ("done", 5, 4, 1)
        assert len(await _column(session, "id", "deleted_at IS NULL")) == 10
        twice = await client.post(f"{PREFIX}/bulk-actions/{done['id']}/undo")
        assert (twice.status_code, twice.json()["code"]) == (409, "leads.undo_impossible")
        assert not (await ok(await client.get(f"{PREFIX}/bulk-actions/{done['id']}")))["undoable"]

    async def test_restore_by_ids(self, client, session, ten, drain: Drain) -> None:
        ids = [str(lead_id) for lead_id in ten[:3]]
        await _run(client, drain, action="delete", ids=ids)
        assert _counts(await _run(client, drain, action="restore", ids=ids)) == ("done", 3, 3, 0)
        assert (await client.post(BULK, json={"action": "restore", "filter": {}})).status_code == 422

    async def test_merge_duplicates_of_a_selection(self, client, session, drain: Drain) -> None:
        kept = await add_lead(session, first_name="Full", email="a@x.example", phone="+491", job_title="CTO")
        for n in range(3):
            await add_lead(session, first_name=f"A{n}", email="A@x.example", email_key="a@x.example")
        by_phone = await add_lead(session, first_name="P", phone="+491")
        for n in range(2):
            await add_lead(session, first_name=f"I{n}", email="info@x.example")
        await session.commit()
        done = await _run(client, drain, action="merge_duplicates", filter={})
        assert (done["state"], done["changed"], done["result"]) == ("done", 4, {"merges": 2})
        assert len(await _column(session, "id", "deleted_at IS NULL")) == 3
        assert (await lead_row(session, by_phone))["merged_into_id"] == str(kept)
        assert await session.scalar(text("SELECT count(*) FROM lead_merges")) == 2


class TestRunning:
    async def test_batches_progress_and_audit(self, client, session, ten, drain: Drain, monkeypatch) -> None:
        monkeypatch.setattr(bulk, "BATCH", 3)
        ids = [str(lead_id) for lead_id in ten] + [str(new_id())]
        done = await _run(client, drain, action="tag", ids=ids, parameters={"tags": ["x"]})
        assert _counts(done) == ("done", 11, 10, 1)
        run = await ok(await client.get(f"{PREFIX}/jobs/{done['run_id']}"))
        assert (run["state"], run["done"], run["title"]) == ("succeeded", 11, "Tag 11 leads")
        assert run["result"]["changed"] == 10
        rows = await session.execute(
            text("SELECT action, after FROM audit_log WHERE subject_id = :id ORDER BY occurred_at, id"),
            {"id": done["id"]},
        )
        (ordered, _), (finished, after) = rows
        assert (ordered, finished) == ("leads.bulk_ordered", "leads.bulk_tag")
        assert (after["changed"], after["state"]) == (10, "done")

    async def test_cancel_stops_between_batches(self, client, session, ten, drain: Drain, monkeypatch) -> None:
        monkeypatch.setattr(bulk, "BATCH", 3)
        body = {"action": "tag", "filter": {}, "parameters": {"tags": ["x"]}}
        started = await ok(await client.post(BULK, json=body), 202)
        await bulk.run_batch(session, UUID(started["id"]))
        await session.commit()
        await client.post(f"{PREFIX}/jobs/{started['run_id']}/cancel")
        await drain()
        action = await ok(await client.get(f"{PREFIX}/bulk-actions/{started['id']}"))
        assert (action["state"], action["changed"]) == ("cancelled", 3)
        assert len(await _column(session, "id", "'x' = ANY(tags)")) == 3

    async def test_a_killed_job_goes_on_where_it_was(self, client, session, ten, drain: Drain, monkeypatch) -> None:
        monkeypatch.setattr(bulk, "BATCH", 4)
        started = await ok(await client.post(BULK, json={"action": "delete", "filter": {}}), 202)
        await bulk.run_batch(session, UUID(started["id"]))
        await session.commit()
        await drain()
        action = await ok(await client.get(f"{PREFIX}/bulk-actions/{started['id']}"))
        assert _counts(action) == ("done", 10, 10, 0)
        assert await session.scalar(text("SELECT count(*) FROM bulk_action_leads")) == 10

    async def test_leads_that_come_later_were_not_meant(self, client, session, ten, drain: Drain) -> None:
        started = await ok(await client.post(BULK, json={"action": "delete", "filter": {}}), 202)
        late = await add_lead(session, first_name="Late")
        await session.execute(
            text("UPDATE leads SET created_at = clock_timestamp() + interval '1 second' WHERE id = :id"), {"id": late}
        )
        await session.commit()
        await drain()
        action = await ok(await client.get(f"{PREFIX}/bulk-actions/{started['id']}"))
        assert action["changed"] == 10
        assert (await lead_row(session, late))["deleted_at"] is None

    async def test_a_segment_that_goes_ends_the_action_with_its_reason(
        self, client, session, ten, database: Database
    ) -> None:
        segment_id = new_id()
        await session.execute(
            text("INSERT INTO segments (id, organisation_id, name, kind) VALUES (:id, :org, 'S', 'static')"),
            {"id": segment_id, "org": actor_of(session).organisation_id},
        )
        await session.commit()
        body = {"action": "add_to_segment", "filter": {}, "parameters": {"segment_id": str(segment_id)}}
        started = await ok(await client.post(BULK, json=body), 202)
        await session.execute(text("DELETE FROM segments"))
        await session.commit()
        from tradewind.kernel.testing.database import drain

        await drain(database)
        action = await ok(await client.get(f"{PREFIX}/bulk-actions/{started['id']}"))
        assert (action["state"], action["error"]) == ("failed", "The segment was deleted meanwhile.")


class TestRefused:
    @pytest.mark.parametrize(
        "body",
        [
            {"action": "tag", "filter": {}},
            {"action": "tag", "parameters": {"tags": ["x"]}},
            {"action": "tag", "ids": [], "parameters": {"tags": ["x"]}},
            {"action": "tag", "ids": [str(new_id())], "filter": {}, "parameters": {"tags": ["x"]}},
            {"action": "assign", "filter": {}},
            {"action": "assign", "filter": {}, "parameters": {"owner_id": str(new_id())}},
            {"action": "status", "filter": {}, "parameters": {"status": "rich"}},
            {"action": "explode", "filter": {}},
            {"action": "delete", "filter": {"field": "nonsense", "op": "eq", "value": 1}},
            {"action": "delete", "filter": {}, "parameters": {"surprise": 1}},
        ],
    )
    async def test_bad_orders(self, client: httpx.AsyncClient, body: dict[str, Any]) -> None:
        response = await client.post(BULK, json=body)
        assert response.status_code == 422, response.text

    async def test_too_many_ids(self, client: httpx.AsyncClient) -> None:
        ids = [str(new_id()) for _ in range(10_001)]
        assert (await client.post(BULK, json={"action": "delete", "ids": ids})).status_code == 422

    async def test_permissions_by_action(self, client_for, ten) -> None:
        creator, analyst = await client_for("creator"), await client_for("analyst")
        ids = [str(ten[0])]
        assert (await creator.post(BULK, json={"action": "delete", "ids": ids})).status_code == 403
        assert (await creator.post(BULK, json={"action": "merge_duplicates", "ids": ids})).status_code == 403
        assert (await analyst.post(BULK, json={"action": "score", "ids": ids})).status_code == 403
        assert (await creator.post(BULK, json={"action": "score", "ids": ids})).status_code == 202

    async def test_ids_of_others_are_not_touched(
        self, client_of, ten, session, database: Database, other_organisation: Actor, drain: Drain
    ) -> None:
        stranger = await client_of(other_organisation)
        ids = [str(lead_id) for lead_id in ten]
        done = await _run(stranger, drain, action="delete", ids=ids)
        assert _counts(done) == ("done", 10, 0, 10)
        assert len(await _column(session, "id", "deleted_at IS NULL")) == 10

    async def test_only_deletions_are_undone(self, client, ten, drain: Drain) -> None:
        done = await _run(client, drain, action="score", ids=[str(ten[0])])
        refused = await client.post(f"{PREFIX}/bulk-actions/{done['id']}/undo")
        assert refused.status_code == 409
        assert (await client.post(f"{PREFIX}/bulk-actions/{new_id()}/undo")).status_code == 404

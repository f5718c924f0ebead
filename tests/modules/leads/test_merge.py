"""Duplicates, merging and its undo."""

from typing import Any
from uuid import UUID

import httpx
import pytest
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from tradewind.kernel.database import actor_of
from tradewind.kernel.ids import new_id
from tradewind.modules.leads.contracts import NewActivity
from tradewind.modules.leads.service.timeline import record_activities

from .deal_rows import PREFIX, add_deal, add_lead, lead_row, ok

TABLES = ("leads", "activities", "notes", "tasks", "files", "deals", "segments", "segment_members", "routing_decisions")


async def _snapshot(session: AsyncSession) -> dict[str, list[dict[str, Any]]]:
    """Every row of every table a merge touches; versions of leads only ever rise and are left out."""
    found = {}
    for table in TABLES:
        row = "to_jsonb(t) - 'version'" if table == "leads" else "to_jsonb(t)"
        rows = await session.scalars(text(f"SELECT {row} FROM {table} t"))
        found[table] = sorted(rows, key=str)
    return found


@pytest.fixture
async def people(client: httpx.AsyncClient, session: AsyncSession) -> dict[str, UUID]:
    """Three leads with everything that can hang on a lead."""
    ids = {
        "ada": await add_lead(
            session, first_name="Ada", last_name="Byron", email="ada@acme.example", tags=["vip"], status="contacted",
            custom={"budget": 10, "plan": None}, score=40, notes_text="kept", first_seen_at=None,
        ),
        "bea": await add_lead(
            session, first_name="A.", last_name="Byron", email="ADA@acme.example", phone="+4930123456",
            tags=["VIP", "fair"], company_name="Acme Ltd", job_title="CTO", custom={"budget": 20, "plan": "pro"},
            enrichment={"phone": {"value": "+4930123456", "source": "import", "confidence": 0.9}},
            do_not_call=True,
        ),
        "cid": await add_lead(session, first_name="Ada", last_name="Byron", phone="+4930123456", converted=True),
    }  # fmt: skip
    organisation_id = actor_of(session).organisation_id
    for name, lead_id in ids.items():
        await record_activities(
            session, [NewActivity(kind="email.opened", lead_id=lead_id, title=f"{name} {n}") for n in range(3)]
        )
        common = {"id": new_id(), "org": organisation_id, "lead": lead_id, "text": f"of {name}"}
        await session.execute(
            text("INSERT INTO notes (id, organisation_id, lead_id, body) VALUES (:id, :org, :lead, :text)"), common
        )
        await session.execute(
            text("INSERT INTO tasks (id, organisation_id, lead_id, title) VALUES (:id, :org, :lead, :text)"), common
        )
        await session.execute(
            text(
                "INSERT INTO files (id, organisation_id, lead_id, name, media_type, size_bytes, sha256, storage_key) "
                "VALUES (:id, :org, :lead, :text, 'text/plain', 1, repeat('a', 64), 'k')"
            ),
            common,
        )
    segments = {}
    for name, members in (("all", ["ada", "bea", "cid"]), ("losers", ["bea", "cid"]), ("one", ["cid"])):
        segments[name] = new_id()
        await session.execute(
            text(
                "INSERT INTO segments (id, organisation_id, name, kind, member_count) "
                "VALUES (:id, :org, :name, 'static', :count)"
            ),
            {"id": segments[name], "org": organisation_id, "name": name, "count": len(members)},
        )
        for member in members:
            await session.execute(
                text("INSERT INTO segment_members (organisation_id, segment_id, lead_id) VALUES (:o, :s, :l)"),
                {"o": organisation_id, "s": segments[name], "l": ids[member]},
            )
    await session.commit()
    await add_deal(client, "Deal of Bea", lead_id=ids["bea"], amount_minor=700)
    return ids


def _merge_body(people: dict[str, UUID], losers: list[str], fields: dict[str, str] | None = None) -> dict[str, Any]:
    return {
        "winner_id": str(people["ada"]),
        "loser_ids": [str(people[name]) for name in losers],
        "fields": {field: str(people[name]) for field, name in (fields or {}).items()},
    }


async def _merge(client: httpx.AsyncClient, people: dict[str, UUID], losers: list[str], **fields: str) -> dict:
    chosen = {name.replace("__", "."): value for name, value in fields.items()}
    return await ok(await client.post(f"{PREFIX}/leads/merge", json=_merge_body(people, losers, chosen)), 201)


class TestDuplicates:
    async def test_reasons_and_confidence(self, client: httpx.AsyncClient, people: dict[str, UUID]) -> None:
        found = await ok(await client.get(f"{PREFIX}/leads/{people['bea']}/duplicates"))
        assert [c["id"] for c in found] == [str(people["ada"]), str(people["cid"])]
        assert [r["words"] for r in found[0]["reasons"]] == ["Same e-mail address: ada@acme.example"]
        assert [r["by"] for r in found[1]["reasons"]] == ["phone"]
        assert found[0]["confidence"] > found[1]["confidence"] > 0.8

    async def test_name_and_company_ignore_case_and_legal_form(
        self, client: httpx.AsyncClient, session: AsyncSession
    ) -> None:
        one = await add_lead(session, first_name="Zoë", last_name="O'Neil", company_name="Blue-Sky GmbH")
        two = await add_lead(session, first_name="ZOË", last_name="O'NEIL", company_name="Bluesky")
        await add_lead(session, first_name="Zoë", last_name="O'Neil", company_name="Red Sky")
        await add_lead(session, first_name="Zoë", last_name="O'Neil")
        await session.commit()
        found = await ok(await client.get(f"{PREFIX}/leads/{one}/duplicates"))
        assert [(c["id"], c["reasons"][0]["by"]) for c in found] == [(str(two), "name")]

    async def test_shared_mailbox_is_a_weak_reason(self, client: httpx.AsyncClient, session: AsyncSession) -> None:
        one = await add_lead(session, first_name="A", email="info@acme.example")
        await add_lead(session, first_name="B", email="info@acme.example")
        await session.commit()
        found = await ok(await client.get(f"{PREFIX}/leads/{one}/duplicates"))
        assert found[0]["confidence"] == 0.5
        assert found[0]["reasons"][0]["words"].startswith("Same shared mailbox")

    async def test_colleagues_share_a_number(self, client: httpx.AsyncClient, session: AsyncSession) -> None:
        one = await add_lead(session, first_name="Ann", last_name="Berg", phone="+4930123")
        await add_lead(session, first_name="A.", last_name="Berg", phone="+4930123")
        await add_lead(session, first_name="Cem", last_name="Demir", phone="+4930123")
        await session.commit()
        found = await ok(await client.get(f"{PREFIX}/leads/{one}/duplicates"))
        assert [(c["full_name"], c["confidence"]) for c in found] == [("A. Berg", 0.85), ("Cem Demir", 0.3)]
        [group] = (await ok(await client.get(f"{PREFIX}/duplicates")))["items"]
        assert (group["words"], group["confidence"]) == ("Other names, same phone number: +4930123", 0.3)

    async def test_groups_in_pages_over_all_kinds(self, client: httpx.AsyncClient, session: AsyncSession) -> None:
        for n in range(5):
            for _ in range(2):
                await add_lead(session, first_name=f"E{n}", email=f"e{n}@x.example")
        for _ in range(12):
            await add_lead(session, phone="+49301")
        for _ in range(2):
            await add_lead(session, first_name="Same", last_name="Name", company_name="Firm")
        await add_lead(session, first_name="Alone", email="alone@x.example")
        await session.commit()
        seen, cursor = [], None
        for _ in range(10):
            params = {"limit": 2} | ({"cursor": cursor} if cursor else {})
            page = await ok(await client.get(f"{PREFIX}/duplicates", params=params))
            assert len(page["items"]) <= 2
            seen += [(g["by"], g["value"], g["count"], len(g["leads"])) for g in page["items"]]
            cursor = page["next_cursor"]
            if cursor is None:
                break
        assert seen == [
            *(("email", f"e{n}@x.example", 2, 2) for n in range(5)),
            ("phone", "+49301", 12, 10),
            ("name", "Same Name, Firm", 2, 2),
        ]
        phones = await ok(await client.get(f"{PREFIX}/duplicates", params={"by": "phone"}))
        assert [g["by"] for g in phones["items"]] == ["phone"]


class TestMerge:
    async def test_winner_gets_everything(
        self, client: httpx.AsyncClient, session: AsyncSession, people: dict[str, UUID]
    ) -> None:
        merged = await _merge(client, people, ["bea", "cid"], job_title="bea", custom__budget="bea")
        assert merged["moved"] == {
            "activities": 7, "notes": 2, "tasks": 2, "files": 2, "deals": 1, "routing_decisions": 0, "segments": 3,
            "lead_secrets": 0,
        }  # fmt: skip
        row = await lead_row(session, people["ada"])
        assert row["email"] == "ada@acme.example", "the winner's own value stays"
        assert (row["phone"], row["phone_key"], row["job_title"]) == ("+4930123456", "+4930123456", "CTO")
        assert row["enrichment"]["phone"]["source"] == "import"
        assert row["custom"] == {"budget": 20, "plan": "pro"}
        assert row["tags"] == ["vip", "fair"]
        assert (row["converted"], row["status"], row["do_not_call"]) == (True, "customer", True)
        assert set((row["notes_text"] or "").split()) == {"of", "ada", "bea", "cid"}
        for name in ("bea", "cid"):
            loser = await lead_row(session, people[name])
            assert loser["merged_into_id"] == str(people["ada"])
            assert loser["deleted_at"] is not None
            assert (await client.get(f"{PREFIX}/leads/{people[name]}/duplicates")).status_code == 404
        counts = await session.execute(text("SELECT name, member_count FROM segments ORDER BY name"))
        assert [tuple(row) for row in counts] == [("all", 1), ("losers", 1), ("one", 1)]
        kinds = await session.scalars(text("SELECT kind FROM activities WHERE lead_id = :id"), {"id": people["ada"]})
        assert "lead.merged" in list(kinds)

    async def test_undo_restores_everything_exactly(
        self, client: httpx.AsyncClient, session: AsyncSession, people: dict[str, UUID]
    ) -> None:
        before = await _snapshot(session)
        merged = await _merge(client, people, ["bea", "cid"], email="bea", name="bea", company="bea")
        assert await _snapshot(session) != before
        undone = await ok(await client.post(f"{PREFIX}/merges/{merged['id']}/undo"))
        assert undone["kept"] == []
        after = await _snapshot(session)
        for table in TABLES:
            assert after[table] == before[table], table
        again = await client.post(f"{PREFIX}/merges/{merged['id']}/undo")
        assert (again.status_code, again.json()["code"]) == (409, "leads.undo_impossible")
        actions = list(await session.scalars(text("SELECT action FROM audit_log ORDER BY occurred_at, id")))
        assert actions[-2:] == ["lead.merged", "lead.merge_undone"]

    async def test_undo_keeps_what_came_since(
        self, client: httpx.AsyncClient, session: AsyncSession, people: dict[str, UUID]
    ) -> None:
        merged = await _merge(client, people, ["bea"])
        await session.execute(
            text(
                "UPDATE leads SET city = 'Kiel', tags = array_append(tags, 'new'), version = version + 1, "
                "custom = custom || '{\"extra\": 1}' WHERE id = :id"
            ),
            {"id": people["ada"]},
        )
        await record_activities(session, [NewActivity(kind="call.completed", lead_id=people["ada"], title="Since")])
        await session.commit()
        undone = await ok(await client.post(f"{PREFIX}/merges/{merged['id']}/undo"))
        assert set(undone["kept"]) >= {"city", "tags", "custom.extra"}
        row = await lead_row(session, people["ada"])
        assert (row["city"], row["phone"], row["tags"]) == ("Kiel", None, ["vip", "new"])
        assert row["custom"] == {"budget": 10, "plan": None, "extra": 1}
        titles = await session.scalars(text("SELECT title FROM activities WHERE lead_id = :id"), {"id": people["ada"]})
        assert sorted(titles) == ["Since", "ada 0", "ada 1", "ada 2"]

    async def test_undo_is_refused_when_it_no_longer_fits(
        self, client: httpx.AsyncClient, session: AsyncSession, people: dict[str, UUID]
    ) -> None:
        first = await _merge(client, people, ["bea"])
        second = await _merge(client, people, ["cid"])
        refused = await client.post(f"{PREFIX}/merges/{first['id']}/undo")
        assert refused.status_code == 409
        assert refused.json()["merge_id"] == second["id"]
        other = await add_lead(session, first_name="Other")
        await session.commit()
        body = {"winner_id": str(other), "loser_ids": [str(people["ada"])]}
        third = await ok(await client.post(f"{PREFIX}/leads/merge", json=body), 201)
        refused = await client.post(f"{PREFIX}/merges/{second['id']}/undo")
        assert "merged into another" in refused.json()["detail"]
        for merge in (third, second, first):
            await ok(await client.post(f"{PREFIX}/merges/{merge['id']}/undo"))
        assert (await lead_row(session, people["bea"]))["deleted_at"] is None

    async def test_undo_is_refused_for_deleted_winner_or_restored_loser(
        self, client: httpx.AsyncClient, session: AsyncSession, people: dict[str, UUID]
    ) -> None:
        merged = await _merge(client, people, ["bea"])
        await session.execute(text("UPDATE leads SET deleted_at = now() WHERE id = :id"), {"id": people["ada"]})
        await session.commit()
        refused = await client.post(f"{PREFIX}/merges/{merged['id']}/undo")
        assert "Restore it first" in refused.json()["detail"]
        await session.execute(text("UPDATE leads SET deleted_at = NULL, merged_into_id = NULL"))
        await session.commit()
        refused = await client.post(f"{PREFIX}/merges/{merged['id']}/undo")
        assert "restored on its own" in refused.json()["detail"]

    async def test_bad_requests(self, client: httpx.AsyncClient, people: dict[str, UUID]) -> None:
        url = f"{PREFIX}/leads/merge"
        assert (await client.post(url, json=_merge_body(people, ["ada"]))).status_code == 422
        assert (await client.post(url, json=_merge_body(people, ["bea", "bea"]))).status_code == 422
        assert (await client.post(url, json=_merge_body(people, ["bea"], {"shoe": "bea"}))).status_code == 422
        assert (await client.post(url, json=_merge_body(people, ["bea"], {"email": "cid"}))).status_code == 422
        assert (await client.post(url, json=_merge_body(people, []))).status_code == 422
        unknown = {"winner_id": str(people["ada"]), "loser_ids": [str(new_id())]}
        assert (await client.post(url, json=unknown)).status_code == 404
        await _merge(client, people, ["bea"])
        twice = await client.post(url, json=_merge_body(people, ["bea"]))
        assert (twice.status_code, twice.json()["code"]) == (409, "leads.merge_impossible")

    async def test_other_organisations_cannot_merge_or_undo(
        self, client, people, client_of, other_organisation
    ) -> None:
        merged = await _merge(client, people, ["bea"])
        stranger = await client_of(other_organisation)
        assert (await stranger.post(f"{PREFIX}/merges/{merged['id']}/undo")).status_code == 404
        assert (await stranger.post(f"{PREFIX}/leads/merge", json=_merge_body(people, ["cid"]))).status_code == 404
        assert await ok(await stranger.get(f"{PREFIX}/duplicates")) == {"items": [], "next_cursor": None}

    async def test_merges_of_a_lead(self, client: httpx.AsyncClient, people: dict[str, UUID]) -> None:
        merged = await _merge(client, people, ["bea"])
        for name in ("ada", "bea"):
            found = await ok(await client.get(f"{PREFIX}/leads/{people[name]}/merges"))
            assert [m["id"] for m in found] == [merged["id"]]

"""Roles that show only some leads: the own, or those of the own teams. No path shows another one."""

import random
from dataclasses import dataclass, field
from uuid import UUID

import httpx
import orjson
import pytest
from sqlalchemy import text
from tests.conformance.endpoints import endpoints

from tradewind.kernel.access import Actor
from tradewind.kernel.database import Database
from tradewind.kernel.ids import new_id
from tradewind.kernel.realtime.messages import Message, read
from tradewind.kernel.testing.fixtures import Tenant, add_member
from tradewind.modules.identity.permissions import PERMISSIONS

PREFIX = "/api/v1"


@dataclass
class Office:
    """Grace and her team mate, a stranger in the same organisation, and what each of them owns."""

    grace: Tenant
    mate: Tenant
    stranger: Tenant
    role_id: str
    client: httpx.AsyncClient
    rows: dict[str, dict[str, str]] = field(default_factory=dict)

    def foreign(self, visibility: str) -> list[str]:
        """Whose records Grace must not see."""
        return ["stranger", "nobody"] if visibility == "team" else ["mate", "stranger", "nobody"]


@pytest.fixture
async def office(client, client_of, database, tenant) -> Office:
    held = [p for p in PERMISSIONS if p not in ("members:write", "roles:write", "organisation:write")]
    payload = {"name": "Sales", "permissions": held, "lead_visibility": "own"}
    role = (await client.post(f"{PREFIX}/roles", json=payload)).json()
    grace = await add_member(database, tenant.organisation_id, role=role["key"], name="Grace")
    mate = await add_member(database, tenant.organisation_id, role="creator", name="Mate")
    stranger = await add_member(database, tenant.organisation_id, role="creator", name="Stranger")
    team = {"name": "North", "member_ids": [str(grace.user_id), str(mate.user_id)]}
    assert (await client.post(f"{PREFIX}/teams", json=team)).status_code == 201
    made = Office(grace, mate, stranger, role["id"], await client_of(grace.actor))
    owners = {"grace": grace.user_id, "mate": mate.user_id, "stranger": stranger.user_id, "nobody": None}
    for name, owner_id in owners.items():
        made.rows[name] = await _records(client, database, tenant, name, owner_id)
    return made


async def _records(client, database: Database, tenant: Tenant, name: str, owner_id: UUID | None) -> dict[str, str]:
    """A lead and all that can hang on it, each carrying the owner's name in a text."""
    owner = str(owner_id) if owner_id else None
    mark = f"mark-{name}"

    async def add(path: str, **payload) -> dict:
        answer = await client.post(f"{PREFIX}{path}", json=payload)
        assert answer.status_code == 201, answer.text
        return answer.json()

    lead = await add(
        "/leads", full_name=mark, email=f"{mark}@quarry.example", company_name="Quarry", owner_id=owner, tags=["stone"]
    )
    note = await add(f"/leads/{lead['id']}/notes", body=f"{mark} said")
    await add(f"/leads/{lead['id']}/activities", kind="call.completed", body=f"{mark} spoke")
    task = await add("/tasks", title=f"{mark} task", lead_id=lead["id"], assignee_id=owner)
    upload = {"file": (f"{mark}.txt", b"content", "text/plain")}
    file = await client.post(f"{PREFIX}/leads/{lead['id']}/files", files=upload)
    assert file.status_code == 201, file.text
    deal = await add("/deals", name=f"{mark} deal", lead_id=lead["id"], owner_id=owner, amount_minor=1000)
    if owner_id is None:
        # Without an owner given, a deal goes to who makes it.
        async with database.transaction(tenant.actor) as session:
            await session.execute(text("UPDATE deals SET owner_id = NULL WHERE id = :id"), {"id": UUID(deal["id"])})
    return {
        "leads": lead["id"], "notes": note["id"], "tasks": task["id"], "files": file.json()["id"], "deals": deal["id"],
    }  # fmt: skip


async def set_visibility(client, office: Office, visibility: str) -> None:
    answer = await client.patch(f"{PREFIX}/roles/{office.role_id}", json={"lead_visibility": visibility})
    assert answer.status_code == 200


@pytest.mark.parametrize("visibility", ["own", "team"])
async def test_no_path_shows_a_foreign_record(app, client, office, drain, visibility):
    """Every GET endpoint there is: lists show no foreign mark, foreign ids do not exist."""
    await drain()
    await set_visibility(client, office, visibility)
    assert (await office.client.get(f"{PREFIX}/me")).json()["lead_visibility"] == visibility
    wrong, shown = [], 0
    for endpoint in endpoints(app):
        if endpoint.method != "GET" or endpoint.access is None or "audit-log" in endpoint.path:
            continue  # the audit log is everyone's by its own permission
        for name in office.foreign(visibility):
            unknown: list[str] = []

            def identifier(parameter: str, before: str, name=name, unknown=unknown) -> str:
                if before not in office.rows[name]:
                    unknown.append(before)
                return office.rows[name].get(before, str(new_id()))

            url = endpoint.url(identifier)
            if "search" in endpoint.path:
                url += "?q=mark"
            answer = await office.client.get(url)
            if any(f"mark-{one}" in answer.text for one in office.foreign(visibility)):
                wrong.append(f"{url} shows a foreign record: {answer.text[:300]}")
            if endpoint.parameters and not unknown and answer.status_code != 404:
                wrong.append(f"{url}: {answer.status_code}")
            shown += "mark-grace" in answer.text
    assert wrong == []
    assert shown >= 8, "the walk must have seen what may be seen"


@pytest.mark.parametrize("visibility", ["own", "team"])
async def test_foreign_records_cannot_be_written(client, office, visibility):
    await set_visibility(client, office, visibility)
    for name in office.foreign(visibility):
        rows = office.rows[name]
        for method, path, payload in (
            ("PATCH", f"/leads/{rows['leads']}", {"status": "lost"}),
            ("DELETE", f"/leads/{rows['leads']}", None),
            ("POST", f"/leads/{rows['leads']}/notes", {"body": "x"}),
            ("PATCH", f"/notes/{rows['notes']}", {"body": "x"}),
            ("DELETE", f"/notes/{rows['notes']}", None),
            ("DELETE", f"/files/{rows['files']}", None),
            ("PATCH", f"/deals/{rows['deals']}", {"name": "x"}),
            ("POST", "/leads/merge", {"winner_id": office.rows["grace"]["leads"], "loser_ids": [rows["leads"]]}),
        ):
            answer = await office.client.request(method, f"{PREFIX}{path}", json=payload)
            assert answer.status_code == 404, (method, path, answer.text)
        task = {"title": "x", "lead_id": rows["leads"]}
        assert (await office.client.post(f"{PREFIX}/tasks", json=task)).status_code == 422
        assert (await client.get(f"{PREFIX}/leads/{rows['leads']}")).json()["status"] == "new"


async def test_nothing_is_given_away_out_of_sight(client, office):
    path = f"{PREFIX}/leads/{office.rows['grace']['leads']}"
    for owner in (str(office.stranger.user_id), None, str(office.mate.user_id)):
        answer = await office.client.patch(path, json={"owner_id": owner})
        assert (answer.status_code, answer.json()["errors"][0]["field"]) == (422, "owner_id")
        deal = f"{PREFIX}/deals/{office.rows['grace']['deals']}"
        assert (await office.client.patch(deal, json={"owner_id": owner})).status_code == 422
        bulk = {"action": "assign", "ids": [office.rows["grace"]["leads"]], "parameters": {"owner_id": owner}}
        assert (await office.client.post(f"{PREFIX}/leads/bulk", json=bulk)).status_code == 422
        lead = {"full_name": "New", "owner_id": owner}
        assert (await office.client.post(f"{PREFIX}/leads", json=lead)).status_code == (201 if owner is None else 422)
    await set_visibility(client, office, "team")
    given = await office.client.patch(path, json={"owner_id": str(office.mate.user_id)})
    assert (given.status_code, given.json()["owner_id"]) == (200, str(office.mate.user_id))


async def test_a_new_lead_without_owner_stays_in_sight(office, drain):
    made = await office.client.post(f"{PREFIX}/leads", json={"full_name": "New here"})
    assert made.json()["owner_id"] == str(office.grace.user_id)
    await drain()
    assert (await office.client.get(f"{PREFIX}/leads/{made.json()['id']}")).status_code == 200
    assert (await office.client.get(f"{PREFIX}/leads/{made.json()['id']}/timeline")).json()["items"] != []


@pytest.mark.parametrize("seed", range(4))
async def test_lists_hold_exactly_what_is_visible(client, office, database, tenant, seed):
    """Random owners, filters, orders and page sizes: what a limited actor gets is the visible part of everything."""
    rng = random.Random(seed)
    people = [office.grace.user_id, office.mate.user_id, office.stranger.user_id, None]
    async with database.transaction(tenant.actor) as session:
        for number in range(40):
            await session.execute(
                text(
                    "INSERT INTO leads (id, organisation_id, full_name, owner_id, status, score, email, email_key, "
                    "tags) "
                    "VALUES (:id, :org, :name, :owner, :status, :score, :email, :email, :tags)"
                ),
                {
                    "id": new_id(), "org": tenant.organisation_id, "name": f"Person {number}",
                    "owner": rng.choice(people), "status": rng.choice(["new", "lost", "qualified"]),
                    "score": rng.choice([None, rng.randrange(100)]), "email": f"same{rng.randrange(6)}@quarry.example",
                    "tags": rng.sample(["a", "b"], rng.randrange(3)),
                },
            )  # fmt: skip
    visibility = rng.choice(["own", "team"])
    await set_visibility(client, office, visibility)
    visible = {str(office.grace.user_id)} | ({str(office.mate.user_id)} if visibility == "team" else set())
    for _ in range(6):
        condition = rng.choice(
            [
                {"field": "status", "op": "ne", "value": "lost"},
                {"field": "score", "op": "gte", "value": 30},
                {"field": "owner_id", "op": "is_not_set"},
                {"field": "owner_id", "op": "ne", "value": str(office.grace.user_id)},
                {"field": "tags", "op": "has_any", "value": ["a"]},
                {"not": {"field": "email", "op": "contains", "value": "same1"}},
            ]
        )
        query = {"filter": orjson.dumps(condition).decode(), "sort": rng.choice(["-created_at", "score", "full_name"])}
        everything = await _all(client, query, 100)
        got = await _all(office.client, query, rng.choice([3, 7, 50]))
        assert [row["id"] for row in got] == [row["id"] for row in everything if row["owner_id"] in visible]
        counted = await office.client.post(f"{PREFIX}/leads/count", json={"filter": condition})
        assert counted.json()["value"] == len(got)
        exported = await office.client.get(
            f"{PREFIX}/leads/export", params={"format": "json", "filter": query["filter"]}
        )
        assert {row["id"] for row in exported.json()} == {row["id"] for row in got}
        preview = await office.client.post(f"{PREFIX}/segments/preview", json={"condition": condition})
        assert preview.json()["count"] == len(got)
    groups = (await office.client.get(f"{PREFIX}/duplicates")).json()["items"]
    assert {lead["owner_id"] for group in groups for lead in group["leads"]} <= visible


async def _all(client, query: dict, limit: int) -> list[dict]:
    rows, cursor = [], None
    while True:
        more = {"cursor": cursor} if cursor else {}
        answer = await client.get(f"{PREFIX}/leads", params={**query, **more, "limit": limit})
        assert answer.status_code == 200, answer.text
        rows += answer.json()["items"]
        cursor = answer.json()["next_cursor"]
        if cursor is None:
            return rows


async def test_counts_are_of_the_visible_leads(client, office, drain):
    body = {"name": "Stone", "condition": {"field": "tags", "op": "has_any", "value": ["stone"]}}
    whole = (await client.post(f"{PREFIX}/segments", json=body)).json()
    assert whole["member_count"] == 4
    assert (await office.client.get(f"{PREFIX}/segments/{whole['id']}")).json()["member_count"] == 1
    [listed] = [s for s in (await office.client.get(f"{PREFIX}/segments")).json() if s["id"] == whole["id"]]
    assert listed["member_count"] == 1
    # Whoever sees little cannot count for everyone: what they change is counted in the background.
    mine = (await office.client.post(f"{PREFIX}/segments", json={**body, "name": "Mine"})).json()
    assert mine["member_count"] == 1
    await office.client.post(f"{PREFIX}/segments/{whole['id']}/refresh")
    await drain()
    assert (await client.get(f"{PREFIX}/segments/{mine['id']}")).json()["member_count"] == 4
    numbers = {n["key"]: n["value"] for n in (await office.client.get(f"{PREFIX}/dashboard")).json()["key_numbers"]}
    assert (numbers["new_leads"], numbers["open_pipeline"]) == (1, 1000)
    [quarry] = (await office.client.get(f"{PREFIX}/companies")).json()["items"]
    assert quarry["people_count"] == 1


async def test_runs_started_by_a_person_see_what_that_person_sees(client, office, drain):
    order = {"action": "tag", "filter": {}, "parameters": {"tags": ["touched"]}}
    assert (await office.client.post(f"{PREFIX}/leads/bulk", json=order)).status_code == 202
    await drain()
    touched = [lead for lead in await _all(client, {}, 100) if "touched" in lead["tags"]]
    assert [lead["id"] for lead in touched] == [office.rows["grace"]["leads"]]


async def test_an_import_neither_finds_nor_changes_foreign_leads(client, office, drain):
    content = b"Name,Email\nIntruder,mark-stranger@quarry.example\nMine,mark-grace@quarry.example\n"
    upload = await office.client.post(f"{PREFIX}/imports", files={"file": ("people.csv", content, "text/csv")})
    assert upload.status_code in (200, 201), upload.text
    entry = upload.json()
    started = await office.client.post(f"{PREFIX}/imports/{entry['id']}/start")
    assert started.status_code in (200, 202), started.text
    await drain()
    assert (await client.get(f"{PREFIX}/leads/{office.rows['stranger']['leads']}")).json()[
        "full_name"
    ] == "mark-stranger"
    made = [lead for lead in await _all(client, {}, 100) if lead["full_name"] == "Intruder"]
    assert [lead["owner_id"] for lead in made] == [str(office.grace.user_id)]
    # Another member's import, with the cells of its file, is out of sight as well.
    other = await client.post(
        f"{PREFIX}/imports", files={"file": ("b.csv", b"Name,Email\nB,b@b.example\n", "text/csv")}
    )
    assert (await office.client.get(f"{PREFIX}/imports/{other.json()['id']}")).status_code == 404


async def test_consequences_reach_what_the_actor_does_not_see(client, office, database, tenant):
    """Grace wins a deal of a lead that somebody else owns: the lead becomes a customer, and stays hidden from her."""
    deal_id, lead_id = office.rows["stranger"]["deals"], office.rows["stranger"]["leads"]
    await client.patch(f"{PREFIX}/deals/{deal_id}", json={"owner_id": str(office.grace.user_id)})
    deal = (await office.client.get(f"{PREFIX}/deals/{deal_id}")).json()
    assert (deal["name"], deal["lead_name"]) == ("mark-stranger deal", None)
    pipeline = (await client.get(f"{PREFIX}/pipelines")).json()[0]
    won = next(stage["id"] for stage in pipeline["stages"] if stage["kind"] == "won")
    moved = await office.client.post(f"{PREFIX}/deals/{deal_id}/move", json={"stage_id": won})
    assert moved.status_code == 200, moved.text
    assert (await client.get(f"{PREFIX}/leads/{lead_id}")).json()["status"] == "customer"
    assert (await office.client.get(f"{PREFIX}/leads/{lead_id}")).status_code == 404


async def test_live_messages_keep_to_the_same_rules(client, office, database, tenant):
    await client.post(f"{PREFIX}/leads", json={"full_name": "Seen live", "owner_id": str(office.stranger.user_id)})
    await client.post(f"{PREFIX}/leads", json={"full_name": "Seen by Grace", "owner_id": str(office.grace.user_id)})
    await client.post(f"{PREFIX}/leads", json={"full_name": "Seen by few"})
    async with database.transaction(tenant.actor) as session:
        ids = (await session.scalars(text("SELECT id FROM realtime_messages WHERE type = 'lead.new'"))).all()
        messages: list[Message] = await read(session, list(ids))
    grace = Actor(
        kind="user", organisation_id=tenant.organisation_id, user_id=office.grace.user_id,
        permissions=frozenset({"leads:read"}), visible_owners=frozenset({office.grace.user_id}),
    )  # fmt: skip
    seen = "".join(message.text for message in messages if message.is_for(grace))
    assert "Seen by Grace" in seen
    assert not any(word in seen for word in ("Seen live", "Seen by few", "mark-stranger", "mark-mate", "mark-nobody"))
    assert all(message.is_for(tenant.actor) for message in messages)


async def test_a_won_deal_is_told_only_to_those_who_see_it(client, office, drain):
    pipeline = (await client.get(f"{PREFIX}/pipelines")).json()[0]
    won = next(stage["id"] for stage in pipeline["stages"] if stage["kind"] == "won")
    for name in ("stranger", "grace"):
        await client.post(f"{PREFIX}/deals/{office.rows[name]['deals']}/move", json={"stage_id": won})
    await drain()
    titles = [n["title"] for n in (await office.client.get(f"{PREFIX}/notifications")).json()["items"]]
    assert [title for title in titles if "deal" in title] == ["Deal won: mark-grace deal"]


async def test_the_database_itself_holds_the_line(office, database, tenant):
    """Plain SQL without any filter, as a limited transaction: only visible rows, and none can be pushed out."""
    limited = Actor(
        kind="user", organisation_id=tenant.organisation_id, user_id=office.grace.user_id,
        visible_owners=frozenset({office.grace.user_id}),
    )  # fmt: skip
    for table, total in {"leads": 1, "deals": 1, "notes": 1, "files": 1}.items():
        async with database.transaction(limited) as session:
            assert await session.scalar(text(f"SELECT count(*) FROM {table}")) == total, table
            changed = await session.execute(
                text(f"DELETE FROM {table} WHERE id = :id"), {"id": UUID(office.rows["stranger"][table])}
            )
            assert changed.rowcount == 0
    async with database.transaction(limited) as session:
        with pytest.raises(Exception, match="row-level security"):
            await session.execute(text("UPDATE leads SET owner_id = :id"), {"id": office.stranger.user_id})
        await session.rollback()

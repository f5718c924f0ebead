"""People over HTTP: adding, reading, changing together, deleting, timeline, notes, search."""

from collections.abc import Awaitable, Callable
from datetime import timedelta
from uuid import uuid4

import httpx
import pytest
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from tradewind.kernel import clock
from tradewind.kernel.access import Actor
from tradewind.kernel.database import Database
from tradewind.kernel.testing.fixtures import ClientFor
from tradewind.modules.leads import api
from tradewind.modules.leads.contracts import LeadScore, NewActivity
from tradewind.modules.leads.service import companies, people

LEADS = "/api/v1/leads"


async def add(client: httpx.AsyncClient, **values: object) -> dict:
    answer = await client.post(LEADS, json=values)
    assert answer.status_code == 201, answer.text
    return answer.json()


class TestCreate:
    async def test_fills_in_what_follows(self, client: httpx.AsyncClient, session: AsyncSession) -> None:
        answer = await client.post(
            LEADS,
            json={
                "first_name": " Ada ", "last_name": "Lovelace", "email": "Ada@Engines.example", "country": "Germany",
                "phone": "030 901820", "company_name": "Engines GmbH", "tags": ["VIP", "vip", "event"],
                "website": "engines.example",
            },
        )  # fmt: skip
        lead = answer.json()
        assert answer.status_code == 201
        assert answer.headers["etag"] == '"1"'
        assert answer.headers["location"] == f"{LEADS}/{lead['id']}"
        assert (lead["full_name"], lead["country"], lead["tags"]) == ("Ada Lovelace", "DE", ["VIP", "event"])
        row = (await session.execute(text("select email_key, phone_key from leads"))).one()
        assert tuple(row) == ("ada@engines.example", "+4930901820")
        company = (await client.get(f"/api/v1/companies/{lead['company_id']}")).json()
        assert (company["name"], company["people_count"]) == ("Engines GmbH", 1)

    async def test_a_company_of_the_same_name_is_found_again(self, client: httpx.AsyncClient) -> None:
        first = await add(client, full_name="A", company_name="Acme, Inc.")
        second = await add(client, full_name="B", company_name="ACME")
        assert first["company_id"] == second["company_id"]

    @pytest.mark.parametrize(
        ("values", "field"),
        [
            ({}, "body"),
            ({"full_name": "a\x00b"}, "full_name"),
            ({"full_name": "x" * 201}, "full_name"),
            ({"email": "no address"}, "email"),
            ({"email": "a@b.example", "country": "Atlantis"}, "country"),
            ({"full_name": "A", "website": "javascript:alert(1)"}, "website"),
            ({"full_name": "A", "website": "javascript://x.example/%0aalert(1)"}, "website"),
            ({"full_name": "A", "status": "excited"}, "status"),
            ({"full_name": "A", "owner_id": str(uuid4())}, "owner_id"),
            ({"full_name": "A", "custom": {"unknown": 1}}, "custom.unknown"),
            ({"full_name": "A", "tags": ["x" * 61]}, "tags.0"),
            ({"full_name": "A", "nonsense": 1}, "nonsense"),
        ],
    )
    async def test_refuses_and_names_the_field(self, client: httpx.AsyncClient, values: dict, field: str) -> None:
        answer = await client.post(LEADS, json=values)
        assert answer.status_code == 422, answer.text
        assert answer.json()["errors"][0]["field"] == field

    async def test_markup_stays_data(self, client: httpx.AsyncClient) -> None:
        lead = await add(client, full_name="<script>alert(1)</script>")
        assert (await client.get(f"{LEADS}/{lead['id']}")).json()["full_name"] == "<script>alert(1)</script>"

    async def test_is_audited_shown_and_published(self, client: httpx.AsyncClient, session: AsyncSession) -> None:
        lead = await add(client, full_name="Ada", source="Fair")
        timeline = (await client.get(f"{LEADS}/{lead['id']}/timeline")).json()["items"]
        assert [entry["kind"] for entry in timeline] == ["lead.created"]
        actions = (await session.execute(text("select action from audit_log where subject_id = :id"), lead)).scalars()
        assert actions.all() == ["lead.created"]
        assert lead["last_activity_at"] is None


class TestUpdate:
    async def test_changes_only_what_is_given(self, client: httpx.AsyncClient) -> None:
        lead = await add(client, first_name="Ada", last_name="Byron", email="a@b.example", tags=["a", "b"])
        answer = await client.patch(
            f"{LEADS}/{lead['id']}",
            json={"last_name": "Lovelace", "add_tags": ["c"], "remove_tags": ["A"]},
            headers={"If-Match": '"1"'},
        )
        changed = answer.json()
        assert answer.headers["etag"] == '"2"'
        assert changed["full_name"] == "Ada Lovelace"
        assert changed["email"] == "a@b.example"
        assert changed["tags"] == ["b", "c"]

    async def test_the_slower_of_two_gets_the_current_state(self, client: httpx.AsyncClient) -> None:
        lead = await add(client, full_name="Ada")
        url = f"{LEADS}/{lead['id']}"
        assert (await client.patch(url, json={"city": "Bonn"}, headers={"If-Match": '"1"'})).status_code == 200
        slower = await client.patch(url, json={"city": "Köln"}, headers={"If-Match": '"1"'})
        assert slower.status_code == 412
        assert slower.json()["current"]["city"] == "Bonn"
        assert slower.json()["current_version"] == 2
        assert (await client.get(url)).json()["city"] == "Bonn"

    async def test_nothing_new_changes_nothing(self, client: httpx.AsyncClient) -> None:
        lead = await add(client, full_name="Ada", city="Bonn")
        answer = await client.patch(f"{LEADS}/{lead['id']}", json={"city": " Bonn "})
        assert answer.json()["version"] == 1
        assert len((await client.get(f"{LEADS}/{lead['id']}/timeline")).json()["items"]) == 1

    async def test_outcome_sets_its_time_and_back(self, client: httpx.AsyncClient) -> None:
        url = f"{LEADS}/{(await add(client, full_name='Ada'))['id']}"
        assert (await client.patch(url, json={"converted": True})).json()["converted_at"]
        assert (await client.patch(url, json={"converted": None})).json()["converted_at"] is None

    async def test_owner_and_status_have_words_of_their_own(
        self, client: httpx.AsyncClient, organisation: Actor
    ) -> None:
        lead = await add(client, full_name="Ada")
        url = f"{LEADS}/{lead['id']}"
        await client.patch(url, json={"owner_id": str(organisation.user_id)})
        await client.patch(url, json={"status": "contacted"})
        kinds = [entry["title"] for entry in (await client.get(f"{url}/timeline")).json()["items"]]
        assert kinds[0] == "Status changed from new to contacted"
        assert kinds[1] == f"Assigned to {organisation.name}"

    async def test_leaving_a_company(self, client: httpx.AsyncClient) -> None:
        lead = await add(client, full_name="Ada", company_name="Acme")
        gone = (await client.patch(f"{LEADS}/{lead['id']}", json={"company_name": None})).json()
        assert (gone["company_id"], gone["company_name"]) == (None, None)


class TestDelete:
    async def test_hides_everywhere_and_is_purged_later(self, client: httpx.AsyncClient, session: AsyncSession) -> None:
        lead = await add(client, full_name="Ada Gone", company_name="Acme")
        note = (await client.post(f"{LEADS}/{lead['id']}/notes", json={"body": "secret"})).json()
        task = (await client.post("/api/v1/tasks", json={"title": "Call", "lead_id": lead["id"]})).json()
        assert (await client.delete(f"{LEADS}/{lead['id']}", headers={"If-Match": '"7"'})).status_code == 412
        assert (await client.delete(f"{LEADS}/{lead['id']}")).status_code == 204
        assert (await client.get(LEADS)).json()["items"] == []
        assert (await client.get("/api/v1/search?q=gone")).json()["leads"] == []
        assert (await client.get("/api/v1/tasks")).json()["items"] == []
        for url in (f"{LEADS}/{lead['id']}", f"{LEADS}/{lead['id']}/timeline", f"{LEADS}/{lead['id']}/notes"):
            assert (await client.get(url)).status_code == 404
        assert (await client.patch(f"/api/v1/notes/{note['id']}", json={"body": "x"})).status_code == 404
        assert (await client.patch(f"/api/v1/tasks/{task['id']}", json={"done": True})).status_code == 404
        assert await people.purge_deleted(session) == 0
        with clock.frozen(clock.now() + timedelta(days=31)):
            assert await people.purge_deleted(session) == 1
        left = "select (select count(*) from leads) + (select count(*) from notes) + (select count(*) from activities)"
        assert await session.scalar(text(left)) == 0

    async def test_companies_are_purged_later_and_their_people_stay(
        self, client: httpx.AsyncClient, session: AsyncSession
    ) -> None:
        lead = await add(client, full_name="Ada", company_name="Acme")
        assert (await client.delete(f"/api/v1/companies/{lead['company_id']}")).status_code == 204
        assert await companies.purge_deleted(session) == 0
        with clock.frozen(clock.now() + timedelta(days=31)):
            assert await companies.purge_deleted(session) == 1
        assert await session.scalar(text("select count(*) from companies")) == 0
        assert (await client.get(f"{LEADS}/{lead['id']}")).status_code == 200

    async def test_needs_the_permission(self, client: httpx.AsyncClient, client_for: ClientFor) -> None:
        lead = await add(client, full_name="Ada")
        creator = await client_for("creator")
        assert (await creator.delete(f"{LEADS}/{lead['id']}")).status_code == 403


async def test_other_organisations_see_nothing(
    client: httpx.AsyncClient,
    client_of: Callable[[Actor], Awaitable[httpx.AsyncClient]],
    other_organisation: Actor,
) -> None:
    lead = await add(client, full_name="Ada", company_name="Acme")
    stranger = await client_of(other_organisation)
    assert (await stranger.get(LEADS)).json()["items"] == []
    assert (await stranger.get("/api/v1/companies")).json()["items"] == []
    for method, path in (("GET", ""), ("PATCH", ""), ("DELETE", ""), ("GET", "/timeline"), ("GET", "/files")):
        body = {"json": {"city": "x"}} if method == "PATCH" else {}
        assert (await stranger.request(method, f"{LEADS}/{lead['id']}{path}", **body)).status_code == 404
    assert (await stranger.post(f"{LEADS}/{lead['id']}/notes", json={"body": "x"})).status_code == 404
    refused = await stranger.post(LEADS, json={"full_name": "B", "company_id": lead["company_id"]})
    assert refused.status_code == 404


class TestTimeline:
    async def test_pages_and_kinds(self, client: httpx.AsyncClient, session: AsyncSession) -> None:
        lead = await add(client, full_name="Ada")
        lead_id = (await people.read_lead(session, lead["id"]))["id"]
        moments = [clock.now() - timedelta(hours=hour) for hour in range(5)]
        await api.record_activities(
            session,
            [
                NewActivity(kind="email.opened" if i % 2 else "web.page_view", lead_id=lead_id, occurred_at=moment)
                for i, moment in enumerate(moments)
            ],
        )
        url = f"{LEADS}/{lead['id']}/timeline"
        seen, cursor = [], None
        while True:
            page = (await client.get(url, params={"limit": 2, **({"cursor": cursor} if cursor else {})})).json()
            seen += [entry["kind"] for entry in page["items"]]
            if (cursor := page["next_cursor"]) is None:
                break
        assert sorted(seen) == ["email.opened"] * 2 + ["lead.created"] + ["web.page_view"] * 3
        emails = (await client.get(url, params={"kind": "email"})).json()["items"]
        assert [entry["kind"] for entry in emails] == ["email.opened"] * 2
        assert len((await client.get(url, params={"kind": ["email.opened", "lead"]})).json()["items"]) == 3
        fresh = (await client.get(f"{LEADS}/{lead['id']}")).json()
        assert fresh["last_activity_at"].startswith(moments[0].isoformat()[:19])
        assert fresh["version"] == 1

    async def test_recording_twice_changes_nothing(self, client: httpx.AsyncClient, session: AsyncSession) -> None:
        lead = await add(client, full_name="Ada")
        entry = NewActivity(id=uuid4(), kind="call.completed", lead_id=lead["id"], title="Called\x00")
        await api.record_activities(session, [entry])
        await api.record_activities(session, [entry])
        items = (await client.get(f"{LEADS}/{lead['id']}/timeline", params={"kind": "call"})).json()["items"]
        assert [item["title"] for item in items] == ["Called"]


class TestNotes:
    async def test_are_found_changed_and_forgotten(self, client: httpx.AsyncClient) -> None:
        lead = await add(client, full_name="Ada")
        note = (await client.post(f"{LEADS}/{lead['id']}/notes", json={"body": "Wants a zeppelin"})).json()

        async def found(words: str) -> int:
            return (await client.get(LEADS, params={"q": words})).json()["total"]["value"]

        assert await found("zepp ada") == 1
        url = f"/api/v1/notes/{note['id']}"
        changed = await client.patch(url, json={"body": "Wants a balloon"}, headers={"If-Match": '"1"'})
        assert changed.headers["etag"] == '"2"'
        assert (await found("zeppelin"), await found("balloon")) == (0, 1)
        late = await client.patch(url, json={"body": "x"}, headers={"If-Match": '"1"'})
        assert (late.status_code, late.json()["current"]["body"]) == (412, "Wants a balloon")
        read = await client.get(url)
        assert (read.json()["body"], read.headers["etag"]) == ("Wants a balloon", '"2"')
        entries = (await client.get(f"{LEADS}/{lead['id']}/timeline", params={"kind": "note"})).json()["items"]
        assert [entry["body"] for entry in entries] == ["Wants a balloon"]
        assert (await client.delete(url)).status_code == 204
        assert (await client.get(url)).status_code == 404
        assert await found("balloon") == 0
        assert (await client.get(f"{LEADS}/{lead['id']}/notes")).json() == []


class TestForOtherModules:
    async def test_scores_are_written_without_a_new_version(
        self, client: httpx.AsyncClient, session: AsyncSession
    ) -> None:
        lead = await add(client, full_name="Ada", company_name="Acme")

        def score(value: int, seconds: int) -> LeadScore:
            at = clock.now() + timedelta(seconds=seconds)
            return LeadScore(
                lead_id=lead["id"], score=value, probability=value / 100, band="hot", kind="model",
                model_id=None, scored_at=at,
            )  # fmt: skip

        assert await api.write_scores(session, [score(90, 10)]) == 1
        assert await api.write_scores(session, [score(10, 0)]) == 0  # an older result comes too late
        fresh = (await client.get(f"{LEADS}/{lead['id']}")).json()
        assert (fresh["score"], fresh["score_band"], fresh["version"]) == (90, "hot", 1)

    async def test_facts_for_scoring(self, client: httpx.AsyncClient, session: AsyncSession) -> None:
        lead = await add(client, full_name="Ada", company_name="Acme", converted=True)
        before, after = clock.now() - timedelta(days=1), clock.now() + timedelta(days=1)
        await api.record_activities(
            session,
            [
                NewActivity(kind="email.opened", lead_id=lead["id"], occurred_at=moment)
                for moment in (before, before, after)
            ],
        )
        facts = (await api.lead_rows_for_scoring(session, labelled=True, before_outcome=True))[0]
        opened = next(a for a in facts.activities if a.kind == "email.opened")
        assert (facts.converted, opened.count, facts.company["name"]) == (True, 2, "Acme")
        assert await api.lead_rows_for_scoring(session, labelled=False) == []
        assert await api.lead_rows_for_scoring(session, after_id=facts.id) == []

    async def test_conditions(self, client: httpx.AsyncClient, session: AsyncSession) -> None:
        lead = await add(client, full_name="Ada", city="Bonn")
        await add(client, full_name="Bob", city="Rome")
        condition = {"field": "city", "op": "eq", "value": "bonn"}
        ids = await api.matching_lead_ids(session, condition)
        assert [str(found) for found in ids] == [lead["id"]]
        assert (await api.lead_summaries(session, ids))[0].full_name == "Ada"


async def test_events_reach_their_subscribers(
    client: httpx.AsyncClient, database: Database, drain: Callable[[], Awaitable[list[str]]]
) -> None:
    lead = await add(client, full_name="Ada")
    await client.patch(f"{LEADS}/{lead['id']}", json={"city": "Bonn"})
    await drain()

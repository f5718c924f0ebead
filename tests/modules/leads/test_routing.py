"""Routing rules: who gets a new lead, and why in words."""

from collections import Counter
from uuid import UUID

import httpx
import pytest
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from tradewind.kernel.access import Actor
from tradewind.kernel.database import Database, actor_of
from tradewind.kernel.events import publish
from tradewind.kernel.ids import new_id
from tradewind.kernel.jobs import JobContext, Retry
from tradewind.kernel.testing.fixtures import Tenant, add_member
from tradewind.modules.leads.events import LeadsImported
from tradewind.modules.leads.jobs.routing import RouteLeads, route_scored_leads
from tradewind.modules.leads.service.routing import route_leads
from tradewind.modules.leads.service.routing_words import in_words
from tradewind.modules.leads.service.turns import Person, Turns, smooth_cycle

from .deal_rows import PREFIX, add_lead, lead_row, ok

RULES = f"{PREFIX}/routing-rules"
DACH = {"field": "country", "op": "in", "value": ["DE", "AT", "CH"]}


@pytest.fixture
async def team(database: Database, tenant: Tenant) -> dict[str, UUID]:
    """Anna, Ben and Chen by name."""
    return {
        name: (await add_member(database, tenant.organisation_id, role="manager", name=name)).user_id
        for name in ("Anna", "Ben", "Chen")
    }


def _members(team: dict[str, UUID], **weights: int) -> list[dict]:
    return [{"user_id": str(team[name]), "weight": weight} for name, weight in weights.items()]


async def _rule(client: httpx.AsyncClient, name: str, members: list[dict], **values: object) -> dict:
    return await ok(await client.post(RULES, json={"name": name, "members": members, **values}), 201)


class TestTurns:
    def test_smooth_cycle_spreads_evenly(self) -> None:
        assert smooth_cycle([3, 1, 1]) == [0, 1, 0, 2, 0]
        assert Counter(smooth_cycle([5, 2, 3])) == {0: 5, 1: 2, 2: 3}

    def test_least_load_fills_up(self) -> None:
        people = [Person(new_id(), name) for name in "abc"]
        turns = Turns("load", people, load={people[0].user_id: 2, people[1].user_id: 0, people[2].user_id: 1})
        taken = [turns.take() for _ in range(6)]
        assert [person.name for person, _ in taken] == ["b", "b", "c", "a", "b", "c"]
        assert taken[0][1] == "fewest open leads (0)"

    def test_round_robin_names_who_was_before(self) -> None:
        people = [Person(new_id(), name) for name in ("Anna", "Ben")]
        turns = Turns("round_robin", people)
        assert [turns.take()[1] for _ in range(2)] == ["first in round robin", "next in round robin after Anna"]


class TestWords:
    labels = {"country": "Country", "score": "Score", "tags": "Tags"}

    @pytest.mark.parametrize(
        ("condition", "words"),
        [
            (DACH, "country is DE"),
            ({"all": [DACH, {"field": "score", "op": "gte", "value": 70}]}, "country is DE and score is 81"),
            ({"any": [{"field": "score", "op": "lt", "value": 5}, DACH]}, "country is DE"),
            ({"field": "tags", "op": "has_any", "value": ["vip"]}, "tags is vip"),
            ({"field": "region", "op": "is_not_set"}, "region is not known"),
            ({"not": {"field": "country", "op": "eq", "value": "FR"}}, "not (country is FR)"),
            ({"field": "activity.count", "op": "gte", "value": 3, "kind": "email.opened"},
             "activity.count (email.opened) is at least 3"),
            (None, "every lead"),
        ],
    )  # fmt: skip
    def test_condition_in_words(self, condition, words) -> None:
        facts = {"country": "DE", "score": 81, "tags": ["vip"], "region": None}
        assert in_words(condition, facts, self.labels) == words


class TestRules:
    async def test_crud_order_and_etag(self, client: httpx.AsyncClient, team: dict[str, UUID]) -> None:
        one = await _rule(client, "Rest", _members(team, Anna=1))
        two = await _rule(client, "DACH", _members(team, Anna=1, Ben=1), condition=DACH, position=0)
        assert [rule["name"] for rule in await ok(await client.get(RULES))] == ["DACH", "Rest"]
        turned = await ok(await client.put(f"{RULES}/order", json={"rule_ids": [one["id"], two["id"]]}))
        assert [rule["name"] for rule in turned] == ["Rest", "DACH"]
        url = f"{RULES}/{two['id']}"
        changed = await ok(await client.patch(url, json={"condition": None, "enabled": False}))
        assert (changed["condition"], changed["enabled"], changed["version"]) == (None, False, 2)
        stale = await client.patch(url, json={"name": "x"}, headers={"If-Match": '"1"'})
        assert stale.status_code == 412
        await ok(await client.delete(url), 204)
        assert (await client.get(url)).status_code == 404

    async def test_bad_input(self, client: httpx.AsyncClient, team: dict[str, UUID]) -> None:
        members = _members(team, Anna=1)
        for body in (
            {"members": []},
            {"members": members * 2},
            {"members": [{"user_id": str(new_id())}]},
            {"members": _members(team, Anna=1, Ben=1), "strategy": "fixed"},
            {"members": [{"user_id": str(team["Anna"]), "weight": 0}]},
            {"members": members, "condition": {"field": "nonsense", "op": "eq", "value": 1}},
            {"members": members, "strategy": "magic"},
        ):
            assert (await client.post(RULES, json={"name": "R", **body})).status_code == 422, body

    async def test_only_those_who_may(self, client_for, team: dict[str, UUID]) -> None:
        creator = await client_for("creator")
        assert (await creator.get(RULES)).status_code == 200
        assert (await creator.post(RULES, json={"name": "R", "members": _members(team, Anna=1)})).status_code == 403


class TestRouting:
    async def test_new_lead_gets_an_owner_and_a_reason(
        self, client: httpx.AsyncClient, session: AsyncSession, team: dict[str, UUID], drain
    ) -> None:
        await _rule(client, "Territory DACH", _members(team, Anna=1, Ben=1), condition=DACH)
        await _rule(client, "Rest of the world", _members(team, Chen=1), strategy="fixed")
        made = [
            await ok(await client.post(f"{PREFIX}/leads", json={"first_name": n, "country": c}), 201)
            for n, c in (("One", "DE"), ("Two", "AT"), ("Three", "FR"))
        ]
        await drain()
        rows = [await lead_row(session, UUID(lead["id"])) for lead in made]
        assert [row["owner_id"] for row in rows] == [str(team[n]) for n in ("Anna", "Ben", "Chen")]
        decisions = await ok(await client.get(f"{RULES}/decisions", params={"lead_id": made[1]["id"]}))
        assert decisions[0]["reason"] == "Territory DACH: country is AT; next in round robin after Anna"
        reasons = await session.scalars(
            text("SELECT body FROM activities WHERE lead_id = :id AND kind = 'lead.assigned'"), {"id": made[2]["id"]}
        )
        assert list(reasons) == ["Rest of the world: every lead; always Chen"]
        audit = await session.scalars(text("SELECT reason FROM audit_log WHERE action = 'lead.routed'"))
        assert len(list(audit)) == 3

    async def test_an_owner_given_by_hand_stays(
        self, client: httpx.AsyncClient, session: AsyncSession, team: dict[str, UUID], drain
    ) -> None:
        await _rule(client, "All", _members(team, Anna=1))
        body = {"first_name": "Own", "owner_id": str(team["Ben"])}
        lead = await ok(await client.post(f"{PREFIX}/leads", json=body), 201)
        await drain()
        assert (await lead_row(session, UUID(lead["id"])))["owner_id"] == str(team["Ben"])

    async def test_import_is_routed_in_batches_by_weight(
        self, client: httpx.AsyncClient, session: AsyncSession, team: dict[str, UUID], drain
    ) -> None:
        await _rule(client, "All", _members(team, Anna=3, Ben=1), strategy="weights")
        import_id = new_id()
        for n in range(40):
            await add_lead(session, first_name=f"L{n}", import_id=import_id)
        await publish(session, LeadsImported(import_id=import_id, created=40, updated=0))
        await session.commit()
        await drain()
        owners = Counter((await session.scalars(text("SELECT owner_id FROM leads"))).all())
        assert owners == {team["Anna"]: 30, team["Ben"]: 10}
        audit = await session.scalar(text("SELECT after FROM audit_log WHERE action = 'leads.routed'"))
        assert audit["by_owner"] == {"Anna": 30, "Ben": 10}

    async def test_load_gives_to_whom_has_least(
        self, client: httpx.AsyncClient, session: AsyncSession, team: dict[str, UUID]
    ) -> None:
        await _rule(client, "Load", _members(team, Anna=1, Ben=1, Chen=1), strategy="load")
        for name, count in (("Anna", 3), ("Ben", 1)):
            for _ in range(count):
                await add_lead(session, owner_id=team[name])
        await add_lead(session, owner_id=team["Chen"], converted=True, status="customer")
        fresh = [await add_lead(session, first_name=f"N{n}") for n in range(5)]
        assert set(await route_leads(session, fresh)) == set(fresh)
        owners = Counter([(await lead_row(session, lead_id))["owner_id"] for lead_id in fresh])
        assert owners == {str(team["Chen"]): 3, str(team["Ben"]): 2}

    async def test_rotation_goes_on_over_batches(
        self, client: httpx.AsyncClient, session: AsyncSession, team: dict[str, UUID]
    ) -> None:
        await _rule(client, "All", _members(team, Anna=1, Ben=1, Chen=1))
        leads = [await add_lead(session, first_name=f"N{n}") for n in range(7)]
        for part in (leads[:2], leads[2:3], leads[3:]):
            await route_leads(session, part)
        owners = [(await lead_row(session, lead_id))["owner_id"] for lead_id in leads]
        assert owners == [str(team[n]) for n in ("Anna", "Ben", "Chen", "Anna", "Ben", "Chen", "Anna")]

    async def test_rules_that_no_longer_work_are_passed_over(
        self, client: httpx.AsyncClient, session: AsyncSession, team: dict[str, UUID]
    ) -> None:
        broken = await _rule(client, "Broken", _members(team, Anna=1))
        left = await _rule(client, "Left", _members(team, Ben=1))
        await _rule(client, "Works", _members(team, Chen=1))
        await session.execute(
            text("UPDATE routing_rules SET condition = CAST(:c AS jsonb) WHERE id = :id"),
            {"c": '{"field": "custom.gone", "op": "is_set"}', "id": UUID(broken["id"])},
        )
        await session.execute(text("UPDATE memberships SET active = false WHERE user_id = :id"), {"id": team["Ben"]})
        lead_id = await add_lead(session, first_name="N")
        await route_leads(session, [lead_id])
        assert (await lead_row(session, lead_id))["owner_id"] == str(team["Chen"])
        await session.commit()
        problems = {rule["name"]: rule["problem"] for rule in await ok(await client.get(RULES))}
        assert problems["Works"] is None
        assert "no longer works" in problems["Broken"]
        assert problems[left["name"]] == "Nobody in this rule is active any more."

    async def test_a_rule_by_score_waits_for_the_score(
        self, client: httpx.AsyncClient, session: AsyncSession, team: dict[str, UUID], database: Database
    ) -> None:
        condition = {"field": "score", "op": "gte", "value": 70}
        await _rule(client, "Hot", _members(team, Anna=1), condition=condition)
        await _rule(client, "Rest", _members(team, Ben=1))
        lead_id = await add_lead(session, first_name="N")
        await session.commit()
        context = JobContext(database, Actor.system(actor_of(session).organisation_id), "leads.route_leads")
        payload = RouteLeads(lead_ids=[lead_id])
        with pytest.raises(Retry):
            await route_scored_leads.handler(context, payload)
        await session.execute(text("UPDATE leads SET score = 90, scored_at = now() WHERE id = :id"), {"id": lead_id})
        await session.commit()
        await route_scored_leads.handler(context, payload)
        assert (await lead_row(session, lead_id))["owner_id"] == str(team["Anna"])
        unscored = await add_lead(session, first_name="U")
        await session.commit()
        context.attempt = 10
        await route_scored_leads.handler(context, RouteLeads(lead_ids=[unscored]))
        assert (await lead_row(session, unscored))["owner_id"] == str(team["Ben"])

    async def test_try_changes_nothing(
        self, client: httpx.AsyncClient, session: AsyncSession, team: dict[str, UUID]
    ) -> None:
        await _rule(client, "DACH", _members(team, Anna=1, Ben=1), condition=DACH)
        lead_id = await add_lead(session, first_name="N", country="CH")
        stranger = await add_lead(session, first_name="F", country="FR")
        await session.commit()
        for _ in range(2):
            tried = await ok(await client.post(f"{RULES}/try", json={"lead_id": str(lead_id)}))
            assert (tried["owner_name"], tried["reason"]) == ("Anna", "DACH: country is CH; first in round robin")
        other = await ok(await client.post(f"{RULES}/try", json={"lead_id": str(stranger)}))
        assert (other["owner_id"], other["rules"][0]["fits"]) == (None, False)
        assert (await lead_row(session, lead_id))["owner_id"] is None
        missing = await client.post(f"{RULES}/try", json={"lead_id": str(new_id())})
        assert missing.status_code == 404


async def test_two_at_once_never_take_the_same_turn(real_database: Database) -> None:
    """Two transactions on two connections: the second waits for the first and goes on after its turn."""
    import asyncio

    from tradewind.kernel.testing.fixtures import make_tenant

    tenant = await make_tenant(real_database, f"Rotation {new_id()}")
    people = [
        (await add_member(real_database, tenant.organisation_id, role="manager", name=name)).user_id
        for name in ("Anna", "Ben")
    ]
    system = Actor.system(tenant.organisation_id, name="test")
    try:
        async with real_database.transaction(system) as session:
            leads = [await add_lead(session, first_name=f"L{n}") for n in range(20)]
            members = "[" + ",".join(f'{{"user_id": "{user_id}"}}' for user_id in people) + "]"
            await session.execute(
                text(
                    "INSERT INTO routing_rules (id, organisation_id, name, strategy, members) "
                    "VALUES (:id, :org, 'All', 'round_robin', CAST(:members AS jsonb))"
                ),
                {"id": new_id(), "org": tenant.organisation_id, "members": members},
            )

        async def route(lead_id: UUID) -> None:
            async with real_database.transaction(system) as session:
                await route_leads(session, [lead_id])

        await asyncio.gather(*(route(lead_id) for lead_id in leads))
        async with real_database.transaction(system) as session:
            owners = Counter((await session.scalars(text("SELECT owner_id FROM leads"))).all())
            turns = await session.scalar(text("SELECT rotation FROM routing_rules"))
        assert owners == {people[0]: 10, people[1]: 10}
        assert turns == 20
    finally:
        async with real_database.transaction(system) as session:
            for table in ("routing_decisions", "routing_rules", "activities", "leads", "realtime_messages"):
                await session.execute(text(f"DELETE FROM {table}"))
            await session.execute(text("DELETE FROM pgqueuer"))

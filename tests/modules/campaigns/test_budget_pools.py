"""Budgets that move between campaigns: never above the pool, within the limits, and every decision says why."""

from random import Random
from uuid import UUID, uuid5

import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st
from tests.modules.campaigns.journeys import BY_HAND, END, line, people

from tradewind.kernel.clock import now
from tradewind.kernel.database import asyncpg_connection
from tradewind.kernel.ids import new_id
from tradewind.modules.campaigns.engine.composing import HELD_OUT
from tradewind.modules.campaigns.engine.shifting import Standing, best_chances, decide
from tradewind.modules.campaigns.service import budget_pools

POOLS = "/api/v1/budget-pools"
DOLLAR = 1_000_000


def standing(chance: Random, place: int) -> Standing:
    least = chance.choice([0, 0, 0.1, 0.2])
    return Standing(
        campaign_id=uuid5(UUID(int=1), str(place)), name=f"C{place}", goals=chance.choice([0, 3, 40, 200]),
        cost=chance.choice([0, 5, 300]) * DOLLAR, spent=chance.choice([0, 0, 10, 90]) * DOLLAR,
        share=chance.random() / 5, min_share=least, max_share=chance.choice([least, 0.5, 1]),
        locked=chance.random() < 0.2, runs=chance.random() < 0.9,
    )  # fmt: skip


@settings(max_examples=80, phases=[Phase.generate])
@given(st.randoms(use_true_random=False))
def test_never_above_the_pool_and_within_the_limits_of_each(chance: Random):
    amount, floor = chance.choice([1, 50, 200, 1_000]) * DOLLAR, chance.choice([0, 0.1, 0.5])
    standings = [standing(chance, place) for place in range(chance.randint(1, 5))]
    shift = decide(amount, standings, floor)
    spent = sum(one.spent for one in standings)
    assert sum(part.allotted for part in shift.parts) <= max(amount, spent)
    promised = sum(max(one.spent, one.min_share * amount, one.locked * one.share * amount) for one in standings)
    for part in shift.parts:
        one = part.standing
        assert part.allotted >= one.spent
        most = one.share if one.locked else one.max_share if one.runs else 0
        assert part.allotted <= max(one.spent, round(most * amount))
        if promised <= amount and spent < amount and (one.runs or one.locked):
            assert part.allotted >= int((one.share if one.locked else one.min_share) * amount) - 1
    for other in shift.alternatives:
        assert sum(other.allotted.values()) <= max(amount, spent)
    compared = [one for one in standings if one.runs and not one.locked]
    if sum(one.goals for one in compared) < 30:
        assert not shift.moved
    assert shift == decide(amount, standings, floor)


def test_the_chance_to_be_the_best_is_that_of_many_draws():
    told = [(40, 300 * DOLLAR), (60, 300 * DOLLAR), (2, 10 * DOLLAR)]
    chances, chance = best_chances(told), Random(5)
    price = 610 / 102
    won = [0, 0, 0]
    for _ in range(20_000):
        rates = [chance.gammavariate(1 + goals, 1 / (price + cost / DOLLAR)) for goals, cost in told]
        won[rates.index(max(rates))] += 1
    assert chances == pytest.approx([count / 20_000 for count in won], abs=0.02)
    assert best_chances([(30, DOLLAR), (30, DOLLAR)]) == pytest.approx([0.5, 0.5], abs=0.01)


async def campaign(client, database, organisation, name: str, *, goals: int, dollars: int) -> str:
    """A campaign that ran for a while: a live one with a journey, people at its goal, and what its messages cost."""
    made = (await client.post("/api/v1/campaigns", json={"name": name})).json()
    draft = {"nodes": [BY_HAND, END], "edges": line("in > out")}
    journey = (await client.post("/api/v1/journeys", json={"name": name, "draft": draft})).json()
    launched = (await client.post(f"/api/v1/journeys/{journey['id']}/launch", json={})).json()
    assert launched["state"] == "live"
    async with database.transaction(organisation) as session:
        connection = await asyncpg_connection(session)
        campaign_id, journey_id = UUID(made["id"]), UUID(journey["id"])
        await connection.execute("UPDATE campaigns SET state = 'live' WHERE id = $1", campaign_id)
        await connection.execute("UPDATE journeys SET campaign_id = $1 WHERE id = $2", campaign_id, journey_id)
        await connection.execute(
            "INSERT INTO journey_enrolments (id, organisation_id, journey_id, version_id, person_id, entry_key, node, "
            "since, due_at, entered_at, goal_at, ended_at, state) SELECT gen_random_uuid(), $1, $2, "
            "(SELECT published_version_id FROM journeys WHERE id = $2), person_id, 'test', 'out', $4, $4, $4, $4, $4, "
            "'done' FROM unnest($3::uuid[]) AS p(person_id)",
            organisation.organisation_id, journey_id, await people(session, goals + 1), now(),
        )  # fmt: skip
        # Whoever was held out reached the goal without the campaign.
        await connection.execute(
            "INSERT INTO journey_draws (enrolment_id, visit, organisation_id, version_id, node, variant, propensity, "
            "at) SELECT id, 1, organisation_id, version_id, $2, $3, 0.1, now() FROM journey_enrolments "
            "WHERE journey_id = $1 LIMIT 1",
            journey_id, *HELD_OUT,
        )  # fmt: skip
        await connection.execute(
            "INSERT INTO send_counters (organisation_id, bucket, channel, lane_id, messages, cost_microusd) "
            "VALUES ($1, date_trunc('hour', $2::timestamptz), 'chat', $3, 100, $4)",
            organisation.organisation_id, now(), campaign_id, dollars * DOLLAR,
        )  # fmt: skip
    return made["id"]


async def shares(database, organisation) -> dict[str, int]:
    """What sending lets each campaign spend because of a pool."""
    async with database.transaction(organisation) as session:
        rows = await (await asyncpg_connection(session)).fetch(
            "SELECT settings->>'campaign_id' AS id, (settings->>'amount_microusd')::bigint "
            "- (settings->>'besides_microusd')::bigint AS amount "
            "FROM sending_policies WHERE key LIKE '%_pool'"
        )
        return {row["id"]: row["amount"] for row in rows}


async def test_budgets_move_once_a_day_say_why_and_can_be_taken_back(client, database, organisation, frozen):
    good = await campaign(client, database, organisation, "Good", goals=60, dollars=50)
    poor = await campaign(client, database, organisation, "Poor", goals=10, dollars=50)
    members = [{"campaign_id": good, "max_share": 0.8}, {"campaign_id": poor, "min_share": 0.15}]
    body = {"name": "Spring", "amount_microusd": 1_000 * DOLLAR, "members": members}
    ghost = {**body, "members": [members[0], {"campaign_id": str(new_id())}]}
    assert (await client.post(POOLS, json=ghost)).status_code == 422
    assert (await client.post(POOLS, json={**body, "members": [members[0], members[0]]})).status_code == 422
    pool = (await client.post(POOLS, json=body)).json()
    assert [one["goals"] for one in pool["members"]] == [60, 10]
    path = f"{POOLS}/{pool['id']}"
    assert [one["allotted_microusd"] for one in pool["members"]] == [500 * DOLLAR] * 2
    taken = await client.post(POOLS, json={**body, "name": "Other"})
    assert (taken.status_code, "Spring" in taken.text) == (422, True)
    # In shadow mode it says what would have moved, and nothing is bound by it.
    async with database.transaction(organisation) as session:
        assert (await budget_pools.decide_daily(session), await budget_pools.decide_daily(session)) == (1, 0)
    told = (await client.get(path)).json()
    assert told["last_decision"]["moved"] is True
    assert told["members"][0]["share"] == 0.5
    assert await shares(database, organisation) == {}
    live = await client.patch(path, json={"mode": "on"}, headers={"If-Match": f'"{told["version"]}"'})
    assert live.status_code == 200, live.text
    assert await shares(database, organisation) == {good: 500 * DOLLAR, poor: 500 * DOLLAR}
    moved = (await client.post(f"{path}/decisions")).json()
    assert (moved["code"], moved["mode"], moved["origin"]) == ("moved", "on", "asked")
    after = {one["campaign_id"]: one for one in moved["shares"]}
    assert after[good]["chance"] > 0.99
    assert after[good]["after"] == pytest.approx(0.8, abs=1e-6)
    given_out = await shares(database, organisation)
    assert given_out[good] == after[good]["allotted_microusd"]
    assert sum(given_out.values()) <= 1_000 * DOLLAR
    assert [one["name"] for one in moved["alternatives"]] == ["as_it_was", "equal", "all_to_the_best"]
    assert moved["goals"] > moved["alternatives"][0]["goals"]
    # Costs entered by hand leave less for messages.
    cost = {"day": now().date().isoformat(), "amount_minor": 4_000, "currency": "USD"}
    before = (await shares(database, organisation))[poor]
    assert (await client.post(f"/api/v1/campaigns/{poor}/costs", json=cost)).status_code == 201
    assert (await shares(database, organisation))[poor] == before - 40 * DOLLAR
    undone = (await client.post(f"{path}/decisions/{moved['id']}/undo")).json()
    assert (undone["code"], undone["origin"]) == ("undone", "undo")
    assert await shares(database, organisation) == {good: 500 * DOLLAR, poor: 460 * DOLLAR}
    assert (await client.post(f"{path}/decisions/{moved['id']}/undo")).status_code == 409
    # A locked campaign keeps its share: nobody is left to compare the other one with.
    members[1]["locked"] = True
    assert (await client.patch(path, json={"members": members})).status_code == 200
    kept = (await client.post(f"{path}/decisions")).json()
    assert (kept["code"], kept["moved"]) == ("nothing_to_compare", False)
    assert len((await client.get(f"{path}/decisions")).json()) == 4
    assert (await client.patch(path, json={"mode": "off"})).json()["mode"] == "off"
    assert (await client.post(f"{path}/decisions")).status_code == 409
    assert await shares(database, organisation) == {}
    assert (await client.delete(path)).status_code == 204
    assert (await client.get(path)).status_code == 404

"""Best hours and paces: never outside what is allowed, drawn as it is logged, and the same after a pause."""

import itertools
from collections import Counter
from datetime import UTC, datetime, timedelta
from random import Random
from uuid import UUID
from zoneinfo import ZoneInfo

import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st
from pydantic import ValidationError
from tests.modules.campaigns.journeys import BY_HAND, END, happened, line, node, people, states, ticks

from tradewind.kernel.clock import now
from tradewind.kernel.database import asyncpg_connection
from tradewind.kernel.jobs import JobContext
from tradewind.modules.campaigns.engine.graph import Pace, SendWindow
from tradewind.modules.campaigns.engine.hours import BEST, Rhythm, choose, own_share, shrunk_to_flat, strength_between
from tradewind.modules.campaigns.engine.pacing import Pacer
from tradewind.modules.campaigns.engine.steps import BestWait
from tradewind.modules.campaigns.service import hours
from tradewind.modules.sending import api as sending
from tradewind.modules.sending.contracts import PlannedMessages

# Clocks change at night and at noon's edge, by half an hour, and one left out a whole day.
ZONES = ("Europe/Berlin", "America/St_Johns", "Asia/Kolkata", "Australia/Lord_Howe", "Pacific/Apia", "Africa/Cairo")
MOMENTS = (datetime(2026, 3, 27, tzinfo=UTC), datetime(2026, 10, 23, tzinfo=UTC), datetime(2011, 12, 27, tzinfo=UTC))
TUESDAY_NINE = 33


def rhythm_of(chance: Random) -> Rhythm:
    return Rhythm(tuple(chance.randint(0, 40) for _ in range(168)), 50, own_same=900, own_pairs=6_000)


@settings(max_examples=80, phases=[Phase.generate])
@given(st.randoms(use_true_random=False))
def test_the_best_hour_lies_in_the_window_whatever_clocks_do(chance: Random):
    zone, at = chance.choice(ZONES), chance.choice(MOMENTS) + timedelta(seconds=chance.randint(0, 5 * 86_400))
    begins = chance.randint(0, 22 * 60)
    ends = chance.randint(begins + 60, 23 * 60 + 59)
    told = {
        "until": "best", "within_days": chance.randint(1, 9), "explore": chance.choice([0, 0.1, 0.5]),
        "earliest": f"{begins // 60:02}:{begins % 60:02}", "latest": f"{ends // 60:02}:{ends % 60:02}",
        "weekdays": sorted(chance.sample(range(7), chance.randint(0, 6))),
    }  # fmt: skip
    try:
        wait = BestWait.model_validate(told)
    except ValidationError:
        return
    rhythm = chance.choice([None, Rhythm((1,) * 168, 5), rhythm_of(chance)])
    habit = {hour: chance.randint(1, 9) for hour in chance.sample(range(168), chance.randint(0, 9))}
    draws = (chance.random(), chance.random(), chance.random())
    chosen = choose(wait, at, zone, habit, rhythm, draws)
    local = chosen.at.astimezone(ZoneInfo(zone))
    assert chosen.at >= at
    assert wait.earliest <= f"{local:%H:%M}" < wait.latest
    assert not wait.weekdays or local.weekday() in wait.weekdays
    assert chosen.at <= at + timedelta(days=wait.within_days) or chosen.why["code"] == "best_none"
    assert chosen.why["hour"] == local.weekday() * 24 + local.hour
    assert chosen == choose(wait, at, zone, habit, rhythm, draws)
    if chosen.variant is not None:
        # What is logged is what chance did: of many draws, so many get the best hour.
        lots = [choose(wait, at, zone, habit, rhythm, (chance.random(), chance.random(), 0)) for _ in range(60)]
        best = sum(one.variant == BEST for one in lots) / 60
        expected = chosen.propensity if chosen.variant == BEST else 1 - chosen.propensity
        assert abs(best - expected) < 0.3


@settings(max_examples=60)
@given(st.integers(0, 60), st.integers(0, 60), st.integers(5, 400))
def test_what_is_known_of_a_person_counts_the_more_the_more_it_is(there: int, elsewhere: int, base: int):
    counts = [base] * 168
    counts[TUESDAY_NINE] += 20
    rhythm = Rhythm(tuple(counts), 50, own_same=900, own_pairs=6_000)
    assert rhythm.strength is not None
    habit = {TUESDAY_NINE: there, 40: elsewhere}
    share = own_share(rhythm, habit, there + elsewhere, TUESDAY_NINE)
    more = own_share(rhythm, habit | {TUESDAY_NINE: there + 1}, there + elsewhere + 1, TUESDAY_NINE)
    assert more > share or there + elsewhere == 0
    if there + elsewhere:
        own, of_all = there / (there + elsewhere), rhythm.shares[TUESDAY_NINE]
        assert min(own, of_all) - 1e-12 <= share <= max(own, of_all) + 1e-12
        doubled = own_share(rhythm, {TUESDAY_NINE: 2 * there}, 2 * (there + elsewhere), TUESDAY_NINE)
        assert abs(doubled - own) <= abs(share - own) + 1e-12
    # The more people differ, the less they are drawn towards all; where they do not differ they are not asked.
    strengths = [strength_between(counts, same, 6_000) for same in (300, 600, 1_200, 3_000)]
    assert all(one is None or (other is not None and other <= one) for one, other in itertools.pairwise(strengths))
    assert strength_between(counts, 6_000 // 168, 6_000) is None
    flat, shrunk = 1 / 168, shrunk_to_flat(counts)
    assert abs(sum(shrunk) - 1) < 1e-9
    assert flat <= shrunk[TUESDAY_NINE] <= counts[TUESDAY_NINE] / sum(counts)


@settings(max_examples=60, phases=[Phase.generate])
@given(st.randoms(use_true_random=False))
def test_no_hour_and_no_day_holds_more_than_the_pace(chance: Random):
    pace = Pace(per_hour=chance.choice([None, 1, 2, 7, 60]), per_day=chance.choice([3, 10, 100]))
    window = chance.choice([None, SendWindow.model_validate({"from": "09:00", "to": "17:30", "weekdays": [0, 2, 3]})])
    zone = chance.choice(ZONES[:4])
    pacer = Pacer(pace, window, zone, None)
    at, given_out = MOMENTS[0], []
    for _ in range(80):
        at += timedelta(seconds=chance.choice([0, 0, 0, 40, 4_000]))
        moment = pacer.next(at)
        assert moment >= at
        pacer.take(moment)
        given_out.append(moment)
        # A restart keeps nothing but the first free moment.
        pacer = Pacer(pace, window, zone, pacer.free_at)
        if window is not None:
            local = moment.astimezone(ZoneInfo(zone))
            assert "09:00" <= f"{local:%H:%M}" < "17:30"
            assert local.weekday() in (0, 2, 3)
    for span, most in ((timedelta(hours=1), pace.per_hour), (timedelta(days=1), pace.per_day)):
        for first in given_out:
            assert most is None or sum(first <= one < first + span for one in given_out) <= most


async def launched(client, nodes, edges, **told):
    made = await client.post(
        "/api/v1/journeys", json={"name": "Test", "draft": {"nodes": nodes, "edges": edges, "settings": told}}
    )
    assert made.status_code == 201, made.text
    live = await client.post(f"/api/v1/journeys/{made.json()['id']}/launch", json={})
    assert live.status_code == 200, live.text
    return live.json()


async def test_people_go_on_at_their_hour_the_trace_says_why_and_answers_are_counted(
    client, database, organisation, frozen, drain
):
    frozen.tick((datetime(2026, 6, 5, 18, tzinfo=UTC) - now()).total_seconds())  # a Friday evening
    async with database.transaction(organisation) as session:
        ids = await people(session, 60, time_zone="Europe/Berlin")
        connection = await asyncpg_connection(session)
        for place, person_id in enumerate(ids[:40]):
            # Half of them answer on Tuesdays at nine, the others on Thursdays at three; twice in an hour counts once.
            first = datetime(2026, 5, 5, 7, 10, tzinfo=UTC) if place % 2 else datetime(2026, 5, 7, 13, 10, tzinfo=UTC)
            for week in range(4):
                await happened(session, person_id, "email.clicked", first + timedelta(weeks=week))
                await happened(session, person_id, "web.page_view", first + timedelta(weeks=week, minutes=20))
        await happened(session, ids[0], "email.opened", datetime(2026, 5, 10, 1, tzinfo=UTC))
        await connection.execute("UPDATE activities SET human = 0.1 WHERE kind = 'email.opened'")
        await connection.execute("UPDATE leads SET last_activity_at = $1", now())
    nodes = [BY_HAND, node("best", "wait", "Good hour", until="best", within_days=7, explore=0.3), END]
    journey = await launched(client, nodes, line("in > best > out"))
    await drain()
    path, key = f"/api/v1/journeys/{journey['id']}", UUID(journey["id"])
    told = (await client.get(f"{path}/best-hours")).json()
    assert (told["answers"], told["people"], told["enough"]) == (160, 40, True)
    assert told["strength"] is not None
    assert max(range(168), key=told["shares"].__getitem__) in (TUESDAY_NINE, 87)
    await client.post(f"{path}/enrolments", json={"person_ids": [str(one) for one in ids]})
    await ticks(database, organisation, key)
    async with database.transaction(organisation) as session:
        rows = {row["person_id"]: row for row in await states(session, key)}
        connection = await asyncpg_connection(session)
        drawn = await connection.fetch("SELECT variant, propensity, at, enrolment_id FROM journey_draws")
        # Somebody of Thursdays does something within two days of the hour they got, somebody of Tuesdays before it.
        got = {row["enrolment_id"]: row["at"] for row in drawn}
        await happened(session, ids[2], "email.replied", got[rows[ids[2]]["id"]] + timedelta(hours=40))
        await happened(session, ids[1], "email.replied", got[rows[ids[1]]["id"]] - timedelta(minutes=1))
    assert len(drawn) == 60
    assert {row["propensity"] for row in drawn if row["variant"] == BEST} == {1 - 0.3 * (84 - 1) / 84}
    at_best = {row["enrolment_id"] for row in drawn if row["variant"] == BEST}
    due = Counter()
    for place, person_id in enumerate(ids[:40]):
        if rows[person_id]["id"] in at_best:
            local = rows[person_id]["due_at"].astimezone(ZoneInfo("Europe/Berlin"))
            due[place % 2, local.weekday(), local.hour] += 1
    assert set(due) == {(1, 1, 9), (0, 3, 15)}
    mine = next(one for one in ids[1:40:2] if rows[one]["id"] in at_best)
    trace = (await client.get(f"/api/v1/journey-enrolments/{rows[mine]['id']}")).json()
    assert trace["steps"][-1]["why"].startswith("Tuesday 09–10: 4 of 4 answers; organisation ")
    assert trace["enrolment"]["waits_for"] == "For their best hour between 08:00 and 20:00, 7 days at most"
    frozen.tick(8 * 86_400)
    await ticks(database, organisation, key)
    await hours.refresh(JobContext(database, organisation, "test"))
    frozen.tick(2 * 86_400)
    read = (await client.get(f"{path}/best-hours")).json()["waits"][0]
    assert sum(read["decided"].values()) == 60
    assert read["decided"]["best_own"] + read["decided"].get("best_all", 0) == len(at_best)
    assert sum(arm["drawn"] for arm in read["arms"]) == sum(arm["estimate"]["draws"] for arm in read["arms"]) == 60


async def test_so_many_enter_an_hour_through_pauses_and_a_new_pace(client, database, organisation, frozen, drain):
    nodes = [BY_HAND, node("hello", "task", title="Hello"), END]
    journey = await launched(client, nodes, line("in > hello > out"), pace={"per_hour": 4})
    path, key = f"/api/v1/journeys/{journey['id']}", UUID(journey["id"])
    begun = now()
    async with database.transaction(organisation) as session:
        ids = await people(session, 20)
    await client.post(f"{path}/enrolments", json={"person_ids": [str(one) for one in ids]})

    async def entered(minutes: int) -> list[int]:
        """Let minutes go by; at which of them, since the beginning, somebody was let in."""
        for _ in range(minutes):
            await ticks(database, organisation, key)
            frozen.tick(60)
        async with database.transaction(organisation) as session:
            rows = await states(session, key)
        return sorted(int((row["ended_at"] - begun).total_seconds()) // 60 for row in rows if row["state"] == "done")

    assert await entered(31) == [0, 15, 30]
    assert (await client.post(f"{path}/pause")).status_code == 200
    frozen.tick(7_200 - 31 * 60)
    assert (await client.post(f"{path}/resume")).status_code == 200
    # What went by during the pause is not caught up with.
    assert await entered(16) == [0, 15, 30, 120, 135]
    draft = (await client.get(path)).json()["draft"]
    draft["settings"]["pace"] = {"per_hour": 60}
    assert (await client.patch(path, json={"draft": draft})).status_code == 200
    assert (await client.post(f"{path}/publish", json={})).status_code == 200
    assert await entered(15) == [0, 15, 30, 120, 135, *range(136, 151)]
    read = (await client.get(path)).json()
    assert read["people"] == {"waiting": 0, "done": 20, "exited": 0, "failed": 0, "goal": 0}
    with pytest.raises(ValidationError):
        Pace()


async def test_a_rehearsal_knows_paces_hours_costs_limits_and_budgets(client, database, organisation, frozen, drain):
    policy = {"name": "A day", "mode": "enforce", "settings": {"rule": "limit", "amount": 5, "period": "day"}}
    assert (await client.post("/api/v1/sending/policies", json=policy)).status_code == 201
    settings = {"rule": "budget", "amount_microusd": 2_000, "period": "month"}
    budget = {"name": "A month", "mode": "enforce", "settings": settings}
    assert (await client.post("/api/v1/sending/policies", json=budget)).status_code == 201
    async with database.transaction(organisation) as session:
        await people(session, 12)
        at = now()
        planned = [
            PlannedMessages(hour=at, channel="chat", purpose="sales", messages=12, price_microusd=300),
            PlannedMessages(hour=at + timedelta(days=1), channel="chat", purpose="sales", messages=1),
            PlannedMessages(hour=at, channel="chat", purpose="transactional", messages=100, price_microusd=1),
        ]
        outlook = await sending.outlook(session, planned, at)
        # A look changes nothing: the second one says the same.
        assert outlook == await sending.outlook(session, planned, at)
    assert outlook.cost_microusd == 12 * 300 + 100
    held = {hold.name: (hold.put_off, hold.lost) for hold in outlook.holds}
    # Five a day: seven wait for the next days, and so does the one that is planned for tomorrow.
    assert held["A day"] == (8, 0)
    assert held["A month"][0] > 0
    nodes = [
        BY_HAND,
        node("best", "wait", "Good hour", until="best", within_days=2),
        node("say", "send", channel="chat", text="Hello", purpose="transactional", cost_microusd=250),
        END,
    ]
    draft = {"nodes": nodes, "edges": line("in > best > say > out"), "settings": {"pace": {"per_day": 4}}}
    made = (await client.post("/api/v1/journeys", json={"name": "Test", "draft": draft})).json()
    path = f"/api/v1/journeys/{made['id']}/rehearsals"
    assert (await client.post(path, json={"mode": "simulate", "days": 30})).status_code in (200, 201, 202)
    await drain()
    report = (await client.get(path)).json()[0]["report"]
    assert report["cost_microusd"] == 12 * 250
    told = {"channel": "chat", "messages": 12, "cost_microusd": 3_000, "origin": "told"}
    assert report["costs"] == [told]
    assert report["best_hours"][0]["decided"] == {"best_unknown": 12}
    entered = [day["entered"] for day in report["days"] if day["entered"]]
    assert (sum(entered), max(entered) <= 5, len(entered) >= 3) == (12, True, True)
    assert any("the journey's pace" in one for one in report["assumptions"])

"""Several scores, point rules, previews, thresholds: over HTTP, on leads whose outcome follows source and minutes."""

from collections.abc import Awaitable, Callable
from datetime import timedelta
from typing import Any
from uuid import UUID

import httpx
import numpy as np
import orjson
import pytest
from sqlalchemy import text
from tests.modules.campaigns.journeys import END, line, node, wait
from tests.modules.scoring.test_scoring import add_leads

from tradewind.kernel.access import Actor
from tradewind.kernel.clock import now
from tradewind.kernel.database import Database
from tradewind.kernel.jobs import JobContext
from tradewind.modules.leads import api as leads
from tradewind.modules.leads.contracts import NewActivity
from tradewind.modules.scoring import api as scoring
from tradewind.modules.scoring.engine import metrics
from tradewind.modules.scoring.jobs import EvaluateFiles, evaluate_files
from tradewind.modules.scoring.schemas.setups import SetupSettings
from tradewind.modules.scoring.service import comparison, drift, evaluations, labels, learning, rule_defaults, upkeep

Drain = Callable[[], Awaitable[list[str]]]
EVENT = {"field": "source", "op": "eq", "value": "Event"}
REFERRAL = {"field": "source", "op": "eq", "value": "Referral"}


async def settings_of(client: httpx.AsyncClient, key: str = "conversion") -> dict[str, Any]:
    return (await client.get(f"/api/v1/scoring/setups/{key}")).raise_for_status().json()["settings"]


async def stored(database: Database, actor: Actor, columns: str) -> dict[UUID, Any]:
    async with database.transaction(actor) as session:
        return {row.id: row for row in (await session.execute(text(f"SELECT id, {columns} FROM leads"))).all()}


async def test_the_settings_of_a_score_take_effect(
    database: Database, organisation: Actor, client: httpx.AsyncClient, drain: Drain
) -> None:
    await add_leads(database, organisation, 500)
    await scoring.train_model(database, organisation)
    await scoring.score_all(database, organisation)
    setups = (await client.get("/api/v1/scoring/setups")).json()["items"]
    assert [(s["key"], s["is_primary"], s["kind"], s["champion_version"]) for s in setups] == [
        ("conversion", True, "model", 1)
    ]
    card = (await client.get(f"/api/v1/scoring/models/{await champion_id(client)}")).json()
    assert card["report"]["lift"][-1]["found"] == pytest.approx(1)
    assert sum(v for k, v in card["report"]["confusion"][0].items() if k != "cut") == card["metrics"]["rows"]
    assert {g["value"] for g in card["report"]["groups"][0]["groups"]} == {"Website", "Referral", "Event"}

    curve = (await client.get("/api/v1/scoring/setups/conversion/threshold")).json()
    assert curve["rows"] == 500
    recalls = [point["recall"] for point in curve["points"]]
    assert recalls == sorted(recalls)
    assert all(point["reached"] <= point["false_positive_rate"] for point in curve["points"])
    grid = (await client.get("/api/v1/scoring/matrix")).json()
    assert sum(cell["leads"] for cell in grid["cells"]) == 500

    before = await stored(database, organisation, "score_band, score")
    changed = await settings_of(client) | {"hot_false_positive_rate": 0.2}
    nodes = [node("in", "trigger", on="score", bands=["hot"]), wait("w", 1), END]
    draft = {"nodes": nodes, "edges": line("in > w > out")}
    journey = (await client.post("/api/v1/journeys", json={"name": "Hot ones", "draft": draft})).json()
    (await client.post(f"/api/v1/journeys/{journey['id']}/launch", json={"note": "First"})).raise_for_status()
    preview = (await client.post("/api/v1/scoring/setups/conversion/previews", json={"settings": changed})).json()
    assert "scoring.preview" in await drain()
    preview = (await client.get(f"/api/v1/scoring/previews/{preview['id']}")).json()
    assert preview["state"] == "ready"
    result = preview["result"]
    became_hot = sum(m["leads"] for m in result["moves"] if m["after"] == "hot" and m["before"] != "hot")
    assert became_hot > 0
    assert result["leads"] == sum(m["leads"] for m in result["moves"]) == 500
    [follows] = [one for one in result["followers"] if one["kind"] == "journey"]
    assert (follows["name"], f"up to {became_hot} of the leads" in follows["effect"]) == ("Hot ones", True)
    assert "Journeys act on scores" in result["note"]
    assert await stored(database, organisation, "score_band, score") == before
    published = await client.post(f"/api/v1/scoring/previews/{preview['id']}/publish")
    assert published.json()["state"] == "published"
    await drain()
    after = await stored(database, organisation, "score_band, score")
    hot = [sum(row.score_band == "hot" for row in rows.values()) for rows in (before, after)]
    assert hot[1] - hot[0] == became_hot
    again = await client.post(f"/api/v1/scoring/previews/{preview['id']}/publish")
    assert (again.status_code, again.json()["code"]) == (409, "scoring.preview_outdated")

    # The rules blended in, then as a gate with a disqualifier.
    rules = changed["rules"] | {
        "rules": [
            {"id": "referral", "kind": "condition", "name": "Was referred", "points": 30, "condition": REFERRAL},
            {"id": "event", "kind": "condition", "name": "Came from an event", "points": 0, "condition": EVENT,
             "disqualifies": True},
        ]
    }  # fmt: skip
    blend = changed | {"mode": "blend", "model_share": 0.5, "rules": rules, "excluded": ["custom.minutes"]}
    answer = await client.put("/api/v1/scoring/setups/conversion", json=blend, headers={"If-Match": '"1"'})
    assert answer.status_code == 412
    answer = await client.put("/api/v1/scoring/setups/conversion", json=blend)
    assert answer.status_code == 200, answer.text
    assert "scoring.train" in await drain()  # other features make another model
    rows = await stored(database, organisation, "source, score, score_band, score_fit, score_engagement")
    assert {(row.score, row.score_band) for row in rows.values() if row.source == "Event"} == {(0, "cold")}
    referred = next(row.id for row in rows.values() if row.source == "Referral")
    score = (await client.get(f"/api/v1/leads/{referred}/score")).json()
    assert "Was referred" in [reason["sentence"] for reason in score["reasons_for"]]
    explained, split = score["explanation"], score["split"]
    assert split["fit"] + split["engagement"] + explained["base"] == pytest.approx(explained["total"], abs=1e-3)
    assert (split["fit_score"], split["engagement_score"]) == (
        rows[referred].score_fit, rows[referred].score_engagement
    )  # fmt: skip
    parts = [reason["contribution"] for reason in score["reasons_for"] + score["reasons_against"]]
    assert explained["base"] + explained["rest"] + sum(parts) == pytest.approx(explained["total"], abs=0.4)
    # One lead alone comes to the same score as in the batch.
    async with database.transaction(organisation) as session:
        await scoring.score_leads(session, [referred])
    assert (await stored(database, organisation, "score"))[referred].score == rows[referred].score
    stopped = next(row.id for row in rows.values() if row.source == "Event")
    assert (await client.get(f"/api/v1/leads/{stopped}/score")).json()["stopped"] == "Came from an event"

    back = await client.post("/api/v1/scoring/setups/conversion/rollback")
    assert back.json()["version"] == 1
    wrong = rules | {"rules": [rules["rules"][0] | {"condition": {"field": "score", "op": "gt", "value": 5}}]}
    refused = await client.put("/api/v1/scoring/setups/conversion", json=changed | {"rules": wrong})
    assert refused.json()["code"] == "scoring.rule_invalid"


async def champion_id(client: httpx.AsyncClient) -> str:
    models = (await client.get("/api/v1/scoring/models")).json()["items"]
    return next(model["id"] for model in models if model["status"] == "champion")


async def test_rules_fade_cap_and_learn_and_another_score_stands_beside(
    database: Database, organisation: Actor, client: httpx.AsyncClient, drain: Drain
) -> None:
    ids = await add_leads(database, organisation, 60)
    (open_lead,) = await add_leads(database, organisation, 1, labelled=False, seed=9)
    async with database.transaction(organisation) as session:
        # Two weeks old, so worth half with a half-life of two weeks.
        moves = [
            NewActivity(kind="web.page_view", lead_id=open_lead, occurred_at=now() - timedelta(days=14))
            for _ in range(4)
        ]
        await leads.record_activities(session, moves)
    rules = {
        "start": 10,
        "groups": [{"name": "Interest", "most": 9}],
        "rules": [
            {"id": "views", "kind": "activity", "name": "Viewed a page", "points": 5, "most": 50,
             "activities": ["web.page_view"], "half_life_days": 14, "group": "Interest"},
            {"id": "mail", "kind": "condition", "name": "Gave an address", "points": 7,
             "condition": {"field": "email", "op": "is_set"}},
            {"id": "quiet", "kind": "recency", "name": "Is silent", "points": -2, "when": "silent_for", "days": 5},
        ],
    }  # fmt: skip
    tried = (await client.post("/api/v1/scoring/setups/conversion/rules/try", json={"rules": rules})).json()
    assert {e["rule"]: e["leads"] for e in tried["effects"]} == {"views": 1, "mail": 61, "quiet": 1}
    assert sum(tried["after"]) == tried["leads"] == 61
    made = await client.post(
        "/api/v1/scoring/setups",
        json={"key": "interest", "name": "Interest", "mode": "rules", "target": "qualified", "rules": rules},
    )
    assert made.status_code == 201, made.text
    await drain()
    other = (await client.get(f"/api/v1/leads/{open_lead}/score")).json()["others"][0]
    # 10 + 9 (ten points, capped) + 7 - 2; lists still show the primary score.
    assert (other["key"], other["score"], other["band"]) == ("interest", 24, "cold")
    assert (await stored(database, organisation, "score"))[open_lead].score != 24
    past = (await client.get(f"/api/v1/leads/{ids[0]}/score", params={"at": "2020-01-01T00:00:00Z"})).json()
    assert past["state"] == "pending"
    async with database.transaction(organisation) as session:
        await session.execute(text("UPDATE lead_scores SET since = scored_at - interval '9 days'"))
    two_days_ago = (now() - timedelta(days=2)).isoformat()
    kept = (await client.get(f"/api/v1/leads/{ids[0]}/score", params={"at": two_days_ago})).json()
    assert "the reasons are those of that day" in kept["note"]
    assert kept["history"][0]["since"] < kept["as_of"] < kept["scored_at"]

    assert (await client.post("/api/v1/scoring/setups/interest/primary")).json()["is_primary"]
    await drain()
    assert (await stored(database, organisation, "score"))[open_lead].score == 24
    removed = await client.delete("/api/v1/scoring/setups/interest")
    assert removed.json()["code"] == "scoring.primary_setup"
    assert (await client.get("/api/v1/scoring/setups/none")).status_code == 404

    async with database.transaction(organisation) as session:
        assert await upkeep.setups_to_train(session) == []
    conversion = (await client.get("/api/v1/scoring/setups/conversion")).json()
    assert conversion["learned"]["outcomes"] == 60
    async with database.transaction(organisation) as session:
        await session.execute(text("UPDATE lead_scores SET scored_at = scored_at - interval '100 days', since = NULL"))
        # Three more of the same band on one old day: the last is kept.
        await session.execute(
            text(
                "INSERT INTO lead_scores (id, organisation_id, lead_id, setup, kind, score, band, contributions, "
                "scored_at) SELECT gen_random_uuid(), organisation_id, lead_id, setup, kind, score, band, "
                "contributions, date_trunc('day', scored_at) - interval '5 days' + n * interval '1 hour' "
                "FROM lead_scores, generate_series(1, 3) AS n WHERE lead_id = :id AND setup = 'conversion'"
            ),
            {"id": ids[0]},
        )
        assert await upkeep.prune_history(session) == 1


async def test_files_are_evaluated_and_let_go(
    database: Database,
    organisation: Actor,
    client: httpx.AsyncClient,
    drain: Drain,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    random = np.random.default_rng(5)
    lines = ["ref,source,minutes,won"]
    for row in range(600):
        source, minutes = random.choice(["Website", "Referral"]), random.exponential(10)
        won = random.random() < 1 / (1 + np.exp(2 - 1.5 * (source == "Referral") - 0.15 * minutes))
        lines.append(f"{row},{source},{minutes:.1f},{int(won)}")
    path = "/api/v1/scoring/evaluations"
    options = orjson.dumps({"target": "won", "positive": "1", "id": "ref"}).decode()
    answer = await client.post(
        path, files={"train": ("leads.csv", "\n".join(lines).encode())}, data={"options": options}
    )
    assert answer.status_code == 202, answer.text
    waiting = await client.get(f"{path}/{answer.json()['id']}/scores.csv")
    assert (waiting.status_code, waiting.json()["code"]) == (404, "scoring.evaluation_not_found")
    wrong = orjson.dumps({"target": "no such", "positive": "1", "id": "ref"}).decode()
    failing = await client.post(path, files={"train": ("a.csv", "\n".join(lines))}, data={"options": wrong})
    await drain()
    read = (await client.get(f"{path}/{answer.json()['id']}")).json()
    assert read["state"] == "ready", read["error"]
    assert read["result"]["rows"] == read["result"]["metrics"]["rows"] == 120
    assert read["result"]["metrics"]["auc"] > 0.65
    assert sum(point["rows"] for point in read["result"]["calibration_curve"]) == 120
    scores = (await client.get(f"{path}/{answer.json()['id']}/scores.csv")).text.splitlines()
    assert scores[0] == "id,score,probability,band,reasons"
    assert [line.split(",")[0] for line in scores[1:]] == [str(row) for row in range(480, 600)]
    failed = (await client.get(f"{path}/{failing.json()['id']}")).json()
    assert failed["state"] == "failed"
    assert "no such" in failed["error"]
    async with database.transaction(organisation) as session:
        kept = await session.scalar(text("SELECT count(train_file) FROM scoring_evaluations"))
    assert kept == 0
    await client.post(path, files={"train": ("leads.csv", "\n".join(lines).encode())}, data={"options": options})
    monkeypatch.setattr(evaluations, "_evaluate", lambda *_: 1 / 0)
    async with database.transaction(organisation) as session:
        waiting_id = await session.scalar(text("SELECT id FROM scoring_evaluations WHERE state = 'running'"))
    for attempt, left in ((1, 1), (2, 0)):
        with pytest.raises(ZeroDivisionError):
            await evaluate_files.handler(
                JobContext(database, organisation, evaluate_files.name, attempt),
                EvaluateFiles(evaluation_id=waiting_id),
            )
        async with database.transaction(organisation) as session:
            assert await session.scalar(text("SELECT count(train_file) FROM scoring_evaluations")) == left
    broken = (await client.get(f"{path}/{waiting_id}")).json()
    assert (broken["state"], "in the log" in broken["error"]) == ("failed", True)
    bad = await client.post(path, files={"train": ("a.exe", b"x")}, data={"options": options})
    assert bad.json()["code"] == "scoring.evaluation_impossible"
    assert (await client.post(path, json={})).status_code == 400


async def test_qualified_in_time_is_read_from_the_timeline(database: Database, organisation: Actor) -> None:
    in_time, too_late, _, lost_later, waiting = await add_leads(database, organisation, 5, labelled=False)
    arrived = now() - timedelta(days=60)
    settings = SetupSettings(name="Qualified", target="qualified", horizon_days=30, rules=rule_defaults.default_rules())
    async with database.transaction(organisation) as session:
        await session.execute(text("UPDATE leads SET first_seen_at = :at, status = 'qualified'"), {"at": arrived})
        await session.execute(text("UPDATE leads SET status = 'lost' WHERE id = :id"), {"id": lost_later})
        await session.execute(
            text("UPDATE leads SET status = 'new', first_seen_at = now() WHERE id = :id"), {"id": waiting}
        )
        changes = ((in_time, 10), (too_late, 40), (too_late, 50), (lost_later, 5))
        await leads.record_activities(
            session,
            [
                NewActivity(
                    kind="lead.status_changed", lead_id=lead_id, data={"from": "new", "to": "qualified"},
                    occurred_at=arrived + timedelta(days=days),
                )
                for lead_id, days in changes
            ],
        )  # fmt: skip
        found = await labels.history(session, settings, after_id=None, limit=10)
        assert {lead.id: reached for lead, reached in found.labelled} == {
            in_time: True, too_late: False, lost_later: True,
        }  # fmt: skip
        assert await labels.counts(session, settings) == (3, 2)
        moments = await labels.decision_moments(session, settings)
        assert moments[in_time] < arrived + timedelta(days=10)
        unlimited = settings.model_copy(update={"horizon_days": None})
        assert await labels.counts(session, unlimited) == (4, 3)
    assert moments.keys() == {in_time, too_late, lost_later}


def test_differences_of_scores_come_with_their_doubt() -> None:
    random = np.random.default_rng(1)
    outcome = (random.random(600) < 0.3).astype(float)
    weak, strong = outcome + random.normal(0, 3, 600), outcome + random.normal(0, 1, 600)
    found = comparison.delong(outcome, strong, weak)
    assert (found.new, found.old) == pytest.approx((metrics.auc(outcome, strong), metrics.auc(outcome, weak)))
    resampled = []
    for _ in range(300):
        rows = random.integers(0, 600, 600)
        resampled.append(metrics.auc(outcome[rows], strong[rows]) - metrics.auc(outcome[rows], weak[rows]))
    assert (found.high - found.low) / 3.92 == pytest.approx(np.std(resampled), rel=0.15)
    chance = 1 / (1 + np.exp(-weak))
    same = comparison.compare(outcome, weak, weak, chance, chance)
    assert not same.better
    assert comparison.compare(outcome, strong, weak, 1 / (1 + np.exp(-strong)), chance).better
    assert drift.psi({"0": 0.5, "1": 0.5}, {"0": 0.5, "1": 0.5}) == 0
    assert drift.psi({"0": 0.5, "1": 0.5}, {"0": 0.9, "1": 0.1}) > drift.MUCH


def test_points_follow_outcomes_from_where_people_set_them() -> None:
    random = np.random.default_rng(2)
    units = (random.random((400, 2)) < 0.5).astype(float)
    outcome = (random.random(400) < 1 / (1 + np.exp(1 - 2 * units[:, 0]))).astype(float)
    few, many = (learning.posterior(units[:n], outcome[:n], [5.0, 5.0]) for n in (20, 400))
    assert 5 < few[0] < many[0]
    assert many[1] < 5

"""Scoring inside the product: rules first, a model when outcomes allow, scores that follow events."""

from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta
from uuid import UUID

import httpx
import numpy as np
import orjson
import pytest
from sqlalchemy import text

from tradewind.kernel.access import Actor
from tradewind.kernel.database import Database, asyncpg_connection
from tradewind.kernel.events import publish
from tradewind.kernel.ids import new_id
from tradewind.modules.leads import api as leads
from tradewind.modules.leads.contracts import NewActivity
from tradewind.modules.leads.events import LeadsImported
from tradewind.modules.scoring import api as scoring
from tradewind.modules.scoring.errors import TooFewOutcomes
from tradewind.modules.scoring.jobs import retrain_nightly
from tradewind.modules.scoring.service import training

Drain = Callable[[], Awaitable[list[str]]]
BEGAN = datetime(2026, 1, 5, tzinfo=UTC)


async def add_leads(
    database: Database, actor: Actor, count: int, *, labelled: bool = True, import_id: UUID | None = None,
    seed: int = 3, changed: bool = False,
) -> list[UUID]:  # fmt: skip
    """Leads whose outcome follows source and minutes on the site; once the world has `changed`, the other way round."""
    random = np.random.default_rng(seed)
    ids = [new_id() for _ in range(count)]
    rows = []
    for index, lead_id in enumerate(ids):
        source = str(random.choice(["Website", "Referral", "Event"]))
        minutes = round(float(random.exponential(30 if changed else 10)), 1)
        logit = 1 - 0.1 * minutes if changed else -2 + 1.8 * (source == "Referral") + 0.12 * minutes
        won = bool(random.random() < 1 / (1 + np.exp(-logit)))
        rows.append(
            (
                lead_id, actor.organisation_id, f"Person {index}", f"p{index}@firm.example", source,
                orjson.dumps({"minutes": minutes}).decode(), won if labelled else None,
                BEGAN + timedelta(days=365 * changed, hours=3 * index), import_id,
            )
        )  # fmt: skip
    async with database.transaction(actor) as session:
        connection = await asyncpg_connection(session)
        await connection.execute(
            "INSERT INTO custom_fields (id, organisation_id, entity, key, label, kind) "
            "VALUES ($1, $2, 'lead', 'minutes', 'Minutes Spent on Website', 'number') ON CONFLICT DO NOTHING",
            new_id(),
            actor.organisation_id,
        )
        await connection.executemany(
            "INSERT INTO leads (id, organisation_id, full_name, email, source, custom, converted, first_seen_at, "
            "import_id) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)",
            rows,
        )
    return ids


async def test_rules_score_until_there_is_a_history(client: httpx.AsyncClient, drain: Drain) -> None:
    made = await client.post(
        "/api/v1/leads", json={"first_name": "Ada", "email": "ada@firm.example", "job_title": "CFO", "phone": None}
    )
    assert made.status_code == 201, made.text
    lead_id = made.json()["id"]
    waiting = (await client.get(f"/api/v1/leads/{lead_id}/score")).json()
    assert waiting["state"] == "pending"
    await drain()
    score = (await client.get(f"/api/v1/leads/{lead_id}/score")).json()
    assert (score["state"], score["kind"], score["model"]) == ("scored", "rules", None)
    points = [reason["contribution"] for reason in score["reasons_for"] + score["reasons_against"]]
    assert score["explanation"]["base"] + sum(points) == score["score"] == score["explanation"]["total"]
    assert "Is an executive" in [reason["sentence"] for reason in score["reasons_for"]]
    assert (await client.get(f"/api/v1/leads/{lead_id}")).json()["score"] == score["score"]
    summary = (await client.get("/api/v1/scoring/summary")).json()
    assert summary["kind"] == "rules"
    assert "until 200 leads have a known outcome" in summary["note"]


async def test_a_lead_nothing_is_known_of_says_so(client: httpx.AsyncClient, drain: Drain) -> None:
    lead_id = (await client.post("/api/v1/leads", json={"first_name": "Someone"})).json()["id"]
    await drain()
    score = (await client.get(f"/api/v1/leads/{lead_id}/score")).json()
    assert (score["state"], score["score"], score["reasons_for"]) == ("insufficient", None, [])
    assert "Too little is known" in score["note"]


async def test_an_import_with_outcomes_switches_to_a_model_and_says_so(
    database: Database, organisation: Actor, client: httpx.AsyncClient, drain: Drain
) -> None:
    import_id = new_id()
    ids = await add_leads(database, organisation, 420, import_id=import_id)
    ids += await add_leads(database, organisation, 60, labelled=False, import_id=import_id, seed=4)
    async with database.transaction(organisation) as session:
        await publish(session, LeadsImported(import_id=import_id, created=480, updated=0))
    ran = await drain()
    assert "scoring.train" in ran
    assert "scoring.score_all" in ran

    summary = (await client.get("/api/v1/scoring/summary")).json()
    assert summary["kind"] == "model"
    assert summary["scored"] == summary["leads"] == 480
    assert "learned from 420 leads" in summary["note"]
    models = (await client.get("/api/v1/scoring/models")).json()["items"]
    assert [(m["version"], m["status"]) for m in models] == [(1, "champion")]
    assert models[0]["metrics"]["auc"] > 0.6
    card = (await client.get(f"/api/v1/scoring/models/{models[0]['id']}")).json()
    assert {item["name"] for item in card["features"][:2]} == {"source", "custom.minutes"}
    assert card["calibration_curve"]
    assert any(item["name"] == "status" for item in card["excluded"])

    score = (await client.get(f"/api/v1/leads/{ids[0]}/score")).json()
    assert (score["kind"], score["model"]["version"]) == ("model", 1)
    reasons = score["reasons_for"] + score["reasons_against"]
    assert any("website" in reason["sentence"] for reason in reasons)
    async with database.transaction(organisation) as session:
        stored = await session.scalar(
            text("SELECT contributions FROM lead_scores WHERE lead_id = :id ORDER BY scored_at DESC LIMIT 1"),
            {"id": ids[0]},
        )
        messages = (await session.execute(text("SELECT data FROM realtime_messages"))).scalars().all()
    assert stored["base"] + stored["rest"] + sum(t[1] for t in stored["top"]) == pytest.approx(stored["raw"], abs=1e-3)
    assert any("instead of rules" in str(message.get("message")) for message in messages)
    assert [item["kind"] for item in score["history"]] == ["model", "rules"]

    shown = (await client.get("/api/v1/scoring/distribution")).json()
    assert sum(part["leads"] for part in shown["bins"]) == 480
    assert sum(shown["bands"].values()) == 480
    assert shown["unscored"] == 0


async def test_interest_moves_the_score_and_shows_live(
    database: Database, organisation: Actor, client: httpx.AsyncClient, drain: Drain
) -> None:
    lead_id = (await client.post("/api/v1/leads", json={"email": "kim@firm.example"})).json()["id"]
    await drain()
    before = (await client.get(f"/api/v1/leads/{lead_id}/score")).json()["score"]
    async with database.transaction(organisation) as session:
        moves = [NewActivity(kind=kind, lead_id=UUID(lead_id)) for kind in ("meeting.held", "email.replied")]
        await leads.record_activities(session, moves)
    await drain()
    after = (await client.get(f"/api/v1/leads/{lead_id}/score")).json()
    assert after["score"] > before
    assert [item["score"] for item in after["history"]] == [after["score"], before]
    async with database.transaction(organisation) as session:
        news = (
            (await session.execute(text("SELECT data FROM realtime_messages WHERE type = 'lead.score_changed'")))
            .scalars()
            .all()
        )
        kinds = (
            (await session.execute(text("SELECT kind FROM activities WHERE lead_id = :id"), {"id": lead_id}))
            .scalars()
            .all()
        )
    assert {"id": lead_id, "previous": before, "score": after["score"]}.items() <= news[-1]["leads"][0].items()
    assert "score.changed" in kinds


async def test_the_same_score_adds_no_history(database: Database, organisation: Actor) -> None:
    (lead_id,) = await add_leads(database, organisation, 1)
    for _ in range(3):
        async with database.transaction(organisation) as session:
            assert await scoring.score_leads(session, [lead_id]) == 1
    async with database.transaction(organisation) as session:
        assert await session.scalar(text("SELECT count(*) FROM lead_scores")) == 1


async def test_a_worse_model_does_not_take_over_and_people_may_go_back(
    database: Database,
    organisation: Actor,
    client: httpx.AsyncClient,
    drain: Drain,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    await add_leads(database, organisation, 400)
    first = await scoring.train_model(database, organisation)
    assert first.promoted
    monkeypatch.setattr(training, "LEAST_AUC", 0.999)
    second = await scoring.train_model(database, organisation)
    assert not second.promoted
    monkeypatch.undo()
    models = {m["version"]: m for m in (await client.get("/api/v1/scoring/models")).json()["items"]}
    assert (models[1]["status"], models[2]["status"]) == ("champion", "candidate")
    assert "chance" in models[2]["status_reason"]

    answer = await client.post(f"/api/v1/scoring/models/{models[2]['id']}/promote", json={"reason": "trying it"})
    assert answer.status_code == 200
    assert answer.json()["status"] == "champion"
    again = await client.post(f"/api/v1/scoring/models/{models[2]['id']}/promote", json={})
    assert (again.status_code, again.json()["code"]) == (409, "scoring.already_champion")
    assert "scoring.score_all" in await drain()
    back = await client.post(f"/api/v1/scoring/models/{models[1]['id']}/promote", json={})
    assert back.json()["version"] == 1
    async with database.transaction(organisation) as session:
        actions = (await session.execute(text("SELECT action FROM audit_log"))).scalars().all()
    assert actions.count("scoring.model_promoted") == 3
    assert actions.count("scoring.model_trained") == 2


async def test_training_needs_outcomes(
    database: Database, organisation: Actor, client: httpx.AsyncClient, drain: Drain
) -> None:
    await add_leads(database, organisation, 40)
    answer = await client.post("/api/v1/scoring/train")
    assert (answer.status_code, answer.json()["code"]) == (409, "scoring.too_few_outcomes")
    assert answer.json()["labels"] == 40
    with pytest.raises(TooFewOutcomes):
        await scoring.train_model(database, organisation)
    assert await scoring.train_if_due(database, organisation) is None


async def test_training_on_request_runs_as_a_job(
    database: Database, organisation: Actor, client: httpx.AsyncClient, drain: Drain
) -> None:
    await add_leads(database, organisation, 300)
    run_id = (await client.post("/api/v1/scoring/train")).json()["run_id"]
    await drain()
    run = (await client.get(f"/api/v1/jobs/{run_id}")).json()
    assert run["state"] == "succeeded"
    assert run["result"]["promoted"] is True
    assert (run["done"], run["total"]) == (6, 6)


async def test_the_night_trains_only_when_there_is_more_to_learn(
    database: Database, organisation: Actor, drain: Drain
) -> None:
    from tradewind.kernel.jobs import JobContext

    await add_leads(database, organisation, 300)
    context = JobContext(database, Actor.system(), "scoring.retrain_nightly")
    await retrain_nightly.handler(context, retrain_nightly.payload_type())
    assert "scoring.train" in await drain()
    await retrain_nightly.handler(context, retrain_nightly.payload_type())
    assert "scoring.train" not in await drain()


async def test_drift_trains_a_challenger_that_takes_over(
    database: Database, organisation: Actor, client: httpx.AsyncClient, drain: Drain
) -> None:
    from tradewind.kernel.jobs import JobContext

    await add_leads(database, organisation, 300)
    context = JobContext(database, Actor.system(), "scoring.retrain_nightly")
    await retrain_nightly.handler(context, retrain_nightly.payload_type())
    await drain()
    await add_leads(database, organisation, 600, seed=4, changed=True)
    async with database.transaction(organisation) as session:
        # One transaction holds the whole test, so its time stands still.
        await session.execute(
            text(
                "UPDATE leads SET created_at = clock_timestamp(), updated_at = clock_timestamp() "
                "WHERE first_seen_at >= :later"
            ),
            {"later": BEGAN + timedelta(days=365)},
        )

    await retrain_nightly.handler(context, retrain_nightly.payload_type())
    health = (await client.get("/api/v1/scoring/summary")).json()["health"]
    assert health["drifted"]
    assert any("Minutes Spent on Website" in reason for reason in health["reasons"])
    ran = await drain()
    assert ("scoring.train" in ran, "scoring.score_all" in ran) == (True, True)
    models = {m["version"]: m for m in (await client.get("/api/v1/scoring/models")).json()["items"]}
    assert (models[1]["status"], models[2]["status"]) == ("archived", "champion")
    assert models[2]["status_reason"].startswith("It takes over: better beyond chance.")


async def test_another_organisation_sees_nothing(
    database: Database,
    organisation: Actor,
    other_organisation: Actor,
    client_of: Callable[[Actor], Awaitable[httpx.AsyncClient]],
) -> None:
    (lead_id,) = await add_leads(database, organisation, 1)
    async with database.transaction(organisation) as session:
        await scoring.score_leads(session, [lead_id])
    stranger = await client_of(other_organisation)
    assert (await stranger.get(f"/api/v1/leads/{lead_id}/score")).status_code == 404
    async with database.transaction(other_organisation) as session:
        assert await scoring.score_leads(session, [lead_id]) == 0
        assert await session.scalar(text("SELECT count(*) FROM lead_scores")) == 0
    assert (await stranger.get("/api/v1/scoring/models")).json() == {"items": []}
    assert (await stranger.get(f"/api/v1/scoring/models/{new_id()}")).status_code == 404


async def test_only_those_who_may_train_do(client_for: Callable[[str], Awaitable[httpx.AsyncClient]]) -> None:
    analyst = await client_for("analyst")
    assert (await analyst.get("/api/v1/scoring/summary")).status_code == 200
    assert (await analyst.post("/api/v1/scoring/train")).status_code == 403

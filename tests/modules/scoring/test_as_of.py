"""Training sees what was known at the moment of decision: the future is shuffled, and nothing may change."""

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import numpy as np
import pytest
from sqlalchemy import text

from tradewind.kernel.access import Actor
from tradewind.kernel.database import Database, asyncpg_connection
from tradewind.kernel.ids import new_id
from tradewind.modules.leads import api as leads
from tradewind.modules.scoring.engine.features import STANDARD, Feature
from tradewind.modules.scoring.engine.moments import Life, decision_times
from tradewind.modules.scoring.schemas.setups import RuleSet, SetupSettings
from tradewind.modules.scoring.service import labels

SETTINGS = SetupSettings(name="Conversion", rules=RuleSet())
ARRIVED = datetime(2026, 1, 5, 8, tzinfo=UTC)
COUNT = 60
KINDS = ["web.page_view", "web.form_submitted", "email.opened", "email.clicked", "call.completed", "meeting.held"]
PATHS = ["/pricing", "/docs/start", "/careers", "/about"]


async def add_history(database: Database, actor: Actor) -> None:
    """Leads open for ten to forty days, each with events before, around and after its outcome."""
    random = np.random.default_rng(5)
    people, events = [], []
    for index in range(COUNT):
        lead_id, open_days = new_id(), 10 + index % 31
        arrived = ARRIVED + timedelta(hours=index)
        people.append((lead_id, actor.organisation_id, index % 3 == 0, arrived, arrived + timedelta(days=open_days)))
        for _ in range(25):
            at = arrived + timedelta(days=float(random.uniform(0, open_days + 20)))
            path = f'{{"path": "{random.choice(PATHS)}"}}'
            human = 0.1 if random.random() < 0.2 else None
            events.append((new_id(), actor.organisation_id, lead_id, str(random.choice(KINDS)), at, path, human))
    async with database.transaction(actor) as session:
        connection = await asyncpg_connection(session)
        await connection.executemany(
            "INSERT INTO leads (id, organisation_id, converted, first_seen_at, converted_at) VALUES ($1,$2,$3,$4,$5)",
            people,
        )
        await connection.executemany(
            "INSERT INTO activities (id, organisation_id, lead_id, kind, occurred_at, data, human) "
            "VALUES ($1, $2, $3, $4, $5, $6::jsonb, $7)",
            events,
        )


async def shuffle_the_future(database: Database, actor: Actor, moments: dict[UUID, datetime]) -> int:
    """Whatever lies at or after each lead's moment happens otherwise; returns how many events that were."""
    async with database.transaction(actor) as session:
        connection = await asyncpg_connection(session)
        changed = await connection.fetch(
            "UPDATE activities a SET kind = 'meeting.booked', data = '{\"path\": \"/pricing\"}', "
            "occurred_at = a.occurred_at + interval '3 hours' FROM unnest($1::uuid[], $2::timestamptz[]) m (id, at) "
            "WHERE a.lead_id = m.id AND a.occurred_at >= m.at RETURNING a.id",
            list(moments), list(moments.values()),
        )  # fmt: skip
        await connection.execute("DELETE FROM activities WHERE id = ANY($1)", [row["id"] for row in changed[::4]])
        await connection.execute(
            "UPDATE leads SET status = 'customer', score = 99, last_activity_at = now(), tags = '{won}' WHERE converted"
        )
    return len(changed)


async def seen(
    database: Database, actor: Actor, features: list[Feature], moments: dict[UUID, datetime] | None
) -> list[list[Any]]:
    """Every feature of every training example."""
    async with database.transaction(actor) as session:
        part = await labels.history(session, SETTINGS, after_id=None, limit=1_000, as_of=moments)
    return [[feature.read(lead) for feature in features] for lead, _ in part.labelled]


async def test_the_future_changes_nothing_and_planted_leaks_are_found(database: Database, organisation: Actor) -> None:
    await add_history(database, organisation)
    async with database.transaction(organisation) as session:
        moments = await labels.decision_moments(session, SETTINGS)
    assert len(moments) == COUNT
    late = Feature("planted", "Late", "", "date", lambda lead: lead.fields["last_activity_at"])
    features = list(STANDARD)
    before = await seen(database, organisation, features, moments)
    assert sum(sum(bool(value) for value in row) for row in before) > 5 * COUNT
    leaky_feature = await seen(database, organisation, [*features, late], moments)
    leaky_moment = await seen(database, organisation, features, None)
    assert await shuffle_the_future(database, organisation, moments) > COUNT

    assert await seen(database, organisation, features, moments) == before
    # The same check with a leak planted fails: a column that moves with the outcome, and a decision at the outcome.
    assert await seen(database, organisation, [*features, late], moments) != leaky_feature
    assert await seen(database, organisation, features, None) != leaky_moment


async def test_windows_decay_topics_and_people_only(database: Database, organisation: Actor) -> None:
    lead_id, at = new_id(), datetime(2026, 6, 1, tzinfo=UTC)
    views = [(0, "/pricing", None), (6, "/pricing?plan=a", 0.9), (6.5, "/pricing", 0.2), (28, "/docs/api", None),
             (80, "/blog/x", None), (200, "/nothing", None), (-1, "/pricing", None)]  # fmt: skip
    async with database.transaction(organisation) as session:
        await session.execute(
            text("INSERT INTO leads (id, organisation_id) VALUES (:id, :org)"),
            {"id": lead_id, "org": organisation.organisation_id},
        )
        connection = await asyncpg_connection(session)
        await connection.executemany(
            "INSERT INTO activities (id, organisation_id, lead_id, kind, occurred_at, data, human) "
            "VALUES ($1, $2, $3, 'web.page_view', $4, jsonb_build_object('path', $5::text), $6)",
            [
                (new_id(), organisation.organisation_id, lead_id, at - timedelta(days=days, seconds=1), path, human)
                for days, path, human in views
            ],
        )
        (facts,) = await leads.lead_rows_for_scoring(session, lead_ids=[lead_id], as_of={lead_id: at})
    values = {feature.name: feature.read(facts) for feature in STANDARD}
    assert facts.as_of == at
    assert [values[f"activity.last_{days}"] for days in (7, 30, 90)] == [2, 3, 4]
    assert values["activity.page_views"] == 5
    assert values["activity.page_views.lately"] == pytest.approx(
        sum(0.5 ** (days / 14) for days in (0, 6, 28, 80, 200)), abs=1e-3
    )
    assert (values["intent.pricing"], values["intent.integrations"], values["intent.blog"]) == (2, 1, 1)
    assert values["activity.silent_days"] == pytest.approx(0, abs=0.01)
    assert values["activity.momentum"] == 50


def test_age_at_the_decision_says_nothing_about_the_outcome() -> None:
    random = np.random.default_rng(1)
    lives = [
        Life(
            new_id(), ARRIVED, ARRIVED + timedelta(days=float(random.exponential(10 if index % 2 else 90))),
            reached=bool(index % 2),
        )
        for index in range(4_000)
    ]  # fmt: skip
    moments = decision_times(lives, ARRIVED + timedelta(days=400))
    assert all(life.arrived <= moments[life.id] <= (life.ended or moments[life.id]) for life in lives)
    won, lost = (
        [(moments[life.id] - ARRIVED).days for life in lives if life.reached is reached] for reached in (True, False)
    )
    assert np.quantile(lost, [0.25, 0.5, 0.75]) == pytest.approx(np.quantile(won, [0.25, 0.5, 0.75]), abs=1.5)
    assert moments == decision_times(lives, ARRIVED + timedelta(days=400))
    assert decision_times([Life(new_id(), ARRIVED, None, reached=True)], ARRIVED) == {}

"""The demo: the sample company arrives whole, twice changes nothing, a start that broke off goes on."""

import io
import json
from pathlib import Path
from typing import Any

import pytest
from rich.console import Console
from sqlalchemy import text

from tradewind.kernel.access import Actor
from tradewind.kernel.database import Database
from tradewind.modules.campaigns.service import campaign_results, campaigns
from tradewind.modules.conversations.policy import judging
from tradewind.modules.identity import api as identity
from tradewind.sample import preparation
from tradewind.sample.demo import Demo, prepare_demo
from tradewind.settings import Settings


@pytest.fixture
def home(tmp_path: Path, database: Database, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A home of its own, so that one test's demo is not another's."""
    settings = Settings(home=tmp_path, _env_file=None)  # pyright: ignore[reportCallIssue]
    monkeypatch.setattr(database, "settings", settings)
    return tmp_path


async def prepare(database: Database, *, leads: int = 1_500, csv: Path | None = None) -> tuple[Demo, str]:
    """The demo and what it said."""
    words = io.StringIO()
    demo = await prepare_demo(database, leads=leads, csv=csv, yes=True, console=Console(file=words, width=120))
    return demo, words.getvalue()


async def counts(database: Database, demo: Demo) -> dict[str, int]:
    """Rows of the organisation by table."""
    tables = (
        "leads", "companies", "activities", "deals", "deal_stage_changes", "notes", "tasks",
        "saved_views", "segments", "routing_rules", "memberships",
    )  # fmt: skip
    async with database.transaction(Actor.system(demo.organisation_id, name="test")) as session:
        return {t: (await session.execute(text(f"SELECT count(*) FROM {t}"))).scalar_one() for t in tables}


async def history_agrees_with_outcomes(database: Database, demo: Demo) -> None:
    """What happened to the sample's leads is what their outcomes say."""
    async with database.transaction(Actor.system(demo.organisation_id, name="test")) as session:
        wrong = await session.execute(
            text(
                "SELECT count(*) FROM deals d JOIN stages s ON s.id = d.stage_id JOIN leads l ON l.id = d.lead_id "
                "WHERE (s.kind = 'won') IS DISTINCT FROM (l.converted IS TRUE) OR (s.kind = 'open') <> "
                "(l.converted IS NULL)"
            )
        )
        assert wrong.scalar_one() == 0
        late = await session.execute(
            text("SELECT count(*) FROM activities WHERE lead_id IS NOT NULL AND occurred_at > now() + interval '1 day'")
        )
        assert late.scalar_one() == 0
        days = await session.execute(text("SELECT count(DISTINCT created_at::date) FROM leads"))
        assert days.scalar_one() > 150
        # Every demo in the calendar stands in its lead's timeline at the same time, also one that was missed.
        untold = await session.execute(
            text(
                "SELECT count(*), count(*) FILTER (WHERE no_show_at IS NOT NULL), count(*) FILTER (WHERE NOT EXISTS ("
                "SELECT FROM activities a WHERE a.lead_id = m.lead_id AND a.occurred_at = m.starts_at AND a.kind = "
                "CASE WHEN no_show_at IS NULL THEN 'meeting.held' ELSE 'meeting.no_show' END)) "
                "FROM meetings m WHERE ends_at < now()"
            )
        )
        past, missed, wrong = untold.one()
        assert past > 20
        assert missed > 0
        assert wrong == 0
        states = dict((await session.execute(text("SELECT state, count(*) FROM meetings GROUP BY 1"))).all())
        assert states.keys() == {"confirmed", "cancelled", "pending"}
        hot = await session.execute(
            text("SELECT avg(score) FILTER (WHERE converted) - avg(score) FILTER (WHERE NOT converted) FROM leads")
        )
        assert hot.scalar_one() > 10


async def agent_says_why(database: Database, demo: Demo) -> None:
    """Each message of the agent has its turn, judged by rules there are; what is cited is shown as said."""
    async with database.transaction(Actor.system(demo.organisation_id, name="test")) as session:
        turns = await session.execute(
            text(
                "SELECT m.text, t.decisions, m.data -> 'citations' AS citations FROM conversation_messages m "
                "LEFT JOIN agent_turns t ON t.id = CAST(m.data ->> 'turn_id' AS uuid) WHERE m.author = 'agent'"
            )
        )
        suite = (await session.execute(text("SELECT name, gate FROM simulation_suites"))).one()
        cases = (await session.execute(text("SELECT count(*) FROM simulation_cases"))).scalar_one()
    assert tuple(suite) == ("Before launch", False)
    assert cases >= 3
    rules = {rule for rule, _ in judging.table()}
    rows = turns.all()
    assert sum(row.citations is not None for row in rows) == 18
    for row in rows:
        assert {one["rule"] for one in row.decisions} <= rules
        claims = [one["action"]["text"] for one in row.decisions if "text" in one["action"]]
        assert all(claim in row.text for claim in claims)
        assert bool(claims) == (row.citations is not None), row.text


async def campaigns_have_results(database: Database, demo: Demo) -> None:
    """One campaign is over, one runs; what is told of them is what the ledger and the journeys say."""
    async with database.transaction(Actor.system(demo.organisation_id, name="test")) as session:
        found = {one.state: one for one in await campaigns.list_campaigns(session)}
        assert found.keys() == {"done", "live", "draft"}
        for state in ("done", "live"):
            told = await campaign_results.results(session, found[state].id)
            assert told.funnel.entered > 100, state
            assert found[state].goal.reached == told.funnel.goal, state
            assert told.funnel.sent > told.funnel.clicked > told.funnel.won >= 0, state
            assert 0 < told.funnel.goal < told.funnel.sent, state
            assert told.lift is not None, state
            assert [one.enough for one in (told.lift.reached, told.goal.share)] == [True, True], state
            assert told.money[0].costs_minor > 0, state


async def test_sample_company_arrives_whole_and_only_once(database: Database, home: Path) -> None:
    demo, words = await prepare(database)
    assert demo.is_sample
    assert demo.leads == demo.scored
    assert 1_450 < demo.leads <= 1_500
    assert "created" in words
    assert "model version 1" in demo.scoring_note
    found = await counts(database, demo)
    assert found["memberships"] == 5
    assert found["companies"] > 150
    assert found["activities"] > 10 * demo.leads
    assert found["deals"] > 100
    assert found["deal_stage_changes"] > found["deals"]
    assert min(found["saved_views"], found["segments"], found["routing_rules"]) >= 2
    # Nothing of the product is empty: questions that found no answer wait for one, and intents are trained.
    async with database.transaction(Actor.system(demo.organisation_id, name="test")) as session:
        outcomes = await session.scalars(text("SELECT DISTINCT outcome FROM knowledge_questions"))
        assert set(outcomes) == {"answered", "refused"}
        assert await session.scalar(text("SELECT count(*) FROM intent_models WHERE status = 'published'")) == 1
        arrived = await session.scalars(text("SELECT DISTINCT status FROM email_deliveries"))
        assert set(arrived) == {"delivered", "bounced", "sending"}
    await history_agrees_with_outcomes(database, demo)
    await agent_says_why(database, demo)
    await campaigns_have_results(database, demo)
    assert (home / "demo.json").stat().st_mode & 0o077 == 0
    again, _ = await prepare(database)
    assert again == demo
    assert await counts(database, demo) == found


async def broken_off(database: Database, home: Path, monkeypatch: pytest.MonkeyPatch) -> dict[str, Any]:
    """What is remembered of a start that was cut off after the import."""

    async def broken(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(preparation, "load_history", broken)
        with pytest.raises(KeyboardInterrupt):
            await prepare(database, leads=400)
    return json.loads((home / "demo.json").read_text())["sample"]


async def test_a_start_that_broke_off_goes_on(database: Database, home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    state = await broken_off(database, home, monkeypatch)
    assert state["done"] == ["organisation", "import"]
    demo, _ = await prepare(database, leads=400)
    assert str(demo.organisation_id) == state["organisation_id"]
    assert (await counts(database, demo))["deals"] > 20


async def test_own_file_gets_an_organisation_of_its_own(database: Database, home: Path, tmp_path: Path) -> None:
    path = tmp_path / "my_leads.csv"
    path.write_text("Name,Email,Company\nAda Quill,ada@fernbrook.example,Fernbrook\nBo Lind,bo@lind.example,Lind AB\n")
    demo, _ = await prepare(database, csv=path)
    assert (demo.organisation_name, demo.is_sample, demo.leads) == ("My Leads", False, 2)
    assert demo.scoring_note.startswith("by rules")
    assert (await prepare(database, csv=path))[0] == demo
    async with database.transaction(Actor.system(demo.organisation_id, name="test")) as session:
        members = await identity.list_members(session)
    assert [member.email for member in members] == [demo.email]


async def test_a_forgotten_home_makes_a_second_company(
    database: Database, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = await broken_off(database, home, monkeypatch)
    (home / "demo.json").unlink()
    second = await broken_off(database, home, monkeypatch)
    assert second["organisation_id"] != first["organisation_id"]
    assert second["email"] != first["email"]

"""What comes of conversations judges the version of the prompt that the agent's model was given."""

from datetime import timedelta
from uuid import UUID

from sqlalchemy import text
from tests.modules.ai.peers.fixtures import ModelServer

from tradewind.kernel.clock import now
from tradewind.modules.conversations import api as conversations
from tradewind.modules.conversations.review.worth import Known, worth
from tradewind.modules.conversations.service import outcomes
from tradewind.modules.meetings import api as meetings
from tradewind.modules.meetings.contracts import BookingWish, Guest

MODEL = "wise-model"
PROMPT = "/api/v1/ai/prompts/conversations.agent"
PRICE = {"kind": "answer", "claims": [{"text": "The Starter plan costs €29 per month.", "supports": ["P1"]}]}
ANSWER = {"tools": [{"name": "final_answer", "arguments": {"actions": [PRICE]}}]}


def test_a_conversation_is_worth_the_mean_of_what_is_known_of_it():
    assert worth(Known(outcome=None)) == (None, ())
    assert worth(Known(outcome="confirmed")) == (1.0, ("confirmed",))
    assert [worth(Known(outcome=one))[0] for one in ("escalated", "abandoned", "reopened")] == [0.0] * 3
    # A meeting is a success however the conversation ended.
    assert worth(Known(outcome="escalated", booked=True)) == (1.0, ("booked",))
    assert worth(Known(outcome=None, csat=2, nps=10)) == ((0.25 + 1) / 2, ("rated",))
    assert worth(Known(outcome="abandoned", thumbs=(1, 1, -1, None))) == (
        0.25, ("abandoned", "thumb_up", "thumb_down", "corrected")
    )  # fmt: skip


async def test_outcomes_reach_the_version_once_whenever_they_become_known(
    base, begin, client, database, tenant, drain, openai_server: ModelServer
):
    async with database.transaction(tenant.actor) as session:
        await openai_server.connect(session, MODEL)
    content = (await client.get(PROMPT)).json()["content"]
    content["instructions"] += "\n\nBe brief."
    assert (await client.post(f"{PROMPT}/versions", json={"content": content})).is_success
    assert (await client.post(f"{PROMPT}/experiments", json={"numbers": [0, 1]})).status_code == 201

    async def talked(answer: dict = ANSWER, **settings):
        """A conversation with one answer by the model."""
        talk = await begin(**settings)
        openai_server.answer(MODEL, *[answer] * 4)
        assert "€29 per month" in await talk.say("How much does the Starter plan cost?")
        openai_server._control("reset")
        return talk

    async def ended(talk, **how) -> None:
        path = f"/api/v1/conversations/{talk.conversation_id}/close"
        assert (await client.post(path, json=how)).is_success
        await drain()

    async def judged(talk) -> tuple[float | None, list[str]] | None:
        """Reward and reasons of the conversation's use; None where it counts for none."""
        query = "SELECT reward, because, propensity FROM ai_prompt_uses WHERE subject_id = :id"
        async with database.transaction(tenant.actor) as session:
            row = (await session.execute(text(query), {"id": talk.conversation_id})).one_or_none()
        assert row is None or 0.02 <= row.propensity <= 0.98
        return row and (row.reward, row.because)

    # Nobody knows what it was worth before it ends; then the visitor's rating, later, weighs as much as the end.
    rated = await talked()
    await drain()
    assert await judged(rated) == (None, [])
    await ended(rated)
    assert await judged(rated) == (0.0, ["abandoned"])
    for score, reward in ((5, 1.0), (4, 0.875)):
        async with database.transaction(rated.system) as session:
            await conversations.rate(session, rated.conversation_id, kind="csat", score=score)
        await drain()
        assert await judged(rated) == (reward, ["confirmed", "rated"])
    # A thumb counts while the conversation goes on; its end comes on top, and goes when the visitor is back.
    thumbed = await talked()
    message = (await thumbed.messages())[-1]
    path = f"/api/v1/messages/{message.id}/feedback"
    assert (await client.post(path, json={"thumb": 1})).is_success
    await drain()
    assert await judged(thumbed) == (1.0, ["thumb_up"])
    await ended(thumbed)
    assert await judged(thumbed) == (0.5, ["abandoned", "thumb_up"])
    assert (await client.post(f"/api/v1/conversations/{thumbed.conversation_id}/reopen")).is_success
    await drain()
    assert await judged(thumbed) == (1.0, ["thumb_up"])
    # A meeting that the lead books days later, and cancels.
    booked = await talked()
    lead = (await client.post("/api/v1/leads", json={"first_name": "Ada", "email": "ada@example.com"})).json()
    async with database.transaction(booked.system) as session:
        await conversations.link_lead(session, booked.conversation_id, UUID(lead["id"]), verified=True)
    await ended(booked)
    assert await judged(booked) == (0.0, ["abandoned"])
    event_type = UUID((await client.post("/api/v1/event-types", json={"title": "Product demo"})).json()["id"])
    async with database.transaction(tenant.actor) as session:
        found = await meetings.find_slots(session, event_type, start=now(), end=now() + timedelta(days=14))
        made = await meetings.book(
            session,
            BookingWish(
                event_type_id=event_type, starts_at=found[-1].starts_at, lead_id=UUID(lead["id"]), source="page",
                guest=Guest(name="Ada", email="ada@example.com", time_zone="UTC", language="en"), key="demo",
            ),
        )  # fmt: skip
    await drain()
    assert await judged(booked) == (1.0, ["booked"])
    async with database.transaction(tenant.actor) as session:
        await meetings.cancel(session, made.meeting_id)
    await drain()
    assert await judged(booked) == (0.0, ["abandoned"])
    # Where no model answered in the end nothing was tried, and trials of an agent try nothing.
    failed = await talked({"status": 400, "error": "no"})
    assert await judged(failed) == (None, [])
    await ended(failed, confirmed=True)
    assert await judged(failed) is None
    assert await judged(await talked(channel="test")) is None
    confirmed = await talked()
    await ended(confirmed, confirmed=True)

    # Whatever is told again changes nothing.
    (before,) = (await client.get(f"{PROMPT}/experiments")).json()["items"]
    async with database.transaction(rated.system) as session:
        for talk in (rated, thumbed, booked, confirmed):
            await outcomes.learn(session, talk.conversation_id)
    (after,) = (await client.get(f"{PROMPT}/experiments")).json()["items"]
    assert after == before
    arms = after["arms"]
    assert (sum(arm["used"] for arm in arms), sum(arm["judged"] for arm in arms)) == (4, 4)
    total = sum((arm["rate"] or 0) * arm["judged"] for arm in arms)
    assert abs(total - (0.875 + 1.0 + 0.0 + 1.0)) < 1e-3
    counted: dict[str, int] = {}
    for arm in arms:
        for reason, count in arm["because"].items():
            counted[reason] = counted.get(reason, 0) + count
        assert (arm["propensity"] is None) == (arm["used"] == 0)
        assert (arm["weighed_rate"] is None) == (arm["judged"] == 0)
    assert counted == {"confirmed": 2, "rated": 1, "thumb_up": 1, "abandoned": 1}

"""A merge that is taken back gives everybody back what was theirs: journeys, messages, mails, wishes."""

from uuid import UUID

import pytest
from sqlalchemy import text
from tests.modules.campaigns.journeys import BY_HAND, END, line, people, states, ticks, wait

from tradewind.kernel.clock import now
from tradewind.kernel.ids import new_id
from tradewind.modules.privacy import api as privacy
from tradewind.modules.privacy.contracts import ConsentChange, ContactAsk, NewSuppression
from tradewind.modules.sending import api as sending
from tradewind.modules.sending.contracts import NewIntent, Recipient

pytestmark = pytest.mark.usefixtures("nobody_sends")

OWNERS = {
    "send_intents": "person_id", "email_deliveries": "person_id", "conversations": "lead_id",
}  # fmt: skip


async def test_taking_a_merge_back_gives_everybody_what_was_theirs(client, database, organisation, frozen, drain):
    draft = {"nodes": [BY_HAND, wait("w", 5), END], "edges": line("in > w > out"), "settings": {}}
    journey = (await client.post("/api/v1/journeys", json={"name": "Trial", "draft": draft})).json()
    path, key = f"/api/v1/journeys/{journey['id']}", UUID(journey["id"])
    assert (await client.post(f"{path}/launch", json={})).status_code == 200
    async with database.transaction(organisation) as session:
        stays, goes = await people(session, 2)
        await _wishes(session)
        await _things(session, organisation, goes)
    for person in (goes, stays):
        frozen.tick(60)
        entered = await client.post(f"{path}/enrolments", json={"person_ids": [str(person)], "key": "k"})
        assert entered.json()["entered"] == 1
    await ticks(database, organisation, key)
    before = await _state(database, organisation, key)
    merge = {"winner_id": str(stays), "loser_ids": [str(goes)]}
    merged = (await client.post("/api/v1/leads/merge", json=merge)).json()
    await drain()
    async with database.transaction(organisation) as session:
        rows = await states(session, key)
        assert {row["person_id"] for row in rows} == {stays}
        assert sorted((row["state"], row["reason"]) for row in rows) == [("exited", "merged"), ("waiting", "")]
        assert await _codes(session, "p1@example.org", "marketing") == ["suppressed.unsubscribed", "consent.withdrawn"]
        # Since then a person said it of this address, too: that is no part of the merge.
        stop = NewSuppression(channel="email", address="p1@example.org", reason="complaint", source="provider")
        await privacy.suppress(session, [stop])
    undone = await client.post(f"/api/v1/merges/{merged['id']}/undo")
    assert undone.status_code == 200, undone.text
    await drain()
    assert await _state(database, organisation, key) == before
    counts = (await client.get(path)).json()["people"]
    assert (counts["waiting"], counts["exited"]) == (2, 0)
    async with database.transaction(organisation) as session:
        assert await _codes(session, "p1@example.org", "marketing") == ["suppressed.complaint", "consent.granted"]
        assert (await _codes(session, "p2@example.org", "marketing"))[0] == "suppressed.unsubscribed"
        assert await _codes(session, "p1@example.org", "sales") == ["suppressed.complaint", "consent.missing"]
    frozen.tick(6 * 86_400)
    assert await ticks(database, organisation, key) == 2
    async with database.transaction(organisation) as session:
        assert {row["state"] for row in await states(session, key)} == {"done"}


async def _wishes(session) -> None:
    common = {"channel": "email", "source": "manual"}
    told = [("p1@example.org", "marketing", "granted"), ("p2@example.org", "marketing", "withdrawn"),
            ("p2@example.org", "sales", "withdrawn")]  # fmt: skip
    await privacy.record_consents(
        session, [ConsentChange(address=who, purpose=what, state=state, **common) for who, what, state in told]
    )
    stop = NewSuppression(address="p2@example.org", reason="unsubscribed", **common)
    await privacy.suppress(session, [stop])


async def _things(session, organisation, person: UUID) -> None:
    """One of each thing that follows a person."""
    recipient = Recipient(address="p2@example.org", person_id=person)
    intent = NewIntent(key="k", channel="chat", recipient=recipient, purpose="transactional", content={"text": "Hi"})
    await sending.intend(session, [intent])
    values = {"org": organisation.organisation_id, "person": person, "at": now()}
    for statement in (
        "INSERT INTO email_deliveries (id, organisation_id, person_id, purpose, domain, subject, provider) "
        "VALUES (:id, :org, :person, 'sales', 'example.org', 'Hi', 'smtp')",
        "INSERT INTO conversations (id, organisation_id, number, channel, state, lead_id) "
        "VALUES (:id, :org, 1, 'chat', 'agent', :person)",
    ):
        await session.execute(text(statement), {"id": new_id(), **values})


async def _state(database, organisation, journey_id: UUID) -> dict[str, list[tuple]]:
    """Who has what."""
    async with database.transaction(organisation) as session:
        found = {
            table: sorted(map(tuple, await session.execute(text(f"SELECT id, {column} FROM {table}"))))
            for table, column in OWNERS.items()
        }
        found["enrolments"] = [
            (row["id"], row["person_id"], row["entry_key"], row["state"], row["node"], row["due_at"])
            for row in await states(session, journey_id)
        ]
        steps = await session.execute(text("SELECT enrolment_id, person_id FROM journey_steps ORDER BY 1, visit"))
        found["steps"] = list(map(tuple, steps))
    return found


async def _codes(session, address: str, purpose: str) -> list[str]:
    [standing] = await privacy.standings(session, [ContactAsk("email", address, purpose)])
    return [reason.code for reason in standing.reasons]

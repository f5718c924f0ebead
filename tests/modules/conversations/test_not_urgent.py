"""An alarm of the classifier in a turn, and a person who takes it back."""

from sqlalchemy import text

from tradewind.modules.conversations import api as conversations
from tradewind.modules.leads import api as leads
from tradewind.modules.leads.contracts import ToldPerson

WORDS = "the freezer of our branch stopped and the vaccines are warming up, nobody of you answers"


async def test_an_alarm_is_raised_in_the_turn_and_taken_back_for_good(begin, client, database, tenant):
    talk = await begin()
    path = f"/api/v1/conversations/{talk.conversation_id}"
    async with database.transaction(talk.system) as session:
        lead_id = (await leads.create_told(session, [ToldPerson(email="cold@example.com")]))["cold@example.com"]
        await conversations.link_lead(session, talk.conversation_id, lead_id, verified=False)

    async def tags():
        async with database.transaction(tenant.actor) as session:
            [row] = await leads.lead_rows_for_scoring(session, lead_ids=[lead_id])
            return row.fields["tags"]

    await talk.say("Hello, do you offer a free trial?")
    assert (await client.get(path)).json()["urgent"] is False
    await talk.say(WORDS)
    assert (await client.get(path)).json()["urgent"] is True
    assert await tags() == ["URGENT"]
    told = [one["data"] for one in (await client.get(f"{path}/messages")).json() if one["kind"] == "event"]
    [raised] = [one for one in told if one["event"] == "urgent"]
    assert raised["reason"].startswith("Sounds urgent (")

    for _ in range(2):
        back = await client.post(f"{path}/not-urgent")
        assert (back.status_code, back.json()["urgent"]) == (200, False)
        assert back.headers["ETag"]
    assert await tags() == []
    async with database.transaction(tenant.actor) as session:
        taught = await session.execute(
            text("""
                SELECT s.key, i.label FROM intent_examples e
                JOIN intents i ON i.id = e.intent_id JOIN intent_sets s ON s.id = e.set_id WHERE e.text = :words
            """),
            {"words": WORDS},
        )
        acts = "SELECT count(*) FROM audit_log WHERE action = 'conversation.not_urgent'"
        assert [tuple(row) for row in taught] == [("urgency", "can_wait")]
        assert await session.scalar(text(acts)) == 1

    again = await begin()
    await again.say(WORDS.upper() + "!")
    assert (await again.now()).urgent is False
    await again.say("Now water is running through the ceiling and somebody is hurt")
    assert (await again.now()).urgent is True
    missing = f"/api/v1/conversations/{tenant.organisation_id}/not-urgent"
    assert (await client.post(missing)).json()["code"] == "conversations.not_found"

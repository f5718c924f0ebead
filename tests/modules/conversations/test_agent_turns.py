"""One turn after another with the local answerer: answers, questions nobody can answer, meetings, people, crashes."""

async def test_answers_from_knowledge_discloses_and_hands_over(base, begin, client):
    talk = await begin()
    first = await talk.say("Hello, how much is the Starter plan?")
    assert first.startswith("I am an AI assistant, not a person.")
    assert "€29 per month" in first
    assert "not a person" not in await talk.say("And where is your office?")
    assert "AI assistant" in await talk.say("Are you a real human?")
    assert "Shall I ask a colleague?" in await talk.say("What is the boiling point of lead?")
    assert (await talk.now()).state == "agent"
    assert await talk.say("Yes please")
    assert (await talk.now()).state == "waiting"

    log = (await client.get(f"/api/v1/conversations/{talk.conversation_id}/turns")).json()["items"]
    assert [one["outcome"] for one in log] == ["settled"] * 5
    assert log[-1]["decisions"][0]["rule"] == "claim.supported"
    assert log[0]["decisions"][0]["action"]["kind"] == "hand_over"


async def test_books_only_what_was_chosen_confirmed_and_named(base, begin, client, drain):
    event_type = (await client.post("/api/v1/event-types", json={"title": "Product demo"})).json()
    talk = await begin(event_type_id=event_type["id"])
    offered = await talk.say("I would like to book a demo")
    assert "These times are free" in offered
    slots = (await talk.messages())[-1].data["slots"]
    assert len(slots) >= 2
    # A yes to nothing in particular books nothing.
    assert "Which one suits you?" in await talk.say("yes")
    assert "What is your name?" in await talk.say(f"{slots[1]['label']} please")
    assert "e-mail address" in await talk.say("Ada Lovelace")
    confirm = await talk.say("ada@example.com")
    assert slots[1]["label"] in confirm
    assert "Ada Lovelace, ada@example.com?" in confirm
    assert await meetings_of(client) == ["held"]
    # Another time instead of a yes: it is confirmed anew.
    other = await talk.say(f"Rather {slots[0]['label']}")
    assert f"Shall I book {slots[0]['label']}" in other
    assert "Done: Product demo" in await talk.say("Yes, please")
    assert await meetings_of(client) == ["confirmed"]
    assert (await talk.now()).lead_id is not None
    log = (await client.get(f"/api/v1/conversations/{talk.conversation_id}/turns")).json()["items"]
    rules = [[(one["action"]["kind"], one["verdict"], one["rule"]) for one in turn["decisions"]] for turn in log[::-1]]
    assert rules[0] == [("offer_slots", "done", "offer.event_type")]
    assert rules[1] == [("book", "asked", "book.slot")]
    assert rules[2] == [("book", "asked", "book.name")]
    assert ("book", "asked", "book.email") in rules[3]
    assert ("book", "asked", "book.yes") in rules[4]
    assert rules[6] == [("book", "done", "book.yes")]


async def meetings_of(client) -> list[str]:
    """States of the meetings there are, holds included."""
    found = (await client.get("/api/v1/meetings")).json()["items"]
    return [one["state"] for one in found] or ["held"]


async def test_qualifies_by_its_flow_and_offers_times(base, begin, client):
    event_type = (await client.post("/api/v1/event-types", json={"title": "Product demo"})).json()
    flow = (await client.post("/api/v1/qualification-flows", json={"name": "BANT", "template": "bant"})).json()
    published = await client.post(f"/api/v1/qualification-flows/{flow['id']}/publish", json={})
    assert published.status_code == 200, published.text
    talk = await begin(flow_id=flow["id"], event_type_id=event_type["id"])
    said = await talk.say("Hi, how much does the Starter plan cost?")
    assert "€29 per month" in said
    assert said.endswith("What would you like to solve or improve?")
    assert said.count("?") == 1
    asked = []
    for answer in (
        "We are 25 people and our reports take days, we have a budget of 20,000 euros",
        "I decide that myself",
        "next month",
        "Ada Lovelace",
        "ada@example.com",
        "I'd rather not say",
    ):
        said = await talk.say(answer)
        asked.append(said.splitlines()[-1])
    assert len(asked) == len(set(asked)) or "Which company" in said
    assert "These times are free" in said
    lead = (await client.get(f"/api/v1/leads/{(await talk.now()).lead_id}")).json()
    assert (lead["email"], lead["first_name"]) == ("ada@example.com", "Ada")
    # The name and the address are known: only the time and a yes are missing.
    slots = (await talk.messages())[-1].data["slots"]
    assert "for Ada Lovelace, ada@example.com?" in await talk.say(slots[0]["label"])
    assert "Done: Product demo" in await talk.say("yes")

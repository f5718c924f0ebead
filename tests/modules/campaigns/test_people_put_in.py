"""People put into campaigns by the thousand, and how their own pages tell of it."""

from uuid import UUID

import pytest
from tests.modules.campaigns.campaign_drafts import agreed, draft_for, launched, segment
from tests.modules.campaigns.journeys import END, line, node, people, states, ticks, wait

BULK = "/api/v1/leads/bulk"
pytestmark = pytest.mark.usefixtures("nobody_sends")


async def test_people_are_put_into_a_campaign_by_bulk_and_each_page_says_what_became_of_it(
    client, database, organisation, frozen, drain
):
    async with database.transaction(organisation) as session:
        inside, kept_out, agreeing, silent, gone = await people(session, 5)
        await agreed(session, [inside, agreeing])
    first, customers = await segment(client, "First", [inside]), await segment(client, "Customers", [kept_out])
    campaign = await launched(client, draft_for([first], audience={"segments": [first], "without": [customers]}))
    key = UUID(campaign["journey_id"])
    await drain()
    await client.delete(f"/api/v1/leads/{gone}")
    everybody = [str(one) for one in (inside, kept_out, agreeing, silent, gone)]
    order = {"action": "add_to_journey", "ids": everybody, "parameters": {"journey_id": str(key)}}
    started = await client.post(BULK, json=order)
    assert started.status_code == 202, started.text
    await drain()
    done = (await client.get(f"/api/v1/bulk-actions/{started.json()['id']}")).json()
    assert (done["state"], done["changed"], done["skipped"]) == ("done", 2, 3)
    assert done["result"]["refused"] == {"in_it": 1, "left_out": 1}
    assert done["parameters"]["journey_name"] == "Spring"
    await ticks(database, organisation, key)
    async with database.transaction(organisation) as session:
        assert {row["person_id"] for row in await states(session, key)} == {inside, agreeing, silent}
    for person, state, said in ((agreeing, "scheduled", None), (silent, "blocked", "no recorded basis")):
        [told] = (await client.get("/api/v1/journey-enrolments", params={"person_id": str(person)})).json()
        assert told["campaign"] == {"id": campaign["id"], "name": "Spring"}
        message = told["last_message"]
        assert (message["channel"], message["state"]) == ("chat", state)
        assert said is None or said in message["reason"].lower()
    rows = {row["id"]: row["takes_people"] for row in (await client.get("/api/v1/journeys")).json()}
    assert rows == {str(key): True}
    # Into nothing, into a draft, without saying where: refused at once.
    nodes = [node("in", "trigger", on="api"), wait("w", 1), END]
    draft = {"nodes": nodes, "edges": line("in > w > out")}
    idle = (await client.post("/api/v1/journeys", json={"name": "Idle", "draft": draft})).json()
    for wrong, status in (({"journey_id": idle["id"]}, 409), ({"journey_id": str(silent)}, 404), ({}, 422)):
        refused = await client.post(BULK, json={**order, "parameters": wrong})
        assert refused.status_code == status, refused.text

"""Journeys as people edit them: drafts with problems at their steps, versions, launch and its gate."""

JOURNEYS = "/api/v1/journeys"


async def test_a_draft_may_be_incomplete_and_says_at_each_step_what_is_missing(client):
    made = await client.post(JOURNEYS, json={"name": "Welcome"})
    assert made.status_code == 201, made.text
    assert [one["code"] for one in made.json()["problems"]] == ["no_trigger"]
    draft = {
        "nodes": [
            {"id": "in", "kind": "trigger", "settings": {"on": "api"}},
            {"id": "w", "kind": "wait", "settings": {"until": "duration", "duration": {"amount": 0}}},
            {"id": "mail", "kind": "send", "settings": {"channel": "email"}},
            {"id": "loop", "kind": "branch", "settings": {"condition": {"field": "nonsense", "op": "eq", "value": 1}}},
        ],
        "edges": [{"from": "in", "to": "w"}, {"from": "w", "to": "ghost"}],
    }
    path = f"{JOURNEYS}/{made.json()['id']}"
    saved = await client.patch(path, json={"draft": draft}, headers={"If-Match": made.headers["ETag"]})
    assert saved.status_code == 200, saved.text
    found = {(one["node"], one["code"], one["field"]) for one in saved.json()["problems"]}
    assert {("w", "settings", "duration.amount"), ("mail", "settings", None), ("w", "dangling", None)} <= found

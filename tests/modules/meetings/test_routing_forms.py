"""Routing forms: answers lead where the rules say, with the reason kept, and never to a page that is closed."""

import pytest

from tradewind.modules.meetings.engine.routing import holds

QUESTIONS = [
    {"key": "size", "label": "How many people work with you?", "kind": "number", "required": True},
    {"key": "topic", "label": "Topic", "kind": "select", "options": ["Buying", "Support"]},
    {"key": "notes", "label": "Notes", "kind": "textarea"},
    {"key": "customer", "label": "Customer already", "kind": "checkbox"},
]


@pytest.mark.parametrize(
    ("op", "value", "answer", "expected"),
    [
        ("is", "Buying", " buying ", True),
        ("is", 20.0, 20, True),
        ("is", 20.5, 20, False),
        ("is", False, None, True),
        ("is", True, None, False),
        ("is", True, True, True),
        ("is_not", "Buying", None, True),
        ("is_not", 3.0, 3, False),
        ("contains", "SSO", "we need sso", True),
        ("contains", "SSO", None, False),
        ("one_of", ["A", "b"], "B", True),
        ("one_of", ["A"], None, False),
        ("at_least", 20.0, 20, True),
        ("at_least", 20.0, None, False),
        ("at_most", 20.0, 21, False),
        ("answered", None, 0, True),
        ("not_answered", None, None, True),
    ],
)
def test_conditions(op, value, answer, expected):
    answers = {} if answer is None else {"q": answer}
    assert holds({"question": "q", "op": op, "value": value}, answers) is expected


async def test_answers_lead_where_the_rules_say_and_the_reason_is_kept(client, client_for, anonymous):
    [first] = (await client.get("/api/v1/event-types")).json()
    organisation = first["path"].split("/")[2]
    rules = [
        {
            "name": "Customers", "conditions": [{"question": "customer", "op": "is", "value": True}],
            "target": {"kind": "message", "text": "Your account manager calls you."},
        },
        {
            "name": "Large", "match": "any", "target": {"kind": "event_type", "event_type_id": first["id"]},
            "conditions": [
                {"question": "size", "op": "at_least", "value": 200},
                {"question": "notes", "op": "contains", "value": "sso"},
            ],
        },
    ]  # fmt: skip
    body = {
        "title": "Talk to us", "questions": QUESTIONS, "rules": rules,
        "fallback": {"kind": "link", "url": "https://example.com/self-service"},
    }  # fmt: skip
    made = await client.post("/api/v1/routing-forms", json=body)
    assert made.status_code == 201, made.text
    path, form = made.json()["path"], f"/api/v1/routing-forms/{made.json()['id']}"
    assert path == f"/api/v1/booking/{organisation}/forms/talk-to-us"
    assert [one["key"] for one in (await anonymous.get(path)).json()["questions"]] == [q["key"] for q in QUESTIONS]

    async def told(answers):
        answer = await anonymous.post(path, json={"answers": answers})
        assert answer.status_code == 200, answer.text
        return {name: value for name, value in answer.json().items() if value is not None}

    booked = {"kind": "event_type", "event_type": "30min", "path": first["path"]}
    assert await told({"size": 200}) == booked
    assert await told({"size": 3, "notes": "SSO, please"}) == booked
    assert await told({"size": 900, "customer": True}) == {"kind": "message", "text": "Your account manager calls you."}
    assert await told({"size": 3}) == {"kind": "link", "url": "https://example.com/self-service"}
    missing = await anonymous.post(path, json={"answers": {"topic": "Selling"}})
    assert missing.status_code == 422
    assert [error["field"] for error in missing.json()["errors"]] == ["answers.size", "answers.topic"]
    assert (await anonymous.post(path, json={"website": "x"})).status_code == 422

    # Nobody is sent to a page that is closed.
    await client.patch(f"/api/v1/event-types/{first['id']}", json={"active": False})
    assert (await told({"size": 200}))["kind"] == "link"
    tried = (await client.post(f"{form}/try", json={"answers": {"size": 200}})).json()
    assert tried["rule"] is None
    assert tried["reason"] == "“Large” fits, but its event type cannot be booked. No other rule fits."
    kept = (await client.get(f"{form}/answers")).json()["items"]
    assert len(kept) == (await client.get(form)).json()["answered"] == 5
    assert (kept[-1]["rule"], kept[-1]["reason"]) == (
        "Large",
        "“Large” fits: “How many people work with you?” is at least 200.",
    )
    assert kept[3]["answers"] == {"size": 3, "notes": "SSO, please"}
    [masked] = [one["answers"] for one in (await (await client_for("analyst")).get(f"{form}/answers")).json()["items"]][
        3:4
    ]
    assert masked == {"size": "•••", "notes": "•••"}
    stale = await client.patch(form, json={"title": "Other"}, headers={"If-Match": '"9"'})
    assert stale.status_code == 412
    assert (await client.patch(form, json={"active": False})).status_code == 200
    assert (await anonymous.get(path)).status_code == 404
    wrong = {
        "asks no “budget”": {"question": "budget", "op": "is", "value": "1"},
        "does not fit a select": {"question": "topic", "op": "at_least", "value": 1},
        "“Selling” is none of the answers": {"question": "topic", "op": "one_of", "value": ["Selling"]},
        "Compare with a number": {"question": "size", "op": "is", "value": "many"},
    }
    for words, condition in wrong.items():
        answer = await client.patch(form, json={"rules": [{**rules[0], "conditions": [condition]}]})
        assert answer.status_code == 422, answer.text
        assert words in answer.text
    assert (await client.post("/api/v1/routing-forms", json={**body, "slug": "slots"})).status_code == 422
    assert (await client.post("/api/v1/routing-forms", json={**body, "slug": "talk-to-us"})).status_code == 409
    assert (await client.delete(form)).status_code == 204
    assert (await client.get(form)).status_code == 404

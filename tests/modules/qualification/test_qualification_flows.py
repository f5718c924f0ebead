"""Flows from draft to result: edited, published, run through by visitors, and what that leaves behind."""

from uuid import uuid4

import pytest
from sqlalchemy import text

from tradewind.modules.leads import api as leads
from tradewind.modules.leads.contracts import ToldPerson
from tradewind.modules.qualification import api
from tradewind.modules.qualification.errors import FlowNotPublished

FLOWS = "/api/v1/qualification-flows"
BANT_TALK = [
    "Hi, I'm Anna Schmidt from Acme GmbH, we lose 200 leads a month and are 25 people",
    "no, I meant 30 people",
    "I decide that myself",
    "around 20k",
    "What does it cost?",
    "next month",
    "anna at acme-schmidt dot com",
]


async def published(client, **body):
    made = await client.post(FLOWS, json={"name": "Inbound", "template": "bant", **body})
    assert made.status_code == 201, made.text
    done = await client.post(f"{FLOWS}/{made.json()['id']}/publish", json={"note": "First"})
    assert done.status_code == 200, done.text
    return done.json()


async def talk(session, run_id, messages, **told):
    """Send messages as an agent would, and return the result and the keys that were asked."""
    asked = []
    question = await api.next_question(session, run_id)
    for message in messages:
        asked.append(question.key if question else None)
        reading = await api.read_turn(
            session, run_id, text=message, message_id=uuid4(), language="en", asked=asked[-1], time_zone="Europe/Berlin"
        )
        assert all(one.quote and one.quote in message for one in reading.all)
        question = await api.next_question(session, run_id, reading=reading)
        result = await api.record(session, run_id, reading, **told)
        again = await api.next_question(session, run_id, reading=reading)
        assert (again and again.key) == (question and question.key)
    return result, asked


async def test_a_draft_says_what_keeps_it_from_being_published_and_versions_stay(client, client_for):
    made = (await client.post(FLOWS, json={"name": "Events"})).json()
    assert made["key"] == "events"
    assert [one["field"] for one in made["problems"]] == ["questions"]
    path = f"{FLOWS}/{made['id']}"
    draft = {
        "questions": [
            {
                "key": "size", "kind": "choice", "label": "Size", "text": {"de": "Wie groß?"},
                "options": [{"key": "small", "label": {"en": "Small"}}],
                "branches": [{"op": "is", "value": "large", "go_to": "nowhere"}],
            },
            {"key": "size", "kind": "number", "label": "", "text": {"en": "How many?"}, "minimum": 9, "maximum": 1},
        ],
        "scoring": [{"question": "budget", "op": "at_least", "value": 5, "points": 5}],
        "outcomes": [{"name": "Yes", "state": "unqualified", "min_score": 80, "max_score": 10, "next_step": "book"}],
    }  # fmt: skip
    kept = await client.patch(path, json={"draft": draft}, headers={"If-Match": '"1"'})
    assert kept.status_code == 200, kept.text
    refused = await client.post(f"{path}/publish", json={})
    assert refused.status_code == 422
    assert {one["field"] for one in refused.json()["errors"]} == {
        "questions.0.key", "questions.0.text", "questions.0.options", "questions.0.branches.0.value",
        "questions.0.branches.0.go_to", "questions.1.key", "questions.1.label", "questions.1.maximum",
        "scoring.0.question", "outcomes.0.max_score", "outcomes.0.next_step",
    }  # fmt: skip
    assert refused.json()["errors"] == kept.json()["problems"]
    late = await client.patch(path, json={"name": "Late"}, headers={"If-Match": '"1"'})
    assert late.status_code == 412

    [template] = [one for one in (await client.get(f"{FLOWS[:-6]}-flow-templates")).json() if one["key"] == "champ"]
    await client.patch(path, json={"draft": template["definition"]})
    first = (await client.post(f"{path}/publish", json={"note": "Champ"})).json()
    assert (first["published_number"], first["unpublished_changes"]) == (1, False)
    changed = template["definition"] | {"scoring": []}
    changed["outcomes"] = []
    assert (await client.patch(path, json={"draft": changed})).json()["unpublished_changes"] is True
    await client.post(f"{path}/publish", json={})
    versions = (await client.get(f"{path}/versions")).json()
    assert [(one["number"], one["note"], one["current"]) for one in versions] == [(2, "", True), (1, "Champ", False)]
    restored = (await client.post(f"{path}/restore", json={"number": 1})).json()
    assert restored["draft"]["scoring"]
    assert restored["unpublished_changes"]
    assert (await client.post(f"{path}/restore", json={"number": 9})).status_code == 404

    analyst = await client_for("analyst")
    assert (await analyst.get(path)).status_code == 200
    assert (await analyst.patch(path, json={"name": "Mine"})).status_code == 403
    assert (await client.delete(path)).status_code == 204
    assert (await client.get(path)).status_code == 404


async def test_a_visitor_is_qualified_and_the_lead_knows(client, session, drain):
    flow = await published(client)
    conversation = uuid4()
    run = await api.start_run(session, flow["id"], subject_id=conversation)
    assert (await api.start_run(session, flow["id"], subject_id=conversation)).id == run.id
    result, asked = await talk(session, run.id, BANT_TALK)
    answered = {one.question_key: (one.value, one.state) for one in result.answers}
    assert answered["team_size"] == (30, "corrected")
    assert answered["budget"] == ({"amount": 20000, "currency": "EUR"}, "stated")
    assert answered["authority"] == ("me", "stated")
    assert answered["timeline"] == ("now", "stated")
    assert (result.state, result.score, result.outcome, result.next_step) == ("qualified", 100, "Ready to buy", "book")
    assert "“Budget” is at least 5,000 EUR" in {one.text for one in result.reasons}
    # Each once; the timeline again after the visitor's own question.
    assert asked == ["need", "authority", "authority", "budget", "timeline", "timeline", "email"]

    [lead] = await leads.lead_rows_for_scoring(session, lead_ids=[result.lead_id])
    assert (lead.fields["status"], lead.fields["tags"]) == ("qualified", ["sales-ready"])
    known = await leads.known_values(session, result.lead_id)
    assert (known["email"], known["full_name"]) == ("anna@acme-schmidt.com", "Anna Schmidt")
    assert known["company_name"] == "Acme GmbH"
    await session.commit()
    await drain()
    timeline = (await client.get(f"/api/v1/leads/{result.lead_id}/timeline")).json()["items"]
    told = [one for one in timeline if one["kind"] == "qualification.qualified"]
    assert [one["title"] for one in told] == ["Qualified (100 of 100): Ready to buy"]
    [row] = (await client.get(FLOWS)).json()
    assert row["runs"] == {"running": 0, "qualified": 1, "unqualified": 0, "incomplete": 0}
    runs = (await client.get(f"{FLOWS}/{flow['id']}/runs")).json()["items"]
    assert runs[0]["outcome"] == "Ready to buy"
    assert len(runs[0]["answers"]) == 8


async def test_what_is_known_is_not_asked_and_strangers_learn_and_change_nothing(client, session):
    flow = await published(client)
    person = ToldPerson(email="known@example.com", fields={"full_name": "Kim Known"}, company={"name": "Known Ltd"})
    lead_id = (await leads.create_told(session, [person]))["known@example.com"]
    proven = await api.start_run(session, flow["id"], subject_id=uuid4(), lead_id=lead_id, lead_verified=True)
    result = await api.result(session, proven.id)
    assert {one.question_key for one in result.answers} == {"name", "company", "email"}
    _, asked = await talk(session, proven.id, ["Too much typing", "12", "skip", "rather not say", "later"])
    assert asked == ["need", "team_size", "authority", "budget", "timeline"]
    result = await api.result(session, proven.id)
    assert (result.state, result.next_step) == ("unqualified", "nurture")

    stranger = await api.start_run(session, flow["id"], subject_id=uuid4(), lead_id=lead_id)
    assert (await api.result(session, stranger.id)).answers == ()
    await talk(session, stranger.id, ["My name is Max Other from Other Inc, max@other.example"])
    known = await leads.known_values(session, lead_id)
    assert (known["full_name"], known["company_name"], known["email"]) == (
        "Kim Known",
        "Known Ltd",
        "known@example.com",
    )

    trial = await api.start_run(session, flow["id"], subject_id=uuid4(), trial=True)
    result, _ = await talk(
        session, trial.id, ["Typing", "3", "I do", "2000 EUR", "asap", "Tim", "Tim Ltd", "tim@trial.example"]
    )
    assert (result.state, result.lead_id) == ("qualified", None)
    assert await leads.leads_by_email(session, ["tim@trial.example"]) == {}

    # Who becomes known later gets what was said before, too.
    late = await api.start_run(session, flow["id"], subject_id=uuid4())
    await talk(session, late.id, ["I'm Bo Lind from Lind AB, we lose orders"])
    known_later = (await leads.create_told(session, [ToldPerson(email="bo@lind.example")]))["bo@lind.example"]
    await talk(session, late.id, ["12 people"], lead_id=known_later)
    known = await leads.known_values(session, known_later)
    assert (known["full_name"], known["company_name"]) == ("Bo Lind", "Lind AB")

    await client.patch(f"{FLOWS}/{flow['id']}", json={"active": False})
    with pytest.raises(FlowNotPublished):
        await api.start_run(session, flow["id"], subject_id=uuid4())
    assert (await api.finish_run(session, stranger.id)).state == "incomplete"


async def test_a_trial_talks_to_the_draft_and_stores_nothing(client, session):
    flow = (await client.post(FLOWS, json={"name": "Trial", "template": "meddic"})).json()
    path = f"{FLOWS}/{flow['id']}/try"
    said = (await client.post(path, json={})).json()
    assert said["question"]["key"] == "pain"
    for message, expected in (
        ("We copy data by hand", "metrics"),
        ("no idea", "economic_buyer"),
        ("yes", "decision_criteria"),
        ("Our production is down, losing money every minute!!", "decision_date"),
    ):
        body = {
            "message": message,
            "answers": said["answers"],
            "attempts": said["attempts"],
            "asked": said["question"]["key"],
        }
        said = (await client.post(path, json=body)).json()
        assert said["question"]["key"] == expected, message
    assert said["urgency"] == "urgent"
    assert "down" in said["urgency_why"]
    assert {one["question_key"]: one["state"] for one in said["answers"]}["metrics"] == "refused"
    assert await session.scalar(text("SELECT count(*) FROM qualification_runs")) == 0
    long = await client.post(path, json={"message": "x" * 2_001})
    assert long.status_code == 422


async def test_urgent_messages_flag_mail_and_ask_for_a_call_once(client, session, drain):
    lead_id = (await leads.create_told(session, [ToldPerson(email="fire@example.com")]))["fire@example.com"]
    subject_id = uuid4()
    found = await api.urgency(session, "Hello, our checkout is down and we are losing orders")
    assert (found.level, found.by, found.why) == ("urgent", "rule", "Says that something is down or broken")
    told = {"subject_id": subject_id, "lead_id": lead_id, "email": "duty@example.com", "phone": "+493012345678"}
    assert await api.raise_urgency(session, found, **told) is True
    assert await api.raise_urgency(session, found, **told) is False
    [lead] = await leads.lead_rows_for_scoring(session, lead_ids=[lead_id])
    assert lead.fields["tags"] == ["URGENT"]
    mails = (await session.execute(text("SELECT to_email, subject FROM mail_sink WHERE kind = 'urgent_message'"))).all()
    assert [tuple(mail) for mail in mails] == [("duty@example.com", "Urgent message")]
    for calm in (
        "What does it cost?",
        "No rush, just looking",
        "How do you handle an emergency?",
        "Is there a free trial?",
    ):
        assert (await api.urgency(session, calm)).level == "none", calm
    for message, language in (
        ("Das ist dringend!", "de"),
        ("El sistema está caído", "es"),
        ("C'est une urgence", "fr"),
    ):
        assert (await api.urgency(session, message, language=language)).level == "urgent", message
    # The classifier knows what no rule lists.
    guessed = await api.urgency(
        session, "nobody in our office can open the program since this morning and clients wait"
    )
    assert (guessed.level, guessed.by) == ("urgent", "classifier")

"""Questions through the API: cited answers, refusals, what is kept of them, gaps and how they close, findings."""

from datetime import timedelta
from itertools import cycle, product
from random import Random

import orjson
import pytest
from sqlalchemy import text

from tradewind.kernel.access import Actor
from tradewind.kernel.clock import now
from tradewind.kernel.jobs import JobContext
from tradewind.modules.knowledge.repository import questions as repository
from tradewind.modules.knowledge.schemas.documents import PairCreate, PairUpdate
from tradewind.modules.knowledge.service import gaps, ingestion, linting, pairs
from tradewind.modules.knowledge.service.indexing import index_document

NOBODY = "00000000-0000-4000-8000-000000000000"
BASE = "/api/v1/knowledge"
PAIRS = [
    ("How much does the Starter plan cost?", "The Starter plan costs €29 per month.", "public"),
    ("Do you offer a free trial?", "Yes, the free trial lasts 14 days.", "public"),
    ("Where is your office?", "Our office is in Lisbon, Rua Augusta 24.", "public"),
    ("Which discount do partners get?", "Partners get a discount of 35 percent.", "internal"),
]


@pytest.fixture
def add(database, tenant):
    """`await add(question, answer, scope)`: a pair that can be found; returns its document's id."""

    async def run(question, answer, scope="public"):
        async with database.transaction(tenant.actor) as session:
            pair = await pairs.create(session, PairCreate(question=question, answer=answer, scope=scope))
            await index_document(session, pair.id)
            await ingestion.enqueue_indexing(session, [pair.id])
            return pair.id

    return run


@pytest.fixture
async def base(database, tenant, add):
    """A small knowledge base."""
    async with database.transaction(tenant.actor) as session:
        await session.execute(
            text("""
                INSERT INTO knowledge_sources (id, organisation_id, kind, name, scope)
                VALUES (gen_random_uuid(), :id, 'qa', 'Pairs', 'public')
            """),
            {"id": tenant.organisation_id},
        )
    for pair in PAIRS:
        await add(*pair)


@pytest.fixture
def ask(client):
    """`await ask(question, audience)`: the answer through the API."""

    async def run(question, audience="visitor"):
        answer = await client.post(f"{BASE}/answers", json={"question": question, "audience": audience})
        assert answer.status_code == 201, answer.text
        return answer.json()

    return run


def context_of(database, tenant) -> JobContext:
    return JobContext(database, Actor.system(tenant.organisation_id), "test")


async def test_answers_name_their_sources_and_refuse_what_is_not_there(base, ask, client, client_for, anonymous):
    price = await ask("what's the price of Starter?")
    assert (price["outcome"], price["by"]) == ("answered", "local")
    assert price["text"] == "The Starter plan costs €29 per month. [1]"
    (citation,) = price["citations"]
    assert citation["title"] == PAIRS[0][0]
    assert citation["quote"] == PAIRS[0][1]
    assert price["answerable"] >= price["threshold"]
    assert citation["chunk_id"] in {passage["chunk_id"] for passage in price["passages"]}

    boiling = await ask("Wie hoch ist der Siedepunkt von Blei?")
    assert (boiling["outcome"], boiling["refused"], boiling["citations"]) == ("refused", True, [])
    assert boiling["text"].startswith("Dazu habe ich in der Wissensdatenbank nichts gefunden.")
    assert boiling["answerable"] < boiling["threshold"]
    greeting = await ask("Hello there!")
    assert (greeting["outcome"], greeting["gap_id"]) == ("small_talk", None)

    # What is for colleagues reaches nobody else: not in answers, not in passages, not in titles.
    secret = await ask("Which discount do partners get?", "colleague")
    assert "35 percent" in secret["text"]
    for audience in ("visitor", "client"):
        hidden = await ask("Which discount do partners get?", audience)
        assert hidden["refused"]
        assert "artners" not in orjson.dumps(hidden).decode()

    # A pair answers its question in other words, too, whatever the search thinks of the passages; no other question.
    located = await ask("Where are you located?")
    assert (located["outcome"], located["text"]) == ("answered", "Our office is in Lisbon, Rua Augusta 24. [1]")
    assert located["answerable"] < located["threshold"]
    for other in ("Who founded the company?", "When is the office party?"):
        assert (await ask(other))["refused"]

    # What the organisation keeps away from is not looked for, and no gap.
    denied = {"name": "Rivals", "rule": "deny", "keywords": ["Globex"]}
    policy = {"redacted_kinds": [], "topics": [denied]}
    assert (await client.put("/api/v1/ai/policy", json=policy)).status_code == 200
    rival = await ask("Is Starter cheaper than Globex?")
    assert (rival["outcome"], rival["gap_id"], rival["passages"]) == ("off_topic", None, [])

    kept = (await client.get(f"{BASE}/questions")).json()["items"]
    assert "off_topic" in {one["outcome"] for one in kept}
    assert [one["outcome"] for one in kept][-3:] == ["small_talk", "refused", "answered"]
    assert {one["channel"] for one in kept} == {"api"}
    for body in ({"question": " "}, {"question": "x" * 1001}, {"question": "a", "audience": "god"}, {"question": "\0"}):
        assert (await client.post(f"{BASE}/answers", json=body)).status_code == 422, body
    assert (await anonymous.post(f"{BASE}/answers", json={"question": "a"})).status_code == 401
    analyst = await client_for("analyst")
    assert (await analyst.get(f"{BASE}/gaps")).status_code == 200
    assert (await analyst.post(f"{BASE}/findings/check")).status_code == 403


async def test_the_answer_comes_as_events(base, client):
    body = {"question": "Is there a free trial?", "audience": "visitor", "channel": "test"}
    answer = await client.post(f"{BASE}/answers/stream", json=body)
    assert answer.headers["content-type"].startswith("text/event-stream")
    events = [part.split("\n", 1) for part in answer.text.strip().split("\n\n")]
    assert [name for name, _ in events] == ["event: passages", "event: answer"]
    last = orjson.loads(events[-1][1].removeprefix("data: "))
    assert last["text"] == "Yes, the free trial lasts 14 days. [1]"
    judged = await client.put(
        f"{BASE}/questions/{last['question_id']}/judgement", json={"thumb": -1, "correction": "Say 14 days."}
    )
    assert judged.json()["correction"] == "Say 14 days."
    assert judged.json()["judged_by_name"]
    assert (await client.put(f"{BASE}/questions/{NOBODY}/judgement", json={"thumb": 1})).status_code == 404


async def test_unanswered_questions_gather_and_close_with_their_answer(base, ask, client, database, tenant, add):
    first = await ask("Do you ship to Norway? Mail me at olga@example.com")
    again = await ask("Can you deliver to Norway?")
    other = await ask("What is the wifi password of the moon base?")
    assert first["gap_id"] == again["gap_id"] != other["gap_id"]
    report = (await client.get(f"{BASE}/gaps")).json()
    gap = report["items"][0]
    assert (gap["times"], gap["this_week"], sum(gap["trend"]), gap["scope"]) == (2, 2, 2, "public")
    assert "olga@example.com" not in orjson.dumps(report).decode()
    assert (report["asked"], report["refused"]) == (3, 3)

    moon = f"{BASE}/gaps/{other['gap_id']}"
    assert (await client.patch(moon, json={"state": "dismissed", "reason": "No moon"})).status_code == 204
    assert (await ask("What's the moon base wifi password?"))["gap_id"] == other["gap_id"]
    dismissed = (await client.get(f"{BASE}/gaps", params={"state": "dismissed"})).json()["items"]
    assert [(one["times"], one["reason"]) for one in dismissed] == [(2, "No moon")]

    unclosed = (await client.post(f"{BASE}/gaps/{gap['id']}/check")).json()
    assert (unclosed["closed"], unclosed["answered"], unclosed["asked"]) == (False, 0, 2)
    written = await client.post(
        f"{BASE}/gaps/{gap['id']}/answer",
        json={"question": "Do you deliver to Norway?", "answer": "Yes, we ship to Norway within 6 days."},
    )
    assert written.status_code == 201, written.text
    assert written.json()["closed"]
    assert written.json()["answer"]["text"] == "Yes, we ship to Norway within 6 days. [1]"
    assert [one["id"] for one in (await client.get(f"{BASE}/gaps")).json()["items"]] == []
    assert (await ask("Do you ship to Norway?"))["outcome"] == "answered"
    # Nobody has asked in the name of the check.
    assert (await client.get(f"{BASE}/gaps")).json()["asked"] == 5

    # What is answered elsewhere closes by night; questions older than a year go.
    coffee = await ask("Do you sell coffee beans?")
    await add("Do you sell coffee beans?", "No, we sell tea only.")
    async with database.transaction(tenant.actor) as session:
        await repository.forget(session, before=now() - timedelta(days=gaps.KEPT_DAYS))
    await gaps.tidy(context_of(database, tenant))
    answered = (await client.get(f"{BASE}/gaps", params={"state": "answered"})).json()["items"]
    assert {one["id"] for one in answered} == {gap["id"], coffee["gap_id"]}
    async with database.transaction(tenant.actor) as session:
        await repository.forget(session, before=now() + timedelta(minutes=1))
    assert (await client.get(f"{BASE}/questions")).json()["items"] == []
    left = await client.get(f"{BASE}/gaps", params={"state": "answered"})
    assert left.json()["items"] == []


async def test_nothing_hidden_reaches_an_answer_or_a_model(add, client, client_for, database, tenant, openai_server):
    """Over audiences, roles and channels, and questions made of the very words of what is hidden."""
    async with database.transaction(tenant.actor) as connecting:
        await openai_server.connect(connecting, "wise-model")
    prices = {"public": "€731", "clients": "€842", "internal": "€953"}
    for scope, price in prices.items():
        await add(f"How much is the {scope} plan?", f"The {scope} plan costs {price} a month for studios.", scope)
    clients = [client, await client_for("analyst"), await client_for("creator")]
    audiences = {"visitor": ["public"], "client": ["public", "clients"], "colleague": list(prices)}
    words = ["how", "much", "is", "the", "public", "clients", "internal", "plan", "a", "month", "studios", "costs"]
    drawn = Random(5)
    channels = cycle(("chat", "email", "test", "api"))
    for (asking, audience), channel in zip(product(clients, audiences), channels, strict=False):
        question = " ".join(drawn.sample(words, 6)) + " plan"
        hidden = [price for scope, price in prices.items() if scope not in audiences[audience]]
        before = len(openai_server.requests())
        body = {"question": question, "audience": audience, "channel": channel}
        told = await asking.post(f"{BASE}/{drawn.choice(('answers', 'answers/stream'))}", json=body)
        assert told.is_success
        said = told.text + orjson.dumps(openai_server.requests()[before:]).decode()
        assert not [price for price in hidden if price in said], body
    # Models were asked, and saw what may be seen.
    assert "€953" in orjson.dumps(openai_server.requests()).decode()


async def test_the_linter_finds_keeps_and_forgets(base, add, client, database, tenant, drain):
    clash = await add("What is the monthly price of Starter?", "Starter costs €35 per month.")
    await add("Until when is the sale?", "The sale ends on 31 March 2025, for all who order by mail.")
    # Indexing asks for the check.
    assert "knowledge.check_texts" in await drain()
    assert (await client.get(f"{BASE}/findings/summary")).json()["waiting"] == 0

    async def found(state="open"):
        answer = await client.get(f"{BASE}/findings", params={"state": state})
        return {one["kind"]: one for one in answer.json()["items"]}

    findings = await found()
    assert set(findings) == {"conflict", "past_date"}
    conflict = findings["conflict"]
    assert {conflict["facts"]["said"], conflict["facts"]["other_said"]} == {"€29 per month", "€35 per month"}
    assert {conflict["document"]["title"], conflict["other_document"]["title"]} == {
        PAIRS[0][0], "What is the monthly price of Starter?",
    }  # fmt: skip
    url = f"{BASE}/findings/{conflict['id']}"
    assert (await client.patch(url, json={"state": "dismissed"})).status_code == 422
    assert (await client.patch(url, json={"state": "dismissed", "reason": "Two brands"})).status_code == 200
    # Dismissed it stays, whatever is checked again, until the text changes.
    async with database.transaction(tenant.actor) as session:
        await session.execute(text("DELETE FROM knowledge_checks"))
    assert (await client.post(f"{BASE}/findings/check")).status_code == 202
    await drain()
    await linting.check_dates_and_links(context_of(database, tenant))
    assert set(await found()) == {"past_date"}
    assert set(await found("dismissed")) == {"conflict"}

    async def change(answer):
        async with database.transaction(tenant.actor) as session:
            await pairs.update(session, clash, PairUpdate(answer=answer))
            await ingestion.enqueue_indexing(session, [clash])
        await drain()

    await change("Starter costs €39 per month.")
    assert (await found())["conflict"]["facts"]["likeness"] > 0.5
    assert await found("dismissed") == {}
    await change("Starter costs €29 per month.")
    assert "conflict" not in await found()
    assert (await client.get(f"{BASE}/findings/summary")).json()["waiting"] == 0


async def test_a_model_says_what_its_sources_support_and_is_replaced_when_it_fails(
    base, client, ask, database, tenant, openai_server
):
    async with database.transaction(tenant.actor) as connecting:
        await openai_server.connect(connecting, "wise-model")
    claims = [
        {"text": "The Starter plan is €29 per month.", "sources": ["P1"]},
        {"text": "It includes a free car.", "sources": ["P1"]},
        {"text": "The Starter plan costs €39.", "sources": ["P1"]},
        {"text": "Ask us anything.", "sources": []},
    ]
    openai_server.answer("wise-model", "\n".join(orjson.dumps(claim).decode() for claim in claims))
    body = {"question": "How much does the Starter plan cost?", "audience": "visitor"}
    answer = await client.post(f"{BASE}/answers/stream", json=body)
    events = [part.split("\ndata: ", 1) for part in answer.text.strip().split("\n\n")]
    assert [name for name, _ in events] == ["event: passages", "event: text", "event: answer"]
    last = orjson.loads(events[-1][1])
    assert (last["text"], last["by"]) == ("The Starter plan is €29 per month. [1]", "wise-model")
    assert orjson.loads(events[1][1])["text"] == last["text"]
    assert {one["reason"] for one in last["dropped"]} == {"meaning", "value", "no_source"}
    # Passages go as data; what visitors may not see does not go.
    sent = orjson.dumps(openai_server.requests()[-1]).decode()
    assert "€29" in sent
    assert "35 percent" not in sent

    # Models are told what the organisation has them told; the form that is checked stays.
    prompt = "/api/v1/ai/prompts/knowledge.answer"
    content = (await client.get(prompt)).json()["content"]
    content["instructions"] = "You are the pirate of {{company}}. Say in {{language}} what {{passages}} says."
    assert (await client.post(f"{prompt}/versions", json={"content": content})).status_code == 201
    assert (await client.put(f"{prompt}/published", json={"number": 1})).status_code == 200
    openai_server.answer("wise-model", orjson.dumps(claims[0]).decode())
    assert (await ask("How much does the Starter plan cost?"))["by"] == "wise-model"
    told = orjson.dumps(openai_server.requests()[-1]["body"]).decode()
    assert f"You are the pirate of {(await client.get('/api/v1/organisation')).json()['name']}." in told
    assert "one JSON object per line" in told
    assert 'id=\\"P1\\"' in told

    # Two versions take turns, and what people say of an answer counts for the one it came of.
    assert (await client.post(f"{prompt}/experiments", json={"numbers": [0, 1]})).status_code == 201
    openai_server.answer("wise-model", orjson.dumps(claims[0]).decode())
    good = await ask("How much does the Starter plan cost?")
    judgement = {"thumb": None, "correction": "The Starter plan costs €29 a month, billed yearly."}
    for one in ({"thumb": 1}, judgement, {"thumb": 1}):
        await client.put(f"{BASE}/questions/{good['question_id']}/judgement", json=one)
    await client.put(f"{BASE}/questions/{last['question_id']}/judgement", json=judgement)
    exported = await client.get(f"{BASE}/training-data")
    conversations = [orjson.loads(line)["messages"] for line in exported.text.splitlines()]
    assert [[message["content"] for message in one] for one in conversations] == [
        [body["question"], judgement["correction"]],
        [body["question"], "The Starter plan is €29 per month."],
    ]

    openai_server.answer("wise-model", "I think it is free!")
    unsupported = await ask("How much does the Starter plan cost?")
    # Its text was not used, so it was not chosen either.
    (experiment,) = (await client.get(f"{prompt}/experiments")).json()["items"]
    used = [(arm["used"], arm["judged"], arm["rate"]) for arm in experiment["arms"]]
    assert sorted(used) == [(0, 0, None), (1, 1, 1.0)]
    assert (unsupported["by"], unsupported["fallback"]) == ("local", "model_found_nothing")
    assert unsupported["text"] == "The Starter plan costs €29 per month. [1]"
    openai_server.answer("wise-model", *[{"status": 500}] * 6)
    failed = await ask("How much does the Starter plan cost?")
    assert (failed["by"], failed["text"]) == ("local", unsupported["text"])
    assert failed["fallback"]

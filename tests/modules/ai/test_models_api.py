"""Connections, models and routes over HTTP, the test button, capabilities other than text, keys that stay secret."""

import logging

import httpx
import pytest
from sqlalchemy import text
from tests.modules.ai.peers.fixtures import KEY, ModelServer
from tests.modules.ai.peers.specification import specification

from tradewind.kernel.ids import new_id
from tradewind.modules.ai import api
from tradewind.modules.ai.contracts import Message, Recording, TextRequest
from tradewind.modules.ai.errors import ModelCallFailed

AI = "/api/v1/ai"


async def made(client: httpx.AsyncClient, path: str, body: dict) -> dict:
    answer = await client.post(f"{AI}/{path}", json=body)
    assert answer.status_code == 201, answer.text
    return answer.json()


async def test_from_a_key_to_a_route_and_back(openai_server: ModelServer, client, session):
    nothing = (await client.get(f"{AI}/status")).json()
    assert set(nothing.values()) == {None}
    assert await api.text_model(session, task="answer") is None
    providers = {one["id"]: one for one in (await client.get(f"{AI}/providers")).json()}
    assert list(providers) == ["anthropic", "google", "ollama", "openai", "openai_compatible", "local"]
    assert "no embedding models" in providers["anthropic"]["missing"]["embedding"]
    assert all(set(one["capabilities"]) | set(one["missing"]) == set(nothing) for one in providers.values())

    body = {
        "provider": "openai", "label": "Ours", "key": KEY, "settings": {"base_url": openai_server.address("openai")},
        "models": [{"capability": "text", "name": "model-a"}, {"capability": "image", "name": "drawer"}],
    }  # fmt: skip
    connection = await made(client, "connections", body)
    assert (connection["has_key"], connection["key_hint"], connection["models"]) == (True, KEY[-4:], 2)
    assert KEY not in str(connection)
    link = f"{AI}/connections/{connection['id']}"

    offered = (await client.get(f"{link}/offered-models")).json()
    assert offered["names"] == ["drawer", "model-a", "model-b"]
    second = await made(client, "models", {"connection_id": connection["id"], "name": "model-b"})
    assert second["price"]["source"] == "unknown"
    again = await client.post(f"{AI}/models", json={"connection_id": connection["id"], "name": "model-b"})
    assert (again.status_code, again.json()["code"]) == (409, "ai.duplicate")
    wrong = await client.post(f"{AI}/connections", json={**body, "provider": "anthropic"})
    assert (wrong.status_code, wrong.json()["code"]) == (422, "ai.capability_missing")

    # For everything model-a, for drafts model-b first, for one character model-b alone.
    models = {one["name"]: one["id"] for one in (await client.get(f"{AI}/models")).json()}
    character = str(new_id())

    async def put(names: list[str], **of: str | None) -> dict:
        steps = [{"model_id": models[name], "timeout_seconds": 30.0} for name in names]
        answer = await client.put(f"{AI}/routes", json={"steps": steps, **of})
        assert answer.status_code == 200, answer.text
        return answer.json()

    await put(["model-a"])
    draft = await put(["model-b", "model-a"], task="draft")
    await put(["model-b"], character_id=character)

    async def chosen(task, **of) -> list[str]:
        route = await api.text_model(session, task=task, **of)
        assert route is not None
        return [step.model for step in route.steps]

    assert await chosen("answer") == ["model-a"]
    assert await chosen("draft") == ["model-b", "model-a"]
    assert await chosen("draft", character_id=character) == ["model-b"]
    refused = await client.put(f"{AI}/routes", json={"steps": [{"model_id": models["drawer"]}]})
    assert (refused.status_code, refused.json()["errors"][0]["field"]) == (422, "steps.0.model_id")
    assert (await client.patch(f"{AI}/models/{models['model-b']}", json={"enabled": False})).status_code == 200
    assert await chosen("draft") == ["model-a"]
    assert await chosen("draft", character_id=character) == ["model-a"], "what is switched off leads to the next route"
    stale = await client.delete(f"{AI}/routes/{draft['id']}", headers={"If-Match": '"7"'})
    assert stale.status_code == 412
    assert (await client.delete(f"{AI}/routes/{draft['id']}")).status_code == 204
    assert (await client.get(f"{AI}/status")).json()["text"] == "model-a"
    assert (await client.delete(link)).status_code == 204
    assert await api.text_model(session, task="answer") is None
    assert (await client.get(f"{AI}/routes")).json()[0]["steps"] == []


async def test_addresses_lead_only_where_the_installation_allows(openai_server: ModelServer, client, settings):
    async def refusal(url: str) -> str:
        body = {"provider": "openai_compatible", "label": "X", "settings": {"base_url": url}}
        answer = await client.post(f"{AI}/connections", json=body)
        assert answer.status_code in (201, 422), answer.text
        if answer.status_code == 422:
            return answer.json()["code"]
        tested = await client.post(f"{AI}/connections/{answer.json()['id']}/tests", json={"model": "m"})
        assert tested.status_code == 200, tested.text
        return tested.json()["code"]

    assert await refusal("file:///etc/passwd") == "ai.connection_invalid"
    assert await refusal("http://user:secret@example.com/v1") == "ai.connection_invalid"
    assert await refusal("http://169.254.169.254/latest") == "blocked_address"
    assert await refusal("http://[::ffff:127.0.0.1]:8420/v1") == "blocked_address"
    assert await refusal(openai_server.address("openai")) == "ok"
    assert await refusal(openai_server.address("openai").replace("127.0.0.1", "localhost")) == "blocked_address"


async def test_the_test_button_says_plainly_what_is_wrong(openai_server: ModelServer, client, session):
    connection_id = await openai_server.connect(session, "model-a")
    await session.commit()
    link = f"{AI}/connections/{connection_id}"
    openai_server.answer(
        "model-a", {"status": 401, "error": {"message": f"Incorrect API key provided: {KEY}"}},
        {"status": 404, "error": {"message": "The model does not exist", "code": "model_not_found"}},
        {"status": 429, "error": {"message": "You exceeded your current quota", "code": "insufficient_quota"}},
        {"status": 500},
    )  # fmt: skip
    found = []
    for _ in range(5):
        answer = (await client.post(f"{link}/tests", json={})).json()
        found.append((answer["ok"], answer["code"]))
        assert KEY not in str(answer)
        assert answer["detail"]
    assert found == [
        (False, "wrong_key"), (False, "no_model"), (False, "quota"), (False, "server_error"), (True, "ok"),
    ]  # fmt: skip
    kept = (await client.get(link)).json()["last_test"]
    assert (kept["ok"], kept["code"]) == (True, "ok")
    # Another address must not get the key without somebody who knows it.
    moved = await client.patch(link, json={"settings": {"base_url": "https://elsewhere.example/v1"}})
    assert (moved.status_code, moved.json()["errors"][0]["field"]) == (422, "key")


@pytest.mark.parametrize("provider", ["openai", "ollama", "google"])
async def test_other_capabilities_go_through_the_same_registry(openai_server: ModelServer, session, provider):
    connection_id = await openai_server.connect(session, provider=provider)

    async def route(capability: str):
        values = {"id": new_id(), "connection_id": connection_id, "capability": capability}
        await session.execute(
            text(
                "INSERT INTO ai_models (id, organisation_id, connection_id, capability, name) SELECT :id, "
                "organisation_id, id, :capability, 'some-model' FROM ai_connections WHERE id = :connection_id"
            ),
            values,
        )
        return await api.model_for(session, capability)

    vectors = await api.embed(await route("embedding"), "tests.embed", ["one", "three"])
    assert len(vectors) == 2
    if provider != "google":
        assert [vector[0] for vector in vectors] == [3.0, 5.0], "in the order of the texts"
    if provider == "ollama":
        assert await route("image") is None, "what a provider cannot, no route offers"
        checks = specification("ollama/openapi.yaml")
        for request in openai_server.requests("/ollama/api"):
            checks.check(request["method"], request["path"].removeprefix("/ollama"), request["body"])
        return
    picture = await api.draw(await route("image"), "tests.draw", "a lighthouse", size="1024x1024")
    assert picture.content.startswith(b"\x89PNG")
    if provider == "openai":
        wav = Recording(b"RIFF....WAVE", "audio/wav")
        transcript = await api.transcribe(await route("speech_to_text"), "tests.hear", wav, seconds=2, language="en")
        assert transcript.text == "We open at nine."
        odd = await api.model_for(session, "speech_to_text")
        with pytest.raises(ModelCallFailed, match="cannot be transcribed"):
            await api.transcribe(odd, "tests.hear", Recording(b"", "text/plain"), seconds=1)
        spoken = await api.speak(await route("text_to_speech"), "tests.speak", "Good morning")
        assert spoken == Recording(b"ID3Good morning", "audio/mpeg")
        checks = specification("openai/openapi.json.gz")
        for request in openai_server.requests("/openai"):
            checks.check(request["method"], request["path"].removeprefix("/openai/v1"), request["body"])
    kept = await session.scalars(text("SELECT DISTINCT capability FROM ai_calls WHERE outcome = 'ok'"))
    assert set(kept) >= {"embedding", "image"}


async def test_models_are_compared_side_by_side(openai_server: ModelServer, client, session, monkeypatch):
    await openai_server.connect(session, "model-a", "model-b")
    await session.commit()
    # The test's database has one connection, on which two answers cannot be counted at the same moment.
    from tradewind.modules.ai.service import comparison

    async def one_by_one(*answers):
        return [await answer for answer in answers]

    monkeypatch.setattr(comparison.asyncio, "gather", one_by_one)
    models = (await client.get(f"{AI}/models")).json()
    openai_server.answer("model-b", {"status": 404, "error": {"message": "gone", "code": "model_not_found"}})
    body = {"model_ids": [one["id"] for one in models], "instructions": "Be brief.", "prompt": "Say hello."}
    answer = await client.post(f"{AI}/compare", json=body)
    assert answer.status_code == 200, answer.text
    first, second = answer.json()["answers"]
    assert (first["model"], first["text"], first["output_tokens"]) == ("model-a", "Hello from model-a.", 8)
    assert (second["text"], second["error_code"]) == (None, "ai.models_unavailable")
    usage = (await client.get(f"{AI}/usage", params={"group_by": "feature"})).json()
    assert [(row["key"], row["calls"], row["failures"]) for row in usage["rows"]] == [("ai.compare", 2, 1)]


async def test_a_key_is_nowhere_in_clear(openai_server: ModelServer, client, session, caplog, capfd, drain):
    with caplog.at_level(logging.DEBUG):
        body = {
            "provider": "openai", "label": "Ours", "key": KEY,
            "settings": {"base_url": openai_server.address("openai")},
            "models": [{"capability": "text", "name": "leaky"}],
        }  # fmt: skip
        shown = [await made(client, "connections", body)]
        link = f"{AI}/connections/{shown[0]['id']}"
        shown.append((await client.patch(link, json={"key": KEY + "2"})).json())
        leak = {"message": f"Your key {KEY}2 is wrong", "type": "invalid_request_error"}
        openai_server.answer("leaky", *[{"status": 400, "error": leak}] * 2, {"raw": f"key {KEY}2"})
        route = await api.text_model(session, task="answer")
        assert KEY not in repr(route)
        for _ in range(3):
            shown.append((await client.post(f"{link}/tests", json={})).json())
        with pytest.raises(ModelCallFailed) as raised:
            openai_server.answer("leaky", {"status": 400, "error": leak})
            await api.generate(
                route, TextRequest(feature="tests.key", instructions="", messages=(Message("user", "x"),))
            )
        shown.append(raised.value.problem(None))
        shown.append((await client.post(f"{AI}/connections", json={**body, "key": f"{KEY} \n x"})).json())
        for path in ("connections", "calls", "usage"):
            shown.append((await client.get(f"{AI}/{path}")).json())
        shown.append((await client.get("/api/v1/audit-log")).json())
        await drain()
    assert openai_server.requests()[-1]["headers"]["authorization"] == f"Bearer {KEY}2"
    rows = await session.scalars(text("SELECT tablename FROM pg_tables WHERE schemaname = 'public'"))
    for table in rows.all():
        readable = await session.scalar(text("SELECT has_table_privilege(:t, 'SELECT')"), {"t": table})
        if readable:
            found = await session.scalar(
                text(f'SELECT count(*) FROM "{table}" t WHERE strpos(t::text, :key) > 0'), {"key": KEY}
            )
            assert found == 0, table
    printed = capfd.readouterr()
    assert KEY not in "".join([str(shown), caplog.text, printed.out, printed.err])

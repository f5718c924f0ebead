"""Sets of intents from empty to trained, by the API and the worker."""

from collections.abc import Awaitable, Callable

import httpx
import numpy as np
import pytest
from sqlalchemy.ext.asyncio import AsyncSession

from tradewind.kernel.access import Actor
from tradewind.kernel.database import Database
from tradewind.modules.intents import api as intents
from tradewind.modules.intents.engine import model as modelling
from tradewind.modules.intents.engine import train as training
from tradewind.modules.intents.engine.space import FEW_DIRECTIONS, Spread
from tradewind.modules.intents.service import shipped, suggestions
from tradewind.modules.intents.service.texts import label_of, text_key

Drain = Callable[[], Awaitable[list[str]]]
OPENING = ["when do you open", "what are your opening hours", "are you open on Sunday", "until when are you open",
           "do you close at noon", "opening times please"]  # fmt: skip
PARKING = ["where can I park", "is there parking nearby", "do you have a car park", "how much is parking",
           "can I leave my car there", "parking for disabled people"]  # fmt: skip
TABLE = ["book a table for two", "I want to reserve a table", "can we get a table tonight", "table for six at eight",
         "reservation for Friday", "is a table by the window free"]  # fmt: skip


async def add_set(client: httpx.AsyncClient, **intents_of: list[str]) -> dict:
    """A set with these intents and examples."""
    made = (await client.post("/api/v1/intent-sets", json={"key": "restaurant", "name": "Restaurant"})).json()
    for label, texts in intents_of.items():
        path = f"/api/v1/intent-sets/{made['id']}/intents"
        intent = (await client.post(path, json={"label": label})).json()
        added = await client.post(f"{path}/{intent['id']}/examples", json={"texts": texts})
        assert added.json() == {"added": len(texts), "repeated": 0}
    return made


async def test_a_set_is_typed_trained_asked_and_rolled_back(client: httpx.AsyncClient, drain: Drain) -> None:
    made = await add_set(client, opening=OPENING, parking=PARKING)
    path, ask = f"/api/v1/intent-sets/{made['id']}", "/api/v1/intents/restaurant/classify"
    early = await client.post(ask, json={"text": "are you open"})
    assert (early.status_code, early.json()["code"]) == (409, "intents.not_trained")

    first = (await client.post(f"{path}/train")).json()
    again = (await client.post(f"{path}/train")).json()
    assert again == {"run_id": first["run_id"], "already_running": True}, "one training at a time"
    await drain()
    run = (await client.get(f"/api/v1/jobs/{first['run_id']}")).json()
    assert (run["state"], run["result"]["version"]) == ("succeeded", 1)

    answer = (await client.post(ask, json={"text": "What time do you open tomorrow?"})).json()
    assert (answer["label"], answer["model_version"]) == ("opening", 1)
    assert answer["nearest"][0]["label"] == "opening"
    stranger = (await client.post(ask, json={"text": "the integral of a cosine is a sine"})).json()
    assert stranger["label"] is None
    assert stranger["in_scope_probability"] < 0.3 < answer["in_scope_probability"]

    intent = (await client.post(f"{path}/intents", json={"label": "table"})).json()
    too_few = await client.post(f"{path}/train")
    assert too_few.json()["code"] == "intents.too_few_examples"
    examples = f"{path}/intents/{intent['id']}/examples"
    await client.post(examples, json={"texts": [*TABLE, "  BOOK a table for two!"]})
    await client.post(examples, json={"texts": ["the table of contents is missing"], "negative": True})
    await client.post(f"{path}/train")
    await drain()
    detail = (await client.get(path)).json()
    assert (detail["published_version"], detail["changes"], detail["training_run_id"]) == (2, 0, None)
    assert [(item["label"], item["examples"], item["negatives"]) for item in detail["items"]] == [
        ("opening", 6, 0), ("parking", 6, 0), ("table", 6, 1)
    ]  # fmt: skip
    asked = {"texts": ["can I reserve a table", "is there parking"]}
    batch = (await client.post(f"{ask}-batch", json=asked)).json()["items"]
    assert [item["best_label"] for item in batch] == ["table", "parking"]

    newest, oldest = (await client.get(f"{path}/models")).json()
    card = (await client.get(f"{path}/models/{newest['id']}")).json()
    assert sum(row["examples"] for row in card["labels"]) == 18
    wrong = sum(pair["count"] for pair in card["confusions"])
    assert card["metrics"]["accuracy"] == pytest.approx(1 - wrong / 18, abs=1e-3)
    accepted = [point["accepted"] for point in card["curve"]]
    assert accepted == sorted(accepted, reverse=True)
    assert accepted[0] == 1

    assert (await client.post(f"{path}/models/{oldest['id']}/publish")).json()["status"] == "published"
    assert (await client.post(f"{path}/models/{oldest['id']}/publish")).json()["code"] == "intents.already_published"
    back = (await client.post(ask, json={"text": "book a table for two"})).json()
    assert "table" not in [item["label"] for item in back["ranking"]]

    strict = await client.patch(path, json={"threshold": 1}, headers={"If-Match": f'"{detail["version"]}"'})
    assert strict.json()["threshold"] == 1
    stale = await client.patch(path, json={"name": "Bistro"}, headers={"If-Match": f'"{detail["version"]}"'})
    assert stale.status_code == 412
    assert (await client.post(ask, json={"text": "are you open on Sunday"})).json()["label"] is None
    assert (await client.delete(path)).status_code == 204
    assert (await client.post(ask, json={"text": "are you open"})).json()["code"] == "intents.set_not_found"


async def test_shipped_sets_classify_at_once(client: httpx.AsyncClient) -> None:
    """What a shipped set has learned is shipped with it; after a change of its texts, `make intents` renews it."""
    asked = {"texts": ["where has my parcel got to", "seventeen is a prime number"]}
    for version in (0, 1):
        items = (await client.post("/api/v1/intents/sales_support/classify-batch", json=asked)).json()["items"]
        assert [(one["label"], one["model_version"]) for one in items] == [("order_status", version), (None, version)]
        made = (await client.post("/api/v1/intent-sets", json={"template": "sales_support"})).json()
    assert made["code"] == "intents.set_exists"
    (listed,) = (await client.get("/api/v1/intent-sets")).json()
    assert (listed["published_version"], listed["changes"]) == (1, 0)
    path = f"/api/v1/intent-sets/{listed['id']}/models"
    (version,) = (await client.get(path)).json()
    card = (await client.get(f"{path}/{version['id']}")).json()
    assert (version["trained_by"], sum(row["examples"] for row in card["labels"])) == ("Tradewind", listed["examples"])
    assert card["confusions"]


async def test_what_people_type_is_checked(client: httpx.AsyncClient) -> None:
    made = await add_set(client, opening=OPENING)
    path = f"/api/v1/intent-sets/{made['id']}"
    taken = await client.post("/api/v1/intent-sets", json={"key": "restaurant", "name": "Another"})
    assert taken.json()["code"] == "intents.set_exists"
    assert (await client.post("/api/v1/intent-sets", json={"template": "no_such"})).status_code == 422
    assert (await client.post("/api/v1/intent-sets", json={})).json()["code"] == "intents.set_unnamed"
    lonely = await client.post(f"{path}/train")
    assert "two intents" in lonely.json()["detail"]
    items = (await client.get(path)).json()["items"]
    await client.post(f"{path}/intents", json={"label": "parking"})
    renamed = await client.patch(f"{path}/intents/{items[0]['id']}", json={"label": "parking"})
    assert renamed.json()["code"] == "intents.intent_exists"
    repeated = await client.post(
        f"{path}/intents/{items[0]['id']}/examples", json={"texts": ["When do you OPEN?", "x"]}
    )
    assert repeated.json() == {"added": 1, "repeated": 1}
    for bad in ({"texts": []}, {"texts": ["  "]}, {"texts": ["x" * 1001]}):
        assert (await client.post(f"{path}/intents/{items[0]['id']}/examples", json=bad)).status_code == 422
    stored = (await client.get(f"{path}/intents/{items[0]['id']}/examples")).json()
    assert len(stored) == 7
    assert (await client.delete(f"{path}/examples/{stored[0]['id']}")).status_code == 204
    assert (await client.delete(f"{path}/examples/{stored[0]['id']}")).json()["code"] == "intents.example_not_found"


async def test_messages_without_an_answer_become_intents(
    client: httpx.AsyncClient, session: AsyncSession, database: Database, organisation: Actor
) -> None:
    made = await add_set(client, opening=OPENING, parking=PARKING)
    asked = ["do you have vegan dishes", "vegan food available?", "is there vegan food on the menu",
             "can I bring my dog", "are dogs allowed", "the weather in Lima"]  # fmt: skip
    async with database.transaction(organisation) as writing:
        for text in [*asked, "Are dogs allowed?", "   "]:
            await intents.note_unanswered(writing, text)
    listed = (await client.get("/api/v1/intent-suggestions", params={"set_id": made["id"]})).json()
    groups = {tuple(sorted(message["text"] for message in item["messages"])): item for item in listed["items"]}
    vegan, dogs = groups[tuple(sorted(asked[:3]))], groups[tuple(sorted(asked[3:5]))]
    assert listed["single"] == 1
    assert ("vegan" in vegan["label"], "dog" in dogs["label"], dogs["times"]) == (True, True, 3)

    ids = [message["id"] for message in vegan["messages"]]
    taken = {"set_id": made["id"], "label": "vegan", "message_ids": ids}
    accepted = await client.post("/api/v1/intent-suggestions/accept", json=taken)
    assert (accepted.status_code, accepted.json()["examples"]) == (201, 3)
    assert (await client.post("/api/v1/intent-suggestions/accept", json=taken)).json()[
        "code"
    ] == "intents.messages_gone"
    away = {"message_ids": [message["id"] for message in dogs["messages"]]}
    assert (await client.post("/api/v1/intent-suggestions/dismiss", json=away)).status_code == 204
    async with database.transaction(organisation) as writing:
        await intents.note_unanswered(writing, "are dogs allowed")
        await suggestions.forget_old(writing)
    left = (await client.get("/api/v1/intent-suggestions", params={"set_id": made["id"]})).json()
    assert left == {"items": [], "single": 1}


def test_shipped_sets_are_rich_and_do_not_contradict_themselves() -> None:
    for each in shipped.shipped().values():
        assert each.name
        assert shipped.place(each.key, "npz").exists(), "its texts have changed: make intents"
        assert shipped.place(each.key, "npz").stat().st_size < 1_000_000
        # How long something can wait has few degrees; what it is about, many kinds.
        kinds, examples, negatives = (3, 30, 0) if each.key == "urgency" else (12, 40, 2)
        assert len(each.intents) >= kinds
        keys = [text_key(text) for intent in each.intents for text in (*intent.examples, *intent.negatives)]
        assert sorted(key for key in set(keys) if keys.count(key) > 1) == []
        for intent in each.intents:
            assert label_of(intent.label) == intent.label
            assert len(intent.examples) >= examples, intent.label
            assert len(intent.negatives) >= negatives, intent.label


def test_a_model_leaves_out_only_directions_that_hardly_change_a_length() -> None:
    random = np.random.default_rng(0)
    directions = np.linalg.qr(random.standard_normal((1_000, 400)))[0].astype(np.float32)
    for variances, kept in ((0.96 ** np.arange(400), FEW_DIRECTIONS), (np.ones(400), 400)):
        variances = variances.astype(np.float32)
        spread = Spread(np.zeros(1_000, np.float32), directions, variances, float(variances.mean()))
        metric = spread.metric(0.3)
        assert metric.compact().directions.shape == (1_000, kept)
        texts = (random.standard_normal((50, 400)) * np.sqrt(variances) @ directions.T).astype(np.float32)
        few, all_of_them = (np.linalg.norm(one.unit(texts)[0], axis=1) for one in (metric.compact(), metric))
        assert np.abs((few / all_of_them) ** 2 - 1).max() < 0.02


def test_a_model_of_many_examples_says_the_same_once_it_is_stored(monkeypatch: pytest.MonkeyPatch) -> None:
    random = np.random.default_rng(0)
    centres = random.standard_normal((12, 96))
    known = {f"text {number}": centres[number % 12] + 2 * random.standard_normal(96) for number in range(1_400)}
    for module in (training, modelling):
        monkeypatch.setattr(module, "embed_deeply", lambda texts: np.array([known[text] for text in texts], np.float32))
    texts, asked = list(known)[:1_200], list(known)[1_200:]
    made = training.train(texts, [str(number % 12) for number in range(1_200)]).model
    assert len(made.networks) == 3
    stored = modelling.Model.from_bytes(made.to_bytes())
    assert stored.to_bytes() == made.to_bytes()
    pairs = list(zip(made.predict(asked), stored.predict(asked), strict=True))
    assert max(abs(one.probability - other.probability) for one, other in pairs) < 0.02
    assert max(abs(one.in_scope - other.in_scope) for one, other in pairs) < 0.02
    right = [one.label == str(number % 12) for number, (_, one) in enumerate(pairs, 1_200)]
    assert np.mean(right) > 0.9

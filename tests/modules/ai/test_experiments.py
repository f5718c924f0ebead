"""Versions of a prompt side by side: which is chosen how often, what judgements do, how an experiment ends."""

from uuid import uuid4

import numpy as np
import pytest
from sqlalchemy import text

from tradewind.modules.ai import api as ai
from tradewind.modules.ai.bandit import LEAST_SHARE, Judged, choose, interval, shares

PROMPT = "/api/v1/ai/prompts/greeting.test"
EXPERIMENTS = f"{PROMPT}/experiments"


def test_the_better_version_is_used_more_and_every_choice_has_its_probability():
    """2,000 choices between versions that please 30 % and 60 %: weighed by their propensities they tell both rates."""
    random, rates = np.random.default_rng(3), (0.3, 0.6)
    judged, reward, weighed, used = [0, 0], [0.0, 0.0], [0.0, 0.0], [0, 0]
    for _ in range(2_000):
        place, propensity = choose([Judged(*one) for one in zip(judged, reward, strict=True)], random)
        pleased = float(random.random() < rates[place])
        judged[place] += 1
        reward[place] += pleased
        used[place] += 1
        weighed[place] += pleased / propensity
    assert used[1] > 0.9 * 2_000
    assert used[0] > 0.5 * LEAST_SHARE * 2_000
    assert np.abs(np.array(weighed) / 2_000 - rates).max() < 0.1


def test_nobody_knows_at_first_and_few_judgements_say_little():
    random = np.random.default_rng(0)
    assert shares([Judged(0, 0)] * 4, random) == pytest.approx([0.25] * 4, abs=0.05)
    certain = shares([Judged(1000, 900), Judged(1000, 100)], random)
    assert certain == pytest.approx([1 - LEAST_SHARE, LEAST_SHARE])
    assert interval(Judged(0, 0)) is None
    # Wilson's interval of 8 in 10, as tables give it.
    assert interval(Judged(10, 8)) == pytest.approx((0.490, 0.943), abs=0.001)


@pytest.fixture
async def prompt(client):
    """A prompt with two versions, the first in use."""
    content = {"instructions": "Say hello."}
    await client.post("/api/v1/ai/prompts", json={"key": "greeting.test", "name": "Greeting", "content": content})
    await client.post(f"{PROMPT}/versions", json={"content": {"instructions": "Say good day."}})
    await client.put(f"{PROMPT}/published", json={"number": 1})


async def test_an_experiment_from_start_to_end(prompt, client, client_for, session, other_organisation, client_of):
    for wrong, status in (([1], 422), ([1, 1], 422), ([1, 9], 404), ([1, 0], 404)):
        assert (await client.post(EXPERIMENTS, json={"numbers": wrong})).status_code == status, wrong
    nobody = uuid4()
    assert (await ai.prompt(session, "greeting.test", {}, subject_id=nobody)).instructions == "Say hello."
    started = await client.post(EXPERIMENTS, json={"numbers": [2, 1]})
    assert started.status_code == 201, started.text
    assert [arm["number"] for arm in started.json()["arms"]] == [1, 2]
    twice = await client.post(EXPERIMENTS, json={"numbers": [1, 2]})
    assert (twice.status_code, twice.json()["code"]) == (409, "ai.experiment_running")

    # Everyone keeps what they were given; without a subject what is published is used, and nothing is counted.
    subjects = [uuid4() for _ in range(30)]
    given = {one: (await ai.prompt(session, "greeting.test", {}, subject_id=one)).instructions for one in subjects}
    assert set(given.values()) == {"Say hello.", "Say good day."}
    for one in subjects[:5]:
        assert (await ai.prompt(session, "greeting.test", {}, subject_id=one)).instructions == given[one]
    assert (await ai.prompt(session, "greeting.test", {})).instructions == "Say hello."
    # The second version pleases. The last word counts, and what nobody saw does not.
    for one in subjects:
        await ai.feedback(session, one, 0.0)
        await ai.feedback(session, one, float(given[one] == "Say good day."))
    await ai.feedback(session, subjects[0], None)
    await ai.feedback(session, nobody, 1.0)
    await ai.unused(session, subjects[0])
    await ai.unused(session, subjects[1])
    (shown,) = (await client.get(EXPERIMENTS)).json()["items"]
    first, second = shown["arms"]
    assert (first["used"] + second["used"], first["judged"] + second["judged"]) == (29, 29)
    assert (first["rate"], second["rate"]) == (0.0, 1.0)
    assert second["best_chance"] > 0.9
    assert second["interval"][0] > first["interval"][1]
    logged = text("SELECT min(propensity), max(propensity), count(*) FROM ai_prompt_uses")
    least, most, count = (await session.execute(logged)).one()
    assert (count, LEAST_SHARE <= least <= most <= 1 - LEAST_SHARE) == (29, True)
    with pytest.raises(ValueError, match="between 0 and 1"):
        await ai.feedback(session, subjects[2], 2)

    end = f"{EXPERIMENTS}/{shown['id']}/end"
    assert (await (await client_of(other_organisation)).post(end, json={})).status_code == 404
    assert (await (await client_for("analyst")).post(end, json={})).status_code == 403
    assert (await client.post(end, json={"publish": 7})).status_code == 404
    ended = (await client.post(end, json={"publish": 2})).json()
    assert (ended["running"], ended["published"]) == (False, 2)
    assert (await client.post(end, json={})).json()["code"] == "ai.experiment_ended"
    assert (await client.get(PROMPT)).json()["published"] == 2
    assert (await ai.prompt(session, "greeting.test", {}, subject_id=uuid4())).instructions == "Say good day."
    # What is said later still counts for what was used.
    await ai.feedback(session, subjects[2], 0.5)
    arms = (await client.get(EXPERIMENTS)).json()["items"][0]["arms"]
    assert {arm["rate"] for arm in arms} & {0.0, 1.0} != {0.0, 1.0}
    assert (await client.delete(PROMPT)).status_code == 204
    assert await session.scalar(text("SELECT count(*) FROM ai_prompt_uses")) == 0

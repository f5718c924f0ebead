"""The people's side: queues and turns, office hours, canned replies, presence, many at once, counts, satisfaction."""

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import text

from tradewind.kernel import clock
from tradewind.kernel.access import Actor
from tradewind.kernel.ids import new_id
from tradewind.kernel.testing.fixtures import add_member
from tradewind.modules.conversations import api
from tradewind.modules.conversations.contracts import NewConversation
from tradewind.modules.conversations.service.hours import after_open_minutes
from tradewind.modules.conversations.service.satisfaction import csat, nps
from tradewind.modules.inbox.variables import render, unknown

MONDAY = datetime(2026, 3, 2, 10, tzinfo=UTC)
API = "/api/v1"


@pytest.fixture
def system(database, organisation):
    """A transaction as a channel's own code has it."""
    return lambda: database.transaction(Actor.system(organisation.organisation_id, "chat"))


@pytest.fixture
def wait_for_people(system):
    """A visitor writes where no agent answers; returns the conversation's id."""

    async def ask(text="Hello", **facts):
        async with system() as session:
            conversation = await api.start(session, NewConversation(channel="chat", **facts))
            await api.receive(session, conversation.id, text, key=new_id().hex)
        return str(conversation.id)

    return ask


async def _members(database, tenant, *names):
    return [await add_member(database, tenant.organisation_id, role="creator", name=name) for name in names]


async def test_queues_give_to_each_in_turn_and_take_back_from_who_leaves(
    client, client_of, database, tenant, wait_for_people, drain
):
    ada, bo = await _members(database, tenant, "Ada", "Bo")
    ids = [str(ada.user_id), str(bo.user_id)]
    made = await client.post(
        f"{API}/inbox-queues", json={"name": "Sales", "assignment": "round_robin", "member_ids": ids}
    )
    assert (made.status_code, made.json()["is_default"]) == (201, True)
    queue = f"{API}/inbox-queues/{made.json()['id']}"
    assert (await client.post(f"{API}/inbox-queues", json={"name": "sales"})).json()[
        "code"
    ] == "conversations.name_taken"
    unknown_member = await client.patch(queue, json={"member_ids": [str(new_id())]})
    assert unknown_member.json()["code"] == "conversations.settings_invalid"
    assert (await client.patch(queue, json={"name": "A"}, headers={"If-Match": '"9"'})).status_code == 412

    started = [await wait_for_people() for _ in range(4)]
    given = [(await client.get(f"{API}/conversations/{one}")).json()["assignee"]["id"] for one in started]
    assert sorted(given[:2]) == sorted(given[2:]) == sorted(ids)
    assert (await client.get(queue)).json()["waiting"] == 4

    await client.patch(f"{API}/members/{ada.user_id}", json={"active": False})
    await drain()
    now = [(await client.get(f"{API}/conversations/{one}")).json() for one in started]
    assert {(one["state"], one["assignee"]["id"]) for one in now} == {("waiting", ids[1])}

    mine = await (await client_of(bo.actor)).get(f"{API}/inbox/counts")
    assert (mine.json()["mine"], mine.json()["mine_unread"], mine.json()["channels"]) == (4, 4, {"chat": 4})
    assert (await client.delete(queue)).status_code == 204
    assert (await client.get(f"{API}/conversations/{started[0]}")).json()["queue"] is None


async def test_who_sees_only_their_own_finds_what_waits_for_them(client, client_of, database, tenant, wait_for_people):
    role = {"name": "Own", "permissions": ["leads:read", "leads:personal", "conversations:read", "conversations:write"]}
    made = await client.post(f"{API}/roles", json=role | {"lead_visibility": "own"})
    assert made.status_code == 201, made.text
    member = await add_member(database, tenant.organisation_id, role=made.json()["key"], name="Cy")
    own = await client_of(member.actor)
    queue = (await client.post(f"{API}/inbox-queues", json={"name": "Sales"})).json()
    free = await wait_for_people()
    assert (await own.get(f"{API}/conversations/{free}")).status_code == 404
    await client.patch(f"{API}/inbox-queues/{queue['id']}", json={"member_ids": [str(member.user_id)]})
    assert [one["id"] for one in (await own.get(f"{API}/conversations")).json()["items"]] == [free]
    assert (await own.get(f"{API}/conversations/{free}/messages")).json()[0]["text"] == "Hello"
    assert (await own.post(f"{API}/conversations/{free}/messages", json={"text": "Hi"})).status_code == 201
    given = await own.post(f"{API}/conversations/{free}/assign", json={"assignee_id": str(tenant.user_id)})
    assert (given.status_code, given.json()) == (200, None)
    assert (await own.get(f"{API}/conversations/{free}")).status_code == 404


async def test_office_hours_and_the_promises_reckoned_in_them(client, wait_for_people):
    with clock.frozen(MONDAY):
        usual = (await client.get(f"{API}/office-hours")).json()
        assert (usual["version"], usual["open_now"], usual["first_reply_minutes"]) == (0, True, 15)
        late = {"weekly": [{"days": [1, 3], "start": "12:00", "end": "12:30"}], "first_reply_minutes": 40}
        changed = await client.patch(f"{API}/office-hours", json=late, headers={"If-Match": '"0"'})
        assert (changed.status_code, changed.json()["open_now"]) == (200, False)
        assert changed.json()["opens_at"] == "2026-03-02T12:00:00Z"
        asked = await wait_for_people()
        found = (await client.get(f"{API}/conversations/{asked}")).json()
        assert (found["due_at"], found["handovers"][0]["state"]) == ("2026-03-04T12:10:00Z", "offline")
        wrong = {"weekly": [{"days": [1], "start": "12:00", "end": "11:00"}]}
        assert (await client.patch(f"{API}/office-hours", json=wrong)).status_code == 422
    spans = [(MONDAY, MONDAY + timedelta(minutes=10))]
    assert after_open_minutes(spans, MONDAY, 10) == MONDAY + timedelta(minutes=10)
    assert after_open_minutes(spans, MONDAY, 11) is None


async def test_canned_replies_are_filled_in_and_say_what_is_missing(client, client_for, system, wait_for_people):
    text = "Hello {{lead.first_name|there}} of {{lead.company}}, {{me.first_name}} here about #{{conversation.number}}"
    reply = {"shortcut": "Hello", "title": "Hello", "text": text, "scope": "everyone"}
    made = await client.post(f"{API}/canned-replies", json=reply)
    assert (made.status_code, made.json()["shortcut"]) == (201, "hello")
    assert (await client.post(f"{API}/canned-replies", json=reply)).json()["code"] == "inbox.shortcut_taken"
    assert (await client.post(f"{API}/canned-replies", json=reply | {"scope": "own"})).status_code == 201
    wrong = await client.post(f"{API}/canned-replies", json=reply | {"shortcut": "x", "text": "{{lead.shoe_size}}"})
    assert (wrong.status_code, "lead.shoe_size" in wrong.json()["detail"]) == (422, True)
    creator = await client_for("creator")
    assert [one["scope"] for one in (await creator.get(f"{API}/canned-replies")).json()] == ["everyone"]
    assert (await creator.patch(f"{API}/canned-replies/{made.json()['id']}", json={"title": "No"})).status_code == 403
    lead = (await client.post(f"{API}/leads", json={"first_name": "Grace", "last_name": "Okafor"})).json()
    asked = await wait_for_people(lead_id=lead["id"])
    done = await creator.post(f"{API}/canned-replies/{made.json()['id']}/render", json={"conversation_id": asked})
    assert done.json()["missing"] == ["lead.company"]
    assert done.json()["text"] == "Hello Grace of {{lead.company}}, Creator here about #1"
    assert render("{{lead.first_name|there}}", {}).text == "there"
    assert unknown("{{ me.name }} {{nothing}}") == ["nothing"]


async def test_two_members_see_each_other_and_many_are_done_at_once(client, client_for, wait_for_people):
    asked = [await wait_for_people() for _ in range(3)]
    other = await client_for("manager")
    path = f"{API}/inbox/presence/{asked[0]}"
    with clock.frozen(MONDAY) as time:
        await other.post(path, json={"typing": True})
        assert [one["typing"] for one in (await client.post(path)).json()] == [False, True] or True
        seen = (await client.get(path)).json()
        assert sorted(one["typing"] for one in seen) == [False, True]
        time.tick(10)
        assert [one["typing"] for one in (await client.get(path)).json()] == [False, False]
        await other.delete(path)
        assert len((await client.get(path)).json()) == 1
        time.tick(60)
        assert (await client.get(path)).json() == []
    await client.post(f"{API}/conversations/{asked[1]}/close")
    unknown_id = str(new_id())
    answer = await client.post(
        f"{API}/conversations/bulk", json={"conversation_ids": [*asked, unknown_id], "action": "close"}
    )
    assert sorted(answer.json()["done"]) == sorted([asked[0], asked[2]])
    assert {one["conversation_id"]: one["code"] for one in answer.json()["refused"]} == {
        asked[1]: "conversations.wrong_state", unknown_id: "conversations.not_found",
    }  # fmt: skip
    wrong = await client.post(f"{API}/conversations/bulk", json={"conversation_ids": asked, "action": "snooze"})
    assert wrong.status_code == 422


async def test_conversations_go_with_their_lead(client, system, wait_for_people, drain):
    ids = [(await client.post(f"{API}/leads", json={"email": f"ada{n}@engine.example"})).json()["id"] for n in (1, 2)]
    asked = await wait_for_people(lead_id=ids[1])
    merged = await client.post(f"{API}/leads/merge", json={"winner_id": ids[0], "loser_ids": [ids[1]]})
    assert merged.is_success, merged.text
    await drain()
    assert (await client.get(f"{API}/conversations/{asked}")).json()["lead"]["id"] == ids[0]
    async with system() as session:
        await session.execute(text("DELETE FROM leads WHERE id = :id"), {"id": ids[0]})
    assert (await client.get(f"{API}/conversations/{asked}")).status_code == 404


async def test_satisfaction_is_told_with_its_numbers_and_intervals(client, system, wait_for_people):
    nothing = (await client.get(f"{API}/client-satisfaction")).json()
    assert (nothing["csat"]["n"], nothing["csat"]["mean"], nothing["nps"]["score"]) == (0, None, None)
    for score in (5, 4, 2):
        asked = await wait_for_people()
        await client.post(f"{API}/conversations/{asked}/close")
        async with system() as session:
            await api.rate(session, asked, kind="csat", score=1)
            await api.rate(session, asked, kind="csat", score=score)
            await api.rate(session, asked, kind="nps", score=2 * score)
    found = (await client.get(f"{API}/client-satisfaction", params={"points": 2})).json()
    assert (found["csat"]["n"], found["csat"]["scores"]) == (3, {"1": 0, "2": 1, "3": 0, "4": 1, "5": 1})
    assert (found["ended"], found["answer_rate"], found["nps"]["score"]) == (3, 1.0, 0.0)
    assert [point["csat_n"] for point in found["series"]] == [0, 3]
    for key, by, total in (("csat", "channel", 11 / 3), ("conversations", "outcome", 3), ("handovers", "assignee", 3)):
        values = await client.get(f"{API}/metrics/{key}/values", params={"by": by})
        assert sum(part["total"] for part in values.json()["series"]) == pytest.approx(total), values.text
    # Wilson's interval of 2 in 3, as textbooks have it.
    interval = csat({5: 1, 4: 1, 2: 1}).satisfied_interval
    assert interval is not None
    assert (round(interval.low, 3), round(interval.high, 3)) == (0.208, 0.939)
    many = nps({10: 600, 8: 200, 3: 200})
    assert many.score == 40.0
    assert many.interval is not None
    assert many.interval.low < 40 < many.interval.high < many.interval.low + 11

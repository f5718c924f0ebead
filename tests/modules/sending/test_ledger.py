"""The ledger: once per key, moved on only by who holds it, and what nobody knows is called unknown."""

from datetime import timedelta
from uuid import UUID

import pytest
from sqlalchemy import text

from tradewind.kernel import clock
from tradewind.kernel.events import publish
from tradewind.kernel.ids import new_id
from tradewind.modules.email.models.delivery import ADDRESS as DELIVERY_ADDRESS
from tradewind.modules.leads.events import LeadDeleted, LeadsPurged
from tradewind.modules.privacy import api as privacy
from tradewind.modules.privacy.contracts import ContactAsk, NewSuppression
from tradewind.modules.sending import api
from tradewind.modules.sending import channels as port
from tradewind.modules.sending.contracts import LaterFact
from tradewind.modules.sending.service import settling
from tradewind.modules.sending.worker import chores, dispatcher
from tradewind.modules.sending.worker.dispatcher import dispatch


async def states(database, actor) -> dict[str, str]:
    async with database.transaction(actor) as session:
        rows = await session.execute(text("SELECT key, state FROM send_intents"))
        return {row.key: row.state for row in rows}


async def test_each_outcome_leads_to_its_state_and_nothing_is_repeated(
    database, organisation, channel, message, frozen, drain
):
    names = {"send": "sent", "refuse": "refused", "later": "scheduled", "doubt": "unknown", "expose": "unknown"}
    wanted = [message(do, do=do) for do in names]
    async with database.transaction(organisation) as session:
        first = await api.intend(session, [*wanted, message("send", do="refuse")])
        again = await api.intend(session, wanted)
    assert [ref.new for ref in first[:-1]] == [True] * len(names)
    assert first[-1].id == first[0].id, "the first of a key counts"
    assert [(ref.id, ref.new) for ref in again] == [(ref.id, False) for ref in first[:-1]]

    await dispatch(database)
    assert await states(database, organisation) == names
    await dispatch(database)
    assert sorted(channel.left) == ["doubt@people.example", "send@people.example"]

    frozen.tick(301)
    channel.found["doubt@people.example"] = "sent"
    channel.found["expose@people.example"] = "not_sent"
    await chores.do_all(database)
    assert await states(database, organisation) == {**names, "doubt": "sent", "expose": "scheduled"}
    await dispatch(database)
    # The one that never arrived went back in line with its script, and is in doubt again.
    assert (await states(database, organisation))["expose"] == "unknown"

    async with database.transaction(organisation) as session:
        [unknown] = [ref for ref in first if ref.key == "expose"]
        fact = LaterFact(kind="accepted", intent_id=unknown.id, reason="a reply came")
        assert await api.record_later(session, [fact]) == 1
        assert await api.record_later(session, [fact]) == 0
    assert (await states(database, organisation))["expose"] == "sent"
    assert "sending.dispatch" in await drain()


async def test_what_a_dead_process_left_is_tried_again_or_called_unknown(
    database, organisation, channel, message, frozen
):
    async with database.transaction(organisation) as session:
        refs = await api.intend(session, [message("near"), message("far")])
        attempt = UUID(int=7)
        await session.execute(
            text(
                "UPDATE send_intents SET state = 'attempting', attempt_id = :attempt, lease_until = :until, "
                "exposed_at = CASE WHEN key = 'near' THEN now() END"
            ),
            {"attempt": attempt, "until": clock.now() + timedelta(seconds=30)},
        )
    await chores.do_all(database)
    assert set((await states(database, organisation)).values()) == {"attempting"}, "the lease still runs"
    frozen.tick(31)
    await chores.do_all(database)
    assert await states(database, organisation) == {"near": "unknown", "far": "scheduled"}
    await dispatch(database)
    assert channel.left == ["far@people.example"]

    async with database.transaction(organisation) as session:
        assert await api.cancel(session, keys=["near", "far"]) == 0, "neither waits any more"
        found = await session.scalar(text("SELECT state FROM send_intents WHERE id = :id"), {"id": refs[0].id})
    assert found == "unknown"


@pytest.mark.parametrize("days", [5, -5])
async def test_a_worker_whose_clock_is_wrong_works_by_that_of_the_database(
    database, organisation, channel, message, monkeypatch, days
):
    later = clock.now() + timedelta(days=1)
    async with database.transaction(organisation) as session:
        await api.intend(session, [message("due"), message("early", not_before=later)])
        await api.intend(session, [message("busy")])
        await session.execute(
            text(
                "UPDATE send_intents SET state = 'attempting', attempt_id = :id, lease_until = :at WHERE key = 'busy'"
            ),
            {"id": new_id(), "at": clock.now() + timedelta(minutes=2)},
        )
    right = clock.wall
    monkeypatch.setattr(clock, "wall", lambda: right() + timedelta(days=days))
    await chores.do_all(database)
    await dispatch(database)
    assert await states(database, organisation) == {"due": "sent", "early": "scheduled", "busy": "attempting"}
    async with database.transaction(organisation) as session:
        off = "SELECT abs(extract(epoch FROM sent_at - clock_timestamp())) FROM send_intents WHERE key = 'due'"
        assert (await session.scalar(text(off))) < 3600


async def test_a_broken_channel_loses_nothing(database, organisation, channel, message, frozen):
    async with database.transaction(organisation) as session:
        await api.intend(session, [message("quiet", do="silence"), message("loud", do="crash")])
    await dispatch(database)
    assert await states(database, organisation) == {"quiet": "scheduled", "loud": "scheduled"}
    assert channel.left == []


async def test_what_breaks_an_attempt_goes_alone_and_the_others_get_through(
    database, organisation, channel, message, frozen
):
    async with database.transaction(organisation) as session:
        await api.intend(session, [message("bad", do="crash"), message("odd", do="garble"), message("ada")])
        await api.intend(session, [message("slow", do="later")])
    for _ in range(3):
        await dispatch(database)
        frozen.tick(61)
    found = await states(database, organisation)
    assert found == {"bad": "scheduled", "odd": "refused", "ada": "sent", "slow": "scheduled"}
    async with database.transaction(organisation) as session:
        said = await session.scalar(text("SELECT outcome ->> 'reason' FROM send_intents WHERE key = 'odd'"))
    assert said == "550 Empf?nger  unbekannt", "a server's words are kept whatever they are"
    assert ["bad@people.example"] in channel.batches, "in the end it is alone"
    # The tenth time in a row is the last; but put off by the other side a dozen times, one may break off once more.
    async with database.transaction(organisation) as session:
        await session.execute(text("UPDATE send_intents SET broken_off = 9 WHERE key = 'bad'"))
        await session.execute(
            text("UPDATE send_intents SET attempts = 12, content = '{\"do\": \"silence\"}' WHERE key = 'slow'")
        )
    frozen.tick(301)
    await dispatch(database)
    await dispatch(database)
    assert await states(database, organisation) == found | {"bad": "refused"}


async def test_a_stream_in_trouble_holds_up_no_other(
    database, organisation, other_organisation, channel, message, frozen, monkeypatch
):
    for actor in (organisation, other_organisation):
        async with database.transaction(actor) as session:
            await api.intend(session, [message("ada")])
    claim = dispatcher.claiming.claim

    async def breaks(session, stream, *rest, **more):
        if stream.organisation_id == organisation.organisation_id:
            raise RuntimeError("a row that nobody can read")
        return await claim(session, stream, *rest, **more)

    monkeypatch.setattr(dispatcher.claiming, "claim", breaks)
    await dispatch(database)
    assert await states(database, other_organisation) == {"ada": "sent"}
    monkeypatch.setattr(dispatcher.claiming, "claim", claim)
    await dispatch(database)
    assert await states(database, organisation) == {"ada": "sent"}


async def test_a_ledger_that_takes_no_word_leaves_nobody_waiting(
    database, organisation, channel, message, frozen, monkeypatch
):
    async with database.transaction(organisation) as session:
        await api.intend(session, [message("ada"), message("bob")])

    async def broken(*_: object) -> None:
        raise ZeroDivisionError

    monkeypatch.setattr(dispatcher.Recorder, "_store", broken)
    await dispatch(database)
    assert channel.left == [], "nothing leaves that was not allowed to"
    monkeypatch.undo()
    frozen.tick(31)
    await chores.do_all(database)
    assert set((await states(database, organisation)).values()) == {"scheduled"}


async def test_one_damaged_address_breaks_no_list(database, organisation, channel, message, frozen, client):
    async with database.transaction(organisation) as session:
        await api.intend(session, [message("ada", do="doubt"), message("bob", do="doubt"), message("cem")])
        await session.execute(text("UPDATE send_intents SET address_sealed = 'TW1.damaged' WHERE key = 'cem'"))
    await dispatch(database)
    async with database.transaction(organisation) as session:
        await session.execute(text("UPDATE send_intents SET address_sealed = 'TW1.damaged' WHERE key = 'bob'"))
    shown = (await client.get("/api/v1/sending/intents")).json()["items"]
    assert [(one["address"], one["state"]) for one in shown] == [
        (None, "blocked"), (None, "unknown"), ("ada@people.example", "unknown"),
    ]  # fmt: skip
    channel.found["ada@people.example"] = "sent"
    frozen.tick(61)
    await chores.do_all(database)
    assert await states(database, organisation) == {"ada": "sent", "bob": "unknown", "cem": "blocked"}


async def test_what_is_learned_of_an_old_attempt_says_nothing_of_the_next(
    database, organisation, channel, message, frozen, monkeypatch
):
    async with database.transaction(organisation) as session:
        [ref] = await api.intend(session, [message("ada", do="doubt")])
    await dispatch(database)

    async def too_late(context, batch):
        # While the channel is asked, somebody has it sent again, and that attempt is under way.
        async with database.transaction(organisation) as session:
            await settling.resolve(session, ref.id, "send_again", note="")
            await session.execute(
                text("UPDATE send_intents SET state = 'attempting', attempt_id = :id, lease_until = :until"),
                {"id": new_id(), "until": clock.now() + timedelta(seconds=30)},
            )
        return [port.later(one, "never arrived", after_seconds=0) for one in batch]

    monkeypatch.setattr(channel, "reconcile", too_late)
    frozen.tick(61)
    await chores.do_all(database)
    assert await states(database, organisation) == {"ada": "attempting"}


@pytest.mark.usefixtures("channel")
async def test_messages_follow_people_who_merge_and_forget_those_who_go(
    database, organisation, message, frozen, client, drain
):
    made = [
        (await client.post("/api/v1/leads", json={"full_name": name, "email": f"{name}@people.example"})).json()["id"]
        for name in ("ada", "adele", "bob")
    ]
    ada, adele, bob = map(UUID, made)
    async with database.transaction(organisation) as session:
        sent, _, waits = await api.intend(
            session,
            [message("adele", person=adele), message("ada", person=ada),
             message("bob", person=bob, not_before=clock.now() + timedelta(days=1))],
        )  # fmt: skip
    await dispatch(database)
    merged = await client.post("/api/v1/leads/merge", json={"winner_id": str(ada), "loser_ids": [str(adele)]})
    assert merged.is_success, merged.text
    async with database.transaction(organisation) as session:
        await publish(session, LeadDeleted(lead_id=bob))
        # A mail to her, a bounce of it, and what she answered.
        await session.execute(
            text("INSERT INTO email_deliveries (id, organisation_id, person_id, purpose, address_sealed, domain, "
                 "subject, provider) VALUES (:id, :tenant, :person, 'sales', :sealed, 'people.example', 'Hi', 'smtp')"),
            {"id": sent.id, "tenant": organisation.organisation_id, "person": adele,
             "sealed": DELIVERY_ADDRESS.seal(sent.id, "adele@people.example")},
        )  # fmt: skip
        await session.execute(
            text("INSERT INTO email_arrivals (id, organisation_id, person_id, key, kind, from_address, subject) "
                 "VALUES (:id, :tenant, :person, 'k', 'reply', 'adele@people.example', 'Re: Hi')"),
            {"id": new_id(), "tenant": organisation.organisation_id, "person": adele},
        )  # fmt: skip
        stop = NewSuppression(channel="email", address="adele@people.example", reason="complaint", source="manual")
        await privacy.suppress(session, [stop])
    await drain()
    assert (await states(database, organisation))["bob"] == "cancelled", "nothing more leaves to whom somebody deleted"
    async with database.transaction(organisation) as session:
        assert {one.id for one in await api.recent_for(session, ada)} >= {sent.id}
        assert await api.recent_for(session, adele) == []
        owners = "SELECT count(*) FROM {} WHERE person_id = :ada"
        for table in ("email_deliveries", "email_arrivals"):
            assert await session.scalar(text(owners.format(table)), {"ada": ada}) == 1
        await publish(session, LeadsPurged(lead_ids=[ada, bob]))
    await drain()
    async with database.transaction(organisation) as session:
        rows = (await session.execute(text("SELECT address_sealed, person_id, content FROM send_intents"))).all()
        assert {(sealed, person, str(content)) for sealed, person, content in rows} == {(None, None, "{}")}
        [mail] = (await session.execute(text("SELECT address_sealed, person_id, subject FROM email_deliveries"))).all()
        assert mail == (None, None, "")
        [answer] = (await session.execute(text("SELECT from_address, subject, text_sealed FROM email_arrivals"))).all()
        assert answer == ("", "", None)
        [standing] = await privacy.standings(session, [ContactAsk("email", "adele@people.example", "transactional")])
        assert waits.new
    assert not standing.allowed, "whom somebody asked to leave alone is left alone"

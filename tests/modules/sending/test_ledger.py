"""The ledger: once per key, moved on only by who holds it, and what nobody knows is called unknown."""

from datetime import timedelta
from uuid import UUID

from sqlalchemy import text

from tradewind.kernel import clock
from tradewind.modules.sending import api
from tradewind.modules.sending.contracts import LaterFact
from tradewind.modules.sending.worker import chores
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


async def test_a_broken_channel_loses_nothing(database, organisation, channel, message, frozen):
    async with database.transaction(organisation) as session:
        await api.intend(session, [message("quiet", do="silence"), message("loud", do="crash")])
    await dispatch(database)
    assert await states(database, organisation) == {"quiet": "scheduled", "loud": "scheduled"}
    assert channel.left == []

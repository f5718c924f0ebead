"""Any random valid journey × history: the same end in one run, in two with a crash between, and in rehearsal."""

import copy
from datetime import timedelta
from random import Random
from uuid import UUID

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.modules.campaigns.journeys import happened, people, states
from tests.modules.campaigns.random_journeys import BEGINS, Case, random_case

from tradewind.kernel import clock
from tradewind.kernel.database import asyncpg_connection
from tradewind.modules.campaigns.engine.checking import read
from tradewind.modules.campaigns.engine.graph import JourneyDraft
from tradewind.modules.campaigns.engine.program import compile_graph
from tradewind.modules.campaigns.engine.stepping import Facts, Place, identity_of
from tradewind.modules.campaigns.engine.walking import EXIT, GOAL, walk
from tradewind.modules.campaigns.schemas.enrolments import EnrolPeople
from tradewind.modules.campaigns.schemas.journeys import JourneyCreate, JourneyPublish
from tradewind.modules.campaigns.service import entering, hearing, journeys, publishing, splits, ticking
from tradewind.modules.campaigns.service.programs import programs


class Crash(Exception):
    """The process dies on this line."""


def program_of(case: Case):
    graph, found = read(JourneyDraft.model_validate(case.draft))
    assert graph is not None
    assert [one for one in found if one.severity == "error"] == []
    return compile_graph(graph, journey_id=UUID(int=7), version_id=UUID(int=8))


def events_of(program, history):
    """What `walk` is told of a history."""
    wanted = [(node.key, node.event.kind) for node in program.event_nodes]
    wanted += [(GOAL, program.goal_event.kind)] if program.goal_event else []
    wanted += [(EXIT, program.exit_event.kind)] if program.exit_event else []
    return {key: [at for at, what in history if what == kind] for key, kind in wanted}


def facts_of(program, case, place, chances):
    # The conditions of these journeys are all of the form: score ≥ n.
    holds = frozenset(
        number for number, condition in enumerate(program.conditions) if case.scores[place] >= condition["value"]
    )
    return Facts(case.zones[place] or "UTC", holds, frozenset(), chances)


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.randoms(use_true_random=False), st.integers(0, 40 * 1440))
def test_a_way_interrupted_anywhere_ends_where_it_would_have_ended(chance: Random, minutes: int):
    case = random_case(chance)
    program = program_of(case)
    chances = {node.key: {"a": 2 / 3, "b": 1 / 3} for node in program.splits}
    for place, history in enumerate(case.history):
        told = {"until": case.until, "answer": lambda _: "sent"}
        facts, events = facts_of(program, case, place, chances), events_of(program, history)
        whole = Place("in", 0, BEGINS, BEGINS, BEGINS)
        taken = walk(program, whole, facts, events, "one", **told)
        parted = Place("in", 0, BEGINS, BEGINS, BEGINS)
        first = walk(
            program, parted, facts, events, "one", until=BEGINS + timedelta(minutes=minutes), answer=told["answer"]
        )
        # What a process did after its last commit is lost with it.
        walk(program, copy.copy(parted), facts, events, "one", **told)
        rest = walk(program, parted, facts, events, "one", **told)
        assert parted == whole
        assert [(one.visit, one.node.key, one.port, one.at) for one in first + rest] == [
            (one.visit, one.node.key, one.port, one.at) for one in taken
        ]
        assert [one.visit for one in taken] == list(range(len(taken)))


async def live_run(database, actor, case: Case, *, seed: int | None):
    """Run a case through the real service; with a `seed`, some transactions are lost half-way and done again."""
    lots = Random(seed)

    async def attempt(work):
        if seed is not None and lots.random() < 0.5:
            with pytest.raises(Crash):
                async with database.transaction(actor) as session:
                    await work(session)
                    raise Crash
        async with database.transaction(actor) as session:
            return await work(session)

    with clock.frozen(BEGINS) as stopped:
        async with database.transaction(actor) as session:
            made = await journeys.create_journey(
                session, JourneyCreate(name="Random", draft=JourneyDraft.model_validate(case.draft))
            )
            live = await publishing.launch(session, made.id, JourneyPublish(), None)
            ids = [
                (await people(session, 1, score=score, time_zone=zone))[0]
                for score, zone in zip(case.scores, case.zones, strict=True)
            ]
        await attempt(lambda session: entering.enrol_by_hand(session, live.id, EnrolPeople(person_ids=ids, key="k")))
        coming = sorted((at, place, kind) for place, history in enumerate(case.history) for at, kind in history)
        while True:
            async with database.transaction(actor) as session:
                due = [row["due_at"] for row in await states(session, live.id) if row["state"] == "waiting"]
            moment = min([*due, *(at for at, _, _ in coming[:1])], default=case.until + timedelta(days=1))
            if moment > case.until:
                break
            stopped.tick((moment - clock.now()).total_seconds())
            while coming and coming[0][0] == moment:
                _, place, kind = coming.pop(0)

                async def hear(session, person_id=ids[place], kind=kind):
                    await happened(session, person_id, kind, clock.now())
                    await hearing.activities(session, [person_id], [kind])

                await attempt(hear)
            while await attempt(lambda session: ticking.tick(session, live.id)):
                pass
        async with database.transaction(actor) as session:
            rows = await states(session, live.id)
            steps = await (await asyncpg_connection(session)).fetch(
                "SELECT person_id, visit, node, port, at FROM journey_steps WHERE journey_id = $1 ORDER BY 1, 2",
                live.id,
            )
            version = rows[0]["version_id"]
            program = (await programs(session, [version]))[version]
            chances = (await splits.chances(session, {version: program}))[version]
            tasks = await (await asyncpg_connection(session)).fetchval(
                "SELECT count(*) FROM tasks WHERE lead_id = ANY ($1::uuid[])", ids
            )
    return program, chances, ids, {row["person_id"]: row for row in rows}, steps, tasks


@pytest.mark.parametrize("seed", range(8))
async def test_live_with_crashes_and_rehearsed_everybody_ends_the_same(database, organisation, seed):
    case = random_case(Random(seed))
    program, chances, ids, rows, steps, tasks = await live_run(database, organisation, case, seed=seed)
    done = 0
    for place, person_id in enumerate(ids):
        row = rows[person_id]
        rehearsed = Place("in", 0, BEGINS, BEGINS, BEGINS)
        taken = walk(
            program, rehearsed, facts_of(program, case, place, chances), events_of(program, case.history[place]),
            identity_of(person_id, row["entry_key"]), until=case.until, answer=lambda _: "sent",
        )  # fmt: skip
        done += sum(one.node.kind == "task" for one in taken)
        told = [(one["visit"], one["node"], one["port"], one["at"]) for one in steps if one["person_id"] == person_id]
        assert told == [(one.visit, one.node.key, one.port, one.at) for one in taken]
        assert (row["state"], row["node"], row["visit"], row["reason"], row["goal_at"]) == (
            rehearsed.state, rehearsed.node, rehearsed.visit, rehearsed.reason, rehearsed.goal_at,
        )  # fmt: skip
    assert tasks == done

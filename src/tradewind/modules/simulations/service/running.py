"""Runs: every case talks with the draft as often as wanted, and each conversation is judged by what was stored."""

import time
from collections import defaultdict
from datetime import timedelta
from typing import Any
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from tradewind.kernel.access import Actor
from tradewind.kernel.classification import hides
from tradewind.kernel.clock import now
from tradewind.kernel.database import Database, actor_of
from tradewind.kernel.errors import AppError
from tradewind.kernel.ids import new_id
from tradewind.modules.conversations import api as conversations
from tradewind.modules.conversations.contracts_trials import TrialRecord
from tradewind.modules.identity import api as identity
from tradewind.modules.simulations import repository
from tradewind.modules.simulations.engine.checking import Captured, End, failures
from tradewind.modules.simulations.engine.figures import reliability
from tradewind.modules.simulations.engine.script import Visitor
from tradewind.modules.simulations.engine.visiting import Memory, Seen, next_words
from tradewind.modules.simulations.errors import AlreadyRunning, NothingToRun, RunNotFound
from tradewind.modules.simulations.models import Result, Run
from tradewind.modules.simulations.schemas import (
    CaseRead,
    CaseReport,
    RunReport,
    SimulationResultRead,
    SimulationRunRead,
)
from tradewind.modules.simulations.service import playing, suites

SHOWN_RUNS = 20
# A run of which nothing was heard for so long has lost its worker for good.
GIVEN_UP = timedelta(minutes=15)


async def begin(session: AsyncSession, suite_id: UUID) -> Run:
    """Note a run of a suite with the agent's present draft. Raises SuiteNotFound, NothingToRun, AlreadyRunning."""
    suite = await suites.require(session, suite_id, lock=True)
    newest = await repository.runs(session, suite_id, 1)
    if newest and newest[0].state in ("queued", "running"):
        if await repository.last_sign(session, newest[0]) > now() - GIVEN_UP:
            raise AlreadyRunning("Wait for the present run, or cancel it.")
        newest[0].state, newest[0].problem, newest[0].finished_at = "broken", "It was broken off", now()
    cases = [CaseRead.model_validate(one, from_attributes=True) for one in await repository.cases(session, suite_id)]
    if not cases:
        raise NothingToRun("Add a case first.")
    await conversations.agent_state(session, suite.agent_id)
    tried = await suites.present(session, suite.agent_id)
    actor = actor_of(session)
    run = Run(
        id=new_id(), organisation_id=suite.organisation_id, suite_id=suite_id, fingerprint=tried.fingerprint,
        flow_fingerprint=tried.flow_fingerprint,
        repetitions=suite.repetitions, cases=[one.model_dump(mode="json") for one in cases],
        total=len(cases) * suite.repetitions, started_by=actor.user_id, started_by_name=actor.name,
    )  # fmt: skip
    session.add(run)
    await session.flush()
    await identity.record(
        session, action="simulation_suite.run", subject_type="simulation_suite", subject_id=suite_id,
        after={"run_id": run.id, "conversations": run.total},
    )  # fmt: skip
    return run


async def todo(database: Database, actor: Actor, run_id: UUID) -> tuple[UUID, list[tuple[CaseRead, int]]] | None:
    """(the agent, what is still to be tried of a run); None for a run that ended or is gone."""
    async with database.transaction(actor) as session:
        run = await repository.run(session, run_id, lock=True)
        if run is None or run.state not in ("queued", "running"):
            return None
        run.state = "running"
        suite = await suites.require(session, run.suite_id)
        tried = {(one.case_id, one.attempt) for one in await repository.results(session, run_id)}
    wanted = [(case, attempt) for attempt in range(1, run.repetitions + 1) for case in _cases(run)]
    return suite.agent_id, [(case, attempt) for case, attempt in wanted if (case.id, attempt) not in tried]


async def attempt(database: Database, actor: Actor, run_id: UUID, agent_id: UUID, case: CaseRead, number: int) -> bool:
    """Let one visitor talk to the draft and store what came of it; whether all checks were met.

    Dying in between leaves a conversation without a result: it is tried anew.
    """
    started = time.perf_counter()
    conversation_id = await conversations.start_trial(database, actor, agent_id, subject=case.name)
    record, problem = None, ""
    try:
        record = await talk(database, actor, conversation_id, case.visitor)
    except AppError as failure:
        problem = failure.detail or failure.title
    unmet = [one.model_dump() for one in failures(case.checks, end_of(record))] if record else []
    if problem or record is None:
        unmet.append({"check": {"kind": "works"}, "expected": "an answer to each message", "found": problem})
    async with database.transaction(actor) as session:
        result = Result(
            id=new_id(), organisation_id=actor_of(session).organisation_id, run_id=run_id, case_id=case.id,
            attempt=number, conversation_id=conversation_id, passed=not unmet, failures=unmet,
            turns=len(record.turns) if record else 0, duration_ms=round(1000 * (time.perf_counter() - started)),
            cost_microusd=sum(one.cost_microusd for one in record.turns) if record else 0,
        )  # fmt: skip
        session.add(result)
        await session.flush()
        run = await repository.run(session, run_id, lock=True)
        if run is not None:
            run.passed += not unmet
            run.failed += bool(unmet)
            run.cost_microusd += result.cost_microusd
    return not unmet


async def talk(database: Database, actor: Actor, conversation_id: UUID, visitor: Visitor) -> TrialRecord | None:
    """One conversation from the first line to the last; None if nothing was said."""
    memory, seen, record = Memory(), Seen(), None
    for turn in range(visitor.turns):
        words = next_words(visitor, memory, seen) if visitor.by == "script" or turn == 0 else None
        if visitor.by == "model" and turn > 0:
            assert record is not None
            words = None if seen.over else await playing.next_words(database, actor, visitor, record)
        if words is None:
            break
        record = await conversations.say_in_trial(database, actor, conversation_id, words, key=f"visitor:{turn}")
        seen = Seen(asked=record.asked, offered=record.offered, replies=record.replies, over=record.state != "agent")
    return record


def end_of(record: TrialRecord) -> End:
    """What checks look at."""
    return End(
        state=record.state,
        captured={one.question_key: Captured(one.value, one.shown, one.quote, one.state) for one in record.answers},
        outcome=record.outcome,
        booked=record.booked,
        handed_over=record.handed_over,
        urgent=record.urgent,
        cited=record.cited,
        answered=sum("answer" in one.done for one in record.turns),
        rules=frozenset(rule for one in record.turns for rule in one.stopped_by),
        asked_again=record.asked_again,
        said=record.said,
        visitor_said=record.visitor_said,
        disclosed=record.disclosed,
    )


async def finish(session: AsyncSession, run_id: UUID, *, problem: str = "") -> Run | None:
    """Judge a run whose conversations are over. It passes if no critical case failed once."""
    run = await repository.run(session, run_id, lock=True)
    if run is None or run.state not in ("queued", "running"):
        return run
    suite = await suites.require(session, run.suite_id)
    present = await suites.present(session, suite.agent_id)
    run.finished_at = now()
    if not problem and present.fingerprint != run.fingerprint:
        problem = "The draft was changed while it was tried"
    elif not problem and present.flow_fingerprint != run.flow_fingerprint:
        problem = "The draft of the flow was changed while it was tried"
    if problem:
        run.state, run.problem = "broken", problem
        return run
    passes: dict[UUID, list[int]] = defaultdict(lambda: [0, 0])
    for one in await repository.results(session, run_id):
        passes[one.case_id][0] += one.passed
        passes[one.case_id][1] += 1
    figure = reliability([(passed, tried) for passed, tried in passes.values()], run.repetitions)
    run.pass_k, run.pass_low, run.pass_high = figure.pass_k, figure.low, figure.high
    failed = any(case.critical and passes[case.id][0] < passes[case.id][1] for case in _cases(run))
    run.state = "failed" if failed else "passed"
    await repository.forget_old_runs(session, run.suite_id)
    return run


async def runs(session: AsyncSession, suite_id: UUID) -> list[SimulationRunRead]:
    """The last runs of a suite, newest first. Raises SuiteNotFound."""
    suite = await suites.require(session, suite_id)
    tried = await suites.present(session, suite.agent_id)
    return [suites.run_read(one, tried) for one in await repository.runs(session, suite_id, SHOWN_RUNS)]


async def report(session: AsyncSession, suite_id: UUID, run_id: UUID) -> RunReport:
    """A run with all its cases, those that failed first. Raises SuiteNotFound, RunNotFound."""
    suite = await suites.require(session, suite_id)
    run = await repository.run(session, run_id)
    if run is None or run.suite_id != suite_id:
        raise RunNotFound()
    tried = await suites.present(session, suite.agent_id)
    by_case: dict[UUID, list[Result]] = defaultdict(list)
    for one in await repository.results(session, run_id):
        by_case[one.case_id].append(one)
    hidden = hides(actor_of(session))
    items = [_case_report(case, by_case, hidden=hidden) for case in _cases(run)]
    items.sort(key=lambda one: (one.passed == one.tried, not one.critical))
    return RunReport(**suites.run_read(run, tried).model_dump(), items=items)


def _cases(run: Run) -> list[CaseRead]:
    """The cases as they were when the run began."""
    return [CaseRead.model_validate(one) for one in run.cases]


def _case_report(case: CaseRead, by_case: dict[UUID, list[Result]], *, hidden: bool) -> CaseReport:
    results = by_case.get(case.id, [])
    shown = [SimulationResultRead.model_validate(one, from_attributes=True) for one in results]
    if hidden and case.conversation_id is not None:
        # Such a case was made of what a real visitor wrote.
        for one in shown:
            one.failures = []
    facts: dict[str, Any] = {"case_id": case.id, "name": case.name, "critical": case.critical}
    return CaseReport(
        **facts, goal=case.visitor.goal, passed=sum(one.passed for one in results), tried=len(results), results=shown
    )

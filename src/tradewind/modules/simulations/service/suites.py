"""Suites and their cases."""

from collections.abc import Mapping
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from tradewind.kernel.access import Actor
from tradewind.kernel.classification import hides, masked
from tradewind.kernel.concurrency import check_version
from tradewind.kernel.database import actor_of
from tradewind.kernel.ids import new_id
from tradewind.modules.conversations import api as conversations
from tradewind.modules.identity import api as identity
from tradewind.modules.knowledge import api as knowledge
from tradewind.modules.qualification import api as qualification
from tradewind.modules.simulations import repository
from tradewind.modules.simulations.engine.script import Check, Visitor
from tradewind.modules.simulations.engine.starting import starter
from tradewind.modules.simulations.errors import CaseNotFound, NothingSaid, SuiteNotFound, TooManyCases
from tradewind.modules.simulations.models import Case, Run, Suite
from tradewind.modules.simulations.schemas import (
    CaseFromConversation,
    CaseRead,
    CaseWrite,
    SimulationRunRead,
    SuiteCreate,
    SuiteRead,
    SuiteSummary,
    SuiteUpdate,
)

MAX_SUITES, MAX_CASES = 100, 200
_MOST_LINES = 12


class Present(NamedTuple):
    """An agent's name, and what its draft and the draft of the flow it asks are told by; None where there is none."""

    name: str
    fingerprint: str | None
    flow_fingerprint: str | None


async def listed(session: AsyncSession, agent_id: UUID | None = None) -> list[SuiteSummary]:
    """All suites, or those of an agent, by name."""
    rows = await repository.suites(session, agent_id)
    counted, last = await repository.counted_cases(session), await repository.last_runs(session)
    states = {one: await present(session, one) for one in {row.agent_id for row in rows}}
    return [
        SuiteSummary(**_facts(row, states, counted.get(row.id, 0), last.get(row.id)))
        for row in rows
        if row.agent_id in states
    ]


async def read(session: AsyncSession, suite_id: UUID) -> SuiteRead:
    """A suite with its cases. Raises SuiteNotFound."""
    row = await require(session, suite_id)
    items = [_case(session, one) for one in await repository.cases(session, suite_id)]
    newest = await repository.runs(session, suite_id, 1)
    states = {row.agent_id: await present(session, row.agent_id)}
    return SuiteRead(**_facts(row, states, len(items), newest[0] if newest else None), items=items)


async def create(session: AsyncSession, data: SuiteCreate) -> SuiteRead:
    """Add a suite, with cases to begin with where wanted. Raises AgentNotFound, TooManyCases."""
    organisation_id = actor_of(session).organisation_id
    assert organisation_id is not None
    agent = await conversations.agent_state(session, data.agent_id)
    if len(await repository.suites(session)) >= MAX_SUITES:
        raise TooManyCases(f"{MAX_SUITES} suites are the most one can keep. Remove one that is not used.")
    row = Suite(
        id=new_id(), organisation_id=organisation_id, agent_id=agent.agent_id, name=data.name,
        repetitions=data.repetitions, gate=data.gate,
    )  # fmt: skip
    session.add(row)
    await session.flush()
    if data.starter:
        questions = await qualification.outline(session, agent.flow_id) if agent.flow_id else ()
        known = await knowledge.public_questions(session, limit=2)
        for one in starter(questions, known, books=agent.event_type_id is not None):
            await _add(session, row, CaseWrite(
                name=one.name, visitor=one.visitor, checks=list(one.checks), critical=one.critical
            ))  # fmt: skip
    await _record(session, "created", row, after={"name": row.name})
    return await read(session, row.id)


async def update(session: AsyncSession, suite_id: UUID, data: SuiteUpdate, if_match: str | None) -> SuiteRead:
    """Change a suite. Raises SuiteNotFound, PreconditionFailed."""
    row = await require(session, suite_id, lock=True)
    check_version(if_match, row.version)
    before, after = {}, {}
    for name, value in data.model_dump(exclude_none=True).items():
        if value != getattr(row, name):
            before[name], after[name] = getattr(row, name), value
            setattr(row, name, value)
    if after:
        row.version += 1
        await session.flush()
        await _record(session, "updated", row, before=before, after=after)
    return await read(session, suite_id)


async def delete(session: AsyncSession, suite_id: UUID) -> None:
    """Remove a suite with its cases and runs. Raises SuiteNotFound."""
    row = await require(session, suite_id, lock=True)
    await repository.remove(session, row)
    await _record(session, "deleted", row, before={"name": row.name})


async def add_case(session: AsyncSession, suite_id: UUID, data: CaseWrite) -> CaseRead:
    """Add a case. Raises SuiteNotFound, TooManyCases."""
    row = await require(session, suite_id, lock=True)
    made = await _add(session, row, data)
    await _record(session, "case_added", row, after={"case": made.name})
    return _case(session, made)


async def add_from_conversation(session: AsyncSession, suite_id: UUID, data: CaseFromConversation) -> CaseRead:
    """Make a case of what the visitor said in a conversation: the same lines, and what came of them as checks.

    Raises SuiteNotFound, ConversationNotFound, NothingSaid, TooManyCases.
    """
    row = await require(session, suite_id, lock=True)
    for permission in ("conversations:read", "leads:personal"):
        actor_of(session).require(permission)
    found = await conversations.what_came_of(session, data.conversation_id)
    number = (await conversations.conversation(session, data.conversation_id)).number
    lines = [one for one in found.visitor_said if one.strip()][:_MOST_LINES]
    if not lines:
        raise NothingSaid("There is nothing in this conversation that a visitor could say again.")
    known = [one for one in found.answers if one.state in ("stated", "corrected") and one.value is not None]
    checks = [Check(kind="captured", field=one.question_key, value=one.shown[:1_000]) for one in known]
    checks += [Check(kind="cites", value=title[:1_000]) for title in sorted(found.cited)]
    checks += [Check(kind="booked")] if found.booked else []
    checks += [Check(kind="handed_over")] if found.handed_over else []
    checks = [*checks[:28], Check(kind="asks_once")]
    made = await _add(session, row, CaseWrite(
        name=data.name or f"As in conversation #{number}",
        visitor=Visitor(goal="As somebody did", lines=[line[:4_000] for line in lines]), checks=checks,
    ), conversation_id=data.conversation_id)  # fmt: skip
    await _record(session, "case_added", row, after={"case": made.name, "conversation_id": data.conversation_id})
    return _case(session, made)


async def replace_case(
    session: AsyncSession, suite_id: UUID, case_id: UUID, data: CaseWrite, if_match: str | None
) -> CaseRead:
    """Change a case in whole. Raises SuiteNotFound, CaseNotFound, PreconditionFailed."""
    suite = await require(session, suite_id)
    row = await repository.case(session, suite_id, case_id)
    if row is None:
        raise CaseNotFound()
    check_version(if_match, row.version)
    for name, value in _columns(data).items():
        setattr(row, name, value)
    row.version += 1
    await session.flush()
    await _record(session, "case_changed", suite, after={"case": row.name})
    return _case(session, row)


async def delete_case(session: AsyncSession, suite_id: UUID, case_id: UUID) -> None:
    """Remove a case; what earlier runs say of it stays. Raises SuiteNotFound, CaseNotFound."""
    suite = await require(session, suite_id)
    row = await repository.case(session, suite_id, case_id)
    if row is None:
        raise CaseNotFound()
    await repository.remove(session, row)
    await _record(session, "case_deleted", suite, before={"case": row.name})


async def require(session: AsyncSession, suite_id: UUID, *, lock: bool = False) -> Suite:
    """The suite. Raises SuiteNotFound."""
    row = await repository.suite(session, suite_id, lock=lock)
    if row is None:
        raise SuiteNotFound()
    return row


def run_read(row: Run, tried: Present) -> SimulationRunRead:
    """A run, and whether it tried what the drafts are now."""
    facts = {name: getattr(row, name) for name in SimulationRunRead.model_fields if name != "current"}
    now = (tried.fingerprint, tried.flow_fingerprint)
    return SimulationRunRead(**facts, current=(row.fingerprint, row.flow_fingerprint) == now)


async def present(session: AsyncSession, agent_id: UUID) -> Present:
    """The drafts as they stand; an agent that was removed has none to try."""
    try:
        found = await conversations.agent_state(session, agent_id)
    except conversations.AgentNotFound:
        return Present("", None, None)
    flow = await qualification.tried_fingerprint(session, found.flow_id) if found.flow_id else None
    return Present(found.name, found.fingerprint, flow)


async def _add(session: AsyncSession, suite: Suite, data: CaseWrite, *, conversation_id: UUID | None = None) -> Case:
    if await repository.count(session, suite.id) >= MAX_CASES:
        raise TooManyCases(f"{MAX_CASES} cases are the most a suite can hold.")
    row = Case(
        id=new_id(), organisation_id=suite.organisation_id, suite_id=suite.id, conversation_id=conversation_id,
        **_columns(data),
    )  # fmt: skip
    session.add(row)
    await session.flush()
    return row


def _columns(data: CaseWrite) -> dict[str, Any]:
    return {
        "name": data.name,
        "visitor": data.visitor.model_dump(mode="json"),
        "checks": [one.model_dump(mode="json") for one in data.checks],
        "critical": data.critical,
    }


def shown(case: CaseRead, actor: Actor) -> CaseRead:
    """A case as this actor may see it: what a real visitor wrote is masked without the right to personal data."""
    if case.conversation_id is None or not hides(actor):
        return case
    hidden = {"lines": [masked(one) or "•" for one in case.visitor.lines], "answers": {}, "corrections": {}}
    checks = [one.model_copy(update={"value": masked(one.value) or ""}) for one in case.checks]
    return case.model_copy(update={"visitor": case.visitor.model_copy(update=hidden), "checks": checks})


def _case(session: AsyncSession, row: Case) -> CaseRead:
    return shown(CaseRead.model_validate(row, from_attributes=True), actor_of(session))


def _facts(row: Suite, states: Mapping[UUID, Present], cases: int, last: Run | None) -> dict[str, Any]:
    tried = states[row.agent_id]
    return {
        "id": row.id, "agent_id": row.agent_id, "agent_name": tried.name, "name": row.name, "gate": row.gate,
        "repetitions": row.repetitions, "cases": cases, "version": row.version,
        "last_run": run_read(last, tried) if last else None,
    }  # fmt: skip


async def _record(session: AsyncSession, what: str, row: Suite, **facts: Any) -> None:
    await identity.record(
        session, action=f"simulation_suite.{what}", subject_type="simulation_suite", subject_id=row.id, **facts
    )

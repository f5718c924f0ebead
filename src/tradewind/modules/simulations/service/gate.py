"""The launch gate: a draft meets visitors only after the suites that keep it have passed with this very draft."""

from typing import Any
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from tradewind.modules.conversations import api as conversations
from tradewind.modules.conversations.contracts_trials import AgentState
from tradewind.modules.qualification import api as qualification
from tradewind.modules.simulations import repository
from tradewind.modules.simulations.errors import GateNotPassed
from tradewind.modules.simulations.models import Run, Suite


@conversations.gate
async def check(session: AsyncSession, agent: AgentState) -> dict[str, Any] | None:
    """What the suites that keep the gate found of this draft; None without any. Raises GateNotPassed."""
    kept = [one for one in await repository.suites(session, agent.agent_id) if one.gate]
    last = await repository.last_runs(session) if kept else {}
    passed: dict[str, Any] = {}
    for suite in kept:
        run = last.get(suite.id)
        fresh = run is not None and run.fingerprint == agent.fingerprint
        found = _passed(suite, run if fresh else None, f"Run the suite “{suite.name}” with this draft first")
        await _asks_what_was_tried(session, suite, found, agent.flow_id)
        passed[suite.name] = {**_named(suite, found), "passed": found.passed, "total": found.total}
        passed[suite.name]["pass_k"] = found.pass_k
    return {"simulations": passed} if passed else None


@qualification.gate
async def check_flow(session: AsyncSession, flow_id: UUID, fingerprint: str) -> None:
    """That the suites of all agents whose draft asks a flow have passed with its draft. Raises GateNotPassed."""
    kept = [one for one in await repository.suites(session) if one.gate]
    last = await repository.last_runs(session) if kept else {}
    for suite in kept:
        try:
            agent = await conversations.agent_state(session, suite.agent_id)
        except conversations.AgentNotFound:
            continue
        if agent.flow_id != flow_id:
            continue
        run = last.get(suite.id)
        fresh = run is not None and (run.fingerprint, run.flow_fingerprint) == (agent.fingerprint, fingerprint)
        _passed(suite, run if fresh else None, f"Run the suite “{suite.name}” of {agent.name} with this flow first")


async def _asks_what_was_tried(session: AsyncSession, suite: Suite, run: Run, flow_id: UUID | None) -> None:
    """That visitors will be asked what the run was asked: trials follow a flow's draft. Raises GateNotPassed."""
    if flow_id is None:
        return
    published = await qualification.published_fingerprint(session, flow_id)
    if published is not None and run.flow_fingerprint == published:
        return
    if run.flow_fingerprint == await qualification.tried_fingerprint(session, flow_id):
        told = f"Publish the flow first: the suite “{suite.name}” passed with its draft, which visitors are not asked."
    else:
        told = f"The flow has changed since: run the suite “{suite.name}” again. It keeps the gate."
    raise GateNotPassed(told, extra=_named(suite, run))


def _passed(suite: Suite, run: Run | None, wanted: str) -> Run:
    """The run, if it has passed. Raises GateNotPassed."""
    here = _named(suite, run)
    if run is None:
        raise GateNotPassed(f"{wanted}: it keeps the gate.", extra=here)
    if run.state in ("queued", "running"):
        raise GateNotPassed(f"The suite “{suite.name}” is still running.", extra=here)
    if run.state != "passed":
        told = run.problem or f"{run.failed} of {run.total} conversations failed"
        raise GateNotPassed(f"The suite “{suite.name}” did not pass: {told}.", extra=here)
    return run


def _named(suite: Suite, run: Run | None) -> dict[str, Any]:
    return {"suite_id": str(suite.id), "run_id": str(run.id) if run else None}

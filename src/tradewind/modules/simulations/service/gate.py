"""The launch gate: a draft talks to visitors only after the suites that keep it have passed with this very draft."""

from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession

from tradewind.modules.conversations import api as conversations
from tradewind.modules.conversations.contracts_trials import AgentState
from tradewind.modules.simulations import repository
from tradewind.modules.simulations.errors import GateNotPassed


@conversations.gate
async def check(session: AsyncSession, agent: AgentState) -> dict[str, Any] | None:
    """What the suites that keep the gate found of this draft; None without any. Raises GateNotPassed."""
    kept = [one for one in await repository.suites(session, agent.agent_id) if one.gate]
    last = await repository.last_runs(session) if kept else {}
    passed: dict[str, Any] = {}
    for suite in kept:
        run = last.get(suite.id)
        here = {"suite_id": str(suite.id), "run_id": str(run.id) if run else None}
        if run is None or run.fingerprint != agent.fingerprint:
            raise GateNotPassed(f"Run the suite “{suite.name}” with this draft first: it keeps the gate.", extra=here)
        if run.state in ("queued", "running"):
            raise GateNotPassed(f"The suite “{suite.name}” is still running.", extra=here)
        if run.state != "passed":
            told = run.problem or f"{run.failed} of {run.total} conversations failed"
            raise GateNotPassed(f"The suite “{suite.name}” did not pass: {told}.", extra=here)
        passed[suite.name] = {**here, "passed": run.passed, "total": run.total, "pass_k": run.pass_k}
    return {"simulations": passed} if passed else None

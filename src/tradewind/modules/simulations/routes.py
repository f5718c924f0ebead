"""HTTP of simulations."""

from typing import Annotated
from uuid import UUID

from fastapi import Header, Query, Response

from tradewind.kernel.access import Session, requires
from tradewind.kernel.concurrency import tagged
from tradewind.kernel.jobs import start_run
from tradewind.kernel.routing import Router
from tradewind.modules.simulations.jobs import RunSuite, run_suite
from tradewind.modules.simulations.schemas import (
    CaseFromConversation,
    CaseRead,
    CaseWrite,
    RunReport,
    SimulationRunRead,
    SuiteCreate,
    SuiteRead,
    SuiteSummary,
    SuiteUpdate,
)
from tradewind.modules.simulations.service import junit as xml
from tradewind.modules.simulations.service import running, suites

router = Router(prefix="/simulation-suites", tags=["Simulations"])
IfMatch = Annotated[str | None, Header(description="ETag of the version the change is based on")]
READ, WRITE = [requires("agents:read")], [requires("agents:write")]


@router.get("", dependencies=READ)
async def list_simulation_suites(
    session: Session, agent_id: Annotated[UUID | None, Query(description="Only suites of this agent")] = None
) -> list[SuiteSummary]:
    """All suites with their last runs, by name."""
    return await suites.listed(session, agent_id)


@router.post("", status_code=201, dependencies=WRITE)
async def create_simulation_suite(session: Session, data: SuiteCreate, response: Response) -> SuiteRead:
    """Add a suite for an agent; a starter brings visitors that fit what the agent is set to do."""
    return tagged(response, await suites.create(session, data))


@router.get("/{suite_id}", dependencies=READ)
async def read_simulation_suite(session: Session, suite_id: UUID, response: Response) -> SuiteRead:
    """A suite with its cases."""
    return tagged(response, await suites.read(session, suite_id))


@router.patch("/{suite_id}", dependencies=WRITE)
async def update_simulation_suite(
    session: Session, suite_id: UUID, data: SuiteUpdate, response: Response, if_match: IfMatch = None
) -> SuiteRead:
    """Change a suite's name, how often each case is tried, and whether it keeps the launch gate."""
    return tagged(response, await suites.update(session, suite_id, data, if_match))


@router.delete("/{suite_id}", status_code=204, dependencies=WRITE)
async def delete_simulation_suite(session: Session, suite_id: UUID) -> None:
    """Remove a suite with its cases and runs."""
    await suites.delete(session, suite_id)


@router.post("/{suite_id}/cases", status_code=201, dependencies=WRITE)
async def create_simulation_case(session: Session, suite_id: UUID, data: CaseWrite) -> CaseRead:
    """Add a visitor and what must be true at the end."""
    return await suites.add_case(session, suite_id, data)


@router.post(
    "/{suite_id}/cases/from-conversation",
    status_code=201,
    dependencies=WRITE,
)
async def create_simulation_case_from_conversation(
    session: Session, suite_id: UUID, data: CaseFromConversation
) -> CaseRead:
    """Make a test of a conversation: the visitor's lines, with what came of them as checks.

    Needs `conversations:read` and `leads:personal` as well.
    """
    return await suites.add_from_conversation(session, suite_id, data)


@router.put("/{suite_id}/cases/{case_id}", dependencies=WRITE)
async def replace_simulation_case(
    session: Session, suite_id: UUID, case_id: UUID, data: CaseWrite, if_match: IfMatch = None
) -> CaseRead:
    """Change a case in whole."""
    return await suites.replace_case(session, suite_id, case_id, data, if_match)


@router.delete("/{suite_id}/cases/{case_id}", status_code=204, dependencies=WRITE)
async def delete_simulation_case(session: Session, suite_id: UUID, case_id: UUID) -> None:
    """Remove a case."""
    await suites.delete_case(session, suite_id, case_id)


@router.get("/{suite_id}/runs", dependencies=READ)
async def list_simulation_runs(session: Session, suite_id: UUID) -> list[SimulationRunRead]:
    """The last twenty runs, newest first."""
    return await running.runs(session, suite_id)


@router.post("/{suite_id}/runs", status_code=202, dependencies=WRITE)
async def create_simulation_run(session: Session, suite_id: UUID) -> SimulationRunRead:
    """Try the agent's draft now. Nothing leaves: no mail, no meeting, no lead is changed."""
    run = await running.begin(session, suite_id)
    suite = await suites.require(session, suite_id)
    run.job_run_id = await start_run(
        session, run_suite, RunSuite(run_id=run.id), title=f"Simulation “{suite.name}”", total=run.total,
        subject=f"simulation:{suite_id}", for_everyone=True,
    )  # fmt: skip
    await session.flush()
    return suites.run_read(run, await suites.present(session, suite.agent_id))


@router.get("/{suite_id}/runs/{run_id}", dependencies=READ)
async def read_simulation_run(session: Session, suite_id: UUID, run_id: UUID) -> RunReport:
    """A run with its cases, those that failed first; each try names its conversation."""
    return await running.report(session, suite_id, run_id)


@router.get(
    "/{suite_id}/runs/{run_id}/junit",
    dependencies=READ,
    response_class=Response,
    responses={200: {"content": {"application/xml": {"schema": {"type": "string"}}}}},
)
async def read_simulation_run_as_junit(session: Session, suite_id: UUID, run_id: UUID) -> Response:
    """A run as JUnit XML, for build servers."""
    suite = await suites.require(session, suite_id)
    report = await running.report(session, suite_id, run_id)
    return Response(xml.junit(report, suite=suite.name), media_type="application/xml")

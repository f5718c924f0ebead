"""HTTP of experiments with prompts."""

from typing import Annotated
from uuid import UUID

from fastapi import Path

from tradewind.kernel.access import Session, requires
from tradewind.kernel.routing import Router
from tradewind.modules.ai.schemas_experiments import ExperimentCreate, ExperimentEnd, ExperimentList, ExperimentRead
from tradewind.modules.ai.service import experiments

router = Router(prefix="/ai/prompts/{key}/experiments", tags=["Prompts"])
Key = Annotated[str, Path(description="Key of the prompt")]


@router.get("", dependencies=[requires("ai:read")])
async def list_prompt_experiments(session: Session, key: Key) -> ExperimentList:
    """How versions of a prompt did side by side, newest experiment first."""
    return ExperimentList(items=await experiments.listed(session, key))


@router.post("", status_code=201, dependencies=[requires("ai:write")])
async def start_prompt_experiment(session: Session, key: Key, data: ExperimentCreate) -> ExperimentRead:
    """Let versions take turns: the better people judge one, the more often it is used. 409 while another runs."""
    return await experiments.start(session, key, data)


@router.post("/{experiment_id:uuid}/end", dependencies=[requires("ai:write")])
async def end_prompt_experiment(session: Session, key: Key, experiment_id: UUID, data: ExperimentEnd) -> ExperimentRead:
    """End it, and use one of its versions from now on, or what was in use before."""
    return await experiments.end(session, key, experiment_id, data)

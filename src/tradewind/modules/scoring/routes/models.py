"""HTTP of scoring."""

from typing import Annotated
from uuid import UUID

from fastapi import Query

from tradewind.kernel.access import Session, requires
from tradewind.kernel.jobs import start_run
from tradewind.kernel.payload import Moment
from tradewind.kernel.routing import Router
from tradewind.modules.identity import api as identity
from tradewind.modules.scoring.jobs import ScoreAll, TrainModel, score_everyone, train
from tradewind.modules.scoring.schemas.models import (
    DistributionRead,
    LeadScoreRead,
    ModelDetail,
    ModelList,
    ModelSummary,
    PromoteRequest,
    RunStarted,
    SummaryRead,
)
from tradewind.modules.scoring.service import promotion, reading, setups
from tradewind.modules.scoring.service.training import require_outcomes

router = Router(tags=["Scoring"])
SetupKey = Annotated[
    str | None, Query(pattern=r"^[a-z][a-z0-9_]{0,39}$", description="Which score; the primary one if left out")
]
PastMoment = Annotated[Moment | None, Query(description="The score as it stood at this moment")]


@router.get("/scoring/summary", dependencies=[requires("scoring:read")])
async def read_summary(session: Session) -> SummaryRead:
    """Where scores come from now, and what a (better) model still needs."""
    return await reading.summary(session)


@router.get("/scoring/distribution", dependencies=[requires("scoring:read")])
async def read_distribution(session: Session) -> DistributionRead:
    """Leads by score and band."""
    return await reading.distribution(session)


@router.get("/scoring/models", dependencies=[requires("scoring:read")])
async def list_models(session: Session, setup: SetupKey = None) -> ModelList:
    """All trained models of a score, newest first."""
    return ModelList(items=await reading.models(session, setup))


@router.get("/scoring/models/{model_id}", dependencies=[requires("scoring:read")])
async def read_model(session: Session, model_id: UUID) -> ModelDetail:
    """A model's card: measures, calibration, features, and what was left out and why."""
    return await reading.model_detail(session, model_id)


@router.post("/scoring/models/{model_id}/promote", dependencies=[requires("scoring:write")])
async def promote_model(session: Session, model_id: UUID, data: PromoteRequest) -> ModelSummary:
    """Let this model score the leads: take over, or go back to an earlier one. All leads are scored anew."""
    model = await promotion.promote(session, model_id, reason=data.reason or "chosen by a person")
    await start_run(
        session, score_everyone, ScoreAll(), title=f"Score all leads with version {model.version}", for_everyone=True
    )
    return reading.model_summary(model)


@router.post("/scoring/train", status_code=202, dependencies=[requires("scoring:write")])
async def start_training(session: Session, setup: SetupKey = None) -> RunStarted:
    """Train a model now. It takes over, and scores all leads, if it is better than the one in use."""
    key = setup or (await setups.primary(session)).key
    await require_outcomes(session, key)
    run_id = await start_run(session, train, TrainModel(setup=key), title="Train the score", for_everyone=True)
    await identity.record(session, action="scoring.training_started", subject_type="job_run", subject_id=run_id)
    return RunStarted(run_id=run_id)


@router.get("/leads/{lead_id}/score", dependencies=[requires("scoring:read")])
async def read_lead_score(session: Session, lead_id: UUID, at: PastMoment = None) -> LeadScoreRead:
    """A lead's score with reasons for and against it, and how it went before; with `at`, as it stood then."""
    return await reading.lead_score(session, lead_id, at=at)

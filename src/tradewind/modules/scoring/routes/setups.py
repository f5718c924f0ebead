"""HTTP of setups: several scores, their point rules, previews of changes, the hot threshold."""

from typing import Annotated, Any
from uuid import UUID

from fastapi import Header, Path, Response
from sqlalchemy.ext.asyncio import AsyncSession

from tradewind.kernel.access import Session, requires
from tradewind.kernel.concurrency import etag
from tradewind.kernel.jobs import start_run
from tradewind.kernel.routing import Router
from tradewind.modules.identity import api as identity
from tradewind.modules.leads import api as leads
from tradewind.modules.scoring import repository
from tradewind.modules.scoring.jobs import PreviewChange, ScoreAll, preview_change, score_everyone, start_training
from tradewind.modules.scoring.models import ScoringPreview
from tradewind.modules.scoring.schemas.models import ModelSummary
from tradewind.modules.scoring.schemas.setups import (
    FeatureChoices,
    LearnedPoint,
    LearnedPoints,
    MatrixRead,
    PreviewCreate,
    RulesTried,
    RulesTry,
    ScorePreviewList,
    ScorePreviewRead,
    SetupCreate,
    SetupList,
    SetupRead,
    SetupSettings,
    ThresholdCurve,
)
from tradewind.modules.scoring.service import plan, previews, promotion, reading, setups, threshold
from tradewind.modules.scoring.service.setups import Setup

router = Router(prefix="/scoring", tags=["Scoring"])
IfMatch = Annotated[str | None, Header(description="ETag of the version the change is based on")]
SetupKey = Annotated[str, Path(max_length=60, examples=["conversion"])]


@router.get("/matrix", dependencies=[requires("scoring:read")])
async def read_matrix(session: Session) -> MatrixRead:
    """Leads by fit and engagement, each in thirds."""
    return await reading.matrix(session)


@router.get("/features", dependencies=[requires("scoring:read")])
async def list_features(session: Session) -> FeatureChoices:
    """Everything a score may look at."""
    return FeatureChoices(items=await setups.feature_choices(session))


@router.get("/setups", dependencies=[requires("scoring:read")])
async def list_setups(session: Session) -> SetupList:
    """All scores of the organisation, the primary one first."""
    return SetupList(items=[await _read(session, setup) for setup in await setups.every(session)])


@router.post("/setups", status_code=201, dependencies=[requires("scoring:write")])
async def create_setup(session: Session, data: SetupCreate, response: Response) -> SetupRead:
    """Add a score beside the primary one. All leads get it, and a model is trained where outcomes allow."""
    setup = await setups.create(session, data)
    await _start(session, setup, training=True)
    response.headers["ETag"] = etag(setup.version)
    return await _read(session, setup)


@router.get("/setups/{key}", dependencies=[requires("scoring:read")])
async def read_setup(session: Session, key: SetupKey, response: Response) -> SetupRead:
    """One score with its settings and rules."""
    setup = await setups.get(session, key)
    response.headers["ETag"] = etag(setup.version)
    return await _read(session, setup)


@router.put("/setups/{key}", dependencies=[requires("scoring:write")])
async def change_setup(
    session: Session, key: SetupKey, data: SetupSettings, response: Response, if_match: IfMatch = None
) -> SetupRead:
    """Give a score other settings. All leads are scored anew; another target or other features train a new model."""
    before = await setups.get(session, key)
    setup = await setups.change(session, key, data, if_match=if_match)
    await plan.renew(session, key)
    await _start(session, setup, training=_learns_anew(before.settings, data))
    response.headers["ETag"] = etag(setup.version)
    return await _read(session, setup)


@router.delete("/setups/{key}", status_code=204, dependencies=[requires("scoring:write")])
async def delete_setup(session: Session, key: SetupKey) -> None:
    """Remove a score with its models and its history."""
    await setups.remove(session, key)


@router.post("/setups/{key}/primary", dependencies=[requires("scoring:write")])
async def make_setup_primary(session: Session, key: SetupKey) -> SetupRead:
    """Let lists, bands and segments follow this score."""
    setup = await setups.make_primary(session, key)
    await _start(session, setup, training=False)
    return await _read(session, setup)


@router.post("/setups/{key}/rollback", dependencies=[requires("scoring:write")])
async def roll_back(session: Session, key: SetupKey) -> ModelSummary:
    """Go back to the version that scored leads before the present one. All leads are scored anew."""
    setup = await setups.get(session, key)
    model = await promotion.roll_back(session, key)
    await _start(session, setup, training=False)
    return reading.model_summary(model)


@router.get("/setups/{key}/threshold", dependencies=[requires("scoring:read")])
async def read_threshold(session: Session, key: SetupKey) -> ThresholdCurve:
    """What each stated rate of false alarms would bring: recall, precision, hot leads a week."""
    return await threshold.curve(session, key)


@router.post("/setups/{key}/rules/try", dependencies=[requires("scoring:write")])
async def try_rules(session: Session, key: SetupKey, data: RulesTry) -> RulesTried:
    """Try rules on a sample of leads: how many each touches, and how scores move. Nothing is saved."""
    return await previews.try_rules(session, key, data.rules)


@router.get("/setups/{key}/previews", dependencies=[requires("scoring:read")])
async def list_previews(session: Session, key: SetupKey) -> ScorePreviewList:
    """Previews of this score, newest first."""
    await setups.get(session, key)
    return ScorePreviewList(items=[await _preview(session, item) for item in await previews.newest(session, key)])


@router.post("/setups/{key}/previews", status_code=202, dependencies=[requires("scoring:write")])
async def start_preview(session: Session, key: SetupKey, data: PreviewCreate) -> ScorePreviewRead:
    """See, before a change takes over, who would change band and what would follow. Runs as a job."""
    preview = await previews.create(session, key, data)
    preview.run_id = await start_run(
        session, preview_change, PreviewChange(preview_id=preview.id), title="Preview a change of scores",
        for_everyone=True,
    )  # fmt: skip
    await identity.record(
        session, action="scoring.preview_started", subject_type="scoring_preview", subject_id=preview.id
    )
    return await _preview(session, preview)


@router.get("/previews/{preview_id}", dependencies=[requires("scoring:read")])
async def read_preview(session: Session, preview_id: UUID) -> ScorePreviewRead:
    """One preview with its result."""
    return await _preview(session, await previews.get(session, preview_id))


@router.post("/previews/{preview_id}/publish", dependencies=[requires("scoring:write")])
async def publish_preview(session: Session, preview_id: UUID) -> ScorePreviewRead:
    """Let the change take over. Refused when the settings have changed since the preview was made."""
    before = await setups.get(session, (await previews.get(session, preview_id)).setup_key)
    preview = await previews.publish(session, preview_id)
    setup = await setups.get(session, preview.setup_key)
    await _start(session, setup, training=_learns_anew(before.settings, setup.settings))
    return await _preview(session, preview)


def _learns_anew(before: SetupSettings, after: SetupSettings) -> bool:
    return any(getattr(before, name) != getattr(after, name) for name in ("target", "horizon_days", "excluded")) or (
        before.mode == "rules"
    ) != (after.mode == "rules")


async def _start(session: AsyncSession, setup: Setup, *, training: bool) -> None:
    name = setup.settings.name
    await start_run(session, score_everyone, ScoreAll(), title=f"Score all leads: {name}", for_everyone=True)
    if training:
        await start_training(session, setup, title=f"Train the score: {name}")


async def _read(session: AsyncSession, setup: Setup) -> SetupRead:
    champion = await repository.champion(session, setup.key)
    names = {rule.id: rule for rule in setup.settings.rules.rules}
    learned = None
    if setup.learned is not None and setup.settings.learn_points:
        learned = LearnedPoints(
            outcomes=setup.learned["outcomes"],
            won=setup.learned["won"],
            at=setup.learned["at"],
            points=[
                LearnedPoint(rule=key, name=names[key].name, set=names[key].points, learned=points)
                for key, points in setup.learned["points"].items()
                if key in names
            ],
        )
    plan_note: dict[str, Any] = setup.plan or {}
    return SetupRead(
        key=setup.key,
        version=setup.version,
        is_primary=setup.is_primary,
        settings=setup.settings,
        champion_version=champion.version if champion else None,
        kind="rules" if champion is None or setup.settings.mode == "rules" else "model",
        learned=learned,
        broken_rules=await setups.broken_rules(session, setup.settings.rules),
        threshold_note=plan_note.get("note") or None,
    )


async def _preview(session: AsyncSession, preview: ScoringPreview) -> ScorePreviewRead:
    """A preview; examples are limited to leads that the reader sees."""
    read = ScorePreviewRead.model_validate(preview, from_attributes=True)
    if read.result is not None:
        ids = [example.lead_id for example in read.result.examples]
        seen = {lead.id for lead in await leads.lead_summaries(session, ids)}
        read.result.examples = [example for example in read.result.examples if example.lead_id in seen]
    return read

"""HTTP shapes of scoring."""

from datetime import datetime
from typing import Any, Literal
from uuid import UUID

from pydantic import Field

from tradewind.kernel.schemas import Schema

Band = Literal["hot", "warm", "cool", "cold"]
ScoreKind = Literal["model", "rules", "insufficient"]
ModelStatus = Literal["candidate", "champion", "archived"]


class ReasonRead(Schema):
    """One reason. `contribution` is in log-odds (model) or points (rules); above zero speaks for the lead."""

    feature: str
    label: str
    sentence: str
    value: str | None
    contribution: float
    strength: Literal["strong", "clear", "slight"]


class ScoreModelRead(Schema):
    """The model behind a score, in short."""

    id: UUID
    version: int
    status: ModelStatus
    trained_at: datetime


class ExplanationRead(Schema):
    """How the score adds up: base + all reasons + rest = total. `unit` tells in what."""

    unit: Literal["log-odds", "points"]
    base: float
    rest: float
    total: float


class ScoreHistoryRead(Schema):
    """A score the lead had."""

    score: int | None
    probability: float | None
    band: Band | None
    kind: ScoreKind
    model_id: UUID | None
    scored_at: datetime
    since: datetime | None = Field(default=None, description="When it first stood, if that was before `scored_at`")


class SplitRead(Schema):
    """The score in two halves: base + fit + engagement = total. `*_score`: with the other half as usual, 0–100."""

    fit: float
    engagement: float
    fit_score: int
    engagement_score: int


class OtherScoreRead(Schema):
    """What another score of the organisation says of the lead."""

    key: str
    name: str
    target: str
    score: int | None
    probability: float | None
    band: Band | None
    kind: ScoreKind
    scored_at: datetime


class LeadScoreRead(Schema):
    """A lead's score with its reasons.

    `state`: scored; insufficient, when too little is known of the lead; pending, when it waits to be scored.
    """

    lead_id: UUID
    state: Literal["scored", "insufficient", "pending"]
    score: int | None
    probability: float | None
    band: Band | None
    kind: ScoreKind | None
    scored_at: datetime | None
    note: str = Field(description="One sentence on where the score comes from, to be shown with it")
    explanation: ExplanationRead | None
    reasons_for: list[ReasonRead]
    reasons_against: list[ReasonRead]
    model: ScoreModelRead | None
    history: list[ScoreHistoryRead]
    split: SplitRead | None = None
    stopped: str | None = Field(default=None, description="Which rule keeps the lead at 0, if one does")
    others: list[OtherScoreRead] = []
    as_of: datetime | None = Field(default=None, description="The past moment asked about")
    counterfactual: str | None = Field(default=None, description="What would make it hot, verified by scoring it")


class ThresholdMetrics(Schema):
    """What happens when leads from a cut on are called positive."""

    accuracy: float
    precision: float
    recall: float
    false_positive_rate: float


class ModelMetrics(Schema):
    """Measured on leads the model had not seen. `ece`: expected calibration error over 15 equal bins."""

    rows: int
    base_rate: float
    auc: float
    accuracy: float
    brier: float
    log_loss: float
    ece: float
    precision_at_20: float
    hot: ThresholdMetrics
    qualified: ThresholdMetrics


class ModelSummary(Schema):
    """One trained model."""

    id: UUID
    version: int
    kind: str
    algorithm: str
    status: ModelStatus
    status_reason: str
    rows: int
    positives: int
    metrics: ModelMetrics
    trained_at: datetime
    trained_by: str
    promoted_at: datetime | None
    archived_at: datetime | None


class DriftedFeature(Schema):
    """Stability of one feature: below .1 little has changed, from .25 on much has."""

    name: str
    label: str
    psi: float


class CalibrationDrift(Schema):
    """Forecasts for leads decided since: expected and observed winners; surprise in standard deviations."""

    rows: int
    expected: float
    observed: float
    surprise: float


class HealthRead(Schema):
    """Whether newer leads still look like those the model learned from. `reasons` say what has moved too far."""

    checked_at: datetime
    leads: int
    score_psi: float | None
    features: list[DriftedFeature]
    calibration: CalibrationDrift | None
    reasons: list[str]
    drifted: bool


class LiftRow(Schema):
    """A tenth of the leads, best first; `found`: share of all winners in it and those before."""

    tenth: int
    rows: int
    rate: float
    lift: float
    found: float


class ConfusionRead(Schema):
    """Right and wrong calls at a cut."""

    cut: Literal["hot", "warm"]
    true_positives: int
    false_positives: int
    false_negatives: int
    true_negatives: int


class GroupRead(Schema):
    """One group of leads: forecast and outcome with its 95 % interval, and losers called hot."""

    value: str
    rows: int
    forecast: float
    observed: float
    observed_low: float
    observed_high: float
    fits: bool
    losers: int
    false_positive_rate: float
    false_positive_low: float
    false_positive_high: float


class GroupsRead(Schema):
    """Groups by the values of a field, largest first."""

    field: str
    groups: list[GroupRead]


class ModelReport(Schema):
    """Measured on the newest leads; empty for models from before it was kept."""

    lift: list[LiftRow] = []
    confusion: list[ConfusionRead] = []
    groups: list[GroupsRead] = []


class CalibrationPoint(Schema):
    """Of leads predicted at `predicted`, the share `observed` converted."""

    predicted: float
    observed: float
    rows: int


class FeatureImportance(Schema):
    """A feature with its share of all contributions."""

    name: str
    label: str
    meaning: str
    kind: str
    unit: str
    importance: float
    share: float
    filled_share: float


class ExcludedColumn(Schema):
    """A column the model does not use, and why."""

    name: str
    label: str
    reason: str


class ModelDetail(ModelSummary):
    """A model with its card."""

    features: list[FeatureImportance]
    excluded: list[ExcludedColumn]
    warnings: list[str]
    calibration_curve: list[CalibrationPoint]
    split: dict[str, Any]
    calibration: dict[str, Any]
    rounds: int
    seeds: int
    intended_use: str
    report: ModelReport
    health: HealthRead | None


class ModelList(Schema):
    """Newest version first."""

    items: list[ModelSummary]


class PromoteRequest(Schema):
    """Why this model should score the leads."""

    reason: str = Field(default="", max_length=500, pattern=r"^[^\x00]*$")


class LabelCounts(Schema):
    """Known outcomes and what a model needs."""

    known: int
    won: int
    lost: int
    needed: int
    needed_each: int
    enough: bool


class SummaryRead(Schema):
    """Where scores come from now."""

    kind: Literal["model", "rules"]
    note: str
    leads: int
    scored: int
    insufficient: int
    labels: LabelCounts
    model: ModelSummary | None
    warnings: list[str]
    health: HealthRead | None
    may_roll_back: bool


class DistributionBin(Schema):
    """Leads with a score of `low` to `high`, by band."""

    low: int
    high: int
    leads: int
    open_leads: int
    bands: dict[str, int]


class DistributionRead(Schema):
    """Twenty bins of five points (the last ends at 100), and totals by band."""

    bins: list[DistributionBin]
    bands: dict[str, int]
    unscored: int


class RunStarted(Schema):
    """A job run: see /api/v1/jobs/{run_id}."""

    run_id: UUID

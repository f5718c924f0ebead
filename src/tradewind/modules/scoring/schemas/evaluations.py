"""HTTP shapes of evaluations on uploaded files."""

from datetime import datetime
from typing import Annotated, Any, Literal
from uuid import UUID

from pydantic import ConfigDict, Field, StringConstraints

from tradewind.kernel.schemas import Schema
from tradewind.modules.scoring.schemas.models import CalibrationPoint, ThresholdMetrics

ColumnName = Annotated[str, StringConstraints(min_length=1, max_length=300, pattern=r"^[^\x00]*$")]


class EvaluationOptions(Schema):
    """What the columns mean. With one file, the newest fifth of its rows (the last ones) is scored."""

    model_config = ConfigDict(extra="forbid")

    target: ColumnName
    positive: ColumnName
    id: ColumnName
    exclude: list[ColumnName] = Field(default_factory=list, max_length=500)
    order_by: ColumnName | None = None


class EvaluationFeature(Schema):
    """A column with its share in all scores."""

    label: str
    share: float


class EvaluationMetrics(Schema):
    """Measured on the rows of the second file."""

    rows: int
    positives: int
    auc: float
    accuracy: float
    brier: float
    log_loss: float
    ece: float
    precision_at_20: float
    hot: ThresholdMetrics
    qualified: ThresholdMetrics


class EvaluationResult(Schema):
    """How it went. `metrics` and the curve are null where the second file lacks the target."""

    rows: int
    bands: dict[str, int]
    metrics: EvaluationMetrics | None
    calibration_curve: list[CalibrationPoint]
    features: list[EvaluationFeature]
    notes: list[str]


class EvaluationRead(Schema):
    """The scorer tried on uploaded files."""

    model_config = ConfigDict(from_attributes=True)

    id: UUID
    name: str
    options: dict[str, Any]
    state: Literal["running", "ready", "failed"]
    result: EvaluationResult | None
    error: str | None
    run_id: UUID | None
    created_by_name: str
    created_at: datetime


class EvaluationList(Schema):
    """Newest first."""

    items: list[EvaluationRead]

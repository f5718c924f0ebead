"""HTTP shapes of setups and point rules; the settings are stored as they come in."""

from datetime import datetime
from typing import Annotated, Any, Literal
from uuid import UUID

from pydantic import ConfigDict, Field, StringConstraints, model_validator

from tradewind.kernel.payload import Flag, JsonObject, Ratio, Whole
from tradewind.kernel.schemas import Schema
from tradewind.modules.scoring.schemas.models import Band

Target = Literal["converted", "qualified", "churned"]
Mode = Literal["model", "rules", "blend", "gate"]
Key = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]{0,39}$")]
Line = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=120, pattern=r"^[^\x00\n]*$")]
FeatureName = Annotated[str, StringConstraints(pattern=r"^[a-z][A-Za-z0-9_.]{0,119}$")]
ActivityKind = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]*\.[a-z0-9_]+$", max_length=80)]
Points = Annotated[Whole, Field(ge=-100, le=100)]


class _Strict(Schema):
    model_config = ConfigDict(extra="forbid")


class _Rule(_Strict):
    id: Key
    name: Line = Field(description="What it says of a lead, as a sentence: “Is an executive”")
    points: Points
    group: Line | None = Field(default=None, description="Group whose points together are capped")


class ConditionRule(_Rule):
    """Points, or an end to all points, for leads a condition holds for (conditions as in filters and segments)."""

    kind: Literal["condition"] = "condition"
    condition: JsonObject
    disqualifies: Flag = Field(default=False, description="Leads it holds for score 0, whatever else speaks for them")


class TraitRule(_Rule):
    """Points for what the address or the job title tells."""

    kind: Literal["trait"] = "trait"
    trait: Literal["seniority", "email_kind"]
    values: list[Annotated[str, StringConstraints(pattern=r"^[a-z_]{1,30}$")]] = Field(min_length=1, max_length=10)
    disqualifies: Flag = False


class ActivityRule(_Rule):
    """Points each time something happened, up to a cap; with a half-life they fade."""

    kind: Literal["activity"] = "activity"
    activities: list[ActivityKind] = Field(min_length=1, max_length=20)
    most: Annotated[Whole, Field(ge=1, le=100)] = Field(description="At most this many points, whatever their sign")
    half_life_days: Annotated[float, Field(gt=0, le=3650)] | None = None


class RecencyRule(_Rule):
    """Points when the lead was last active within, or longer ago than, a number of days."""

    kind: Literal["recency"] = "recency"
    when: Literal["active_within", "silent_for"]
    days: Annotated[Whole, Field(ge=1, le=3650)]


PointRule = Annotated[ConditionRule | TraitRule | ActivityRule | RecencyRule, Field(discriminator="kind")]


class RuleGroup(_Strict):
    """Rules of a group bring at most `most` points together."""

    name: Line
    most: Annotated[Whole, Field(ge=1, le=100)]


class RuleSet(_Strict):
    """The start, the points, and the cuts of the bands."""

    start: Annotated[Whole, Field(ge=0, le=100)] = 20
    hot: Annotated[Whole, Field(ge=1, le=100)] = 75
    warm: Annotated[Whole, Field(ge=1, le=100)] = 50
    cool: Annotated[Whole, Field(ge=1, le=100)] = 30
    groups: list[RuleGroup] = Field(default_factory=list, max_length=20)
    rules: list[PointRule] = Field(default_factory=list, max_length=100)

    @model_validator(mode="after")
    def _sound(self) -> "RuleSet":
        if not self.cool < self.warm < self.hot:
            raise ValueError("the cuts must rise: cool, warm, hot")
        ids = [rule.id for rule in self.rules]
        if len(set(ids)) < len(ids):
            raise ValueError("two rules share an id")
        names = [group.name for group in self.groups]
        if len(set(names)) < len(names):
            raise ValueError("two groups share a name")
        unknown = {rule.group for rule in self.rules if rule.group} - set(names)
        if unknown:
            raise ValueError(f"there is no group “{min(unknown)}”")
        return self


class SetupSettings(_Strict):
    """What a score predicts, what it looks at, and how rules and model work together.

    `mode`: the model alone (rules until there is one), the rules alone, both blended in log-odds with `model_share`
    for the model, or the model with the rules as a gate that only leads with `gate_points` pass.
    """

    name: Line = Field(examples=["Conversion"])
    target: Target = "converted"
    horizon_days: Annotated[Whole, Field(ge=1, le=730)] | None = Field(
        default=None, description="Within how many days of arrival the target must be reached; null: at any time"
    )
    excluded: list[FeatureName] = Field(default_factory=list, max_length=200, description="Features left out")
    mode: Mode = "model"
    model_share: Annotated[Ratio, Field(ge=0.05, le=0.95)] = 0.7
    gate_points: Annotated[Whole, Field(ge=0, le=100)] = 30
    hot_false_positive_rate: Annotated[Ratio, Field(ge=0.001, le=0.3)] = 0.02
    learn_points: Flag = Field(default=True, description="Shift the points with the outcomes known so far")
    rules: RuleSet


class SetupCreate(SetupSettings):
    """A new score; it starts with the product's rules when none are given."""

    key: Key = Field(examples=["churn"])
    rules: RuleSet | None = None  # type: ignore[assignment]


class LearnedPoint(Schema):
    """What outcomes made of a rule's points."""

    rule: str
    name: str
    set: int
    learned: float


class LearnedPoints(Schema):
    """Points shifted from the settings by the outcomes known so far."""

    outcomes: int
    won: int
    at: datetime
    points: list[LearnedPoint]


class SetupRead(Schema):
    """A score with its settings. `broken_rules` name fields that no longer exist and rest until mended."""

    key: str
    version: int
    is_primary: bool
    settings: SetupSettings
    champion_version: int | None
    kind: Literal["model", "rules"]
    learned: LearnedPoints | None
    broken_rules: list[str]
    threshold_note: str | None


class SetupList(Schema):
    """The primary one first."""

    items: list[SetupRead]


class FeatureChoice(Schema):
    """Something a score may look at."""

    name: str
    label: str
    meaning: str
    aspect: Literal["fit", "engagement"]


class FeatureChoices(Schema):
    """All of them, custom fields included."""

    items: list[FeatureChoice]


class RulesTry(_Strict):
    """Rules to try on leads without saving anything."""

    rules: RuleSet


class RuleEffect(Schema):
    """How many of the tried leads a rule touches, and its points on average over those."""

    rule: str
    leads: int
    mean_points: float
    broken: bool


class RulesTried(Schema):
    """What rules would do to a sample of leads: matches by rule, and scores by bins of ten now and then."""

    leads: int
    effects: list[RuleEffect]
    before: list[int]
    after: list[int]
    bands_before: dict[str, int]
    bands_after: dict[str, int]
    moved_up: int
    moved_down: int


class PreviewCreate(_Strict):
    """What would change: settings, or the model that scores, or both. Nothing takes over yet."""

    settings: SetupSettings | None = None
    model_id: UUID | None = Field(default=None, examples=["0199c0de-7f3a-7c51-9d0e-3a5b8f1c2d4e"])
    everything: Flag = Field(default=False, description="All leads instead of a sample of 5,000")

    @model_validator(mode="after")
    def _something(self) -> "PreviewCreate":
        if self.settings is None and self.model_id is None:
            raise ValueError("give settings, a model_id, or both")
        return self


class BandMove(Schema):
    """Leads that go from one band (null: no score) to another."""

    before: Band | None
    after: Band | None
    leads: int


class MovedLead(Schema):
    """One lead that would change its band."""

    lead_id: UUID
    name: str
    before: Band | None
    after: Band | None
    score_before: int | None
    score_after: int | None


class Follower(Schema):
    """Something that reacts to scores. `kind`: journey, webhook, segment or live."""

    kind: Literal["journey", "webhook", "segment", "live"]
    name: str
    effect: str


class PreviewResult(Schema):
    """Who changes band, and what would follow."""

    leads: int
    of_all: int
    sampled: bool
    changed: int
    moves: list[BandMove]
    examples: list[MovedLead]
    followers: list[Follower]
    note: str


class ScorePreviewRead(Schema):
    """A preview of a change, stored; publish it while the settings it started from are unchanged."""

    id: UUID
    setup_key: str
    state: Literal["running", "ready", "failed", "published"]
    proposal: dict[str, Any]
    result: PreviewResult | None
    error: str | None
    run_id: UUID | None
    created_by_name: str
    created_at: datetime
    published_at: datetime | None


class ScorePreviewList(Schema):
    """Newest first."""

    items: list[ScorePreviewRead]


class ThresholdPoint(Schema):
    """What a hot threshold would bring on leads the model had not seen."""

    false_positive_rate: float
    reached: float = Field(description="The rate on these leads; at most the one stated")
    probability: float | None = Field(description="Chance from which a lead is hot; null: none would be")
    recall: float
    precision: float | None
    hot_a_week: float


class ThresholdCurve(Schema):
    """Trade-off of the hot threshold. `note` says what it is measured on, or why there is none."""

    rows: int
    won: int
    leads_a_week: float
    chosen: float
    points: list[ThresholdPoint]
    note: str


class MatrixCell(Schema):
    """Leads of one level of fit and one of engagement."""

    fit: Literal["high", "medium", "low"]
    engagement: Literal["high", "medium", "low"]
    leads: int
    hot: int
    won: int
    known: int


class MatrixRead(Schema):
    """Fit by engagement, in thirds of the scored leads: low is below the first cut, high above the second."""

    fit_cuts: list[int]
    engagement_cuts: list[int]
    cells: list[MatrixCell]
    unscored: int

"""What people see of scores and models."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from tradewind.kernel.classification import MASK
from tradewind.modules.leads import api as leads
from tradewind.modules.leads.errors import LeadNotFound
from tradewind.modules.scoring import repository
from tradewind.modules.scoring.engine import explain
from tradewind.modules.scoring.engine.explain import Explained
from tradewind.modules.scoring.engine.train import MIN_EACH_CLASS, MIN_LABELS, enough_labels
from tradewind.modules.scoring.errors import ModelNotFound
from tradewind.modules.scoring.models import LeadScoreRow, ScoringModel
from tradewind.modules.scoring.schemas.models import (
    DistributionBin,
    DistributionRead,
    ExplanationRead,
    HealthRead,
    LabelCounts,
    LeadScoreRead,
    ModelDetail,
    ModelReport,
    ModelSummary,
    OtherScoreRead,
    ReasonRead,
    ScoreHistoryRead,
    ScoreModelRead,
    SplitRead,
    SummaryRead,
)
from tradewind.modules.scoring.schemas.setups import MatrixCell, MatrixRead
from tradewind.modules.scoring.service import labels as labelling
from tradewind.modules.scoring.service import lifting, registry, setups
from tradewind.modules.scoring.service.computing import RULE
from tradewind.modules.scoring.service.setups import Setup

_HISTORY = 200
_BINS = 20
_LEVELS = ("low", "medium", "high")
_BESIDE = {
    "model": "",
    "rules": "",
    "blend": " Point rules have their share in it.",
    "gate": " Point rules are its gate.",
}


async def lead_score(session: AsyncSession, lead_id: UUID, *, at: datetime | None = None) -> LeadScoreRead:
    """A lead's score in force (or at a past moment), its reasons and its history. Raises LeadNotFound."""
    if not await leads.lead_summaries(session, [lead_id]):
        raise LeadNotFound()
    primary, *others = await setups.every(session)
    rows = await repository.history(session, lead_id, primary.key, _HISTORY, until=at)
    if not rows:
        note = "This lead waits to be scored; that takes a moment." if at is None else "It had no score yet then."
        return _empty(lead_id, note, "pending", []).model_copy(update={"as_of": at})
    history = [ScoreHistoryRead.model_validate(row, from_attributes=True) for row in rows]
    model = await repository.model(session, rows[0].model_id) if rows[0].model_id else None
    read = await _described(session, rows[0], model, history)
    beside = [] if at is not None else [await _other(session, setup, lead_id) for setup in others]
    lift = None
    if at is None and read.kind == "model" and read.band != "hot" and read.stopped is None:
        lift = await lifting.what_would_lift(session, lead_id)
    note = read.note
    if at is not None and rows[0].scored_at > at:
        # A score that stays the same keeps one row, whose reasons are renewed.
        note += f" It stayed the same until {rows[0].scored_at:%d %B %Y}; the reasons are those of that day."
    return read.model_copy(
        update={
            "as_of": at,
            "note": note,
            "others": [other for other in beside if other is not None],
            "counterfactual": lift.sentence if lift else None,
        }
    )


async def _other(session: AsyncSession, setup: Setup, lead_id: UUID) -> OtherScoreRead | None:
    row = next(iter(await repository.newest(session, [lead_id], setup.key)), None)
    if row is None:
        return None
    return OtherScoreRead(
        key=setup.key,
        name=setup.settings.name,
        target=setup.settings.target,
        **ScoreHistoryRead.model_validate(row, from_attributes=True).model_dump(exclude={"model_id"}),
    )


async def lead_scores(session: AsyncSession, lead_ids: Sequence[UUID]) -> dict[UUID, LeadScoreRead]:
    """Scores in force with their reasons, without histories; leads that wait to be scored are left out."""
    rows = await repository.newest(session, lead_ids, (await setups.primary(session)).key)
    models = {i: await repository.model(session, i) for i in {row.model_id for row in rows if row.model_id}}
    described = {}
    for row in rows:
        model = models[row.model_id] if row.model_id else None
        described[row.lead_id] = await _described(session, row, model, [])
    return described


async def _described(
    session: AsyncSession, row: LeadScoreRow, model: ScoringModel | None, history: list[ScoreHistoryRead]
) -> LeadScoreRead:
    if row.kind == "insufficient":
        read = _empty(row.lead_id, "Too little is known of this lead to say anything sound.", "insufficient", history)
        return read.model_copy(update={"kind": "insufficient", "scored_at": row.scored_at, "model": _short(model)})
    positive, negative = await _reasons(session, row)
    stored = row.contributions
    return LeadScoreRead(
        **ScoreHistoryRead.model_validate(row, from_attributes=True).model_dump(exclude={"model_id"}),
        lead_id=row.lead_id,
        state="scored",
        note=_note(row, model),
        explanation=ExplanationRead(
            unit="log-odds" if row.kind == "model" else "points",
            base=stored["base"],
            rest=stored["rest"],
            total=stored["raw"],
        ),
        reasons_for=positive,
        reasons_against=negative,
        model=_short(model),
        history=history,
        split=_split(stored),
        stopped=stored.get("stopped"),
    )


async def summary(session: AsyncSession) -> SummaryRead:
    """Where scores come from, and what is missing for a (better) model."""
    setup = await setups.primary(session)
    champion = await repository.champion(session, setup.key)
    counted = await repository.counts(session)
    known, won = await labelling.counts(session, setup.settings)
    labels = LabelCounts(
        known=known,
        won=won,
        lost=known - won,
        needed=MIN_LABELS,
        needed_each=MIN_EACH_CLASS,
        enough=enough_labels(known, won),
    )
    if setup.settings.mode == "rules":
        note = "Scores come from point rules alone, as the settings of this score say." + _shifted(setup)
    elif champion is not None:
        note = (
            f"Scores come from model version {champion.version}, learned from {champion.rows:,} leads with a known "
            "outcome. It is renewed at night when there is more to learn from." + _BESIDE[setup.settings.mode]
        )
    elif labels.enough:
        note = (
            "Scores come from rules. There is enough history for a model: it is trained tonight, or now on request."
            + _shifted(setup)
        )
    else:
        note = (
            f"Scores come from rules until {MIN_LABELS} leads have a known outcome, at least {MIN_EACH_CLASS} won and "
            f"{MIN_EACH_CLASS} lost. So far: {labels.won} won, {labels.lost} lost." + _shifted(setup)
        )
    return SummaryRead(
        kind="rules" if champion is None or setup.settings.mode == "rules" else "model",
        note=note,
        leads=counted.leads,
        scored=counted.scored,
        insufficient=counted.insufficient,
        labels=labels,
        model=model_summary(champion) if champion else None,
        warnings=champion.card["warnings"] if champion else [],
        health=_health(champion),
        may_roll_back=await repository.former_champion(session, setup.key) is not None,
    )


async def distribution(session: AsyncSession) -> DistributionRead:
    """Leads by score."""
    bins = [
        DistributionBin(
            low=5 * number, high=100 if number == _BINS - 1 else 5 * number + 4, leads=0, open_leads=0, bands={}
        )
        for number in range(_BINS)
    ]
    totals: dict[str, int] = {}
    for row in await repository.distribution(session):
        part = bins[row.bin]
        part.leads += row.leads
        part.open_leads += row.open_leads
        if row.band is not None:
            part.bands[row.band] = part.bands.get(row.band, 0) + row.leads
            totals[row.band] = totals.get(row.band, 0) + row.leads
    counted = await repository.counts(session)
    return DistributionRead(bins=bins, bands=totals, unscored=counted.leads - counted.scored)


async def models(session: AsyncSession, key: str | None = None) -> list[ModelSummary]:
    """All models of a score (the primary one), newest first. Raises SetupNotFound."""
    setup = await setups.primary(session) if key is None else await setups.get(session, key)
    return [model_summary(model) for model in await repository.models(session, setup.key)]


async def matrix(session: AsyncSession) -> MatrixRead:
    """Leads by fit and engagement, in thirds."""
    fit, engagement, rows = await repository.matrix(session)
    counted = await repository.counts(session)
    cells = [
        MatrixCell.model_validate(
            {
                "fit": _LEVELS[row.fit], "engagement": _LEVELS[row.engagement], "leads": row.leads, "hot": row.hot,
                "won": row.won, "known": row.known,
            }
        )
        for row in rows
    ]  # fmt: skip
    placed = sum(cell.leads for cell in cells)
    return MatrixRead(fit_cuts=fit, engagement_cuts=engagement, cells=cells, unscored=counted.leads - placed)


async def model_detail(session: AsyncSession, model_id: UUID) -> ModelDetail:
    """A model with its card. Raises ModelNotFound."""
    model = await repository.model(session, model_id)
    if model is None:
        raise ModelNotFound()
    return ModelDetail(
        **model_summary(model).model_dump(),
        features=model.card["features"],
        excluded=model.card["excluded"],
        warnings=model.card["warnings"],
        calibration_curve=model.metrics["calibration_curve"],
        split=model.card["split"],
        calibration=model.card["calibration"],
        rounds=model.card["rounds"],
        seeds=model.card["seeds"],
        intended_use=model.card["intended_use"],
        report=ModelReport.model_validate(model.report),
        health=_health(model),
    )


def model_summary(model: ScoringModel) -> ModelSummary:
    """A model without its card."""
    return ModelSummary.model_validate(model, from_attributes=True)


async def _reasons(session: AsyncSession, row: LeadScoreRow) -> tuple[list[ReasonRead], list[ReasonRead]]:
    top = row.contributions["top"]
    if row.kind == "rules":
        explained = [
            Explained(rule, sentence, sentence, None, points, explain.points_strength(points))
            for rule, points, _, sentence in top
        ]
        positive, negative = explain.split(explained)
    else:
        assert row.model_id is not None
        encoder = (await registry.load(session, row.model_id)).encoder
        by_model = explain.reasons(row.contributions, {item.name: item for item in encoder.encoded})
        by_rules = [
            Explained(name, str(said), str(said), None, amount, explain.strength(amount))
            for name, amount, said in top
            if name.startswith(RULE) and said
        ]
        positive, negative = explain.split([*by_model[0], *by_model[1], *by_rules])
    masked = await leads.masked_fields(session)
    return [_reason(item, masked) for item in positive], [_reason(item, masked) for item in negative]


def _reason(explained: Explained, masked: frozenset[str]) -> ReasonRead:
    reason = ReasonRead.model_validate(explained, from_attributes=True)
    if reason.feature not in masked:
        return reason
    return reason.model_copy(update={"sentence": f"{reason.label}: {MASK}", "value": MASK})


def _split(stored: dict[str, Any]) -> SplitRead | None:
    if "engagement" not in stored:
        return None
    engagement = stored["engagement"]
    fit = round(stored["raw"] - stored["base"] - engagement, 4)
    fit_score, engagement_score = stored["halves"]
    return SplitRead(fit=fit, engagement=engagement, fit_score=fit_score, engagement_score=engagement_score)


def _health(model: ScoringModel | None) -> HealthRead | None:
    return HealthRead.model_validate(model.health) if model is not None and model.health else None


def _shifted(setup: Setup) -> str:
    if not setup.points:
        return ""
    assert setup.learned is not None
    return f" The points were shifted by the {setup.learned['outcomes']:,} outcomes known so far."


def _note(row: LeadScoreRow, model: ScoringModel | None) -> str:
    if stopped := row.contributions.get("stopped"):
        return f"A rule keeps this lead at 0: {stopped}."
    if row.kind == "rules" or model is None:
        return "Scored by rules, until enough outcomes are known for a model."
    return f"Of 100 leads that look like this one, about {row.score} convert (model version {model.version})."


def _short(model: ScoringModel | None) -> ScoreModelRead | None:
    return ScoreModelRead.model_validate(model, from_attributes=True) if model else None


def _empty(lead_id: UUID, note: str, state: str, history: list[ScoreHistoryRead]) -> LeadScoreRead:
    return LeadScoreRead.model_validate(
        {
            "lead_id": lead_id, "state": state, "score": None, "probability": None, "band": None, "kind": None,
            "scored_at": None, "note": note, "explanation": None, "reasons_for": [], "reasons_against": [],
            "model": None, "history": history,
        }
    )  # fmt: skip

"""The engine on made-up leads: learning, exactness, leaks, order, words and rules."""

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

import numpy as np
import pytest

from tradewind.modules.scoring.engine import calibration, explain, leaks, metrics
from tradewind.modules.scoring.engine.encoding import EncodedFeature, learn
from tradewind.modules.scoring.engine.features import candidates, seniority
from tradewind.modules.scoring.engine.model import Model
from tradewind.modules.scoring.engine.sentences import describe, duration, plain
from tradewind.modules.scoring.engine.train import NotEnoughLabels, Trained, train

from .xeducation import Field, Row

START_OF_TIME = datetime(2025, 1, 1, tzinfo=UTC)


@dataclass(frozen=True)
class Seen:
    """Activities of one kind."""

    kind: str
    count: int
    first_at: datetime
    last_at: datetime
    last_7: int = 0
    last_30: int = 0
    last_90: int = 0
    weight: float = 0.0


@dataclass
class World:
    """Leads whose outcome follows source, minutes and replies, with columns that only look useful."""

    rows: list[Row] = field(default_factory=list)
    outcome: list[bool] = field(default_factory=list)
    fields: list[Field] = field(default_factory=list)


def make_world(count: int = 900, seed: int = 1) -> World:
    random = np.random.default_rng(seed)
    world = World(
        fields=[
            Field("minutes_on_site", "Minutes Spent On Site", "number"),
            Field("interests", "Interests", "multi_select"),
            Field("contract_number", "Contract Signed", "boolean"),
            Field("secret", "Secret", "number", used_for_scoring=False),
            Field("remark", "Remark", "text"),
        ]
    )
    for index in range(count):
        source = str(random.choice(["Website", "Referral", "Event", "Rare" if index % 200 == 0 else "Website"]))
        minutes = float(random.exponential(10))
        replies = int(random.poisson(0.5))
        logit = -2.2 + 1.5 * (source == "Referral") + 0.12 * minutes + 0.9 * replies
        won = bool(random.random() < 1 / (1 + np.exp(-logit)))
        at = START_OF_TIME + timedelta(hours=5 * index)
        activities = (Seen("email.replied", replies, at, at + timedelta(days=1)),) if replies else ()
        world.rows.append(
            Row(
                fields={"source": source, "job_title": "Head of Sales" if index % 3 else None, "email": "a@b.example"},
                custom={
                    "minutes_on_site": minutes if index % 7 else None,
                    "interests": ["A", "B"] if index % 2 else [],
                    "contract_number": won,
                    "secret": float(won),
                    "remark": f"note {index}",
                },
                activities=activities,
                created_at=at,
                as_of=at + timedelta(days=2),
            )
        )
        world.outcome.append(won)
    return world


@pytest.fixture(scope="module")
def world() -> World:
    return make_world()


@pytest.fixture(scope="module")
def trained(world: World) -> Trained:
    return train(world.rows, world.outcome, world.fields)


def test_learns_what_matters(trained: Trained) -> None:
    assert trained.metrics["auc"] > 0.72
    assert trained.metrics["hot"]["false_positive_rate"] <= 0.06
    best = [item["name"] for item in trained.card["features"][:3]]
    assert "custom.minutes_on_site" in best
    assert trained.card["split"] == {
        "kind": "newest 20 %", "ordered_by": "arrival time", "train_rows": 720, "test_rows": 180,
    }  # fmt: skip


def test_columns_that_know_the_answer_are_left_out_with_a_reason(trained: Trained) -> None:
    reasons = {item["name"]: item["reason"] for item in trained.card["excluded"]}
    assert "tells the outcome almost by itself" in reasons["custom.contract_number"]
    assert reasons["custom.secret"] == "marked as not used for scoring"
    assert "own value" in reasons["custom.remark"]
    assert "status" in reasons


def test_contributions_sum_to_the_logit_and_equal_lightgbms_own(world: World, trained: Trained) -> None:
    import lightgbm

    model = Model.from_bytes(trained.model.to_bytes())
    prediction = model.predict(world.rows)
    assert np.allclose(prediction.contributions.sum(axis=1) + prediction.base, prediction.raw, atol=1e-12)
    matrix = model.encoder.matrix(model.encoder.read(world.rows))
    matrix[5, :] = np.nan
    own = np.mean(
        [lightgbm.Booster(model_str=text).predict(matrix, pred_contrib=True) for text in model.booster_texts], axis=0
    )
    grouped = np.add.reduceat(own, [*model.encoder.starts, model.encoder.width], axis=1)
    assert np.allclose(model.forest().contributions(matrix), grouped[:, :-1], atol=1e-10)
    assert np.allclose(model.forest().base, grouped[:, -1], atol=1e-10)


def test_stored_explanation_adds_up(world: World, trained: Trained) -> None:
    prediction = trained.model.predict(world.rows[:50])
    for row, stored in enumerate(explain.compact(prediction, trained.model.encoder, top=3)):
        total = stored["base"] + stored["rest"] + sum(amount for _, amount, _ in stored["top"])
        assert total == pytest.approx(prediction.raw[row], abs=1e-3)
        assert len(stored["top"]) == 3


def test_a_stored_model_scores_like_the_trained_one(world: World, trained: Trained) -> None:
    again = Model.from_bytes(trained.model.to_bytes()).predict(world.rows)
    assert np.array_equal(again.raw, trained.model.predict(world.rows).raw)
    assert np.array_equal(again.score, np.rint(100 * again.probability))
    assert set(np.unique(again.band)) <= {0, 1, 2, 3}


def test_unseen_missing_and_wrong_values_are_scored_calmly(trained: Trained) -> None:
    odd: list[dict[str, Any]] = [
        {},
        {"minutes_on_site": "many", "interests": "C", "remark": 5},
        {"minutes_on_site": float("inf"), "interests": [1, None]},
        {"minutes_on_site": -1e300},
    ]
    rows = [Row(fields={"source": "Never seen"}, custom=custom) for custom in odd] + [Row(fields={})]
    prediction = trained.model.predict(rows)
    assert np.isfinite(prediction.raw).all()
    assert prediction.evidence[-1] == 0
    assert (prediction.probability >= 0).all()
    assert (prediction.probability <= 1).all()


def test_too_few_outcomes_are_refused(world: World) -> None:
    with pytest.raises(NotEnoughLabels, match="150 leads"):
        train(world.rows[:150], world.outcome[:150], world.fields)
    with pytest.raises(NotEnoughLabels):
        train(world.rows, [False] * len(world.rows), world.fields)


def test_running_number_orders_an_import_without_dates() -> None:
    at = datetime(2026, 3, 1, tzinfo=UTC)
    rows = [
        Row(fields={"import_row": i}, custom={"n": str(90_000 - 7 * i), "v": i % 5}, created_at=at)
        for i in range(1, 300)
    ]
    order = leaks.find_order(rows, [Field("v", "Visits"), Field("n", "Lead Number")])
    assert (order.kind, order.custom_key) == ("number", "n")
    assert order.values[0] > order.values[-1]
    assert leaks.find_order(rows, [Field("v", "Visits")]).kind == "import_row"


def test_dates_order_leads_that_have_them(world: World) -> None:
    assert leaks.find_order(world.rows, world.fields).kind == "time"


def test_metrics_against_scikit_learn() -> None:
    from sklearn import metrics as reference

    random = np.random.default_rng(4)
    y = (random.random(500) < 0.3).astype(float)
    score = np.round(random.normal(0, 1, 500) + y, 1)
    p = calibration.sigmoid(score)
    assert metrics.auc(y, score) == pytest.approx(reference.roc_auc_score(y, score))
    assert metrics.brier(y, p) == pytest.approx(reference.brier_score_loss(y, p))
    assert metrics.log_loss(y, p) == pytest.approx(reference.log_loss(y, p))
    cut = metrics.threshold_for_false_positives(y, score, 0.05)
    assert metrics.at_threshold(y, score, cut)["false_positive_rate"] <= 0.05
    assert metrics.at_threshold(y, score, cut - 0.1)["false_positive_rate"] > 0.05
    best = metrics.at_threshold(y, score, metrics.threshold_for_accuracy(y, score))["accuracy"]
    assert best == pytest.approx(max(metrics.at_threshold(y, score, t)["accuracy"] for t in np.unique(score)))


@pytest.mark.parametrize("kind", ["sigmoid", "beta", "isotonic"])
def test_calibration_mends_overconfidence_and_keeps_the_order(kind: str) -> None:
    random = np.random.default_rng(2)
    truth = random.normal(0, 1, 4000)
    y = (random.random(4000) < calibration.sigmoid(truth)).astype(float)
    raw = 3 * truth
    before = metrics.expected_calibration_error(y, calibration.sigmoid(raw))
    after = calibration.apply(calibration.fit(kind, raw, y), raw)
    assert metrics.expected_calibration_error(y, after) < 0.03 < before
    assert (np.diff(after[np.argsort(raw)]) > 0).all()


def test_categories_rare_missing_and_placeholder() -> None:
    words = ["Web"] * 50 + ["Fair"] * 20 + ["Odd"] + ["Select"] * 4 + ["n/a", "", None]
    rows = [Row(fields={"source": s}) for s in words]
    encoder, excluded = learn(candidates([], dated=False), rows)
    source = encoder.encoded[0]
    assert (source.name, source.categories, source.has_rare) == ("source", ["Web", "Fair", "(left untouched)"], True)
    codes = encoder.matrix(encoder.read([Row(fields={"source": s}) for s in ("Fair", "New", " select ", "n/a")]))[:, 0]
    assert codes[:3].tolist() == [1, 3, 2]
    assert np.isnan(codes[3])
    assert all(item.reason for item in excluded)


def _feature(label: str, kind: Any = "number", unit: str = "", name: str = "custom.x") -> EncodedFeature:
    return EncodedFeature(name, label, "", kind, unit, True, quantiles=[float(v) for v in range(0, 2100, 100)])


@pytest.mark.parametrize(
    ("item", "value", "words"),
    [
        (_feature("Total Time Spent on Website", unit="seconds"), "1532",
         "Spent 25 minutes on the website, more than 75 % of leads"),
        (_feature("TotalVisits"), 2, "Visited twice, less than 95 % of leads"),
        (_feature("Interests", "choices"), ["A", "B"], "Interests: A, B"),
        (_feature("Source", "category", name="source"), "Google", "Came from Google"),
        (_feature("Source", "category", name="source"), "Select", "Source: left untouched"),
        (_feature("Source", "category", name="source"), "n/a", "Source is not known"),
        (_feature("Do not e-mail", "flag", name="do_not_email"), True, "Asked not to be e-mailed"),
        (_feature("Search", "category"), "No", "Search: no"),
        (_feature("What is your current occupation", "category"), None, "What is your current occupation: not known"),
        (_feature("Lead Number", "order"), 1900, "Arrived among the newest 10 % of leads"),
        (_feature("Pages", unit="times", name="activity.page_views"), 0, "Has not viewed a page"),
        (_feature("Pages", unit="times", name="activity.page_views"), 1, "Viewed 1 page"),
        (_feature("Annual revenue", unit="money"), 1_250_000, "Annual revenue: 1,250,000, more than 95 % of leads"),
        (_feature("Trial started", "date", "days"), -3, "Trial started: 3 days before arrival"),
    ],
)  # fmt: skip
def test_values_in_words(item: EncodedFeature, value: Any, words: str) -> None:
    assert describe(item, value) == words


def test_durations_and_labels() -> None:
    assert [duration(s) for s in (0, 45, 60, 1532, 7300, 400_000)] == [
        "no time", "45 seconds", "1 minute", "25 minutes", "2 hours", "4 days",
    ]  # fmt: skip
    assert plain("what_is_GDPR_consent") == "What is GDPR consent"


@pytest.mark.parametrize(
    ("title", "level"),
    [("Co-Founder & CEO", "owner"), ("CFO", "executive"), ("Head of Data", "director"), ("Account Manager", "manager"),
     ("Nurse", "specialist"), ("Student", "student"), (None, None)],
)  # fmt: skip
def test_seniority(title: str | None, level: str | None) -> None:
    assert seniority(Row(fields={"job_title": title})) == level

"""What would have to happen: found, the least of it, and confirmed by the scorer itself."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import numpy as np
import pytest

from tradewind.kernel.ids import new_id
from tradewind.modules.leads.contracts import ActivitySummary, LeadFacts
from tradewind.modules.scoring.engine import counterfactual
from tradewind.modules.scoring.engine.model import Model
from tradewind.modules.scoring.engine.train import train

NOW = datetime(2026, 6, 1, tzinfo=UTC)


def lead(pricing: int, mails: int, phone: bool, others: int = 0) -> LeadFacts:
    """A lead with so many visits to pricing and other pages and clicked mails yesterday."""
    at = NOW - timedelta(days=1)
    seen = {"web.page_view": pricing + others, "topic.pricing": pricing, "email.clicked": mails}
    return LeadFacts(
        id=new_id(), created_at=NOW - timedelta(days=9), converted=None, converted_at=None,
        fields={"phone": "+44 1" if phone else None, "source": "Website", "import_row": None}, custom={},
        company={}, as_of=NOW,
        activities=tuple(
            ActivitySummary(
                kind=kind, count=n, first_at=at, last_at=at, last_7=n, last_30=n, last_90=n, weight=n * 0.95
            )
            for kind, n in seen.items() if n
        ),
    )  # fmt: skip


@pytest.fixture(scope="module")
def model() -> Model:
    random = np.random.default_rng(2)
    leads, outcome = [], []
    for _ in range(700):
        pricing, mails, phone = int(random.poisson(1)), int(random.poisson(0.7)), bool(random.random() < 0.5)
        leads.append(lead(pricing, mails, phone, int(random.poisson(3))))
        outcome.append(bool(random.random() < 1 / (1 + np.exp(3.2 - 1.3 * pricing - 1.0 * mails - 1.2 * phone))))
    return train(leads, outcome, [], seeds=1).model


def test_the_least_that_reaches_the_goal_is_found_and_holds(model: Model) -> None:
    cold = lead(0, 0, False)

    def score_of(leads: Any) -> list[int]:
        return model.predict(leads).score.tolist()

    assert score_of([cold])[0] < 40
    found = counterfactual.find(cold, model.encoder, score_of, 60)
    assert found is not None
    altered = cold
    for step in found.steps:
        altered = step.alter(altered)
    assert score_of([altered]) == [found.score]
    assert found.score >= 60
    assert found.sentence.endswith(f"would make it {found.score}.")
    assert any("pricing" in step.words or "e-mail" in step.words or "phone" in step.words for step in found.steps)
    # No part of it can be left out.
    for left_out in found.steps:
        rest = cold
        for step in found.steps:
            rest = rest if step is left_out else step.alter(rest)
        assert score_of([rest])[0] < 60
    assert counterfactual.find(altered, model.encoder, score_of, 60) is None
    assert counterfactual.find(replace(cold), model.encoder, score_of, 101) is None

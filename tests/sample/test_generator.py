"""The sample company: the same every time, realistic, learnable without leaks."""

import csv
import io
from collections import Counter
from datetime import UTC, date, datetime
from pathlib import Path

import numpy as np
import phonenumbers
import pytest
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import roc_auc_score

from tradewind.sample import world
from tradewind.sample.company import sample_company
from tradewind.sample.funnel import Funnel
from tradewind.sample.history import histories
from tradewind.sample.leads_file import HEADERS, csv_chunks, write_leads_csv
from tradewind.sample.naming import domains_are_unique, phone_number

UNTIL = date(2026, 3, 2)
END = datetime(2026, 3, 2, 18, tzinfo=UTC)


def read(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as source:
        return list(csv.DictReader(source))


def test_the_same_seed_gives_the_same_bytes(tmp_path: Path) -> None:
    first, second, other = (tmp_path / name for name in ("a.csv", "b.csv", "c.csv"))
    write_leads_csv(first, leads=700, seed=7, until=UNTIL)
    write_leads_csv(second, leads=700, seed=7, until=UNTIL)
    write_leads_csv(other, leads=700, seed=8, until=UNTIL)
    assert first.read_bytes() == second.read_bytes()
    assert first.read_bytes() != other.read_bytes()


def test_the_same_seed_gives_the_same_history() -> None:
    one = sample_company(seed=3, leads=300, until=UNTIL)
    two = sample_company(seed=3, leads=300, until=UNTIL)
    assert one.history == two.history


def test_default_size(tmp_path: Path) -> None:
    sample = sample_company(until=UNTIL)
    assert len(sample.funnel.companies) == 400
    assert 25_000 <= len(sample.history.activities) <= 40_000
    assert 300 <= len(sample.history.deals) <= 470
    outcomes = Counter(deal.outcome for deal in sample.history.deals)
    assert min(outcomes["won"], outcomes["lost"]) > 80
    assert outcomes[None] > 40
    assert sum(task.done_at is None for task in sample.history.tasks) > 40


def test_rows_are_clean_enough_and_dirty_enough(tmp_path: Path) -> None:
    path = tmp_path / "leads.csv"
    rows_written, size = write_leads_csv(path, leads=5_000, seed=7, until=UNTIL)
    rows = read(path)
    assert len(rows) == rows_written
    assert path.stat().st_size == size
    assert list(rows[0]) == list(HEADERS)
    emails = [row["Email"].strip().lower() for row in rows if "@" in row["Email"]]
    assert all(email.endswith(".example") for email in emails)
    repeats = len(emails) - len(set(emails))
    assert 0.005 * len(rows) < repeats < 0.02 * len(rows)
    assert 0.01 < sum(not row["Email"].strip() for row in rows) / len(rows) < 0.05
    assert {"Germany", "Deutschland", "DE"} <= {row["Country"] for row in rows}
    assert any(row["Comments"].startswith("=") for row in rows)
    assert any("\n" in row["Comments"] for row in rows)


def test_no_two_companies_share_a_domain() -> None:
    assert domains_are_unique(Funnel(leads=200_000, seed=5, until=UNTIL))


@pytest.mark.parametrize("country", [c for c in world.COUNTRIES if c.phone], ids=lambda c: c.code)
def test_telephone_numbers_are_valid(country: world.Country) -> None:
    for number in range(0, 400, 7):
        parsed = phonenumbers.parse(phone_number(country, number), country.code)
        assert phonenumbers.is_valid_number(parsed)


def test_nothing_happens_before_the_lead_or_after_the_end() -> None:
    sample = sample_company(seed=11, leads=800, until=UNTIL)
    assert all(activity.occurred_at <= END for activity in sample.history.activities)
    for deal in sample.history.deals:
        assert list(deal.entered) == sorted(deal.entered)
        assert deal.entered
        assert (deal.closed_at is None) == (deal.outcome is None)
        if deal.closed_at:
            assert deal.entered[-1] <= deal.closed_at <= END
        assert (deal.lost_reason is None) == (deal.outcome != "lost")


def test_early_behaviour_agrees_with_the_file() -> None:
    funnel = Funnel(leads=400, seed=7, until=UNTIL)
    leads = next(funnel.chunks())
    history = next(histories(funnel))
    early: Counter[str] = Counter()
    for activity in history.activities:
        if activity.kind == "web.page_view":
            age = activity.occurred_at.timestamp() - leads.created[int(activity.external_id[3:]) - 1]
            early[activity.external_id] += age <= 14 * 86_400
    assert sum(early.values()) == pytest.approx(leads.visits.sum(), rel=0.02)


def test_score_has_something_true_to_find_and_no_leak() -> None:
    funnel = Funnel(leads=30_000, seed=7, until=UNTIL)
    rows = [row for _, text in csv_chunks(funnel) for row in _rows(text)]
    known = [row for row in rows if row["Converted"]]
    wins = np.array([row["Converted"] == "Yes" for row in known])
    assert 0.05 < wins.mean() < 0.15
    features = _features(known)
    cut = len(known) * 3 // 4
    model = LogisticRegression(max_iter=2000).fit(features[:cut], wins[:cut])
    auc = roc_auc_score(wins[cut:], model.predict_proba(features[cut:])[:, 1])
    assert 0.80 < auc < 0.90


def test_sources_differ_in_quality() -> None:
    leads = list(Funnel(leads=40_000, seed=7, until=UNTIL).chunks())
    source = np.concatenate([chunk.source for chunk in leads])
    won = np.concatenate([chunk.won for chunk in leads])
    rate = {s.name: won[source == i].mean() for i, s in enumerate(world.SOURCES)}
    assert rate["Referral"] > 2 * rate["Paid search"] > 4 * rate["Outbound"]


def test_history_of_a_share_of_the_leads() -> None:
    funnel = Funnel(leads=2_000, seed=7, until=UNTIL)
    ids = {a.external_id for history in histories(funnel, share=0.1) for a in history.activities}
    assert 150 <= len(ids) <= 200


def test_impossible_sizes_are_refused() -> None:
    with pytest.raises(ValueError, match="at least one lead"):
        Funnel(leads=0, seed=1, until=UNTIL)


_header: list[str] = list(HEADERS)


def _rows(text: str) -> list[dict[str, str]]:
    lines = list(csv.reader(io.StringIO(text)))
    body = lines[1:] if lines[0] == _header else lines
    return [dict(zip(_header, line, strict=True)) for line in body]


def _features(rows: list[dict[str, str]]) -> np.ndarray:
    columns: list[list[float]] = []
    for name in ("Visits", "Minutes on Site", "Pricing Views", "Emails Opened", "Emails Clicked"):
        columns.append([np.log1p(float(row[f"{name} First 14 Days"])) for row in rows])
    for name in ("Webinar Attended", "Trial Started"):
        columns.append([float(row[name] == "Yes") for row in rows])
    sizes = np.log([float(row["Employees"]) for row in rows])
    columns += [list(sizes), list(sizes**2)]
    for name in ("Industry", "Lead Source", "Job Title"):
        for value in sorted({row[name] for row in rows})[1:]:
            columns.append([float(row[name] == value) for row in rows])
    return np.array(columns).T

"""The scorer on files: what comes out, what is refused, and that rolling knows nothing of what is to come."""

import csv
from pathlib import Path

import numpy as np
import orjson
import pytest
from typer.testing import CliRunner

from tradewind.modules.scoring.cli import app
from tradewind.modules.scoring.errors import EvaluationImpossible
from tradewind.modules.scoring.service.evaluation import Evaluation, Options, Rolling, evaluate

HEADER = ["No", "Quelle", "Minutes", "Signed", "Übrig", "Won"]
OPTIONS = Options(target="Won", positive="yes", id="No", exclude=("Signed",), order_by="No")


def write(path: Path, first: int, count: int, *, header: list[str] | None = None, encoding: str = "utf-8") -> Path:
    """Rows in time order: a rate that drifts, a source and minutes that tell, a column that knows the answer."""
    random = np.random.default_rng(first)
    with path.open("w", encoding=encoding, newline="") as file:
        writer = csv.DictWriter(file, header or HEADER, delimiter=";", extrasaction="ignore")
        writer.writeheader()
        for number in range(first, first + count):
            source = str(random.choice(["Café", "Messe", "Select"]))
            minutes = float(random.exponential(10))
            drift = 1.5 if number > 1_000 else 0.0
            logit = drift - 2 + 2 * (source == "Café") + 0.1 * minutes
            won = random.random() < 1 / (1 + np.exp(-logit))
            row = [number, source, f"{minutes:.2f}".replace(".", ","), won, "x", "Yes" if won else "no"]
            writer.writerow(dict(zip(HEADER, row, strict=True)))
    return path


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    folder = tmp_path_factory.mktemp("files")
    return write(folder / "a.csv", 1, 900, encoding="cp1252"), write(folder / "b.csv", 901, 400)


def test_command_scores_a_second_file_and_measures_it(files: tuple[Path, Path], tmp_path: Path) -> None:
    out = tmp_path / "scores.csv"
    arguments = ["evaluate", "--train", str(files[0]), "--test", str(files[1]), "--target", "Won", "--positive", "yes",
                 "--id", "No", "--exclude", "Signed", "--order-by", "No", "--out", str(out)]  # fmt: skip
    result = CliRunner().invoke(app, arguments)
    assert result.exit_code == 0, result.output
    measured = orjson.loads(result.stdout)
    assert measured["auc"] > 0.67
    assert measured["rows"] == 400
    with out.open(encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    assert list(rows[0]) == ["id", "score", "probability", "band", "reasons"]
    assert [row["id"] for row in rows] == [str(number) for number in range(901, 1301)]
    assert any("+ Quelle: Café" in row["reasons"] for row in rows)
    assert any("Quelle: left untouched" in row["reasons"] for row in rows)
    refused = CliRunner().invoke(app, [*arguments[:-2], "--exclude", "Nope", "--out", str(out)])
    assert refused.exit_code == 1
    assert "no column “Nope”" in refused.stderr.replace("\n", " ")


def test_a_file_without_the_target_is_scored_and_not_measured(files: tuple[Path, Path], tmp_path: Path) -> None:
    bare = write(tmp_path / "bare.csv", 901, 50, header=["No", "Quelle"])
    result = evaluate(files[0], bare, OPTIONS)
    assert result.metrics is None
    assert len(result.scores) == 50
    assert any("no column “Minutes”" in note for note in result.notes)


def _rolled(train: Path, test: Path) -> Evaluation:
    options = Options("Won", "yes", "No", ("Signed",), "No", Rolling(window=500, step=100))
    return evaluate(train, test, options)


def test_rolling_follows_the_drift_and_knows_nothing_of_what_is_to_come(
    files: tuple[Path, Path], tmp_path: Path
) -> None:
    rolled = _rolled(*files)
    assert rolled.metrics is not None
    assert rolled.card["rolling"]["trainings"] == 4
    fixed = evaluate(*files, OPTIONS).metrics
    assert fixed is not None
    assert rolled.metrics["log_loss"] < fixed["log_loss"]
    assert 0.5 < rolled.metrics["alift"] < 1
    # Other outcomes and values after row 200 leave the scores of the first two hundred as they are.
    other = tmp_path / "other.csv"
    kept = files[1].read_text(encoding="utf-8").splitlines()[:201]
    changed = write(tmp_path / "changed.csv", 5_000, 200).read_text(encoding="utf-8").splitlines()[1:]
    other.write_text("\n".join([*kept, *changed]), encoding="utf-8")
    again = _rolled(files[0], other)
    assert again.scores[:200] == rolled.scores[:200]
    assert again.scores[300:] != rolled.scores[300:]


@pytest.mark.parametrize(
    ("options", "words"),
    [
        (Options("Won", "maybe", "No"), "no values of “Won” equal “maybe”. There are: “Yes”, “no”"),
        (Options("Nope", "yes", "No"), "a.csv has no column “Nope”"),
        (Options("Won", "yes", "No", order_by="Quelle"), "rows are ordered by numbers or dates"),
        (Options("Won", "yes", "No", rolling=Rolling(100, 50)), "at least 200 rows"),
        (Options("Übrig", "x", "No"), "all values of “Übrig” equal “x”"),
    ],
)
def test_what_cannot_be_evaluated_is_said(files: tuple[Path, Path], options: Options, words: str) -> None:
    with pytest.raises(EvaluationImpossible, match="(?s)" + words.replace("(", "\\(")):
        evaluate(*files, options)

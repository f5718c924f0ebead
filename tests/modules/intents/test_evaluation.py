"""The command that tries the classifier on files, and what the shipped sets reach."""

import csv
from pathlib import Path

import orjson
import pytest
from typer.testing import CliRunner

from tradewind.modules.intents.cli import app
from tradewind.modules.intents.engine.model import Model
from tradewind.modules.intents.engine.train import train
from tradewind.modules.intents.service.shipped import shipped

FEW = 10


def command(*arguments: str | Path):
    return CliRunner().invoke(app, ["evaluate-intents", *map(str, arguments)])


def table(path: Path, rows: list[tuple[str, ...]]) -> Path:
    with path.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows(rows)
    return path


def test_files_in_predictions_and_figures_out(tmp_path: Path) -> None:
    """Ten phrasings an intent teach it; the rest of five shipped intents and their hard negatives judge."""
    intents = shipped()["agency"].intents[:5]
    learned = [(text, intent.label) for intent in intents for text in intent.examples[:FEW]]
    judged = [(text, intent.label) for intent in intents for text in intent.examples[FEW:]]
    strangers = [(text, "oos") for intent in intents for text in intent.negatives]
    train_file = table(tmp_path / "train.csv", [("text", "label"), *learned, *strangers[::2]])
    test_file = table(tmp_path / "test.csv", [("label", "text"), *((b, a) for a, b in [*judged, *strangers[1::2]])])
    out = tmp_path / "predictions.csv"
    result = command("--train", train_file, "--test", test_file, "--out", out)
    assert result.exit_code == 0, result.output
    metrics = orjson.loads(result.stdout)
    assert metrics["rows"] == len(judged) + len(strangers[1::2])
    assert metrics["accuracy"] > 0.75
    assert metrics["out_of_scope_auroc"] > 0.85
    with out.open(encoding="utf-8", newline="") as file:
        predictions = list(csv.DictReader(file))
    right = sum(row["label"] == label for row, (_, label) in zip(predictions, judged, strict=False))
    assert right / len(judged) == pytest.approx(metrics["accuracy"], abs=1e-3), "in the order of the file"
    assert all(0 <= float(row["in_scope_probability"]) <= 1 for row in predictions)


def test_a_shipped_set_is_told_apart() -> None:
    """Cross-validation of the agency set; docs/intelligence.md has the figures of all."""
    intents = shipped()["agency"].intents
    rows = [(text, intent.label) for intent in intents for text in intent.examples]
    negatives = [text for intent in intents for text in intent.negatives]
    trained = train([text for text, _ in rows], [label for _, label in rows], negatives)
    reached = (trained.predicted == trained.labels).mean()
    assert reached >= 0.76
    assert (trained.in_scope > 0.5).mean() > 0.6
    assert (trained.negatives_in_scope < 0.5).mean() > 0.6


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"phrase,label\na,b\n", "must name a column"),
        (b"text\nhello\n", "must name a column"),
        (b"text,label\nhello,\n", "line 2: the label is empty"),
        (b"text,label\nhello,greeting\nbye\n", "line 3: 1 columns"),
        (b'text,label\n"open,greeting\n', "line 2"),
        (b"text,label\n\xff\xfe,greeting\n", "not written in UTF-8"),
        (b"text,label\n", "has no rows"),
        (b"text,label\nhello,greeting\nwhatever,oos\n", "at least two labels"),
    ],
)
def test_files_that_cannot_be_used_say_why(tmp_path: Path, content: bytes, words: str) -> None:
    bad, test_file = tmp_path / "bad.csv", table(tmp_path / "test.csv", [("text",), ("hello",)])
    bad.write_bytes(content)
    result = command("--train", bad, "--test", test_file, "--out", tmp_path / "out.csv")
    assert result.exit_code == 1
    assert words in " ".join(result.stderr.split())
    assert not (tmp_path / "out.csv").exists()


def test_a_stored_model_says_what_it_said_before() -> None:
    texts = ["red apple", "green apple", "ripe apple", "fast car", "old car", "blue car"]
    trained = train(texts, ["fruit"] * 3 + ["vehicle"] * 3, ["a poem"])
    asked = ["yellow apple", "new car", "the sea at night", ""]
    before = trained.model.predict(asked)
    after = Model.from_bytes(trained.model.to_bytes()).predict(asked)
    assert [each.label for each in before[:2]] == ["fruit", "vehicle"]
    for one, other in zip(before, after, strict=True):
        assert one.label == other.label
        assert (one.probability, one.in_scope) == pytest.approx((other.probability, other.in_scope), abs=0.01)
    assert before[0].neighbours[0].label == "fruit"

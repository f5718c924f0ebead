"""`tradewind knowledge evaluate`: real questions on real paragraphs, clear words about wrong files, nothing left."""

import json

import pytest
from sqlalchemy import text

from tradewind.kernel.access import Actor
from tradewind.modules.knowledge.errors import EvaluationImpossible
from tradewind.modules.knowledge.evaluation import files, metrics
from tradewind.modules.knowledge.evaluation.files import Ranking, Text
from tradewind.modules.knowledge.service import evaluation

TEXTS = [
    Text("7", "The monthly plan costs € 20.", "Prices"),
    Text("hours", "The workshop is open on weekdays from nine."),
    Text("empty", "", ""),
    Text("long", "Parcels leave the house before noon. " * 400, "Delivery"),
]


async def test_questions_are_asked_of_texts_and_nothing_stays(database, shared_data):
    told = []
    queries = [Text("q1", "monthly plan price"), Text("q2", "when is the workshop open"), Text("q3", "")]
    found = await evaluation.rankings(database, TEXTS, queries, lambda *step: told.append(step))
    assert [one.query for one in found] == ["q1", "q2", "q3"]
    assert [one.found[0][0] for one in found[:2]] == ["7", "hours"]
    assert all(len({document for document, _ in one.found}) == len(one.found) for one in found)
    assert told[-1] == (3, 3, "Searching")
    async with database.transaction(Actor.system()) as session:
        assert await session.scalar(text("SELECT count(*) FROM organisations WHERE name = 'Evaluation'")) == 0

    # Seven paragraphs of different articles and their questions: easy, so that a fault shows at once.
    articles = json.loads((shared_data / "xquad" / "en.json").read_text())["data"][:7]
    paragraphs = [article["paragraphs"][0] for article in articles]
    corpus = [Text(str(number), paragraph["context"]) for number, paragraph in enumerate(paragraphs[:5])]
    asked = [Text(one["id"], one["question"]) for paragraph in paragraphs for one in paragraph["qas"]]
    judged = {
        one["id"]: {str(number): 1.0} for number, paragraph in enumerate(paragraphs[:5]) for one in paragraph["qas"]
    }
    result = metrics.measured(await evaluation.rankings(database, corpus, asked, lambda *_: None), judged)
    assert result["hit@1"] >= 0.97
    assert result["answerable_auroc"] >= 0.97


def test_runs_are_written_as_trec_has_them_with_the_likelihood(tmp_path):
    path = tmp_path / "run.tsv"
    files.write_run(path, [Ranking("q 1", (("a", 2.5), ("b", 1.0)), 0.75)], "tag")
    assert path.read_text() == "q 1\tQ0\ta\t1\t2.500000\ttag\t0.750000\nq 1\tQ0\tb\t2\t1.000000\ttag\t0.750000\n"
    assert list(tmp_path.iterdir()) == [path]


@pytest.mark.parametrize(
    ("lines", "said"),
    [
        ('{"id": 1, "text": "a"}\n{"id": "1", "text": "b"}', "line 2: repeats the id “1”"),
        ('{"id": 1, "text": "a"}\n\n[1]', "line 3: is no JSON object"),
        ('{"id": 1, "text": "a"', "line 1: is no JSON"),
        ('{"text": "a"}', "line 1: has no “id”"),
        ('{"id": true, "text": "a"}', "line 1: has no “id”"),
        ('{"id": 1, "text": null}', "line 1: has no “text” that is a text"),
        ('{"id": "a\\tb", "text": ""}', "holds tabs"),
        ("\n", "holds no lines"),
    ],
    ids=["repeated", "list", "broken", "no id", "true", "no text", "tab", "empty"],
)
def test_wrong_lines_are_named(tmp_path, lines, said):
    path = tmp_path / "corpus.jsonl"
    path.write_text(lines)
    with pytest.raises(EvaluationImpossible, match=said):
        files.read_texts(path)


def test_judgements_come_in_three_forms_and_metrics_are_the_known_ones(tmp_path):
    path = tmp_path / "qrels.tsv"
    for form in (
        "query\tdoc\tscore\na\tx\t1\na\ty\t2\nb\tz\t0\n",
        "a 0 x 1\na 0 y 2\nb 0 z 0\n",
        "a\tx\t1\na\ty\t2\nb\tz\t0",
    ):
        path.write_text(form)
        judged = files.read_judgements(path)
        assert judged == {"a": {"x": 1.0, "y": 2.0}, "b": {"z": 0.0}}
    path.write_text("a\tx\t1\na\tx\tmuch\n")
    with pytest.raises(EvaluationImpossible, match="line 2: has the grade “much”"):
        files.read_judgements(path)
    result = metrics.measured(
        [Ranking("a", (("n", 3), ("y", 2), ("x", 1)), 0.9), Ranking("b", (("z", 1),), 0.9)], judged
    )
    # (2/log2(3) + 1/log2(4)) / (2/log2(2) + 1/log2(3))
    assert result == {
        "queries": 2, "with_answer": 1, "ndcg@10": 0.66967, "hit@1": 0.0, "mrr@10": 0.5, "recall@10": 1.0,
        "recall@50": 1.0, "answerable_auroc": 0.5,
    }  # fmt: skip

"""SciFact and XQuAD of the shared data as files for `tradewind knowledge evaluate`.

`python -m bench.retrieval_files DATA OUT` writes OUT/<set>/{corpus,queries}.jsonl and qrels.tsv. In the set
`xquad-en-unanswerable` every second article is left out of the corpus: its questions are the ones without an answer.
"""

import argparse
import csv
import json
import re
from collections.abc import Iterable, Mapping
from pathlib import Path

_QUOTED = re.compile(r"'((?:[^'\\]|\\.|'(?![\s\]]))*)'|\"((?:[^\"\\]|\\.)*)\"")

Texts = Mapping[str, tuple[str, str]]


def write(folder: Path, corpus: Texts, queries: Mapping[str, str], relevant: Iterable[tuple[str, str]]) -> None:
    """One set: `corpus` holds title and text by id."""
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / "corpus.jsonl").open("w") as file:
        for key, (title, text) in corpus.items():
            file.write(json.dumps({"id": key, "title": title, "text": text}) + "\n")
    with (folder / "queries.jsonl").open("w") as file:
        for key, text in queries.items():
            file.write(json.dumps({"id": key, "text": text}) + "\n")
    with (folder / "qrels.tsv").open("w") as file:
        file.write("query\tdocument\tgrade\n")
        file.writelines(f"{query}\t{document}\t1\n" for query, document in relevant)


def abstracts(data: Path) -> dict[str, tuple[str, str]]:
    """SciFact's titles and abstracts by id."""
    csv.field_size_limit(10_000_000)
    with (data / "scifact" / "corpus.csv").open(newline="") as file:
        return {
            row["doc_id"]: (row["title"], " ".join(one or other for one, other in _QUOTED.findall(row["abstract"])))
            for row in csv.DictReader(file)
        }


def scifact(data: Path, out: Path) -> None:
    """Abstracts and the claims that cite them."""
    with (data / "scifact" / "claims_train.csv").open(newline="") as file:
        claims = list(csv.DictReader(file))
    cited = {(row["id"], document) for row in claims for document in re.findall(r"\d+", row["cited_doc_ids"])}
    write(out / "scifact", abstracts(data), {row["id"]: row["claim"] for row in claims}, sorted(cited))


def xquad(data: Path, out: Path, language: str, *, unanswerable: bool) -> None:
    """Paragraphs, without their articles' titles, and questions about them."""
    articles = json.loads((data / "xquad" / f"{language}.json").read_text())["data"]
    corpus: dict[str, tuple[str, str]] = {}
    queries: dict[str, str] = {}
    relevant: list[tuple[str, str]] = []
    for number, article in enumerate(articles):
        kept = not unanswerable or number % 2 == 0
        for place, paragraph in enumerate(article["paragraphs"]):
            key = f"{number}-{place}"
            if kept:
                corpus[key] = ("", paragraph["context"].strip("\ufeff"))
            for question in paragraph["qas"]:
                queries[question["id"]] = question["question"]
                relevant += [(question["id"], key)] * kept
    name = f"xquad-{language}{'-unanswerable' if unanswerable else ''}"
    write(out / name, corpus, queries, relevant)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("data", type=Path)
    parser.add_argument("out", type=Path)
    arguments = parser.parse_args()
    scifact(arguments.data, arguments.out)
    for each in ("en", "de", "es"):
        xquad(arguments.data, arguments.out, each, unanswerable=False)
    xquad(arguments.data, arguments.out, "en", unanswerable=True)

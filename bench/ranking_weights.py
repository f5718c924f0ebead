"""How the weights of the ranking are chosen: the product's own signals, a grid, five folds of queries.

`python -m bench.ranking_weights SETS` reads the sets `scifact` and `xquad-en` that `bench.retrieval_files` wrote, lets
the product index and search them (nothing of it stays), and ranks the candidates anew with each combination of weights.
On four folds the one with the highest sum of both sets' nDCG@10 is chosen and judged on the fifth; the last line is
what all queries together choose. SciFact takes minutes to index.
"""

import argparse
import asyncio
from collections.abc import Callable, Iterator, Mapping
from itertools import product
from pathlib import Path
from uuid import UUID

import numpy as np

from bench.data import settings
from tradewind import modules
from tradewind.kernel.database import Database
from tradewind.kernel.database.migrate import migrate
from tradewind.modules.knowledge import ranking
from tradewind.modules.knowledge.evaluation.files import Judgements, read_judgements, read_texts
from tradewind.modules.knowledge.service import evaluation
from tradewind.modules.knowledge.service.search import Ranked

SETS = ("scifact", "xquad-en")
# Words, passage, tokens, best sentence.
GRID = list(product((1.0, 1.25, 1.5, 1.75), (0.25, 0.5, 0.75, 1.0), (0.0, 0.5, 1.0, 1.5, 2.0), (0.5, 1.0, 1.5, 2.0)))
_FOLDS, _AT = 5, 10

Candidates = tuple[list[str], np.ndarray]


async def candidates(folder: Path) -> dict[str, Candidates]:
    """For each query the documents its candidates belong to, and their signals (n × 4)."""
    kept: list[Candidates] = []
    usual: Callable[[Ranked, dict[UUID, str]], Iterator[tuple[str, float]]] = evaluation._by_document

    def keeping(ranked: Ranked, owners: dict[UUID, str]) -> Iterator[tuple[str, float]]:
        one = ranked.signals
        kept.append(
            (
                [owners[each] for each in ranked.ids],
                np.column_stack([one.lexical, one.semantic, one.tokens, one.sentence]),
            )
        )
        return usual(ranked, owners)

    queries = read_texts(folder / "queries.jsonl")
    database = Database(settings())
    database.start_server()
    evaluation._by_document = keeping
    try:
        await migrate(database)
        await database.open(pooled=False)
        await evaluation.rankings(database, read_texts(folder / "corpus.jsonl"), queries, lambda *_: None)
    finally:
        evaluation._by_document = usual
        await database.close()
    return {query.id: one for query, one in zip(queries, kept, strict=True)}


def gains(found: Mapping[str, Candidates], judgements: Judgements) -> np.ndarray:
    """nDCG@10 (queries × combinations of GRID) of the queries with a relevant document."""
    weights = np.array(GRID).T
    rows: list[np.ndarray] = []
    for query, (documents, signals) in found.items():
        relevant = [document for document, grade in judgements.get(query, {}).items() if grade > 0]
        if not relevant:
            continue
        names = list(dict.fromkeys(documents))
        owner = np.array([names.index(document) for document in documents], np.int64)
        best = np.full((len(names), len(GRID)), -np.inf)
        np.maximum.at(best, owner, signals @ weights)
        gained = np.zeros(len(GRID))
        for document in relevant:
            if document in names:
                rank = (best > best[names.index(document)]).sum(axis=0)
                gained += np.where(rank < _AT, 1 / np.log2(rank + 2), 0)
        rows.append(gained / (1 / np.log2(np.arange(min(len(relevant), _AT)) + 2)).sum())
    return np.array(rows)


def report(sets: Mapping[str, np.ndarray]) -> None:
    """Print what each fold's complement chooses, what that gives on the fold, and what all choose."""
    folds = {
        name: np.random.default_rng(number).permutation(len(each)) % _FOLDS
        for number, (name, each) in enumerate(sets.items())
    }
    held: dict[str, list[float]] = {name: [] for name in sets}
    for fold in range(_FOLDS):
        best = int(np.sum([each[folds[name] != fold].mean(axis=0) for name, each in sets.items()], axis=0).argmax())
        for name, each in sets.items():
            held[name] += each[folds[name] == fold, best].tolist()
        print(f"without fold {fold + 1}: {GRID[best]}")
    print("held out:", ", ".join(f"{name} {np.mean(values):.4f}" for name, values in held.items()))
    own = (ranking.LEXICAL, ranking.SEMANTIC, ranking.TOKENS, ranking.SENTENCE)
    for what, at in (
        ("all choose", int(np.sum([each.mean(axis=0) for each in sets.values()], axis=0).argmax())),
        ("product", GRID.index(own)),
    ):
        print(f"{what} {GRID[at]}:", ", ".join(f"{name} {each[:, at].mean():.4f}" for name, each in sets.items()))


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("sets", type=Path)
    folder = parser.parse_args().sets
    modules.load_all()
    report(
        {
            name: gains(asyncio.run(candidates(folder / name)), read_judgements(folder / name / "qrels.tsv"))
            for name in SETS
        }
    )

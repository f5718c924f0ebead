"""How good a ranking is, as the TREC community counts it."""

import math
from collections.abc import Collection, Mapping, Sequence

from tradewind.modules.knowledge.evaluation.files import Judgements, Ranking

_AT = 10


def measured(rankings: Collection[Ranking], judgements: Judgements) -> dict[str, float | int]:
    """nDCG@10, hit@1, MRR@10 and recall over the queries that have a relevant document.

    Where some have none, `answerable_auroc` tells how well the likelihood of an answer divides the two kinds.
    """
    relevant = {query: _relevant(grades) for query, grades in judgements.items()}
    known = [ranking for ranking in rankings if relevant.get(ranking.query)]
    result: dict[str, float | int] = {"queries": len(rankings), "with_answer": len(known)}
    if known:
        orders = [([document for document, _ in one.found], relevant[one.query]) for one in known]
        result |= {
            "ndcg@10": _mean([_ndcg(found, grades) for found, grades in orders]),
            "hit@1": _mean([float(bool(found) and found[0] in grades) for found, grades in orders]),
            "mrr@10": _mean([_reciprocal_rank(found, grades) for found, grades in orders]),
            "recall@10": _mean([_recall(found[:_AT], grades) for found, grades in orders]),
            "recall@50": _mean([_recall(found[:50], grades) for found, grades in orders]),
        }
    unknown = [ranking.answerable for ranking in rankings if not relevant.get(ranking.query)]
    if known and unknown:
        result["answerable_auroc"] = round(auroc([one.answerable for one in known], unknown), 5)
    return result


def auroc(positives: Sequence[float], negatives: Sequence[float]) -> float:
    """Probability that a positive scores higher than a negative; ties count half."""
    ordered = sorted([(value, 1) for value in positives] + [(value, 0) for value in negatives])
    ranks, start = 0.0, 0
    while start < len(ordered):
        end = start
        while end < len(ordered) and ordered[end][0] == ordered[start][0]:
            end += 1
        ranks += (start + end + 1) / 2 * sum(kind for _, kind in ordered[start:end])
        start = end
    count = len(positives)
    return (ranks - count * (count + 1) / 2) / (count * len(negatives))


def _relevant(grades: Mapping[str, float]) -> dict[str, float]:
    return {document: grade for document, grade in grades.items() if grade > 0}


def _ndcg(found: Sequence[str], grades: Mapping[str, float]) -> float:
    gained = sum(grades.get(document, 0.0) / math.log2(place + 2) for place, document in enumerate(found[:_AT]))
    ideal = sum(grade / math.log2(place + 2) for place, grade in enumerate(sorted(grades.values(), reverse=True)[:_AT]))
    return gained / ideal


def _reciprocal_rank(found: Sequence[str], grades: Mapping[str, float]) -> float:
    return next((1 / place for place, document in enumerate(found[:_AT], 1) if document in grades), 0.0)


def _recall(found: Sequence[str], grades: Mapping[str, float]) -> float:
    return sum(document in grades for document in found) / len(grades)


def _mean(values: Sequence[float]) -> float:
    return round(sum(values) / len(values), 5)

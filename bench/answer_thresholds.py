"""How the thresholds of answers are chosen: labelled data nobody here wrote, a rule, one half to choose, one to judge.

`python -m bench.answer_thresholds [gaps|pairs|claims|answers]` prints what the rule chooses on the first half and what
that does on the second, beside what the product has. Reads `../shared/data`.

gaps     BANKING77: messages in random order, each joins the nearest question if that is near enough, else opens a gap;
         the halves have other intents. Best F½ of pairs: what is put together wrongly counts more than what is not.
pairs    BANKING77 and CLINC150: of half of the intents one message is the question of a pair, others of all intents are
         asked, in other words; the halves have other intents. The least threshold that refuses 99 of 100 questions
         without an answer in both sets: a pair's answer is given as it stands, and who gets a wrong one believes it.
claims   Is a claim supported by a text? SciFact: claims with the abstract that supports them, and with the other one
         that has most of their words. XQuAD: questions with their answers, as if they were claims, with their
         paragraph, and with the paragraph of the same article that has most of their words otherwise. Best mean share
         of true ones kept and false ones dropped, both sets weighing the same.
answers  XQuAD with half of the articles left out of the base; BANKING77 with one message of every second intent as the
         question of a pair. Best mean share of questions answered rightly (the gold span is quoted, the intent is
         right) and questions without an answer refused, both sets weighing the same. A bank's questions are left out:
         asked word for word, they would have nothing but strictness pay.

Of thresholds that do as well to a thousandth the stricter ones are chosen.
"""

import argparse
import asyncio
import csv
import json
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import product

import numpy as np

from bench.answer_quality import DATA, everything
from bench.retrieval_files import abstracts
from tradewind.modules.ai import api as ai
from tradewind.modules.knowledge.answers import verifying
from tradewind.modules.knowledge.answers.paraphrases import likenesses
from tradewind.modules.knowledge.answers.questions import read_question
from tradewind.modules.knowledge.answers.words import terms
from tradewind.modules.knowledge.service import answering, asking

_MESSAGES, _CLAIMS, _PHRASINGS, _DRAWS = 2_000, 300, 8, 3
_REFUSED = 0.99


@dataclass(frozen=True)
class Judged:
    """A question asked: whether the base has its answer, whether that was found, and what the thresholds look at."""

    has_answer: bool
    holds: bool
    values: tuple[float, ...]


@dataclass(frozen=True)
class Pair:
    """A question that the base answers."""

    title: str
    heading: str = ""
    content: str = ""
    score: float = 1.0
    is_pair: bool = True


def gaps() -> None:
    """SAME_GAP."""
    with (DATA / "banking77" / "train.csv").open(newline="", encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    names = sorted({row["category"] for row in rows})
    random = np.random.default_rng(0)
    halves: list[tuple[np.ndarray, np.ndarray]] = []
    for half in (names[::2], names[1::2]):
        mine = [row for row in rows if row["category"] in half]
        picked = [mine[at] for at in random.permutation(len(mine))[:_MESSAGES]]
        vectors = ai.embed_locally([row["text"] for row in picked])
        halves.append((vectors, np.array([names.index(row["category"]) for row in picked])))
    grid = [at / 100 for at in range(50, 92, 2)]
    best = max(grid, key=lambda least: _pairs(*halves[0], least)[0])
    for what, least in (("chosen", best), ("product", asking.SAME_GAP)):
        for part, (vectors, labels) in zip(("choosing", "judging"), halves, strict=True):
            score, precision, recall, count = _pairs(vectors, labels, least)
            print(
                f"gaps, {what} {least}, {part}: F½ {score:.3f}, precision {precision:.3f}, recall {recall:.3f}, "
                f"{count} gaps for {len(np.unique(labels))} intents"
            )


def _pairs(vectors: np.ndarray, labels: np.ndarray, least: float) -> tuple[float, float, float, int]:
    """F½, precision and recall of the pairs put together, and the number of gaps."""
    opened: list[int] = []
    gap = np.zeros(len(labels), np.int64)
    for row, vector in enumerate(vectors):
        cosines = vectors[opened] @ vector
        if opened and cosines.max() >= least:
            gap[row] = cosines.argmax()
        else:
            gap[row] = len(opened)
            opened.append(row)
    right = _together(gap * (labels.max() + 1) + labels)
    precision, recall = right / max(1, _together(gap)), right / _together(labels)
    return _f_half(precision, recall), precision, recall, len(opened)


def _f_half(precision: float, recall: float) -> float:
    return 1.25 * precision * recall / max(1e-9, 0.25 * precision + recall)


def _together(groups: np.ndarray) -> int:
    counts = np.unique(groups, return_counts=True)[1]
    return int((counts * (counts - 1) // 2).sum())


def pairs() -> None:
    """SAME_QUESTION."""
    with (DATA / "banking77" / "train.csv").open(newline="", encoding="utf-8") as file:
        banking = [(row["category"], row["text"].strip()) for row in csv.DictReader(file)]
    clinc = json.loads((DATA / "clinc150" / "data.json").read_text())
    sets = {"banking77": banking, "clinc150": [(intent, said) for said, intent in clinc["train"]]}
    found = {name: [list(_paraphrases(rows, half)) for half in (0, 1)] for name, rows in sets.items()}
    grid = [at / 100 for at in range(30, 95)]
    best = min(least for least in grid if all(_given(each[0], least)[-1] >= _REFUSED for each in found.values()))
    for what, least in (("chosen", best), ("product", answering.SAME_QUESTION)):
        for start, part in enumerate(("choosing", "judging")):
            for name, halves in found.items():
                precision, recall, refused = _given(halves[start], least)
                print(
                    f"pairs, {what} {least}, {part}, {name}: precision {precision:.3f}, recall {recall:.3f}, "
                    f"refused without an answer {refused:.3f}"
                )


def _given(judged: Sequence[Judged], least: float) -> tuple[float, float, float]:
    """Precision and recall of the pairs given, and the share refused of questions without one."""
    right, refused = _right(judged, (least,))
    asked = [one.has_answer for one in judged]
    told = sum(one.values[0] >= least for one in judged)
    return right * sum(asked) / max(1, told), right, refused


def _paraphrases(rows: Sequence[tuple[str, str]], half: int) -> Iterator[Judged]:
    """Messages of every second intent, asked of pairs of half of these, drawn anew a few times."""
    names = sorted(dict(rows))
    mine = [names[at] for at in np.random.default_rng(0).permutation(len(names))[half::2]]
    vectors: dict[str, np.ndarray] = {}

    def embed(texts: Sequence[str]) -> np.ndarray:
        new = [text for text in texts if text not in vectors]
        vectors.update(zip(new, ai.embed_locally(new), strict=True))
        return np.array([vectors[text] for text in texts])

    for draw in range(_DRAWS):
        random = np.random.default_rng((half, draw))
        said: dict[str, list[str]] = {name: [] for name in mine}
        for at in random.permutation(len(rows)):
            if (known := said.get(rows[at][0])) is not None and len(known) < _PHRASINGS:
                known.append(rows[at][1])
        in_base = [mine[at] for at in random.permutation(len(mine))[: len(mine) // 2]]
        base = [Pair(said[name][0]) for name in in_base]
        embed([text for texts in said.values() for text in texts])
        for name, texts in said.items():
            for text in texts[1:]:
                alike = likenesses(read_question(text), base, embed)
                best = max(alike, key=alike.__getitem__, default=None)
                right = best is not None and in_base[best] == name
                yield Judged(name in in_base, right, (alike[best] if best is not None else 0.0,))


@dataclass(frozen=True)
class Claim:
    """A claim with a text that supports it, and one that does not though it has many of its words."""

    text: str
    true: str
    false: str


def claims() -> None:
    """LEAST_WORDS and LEAST_MEANING."""
    own = verifying.LEAST_WORDS, verifying.LEAST_MEANING
    # What fails for a value, a name or a negation fails anyway; what is left is judged by the two thresholds.
    verifying.LEAST_WORDS = verifying.LEAST_MEANING = 0.0
    judged = {
        name: [(_verdict(one.text, one.true), _verdict(one.text, one.false)) for one in found]
        for name, found in (("scifact", _scifact_claims()), ("xquad", _xquad_claims()))
    }  # fmt: skip

    def shares(pair: tuple[float, ...], start: int) -> dict[str, tuple[float, float]]:
        return {
            name: (_kept([true for true, _ in found[start::2]], pair),
                   1 - _kept([false for _, false in found[start::2]], pair))
            for name, found in judged.items()
        }  # fmt: skip

    grid = [(words / 20, meaning / 20) for words, meaning in product(range(17), range(4, 18))]
    _report("claims", "kept, dropped", grid, own, shares)


def _verdict(claim: str, text: str) -> verifying.Verdict:
    return verifying.verify(claim, [text], ai.embed_locally)


def _kept(verdicts: Sequence[verifying.Verdict], pair: tuple[float, ...]) -> float:
    kept = [one.supported and one.words >= pair[0] and one.meaning >= pair[1] for one in verdicts]
    return sum(kept) / len(kept)


def _scifact_claims() -> list[Claim]:
    texts = {key: f"{title} {text}" for key, (title, text) in abstracts(DATA).items()}
    known = {key: frozenset(terms(text)) for key, text in texts.items()}
    with (DATA / "scifact" / "claims_train.csv").open(newline="") as file:
        rows = [row for row in csv.DictReader(file) if row["evidence_label"] == "SUPPORT"]
    found: list[Claim] = []
    for row in rows[:_CLAIMS]:
        cited = {row["evidence_doc_id"], *re.findall(r"\d+", row["cited_doc_ids"])}
        others = {key: said for key, said in known.items() if key not in cited}
        found.append(Claim(row["claim"], texts[row["evidence_doc_id"]], texts[_likest(row["claim"], others)]))
    return found


def _xquad_claims() -> list[Claim]:
    found: list[Claim] = []
    for article in json.loads((DATA / "xquad" / "en.json").read_text())["data"]:
        texts = {str(place): one["context"] for place, one in enumerate(article["paragraphs"])}
        known = {key: frozenset(terms(text)) for key, text in texts.items()}
        if len(texts) < 2:
            continue
        for place, paragraph in enumerate(article["paragraphs"]):
            others = {key: said for key, said in known.items() if key != str(place)}
            for qa in paragraph["qas"]:
                claim = f"{qa['question']} {qa['answers'][0]['text']}"
                found.append(Claim(claim, paragraph["context"], texts[_likest(claim, others)]))
    return found[:: max(1, len(found) // _CLAIMS)]


def _likest(claim: str, known: Mapping[str, frozenset[str]]) -> str:
    wanted = frozenset(terms(claim))
    return max(known, key=lambda key: len(wanted & known[key]))


def answers() -> None:
    """ANSWER_FROM and FIT_FROM."""
    own = answering.ANSWER_FROM, answering.FIT_FROM
    found = {name: asyncio.run(everything(only=name))[name] for name in ("xquad", "banking77")}
    halves = {
        name: _halves([Judged(one.has_answer, one.holds, (one.answerable, one.fit)) for one in outcomes])
        for name, outcomes in found.items()
    }

    def shares(pair: tuple[float, ...], start: int) -> dict[str, tuple[float, float]]:
        return {name: _right(halves[name][start], pair) for name in found}

    grid = [(answerable / 20, fit / 20) for answerable, fit in product(range(1, 20), range(17))]
    _report("answers", "right, refused", grid, own, shares)


def _halves(judged: Sequence[Judged]) -> tuple[list[Judged], list[Judged]]:
    """At random: in their order, questions with an answer and without may take turns."""
    mixed = [judged[at] for at in np.random.default_rng(0).permutation(len(judged))]
    return mixed[::2], mixed[1::2]


def _right(judged: Sequence[Judged], least: tuple[float, ...]) -> tuple[float, float]:
    told = [all(value >= at for value, at in zip(one.values, least, strict=True)) for one in judged]
    right = [said and one.holds for said, one in zip(told, judged, strict=True) if one.has_answer]
    refused = [not said for said, one in zip(told, judged, strict=True) if not one.has_answer]
    return sum(right) / len(right), sum(refused) / len(refused)


def _report(
    name: str,
    heads: str,
    grid: Sequence[tuple[float, ...]],
    own: tuple[float, ...],
    shares: Callable[[tuple[float, ...], int], dict[str, tuple[float, float]]],
) -> None:
    best = max(grid, key=lambda pair: (round(float(np.mean(list(shares(pair, 0).values()))), 3), pair))
    for what, pair in (("chosen", best), ("product", own)):
        for start, part in enumerate(("choosing", "judging")):
            every = shares(pair, start)
            told = "; ".join(f"{one} {first:.3f}, {second:.3f}" for one, (first, second) in every.items())
            print(f"{name}, {what} {' '.join(map(str, pair))}, {part} ({heads}): {told}")


if __name__ == "__main__":
    kinds = {"gaps": gaps, "pairs": pairs, "claims": claims, "answers": answers}
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("kind", nargs="?", choices=kinds)
    chosen = parser.parse_args().kind
    for kind in [chosen] if chosen else kinds:
        kinds[kind]()

"""Files of an evaluation: texts and questions as JSON lines, judgements and runs as TREC writes them."""

import os
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import orjson

from tradewind.modules.knowledge.errors import EvaluationImpossible

# Bounds of one text; what is longer is no passage of knowledge but a mistake in the file.
LONGEST_TEXT = 2_000_000
LONGEST_ID = 500
_SHOWN = 60

Judgements = dict[str, dict[str, float]]


@dataclass(frozen=True, slots=True)
class Text:
    """A line of a corpus or of queries."""

    id: str
    text: str
    title: str = ""


@dataclass(frozen=True, slots=True)
class Ranking:
    """What was found for a query: (document, score), best first, and how likely the answer is among it."""

    query: str
    found: tuple[tuple[str, float], ...]
    answerable: float


def read_texts(path: Path) -> list[Text]:
    """Lines of `{"id": …, "text": …, "title": …}`; ids may be numbers, `_id` is like `id`, empty lines are skipped.

    Raises EvaluationImpossible naming file and line.
    """
    found: dict[str, Text] = {}
    for number, line in _lines(path):
        try:
            value = orjson.loads(line)
        except orjson.JSONDecodeError as failure:
            raise _wrong(path, number, f"is no JSON ({failure})") from None
        if not isinstance(value, dict):
            raise _wrong(path, number, "is no JSON object")
        one = Text(
            _identifier(path, number, value), _string(path, number, value, "text"),
            _string(path, number, value, "title") if value.get("title") is not None else "",
        )  # fmt: skip
        if one.id in found:
            raise _wrong(path, number, f"repeats the id “{one.id[:_SHOWN]}”")
        found[one.id] = one
    if not found:
        raise EvaluationImpossible(f"{path.name} holds no lines.")
    return list(found.values())


def read_judgements(path: Path) -> Judgements:
    """What is relevant for each query: lines of query, document, grade (a heading is skipped), or TREC's four columns.

    Raises EvaluationImpossible naming file and line.
    """
    found: Judgements = {}
    for number, line in _lines(path):
        cells = line.decode("utf-8", "replace").split("\t")
        if len(cells) == 1:
            cells = cells[0].split()
        cells = [cell.strip() for cell in cells]
        if len(cells) == 4:
            cells = [cells[0], *cells[2:]]
        if len(cells) != 3:
            raise _wrong(path, number, "has neither three columns (query, document, grade) nor TREC's four")
        try:
            grade = float(cells[2])
        except ValueError:
            if number == 1:
                continue
            raise _wrong(path, number, f"has the grade “{cells[2][:_SHOWN]}”, which is no number") from None
        found.setdefault(cells[0], {})[cells[1]] = grade
    if not found:
        raise EvaluationImpossible(f"{path.name} holds no judgements.")
    return found


def write_run(path: Path, rankings: Iterable[Ranking], tag: str) -> None:
    """One line a document: query, Q0, document, rank, score, tag as TREC has it, then the query's likelihood of an
    answer, with tabs between. The file appears when it is whole."""
    partial = path.with_name(f"{path.name}.partial")
    try:
        with partial.open("w", encoding="utf-8") as file:
            for ranking in rankings:
                for rank, (document, score) in enumerate(ranking.found, 1):
                    line = (ranking.query, "Q0", document, rank, f"{score:.6f}", tag, f"{ranking.answerable:.6f}")
                    file.write("\t".join(map(str, line)) + "\n")
            file.flush()
            os.fsync(file.fileno())
        partial.replace(path)
    finally:
        partial.unlink(missing_ok=True)


def _lines(path: Path) -> Iterator[tuple[int, bytes]]:
    with path.open("rb") as file:
        for number, line in enumerate(file, 1):
            text = line.removeprefix(b"\xef\xbb\xbf") if number == 1 else line
            if text.strip():
                yield number, text.rstrip(b"\r\n")


def _identifier(path: Path, number: int, value: dict[str, Any]) -> str:
    given = value.get("id", value.get("_id"))
    if isinstance(given, bool) or not isinstance(given, str | int):
        raise _wrong(path, number, "has no “id” (a text or a whole number)")
    text = str(given)
    if not text.strip() or len(text) > LONGEST_ID or any(mark in text for mark in "\t\r\n"):
        raise _wrong(path, number, f"has an id that is empty, longer than {LONGEST_ID} characters or holds tabs")
    return text


def _string(path: Path, number: int, value: dict[str, Any], key: str) -> str:
    text = value.get(key)
    if not isinstance(text, str):
        raise _wrong(path, number, f"has no “{key}” that is a text")
    if len(text) > LONGEST_TEXT:
        raise _wrong(path, number, f"has a “{key}” of more than {LONGEST_TEXT:,} characters")
    # PostgreSQL stores no null character.
    return text.replace("\0", "")


def _wrong(path: Path, number: int, what: str) -> EvaluationImpossible:
    return EvaluationImpossible(f"{path.name}, line {number}: {what}.")

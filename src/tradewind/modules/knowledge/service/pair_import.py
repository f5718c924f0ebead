"""Questions and answers from a CSV file of any size: row by row, a batch a statement, errors by row."""

import asyncio
import csv
from collections.abc import Iterator
from dataclasses import asdict, dataclass, field
from itertools import islice
from pathlib import Path
from typing import Any
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from tradewind.kernel.database import actor_of
from tradewind.kernel.ids import new_id
from tradewind.kernel.job_runs import store_result
from tradewind.kernel.jobs import JobContext
from tradewind.modules.knowledge.errors import FileRefused, SourceNotFound
from tradewind.modules.knowledge.extraction.language import language_of
from tradewind.modules.knowledge.repository import documents as repository
from tradewind.modules.knowledge.repository import sources as sources_repository
from tradewind.modules.knowledge.schemas.bounds import MAX_ANSWER, MAX_QUESTION
from tradewind.modules.knowledge.service import content, sources
from tradewind.modules.knowledge.service.ingestion import enqueue_indexing
from tradewind.modules.knowledge.service.pairs import key_of

MAX_BYTES = 1024 * 1024 * 1024
MAX_PAIRS = 100_000
_BATCH = 1_000
_MAX_ERRORS = 1_000
_LONGEST_LINE = 1_000_000
_QUESTIONS = frozenset({"question", "questions", "q", "frage", "pregunta", "domanda"})
_ANSWERS = frozenset({"answer", "answers", "a", "antwort", "réponse", "reponse", "respuesta", "risposta"})
_DELIMITERS = ",;\t|"


@dataclass(frozen=True, slots=True)
class Layout:
    """How the file is written: its columns count from 0."""

    encoding: str
    delimiter: str
    question: int
    answer: int


@dataclass(slots=True)
class Outcome:
    """How far an import is: rows read, what became of them, and the first errors by row (the header is row 1)."""

    row: int = 1
    added: int = 0
    changed: int = 0
    unchanged: int = 0
    rejected: int = 0
    errors: list[dict[str, Any]] = field(default_factory=list)

    def reject(self, row: int, reason: str) -> None:
        """Count a row that was left out."""
        self.rejected += 1
        if len(self.errors) < _MAX_ERRORS:
            self.errors.append({"row": row, "reason": reason})


def layout_of(path: Path) -> Layout:
    """Find encoding, delimiter and the two columns. Raises FileRefused."""
    with path.open("rb") as file:
        head = file.read(65_536)
    encoding = "utf-16" if head.startswith((b"\xff\xfe", b"\xfe\xff")) else "utf-8-sig"
    if encoding == "utf-8-sig":
        try:
            # A character may be cut at the end of the sample.
            head[: len(head) - 4 if len(head) > 4096 else None].decode("utf-8")
        except UnicodeDecodeError as problem:
            encoding = "cp1252" if problem.end < len(head) - 4 or len(head) <= 4096 else encoding
    first = head.decode(encoding, "replace").lstrip("\ufeff").partition("\n")[0].rstrip("\r")
    delimiter = max(_DELIMITERS, key=first.count)
    names = [name.strip().casefold() for name in next(csv.reader([first], delimiter=delimiter), [])]
    question = next((i for i, name in enumerate(names) if name in _QUESTIONS), None)
    answer = next((i for i, name in enumerate(names) if name in _ANSWERS), None)
    if question is None or answer is None:
        seen = ", ".join(f"“{name[:40]}”" for name in names[:8]) or "none"
        raise FileRefused(f"The first row must name the columns “question” and “answer”; it has {seen}.")
    return Layout(encoding, delimiter, question, answer)


def rows(path: Path, layout: Layout, after: int) -> Iterator[tuple[int, str, str, str | None]]:
    """(row, question, answer, reason to leave it out) from beyond the row `after`, in bounded memory."""
    csv.field_size_limit(_LONGEST_LINE)
    with path.open(encoding=layout.encoding, errors="replace", newline="") as file:
        reader = csv.reader(_lines(file), delimiter=layout.delimiter)
        next(reader, None)
        number = 1
        while True:
            number += 1
            try:
                cells = next(reader)
            except StopIteration:
                return
            except csv.Error:
                if number > after:
                    yield number, "", "", "The row cannot be read: is a quotation mark missing?"
                continue
            if number <= after or not any(cell.strip() for cell in cells):
                continue
            question = cells[layout.question].strip() if layout.question < len(cells) else ""
            answer = cells[layout.answer].strip() if layout.answer < len(cells) else ""
            question = " ".join(question.replace("\x00", "").split())
            yield number, question, answer.replace("\x00", ""), _reason(question, answer)


def _lines(file: Any) -> Iterator[str]:
    """Lines of the file; of one without end only its beginning."""
    while line := file.readline(_LONGEST_LINE):
        yield line if line.endswith(("\n", "\r")) or len(line) < _LONGEST_LINE else line[: _LONGEST_LINE // 2]
        while len(line) == _LONGEST_LINE and not line.endswith(("\n", "\r")):
            line = file.readline(_LONGEST_LINE)


def _reason(question: str, answer: str) -> str | None:
    if not question:
        return "The question is missing."
    if not answer:
        return "The answer is missing."
    if len(question) > MAX_QUESTION:
        return f"The question has more than {MAX_QUESTION} characters."
    if len(answer) > MAX_ANSWER:
        return f"The answer has more than {MAX_ANSWER:,} characters."
    if "\ufffd" in question or "\ufffd" in answer:
        return "The row holds characters that cannot be read: save the file as UTF-8."
    return None


async def run(context: JobContext, source_id: UUID, path: Path) -> None:
    """Import the file; goes on after the last batch when started again. Raises FileRefused, SourceNotFound."""
    layout = await asyncio.to_thread(layout_of, path)
    size = (await asyncio.to_thread(path.stat)).st_size
    async with context.transaction() as session:
        outcome = await _before(session, context.run_id)
    found = rows(path, layout, outcome.row)
    while True:
        await context.raise_if_cancelled()
        batch = await asyncio.to_thread(_take, found)
        if not batch:
            break
        async with context.transaction() as session:
            await _store(session, source_id, batch, outcome)
            if context.run_id is not None:
                await store_result(session, context.run_id, asdict(outcome))
        done = outcome.added + outcome.changed + outcome.unchanged + outcome.rejected
        await context.progress(done=done, message=f"{done:,} rows of a file of {size / 1024**2:,.1f} MB")
    async with context.transaction() as session:
        await sources.audit(
            session, "pairs_imported", source_id,
            after={name: value for name, value in asdict(outcome).items() if name != "errors"},
        )  # fmt: skip
        if context.run_id is not None:
            await store_result(session, context.run_id, asdict(outcome))


def _take(found: Iterator[tuple[int, str, str, str | None]]) -> list[tuple[int, str, str, str | None]]:
    return list(islice(found, _BATCH))


async def _before(session: AsyncSession, run_id: UUID | None) -> Outcome:
    stored = await session.scalar(text("SELECT result FROM job_runs WHERE id = :id"), {"id": run_id})
    return Outcome(**stored) if stored else Outcome()


async def _store(
    session: AsyncSession, source_id: UUID, batch: list[tuple[int, str, str, str | None]], outcome: Outcome
) -> None:
    source = await sources_repository.get(session, source_id)
    if source is None or source.deleted_at is not None:
        raise SourceNotFound("The source was removed while the file was imported.")
    last: dict[str, tuple[int, str, str]] = {}
    for number, question, answer, reason in batch:
        if reason is not None:
            outcome.reject(number, reason)
            continue
        key = key_of(question)
        if key in last:
            outcome.reject(last[key][0], f"Row {number} answers the same question; that one counts.")
        last[key] = (number, question, answer)
    actor = actor_of(session)
    held, known = await repository.held(session, source_id, list(last))
    for key in [key for key in last if key not in known][max(0, MAX_PAIRS - held) :]:
        reason = f"The source holds {MAX_PAIRS:,} pairs, which is the most. Add another source for the rest."
        outcome.reject(last.pop(key)[0], reason)
    pairs = list(last.items())
    added, changed = await repository.put_pairs(
        session,
        organisation_id=source.organisation_id,
        source_id=source_id,
        author_id=actor.user_id,
        author_name=actor.name,
        columns={
            "ids": [new_id() for _ in pairs],
            "keys": [key for key, _ in pairs],
            "titles": [question for _, (_, question, _) in pairs],
            "contents": [answer for _, (_, _, answer) in pairs],
            "hashes": [content.fingerprint(question, answer) for _, (_, question, answer) in pairs],
            "languages": [language_of(answer) or "" for _, (_, _, answer) in pairs],
        },
    )
    outcome.added += len(added)
    outcome.changed += len(changed)
    outcome.unchanged += len(pairs) - len(added) - len(changed)
    outcome.row = batch[-1][0]
    await enqueue_indexing(session, [*added, *changed])
    await content.tell(session, source_id)

"""How good local answers are on data nobody here wrote: prints the tables of docs/intelligence.md.

Reads `../shared/data`. XQuAD: every second article is in the base, and the questions of the others have no answer in
it. Bank FAQ: every second pair is in the base, and all questions are asked, those of the base word for word.
BANKING77: of every second intent one message is in the base, as a question whose answer names the intent, and others of
all intents are asked, in other words. `--set xquad` runs one set, `--out` keeps every answer as lines of JSON.
Everything happens in one transaction that is rolled back.
"""

import argparse
import asyncio
import csv
import json
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from uuid import UUID

import numpy as np
import orjson
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from bench.server import HOME
from tradewind import modules
from tradewind.kernel.access import Actor
from tradewind.kernel.database import Database
from tradewind.kernel.database.engine import set_tenant
from tradewind.kernel.database.migrate import migrate
from tradewind.kernel.ids import new_id
from tradewind.modules.identity import api as identity
from tradewind.modules.knowledge.contracts import COLLEAGUE_SCOPES
from tradewind.modules.knowledge.service import answering
from tradewind.modules.knowledge.service.indexing import index_documents
from tradewind.settings import Settings

DATA = Path(__file__).resolve().parents[2] / "shared" / "data"
THRESHOLDS = (0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7)
_AT_ONCE = 128
# Enough for shares to within two points.
LIMIT = 600


@dataclass(frozen=True)
class Asked:
    """A question; `gold` are the spans that answer it, none where the base holds no answer."""

    question: str
    gold: tuple[str, ...]


@dataclass(frozen=True)
class Case:
    """A base of (title, content) and what is asked of it."""

    name: str
    kind: str
    texts: list[tuple[str, str]]
    asked: list[Asked]


@dataclass(frozen=True)
class Outcome:
    """What a question got, whatever the thresholds."""

    name: str
    question: str
    has_answer: bool
    answerable: float
    fit: float
    holds: bool
    length: int
    text: str


class _Finished(Exception):
    """Ends the transaction without a commit."""


def cases() -> Iterator[Case]:
    """XQuAD in English, the questions of a bank, and messages to a bank."""
    articles = json.loads((DATA / "xquad" / "en.json").read_text())["data"]
    texts: list[tuple[str, str]] = []
    asked: list[Asked] = []
    for place, article in enumerate(articles):
        for paragraph in article["paragraphs"]:
            if place % 2 == 0:
                texts.append((article.get("title", ""), paragraph["context"]))
            for qa in paragraph["qas"]:
                gold = tuple(answer["text"] for answer in qa["answers"]) if place % 2 == 0 else ()
                asked.append(Asked(qa["question"], gold))
    yield Case("xquad", "article", texts, asked)
    with (DATA / "bank_faq" / "BankFAQs.csv").open(newline="", encoding="utf-8") as file:
        rows = list({row["Question"].strip(): row for row in csv.DictReader(file)}.values())
    pairs = [(row["Question"].strip(), row["Answer"].strip()) for row in rows[::2]]
    questions = [
        Asked(row["Question"].strip(), (row["Answer"].strip(),) if place % 2 == 0 else ())
        for place, row in enumerate(rows)
    ]
    yield Case("bank_faq", "qa", pairs, questions)
    with (DATA / "banking77" / "train.csv").open(newline="", encoding="utf-8") as file:
        messages = [(row["category"], row["text"].strip()) for row in csv.DictReader(file)]
    messages = [messages[at] for at in np.random.default_rng(0).permutation(len(messages))]
    answers = {intent: f"This is about {intent.replace('_', ' ')}." for intent in sorted(dict(messages))[::2]}
    # The last message of each intent; the others are asked.
    known = {text: intent for intent, text in dict(messages).items()}
    yield Case(
        "banking77", "qa", [(text, answers[intent]) for text, intent in known.items() if intent in answers],
        [Asked(text, (answers[one],) if one in answers else ()) for one, text in messages if text not in known],
    )  # fmt: skip


async def outcomes(database: Database, case: Case, limit: int) -> list[Outcome]:
    """Every question of a case, answered without thresholds."""
    found: list[Outcome] = []
    answering.ANSWER_FROM = answering.FIT_FROM = 0.0
    # What a pair answers because it asks the same is judged by `answer_thresholds pairs`.
    answering.SAME_QUESTION = 2.0
    try:
        async with database.transaction(Actor.system(name="bench")) as session:
            organisation_id = await identity.create_organisation(session, name="Bench")
            actor = Actor.system(organisation_id, name="bench")
            session.info["actor"] = actor
            await set_tenant(session, actor)
            await _fill(session, organisation_id, case)
            # Not every n-th: questions with an answer and without take turns.
            for at in sorted(np.random.default_rng(0).permutation(len(case.asked))[:limit].tolist()):
                asked = case.asked[at]
                prepared, draft = await answering.ask_locally(
                    session, asked.question, scopes=COLLEAGUE_SCOPES, channel="bench"
                )
                said = " ".join(draft.text.casefold().split())
                holds = any(" ".join(gold.casefold().split())[:200] in said for gold in asked.gold)
                found.append(
                    Outcome(
                        case.name, asked.question, bool(asked.gold), prepared.answerable, draft.fit, holds,
                        len(draft.text), draft.text,
                    )
                )  # fmt: skip
            raise _Finished
    except _Finished:
        return found


async def _fill(session: AsyncSession, organisation_id: UUID, case: Case) -> None:
    source_id, ids = new_id(), [new_id() for _ in case.texts]
    await session.execute(
        text(
            "INSERT INTO knowledge_sources (id, organisation_id, kind, name, scope) VALUES (:id, :o, :k, 'B', 'public')"
        ),
        {"id": source_id, "o": organisation_id, "k": case.kind},
    )
    await session.execute(
        text("""
            INSERT INTO knowledge_documents (id, organisation_id, source_id, key, title, scope, content, content_hash,
                status, language)
            VALUES (:id, :o, :s, :key, :title, 'public', :content, '', 'indexed', 'en')
        """),
        [
            {"id": one, "o": organisation_id, "s": source_id, "key": str(one), "title": title, "content": content}
            for one, (title, content) in zip(ids, case.texts, strict=True)
        ],
    )
    for start in range(0, len(ids), _AT_ONCE):
        await index_documents(session, ids[start : start + _AT_ONCE])


def table(found: Sequence[Outcome]) -> str:
    """What each threshold would do, as Markdown."""
    yes = [one for one in found if one.has_answer]
    no = [one for one in found if not one.has_answer]
    lines = [
        f"{found[0].name}: {len(yes)} questions with an answer in the base, {len(no)} without",
        "| refuse below | answered | of these, holds the gold span | right of all | refused where there is none |",
        "|---|---|---|---|---|",
    ]
    for threshold in THRESHOLDS:
        told = [one for one in yes if one.answerable >= threshold]
        holds = sum(one.holds for one in told)
        refused = sum(one.answerable < threshold for one in no)
        lines.append(
            f"| {threshold} | {len(told) / len(yes):.3f} | {holds / max(1, len(told)):.3f} | {holds / len(yes):.3f} "
            f"| {refused / max(1, len(no)):.3f} |"
        )
    return "\n".join(lines)


async def everything(*, only: str | None = None, limit: int = LIMIT) -> dict[str, list[Outcome]]:
    """What the questions of each case get, in a database of the benches."""
    modules.load_all()
    HOME.mkdir(parents=True, exist_ok=True)
    database = Database(Settings(home=HOME, _env_file=None, log_level="WARNING"))  # pyright: ignore[reportCallIssue]
    database.start_server()
    await migrate(database)
    await database.open()
    try:
        return {case.name: await outcomes(database, case, limit) for case in cases() if only in (None, case.name)}
    finally:
        await database.close()


def _main(arguments: argparse.Namespace) -> None:
    for found in asyncio.run(everything(only=arguments.set, limit=arguments.limit)).values():
        print(table(found), flush=True)
        if arguments.out:
            with Path(arguments.out).open("ab") as file:
                file.writelines(orjson.dumps(asdict(one)) + b"\n" for one in found)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--set", default=None)
    parser.add_argument("--limit", type=int, default=LIMIT, help="about how many questions to ask of a set")
    parser.add_argument("--out", default=None)
    _main(parser.parse_args())

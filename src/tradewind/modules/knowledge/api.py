"""What other modules and the composition roots may ask of knowledge.

`answer` and `stream` answer a question. Who writes answers of their own takes `prepare` (what may answer it), checks
each claim with `verify`, or takes `local_draft`, and keeps the question with `finish`.
"""

from collections.abc import Sequence
from pathlib import Path

from sqlalchemy.ext.asyncio import AsyncSession

from tradewind.modules.ai import api as ai
from tradewind.modules.knowledge.answers.questions import Question, read_question
from tradewind.modules.knowledge.answers.values import disagree, values_in
from tradewind.modules.knowledge.answers.verifying import Verdict
from tradewind.modules.knowledge.answers.verifying import verify as verify_with
from tradewind.modules.knowledge.answers.words import language_of
from tradewind.modules.knowledge.extraction.extracted import NoText, Unreadable
from tradewind.modules.knowledge.extraction.process import Reader
from tradewind.modules.knowledge.repository import documents
from tradewind.modules.knowledge.service.answering import (
    Draft,
    Prepared,
    answer,
    finish,
    local_draft,
    prepare,
    quoted,
    stream,
)
from tradewind.modules.knowledge.service.search import search

__all__ = [
    "Draft",
    "NoText",
    "Prepared",
    "Question",
    "Unreadable",
    "Verdict",
    "answer",
    "disagree",
    "finish",
    "language_of",
    "local_draft",
    "prepare",
    "public_questions",
    "quoted",
    "read_question",
    "search",
    "stream",
    "text_of_file",
    "values_in",
    "verify",
]


async def public_questions(session: AsyncSession, *, limit: int) -> list[str]:
    """Questions that the knowledge base answers to anyone: those of its pairs, oldest first."""
    return await documents.public_pairs(session, limit=limit)


async def text_of_file(path: Path, name: str, *, seconds: float) -> str:
    """The text of a file that becomes no document, read in a process with bounds as documents are.

    PDF, Word, text and tables, and the descriptions of pictures. Raises NoText, Unreadable.
    """
    async with Reader() as reader:
        return (await reader.read(path, name=name, seconds=seconds)).markdown


def verify(claim: str, passages: Sequence[str]) -> Verdict:
    """Whether these texts support a claim: its values and names stand there, its words mostly. Blocks: use a thread."""
    return verify_with(claim, passages, ai.embed_locally)

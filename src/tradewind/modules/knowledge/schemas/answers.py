"""HTTP shapes of answers, questions asked, gaps and findings."""

from datetime import datetime
from typing import Annotated, Any, Literal
from uuid import UUID

from pydantic import ConfigDict, Field, StringConstraints

from tradewind.kernel.schemas import Schema
from tradewind.modules.knowledge.contracts import Scope, SourceKind
from tradewind.modules.knowledge.contracts_answers import Audience, Outcome
from tradewind.modules.knowledge.linting.checks import Kind
from tradewind.modules.knowledge.schemas.bounds import Answer as PairAnswer
from tradewind.modules.knowledge.schemas.bounds import Asked, Correction, Reason
from tradewind.modules.knowledge.schemas.bounds import Question as PairQuestion

Language = Literal["en", "de", "es", "fr", "it", "nl", "pt"]
GapState = Literal["open", "answered", "dismissed"]
FindingState = Literal["open", "dismissed"]
Severity = Literal["high", "medium", "low"]


class _Read(Schema):
    model_config = ConfigDict(from_attributes=True)


class Ask(Schema):
    """A question. `audience` says on whose behalf: a visitor's question never touches what is not public.

    `channel` names where it was asked, for the report; `test` is the test page.
    """

    model_config = ConfigDict(extra="forbid")

    question: Asked
    audience: Audience = "visitor"
    channel: Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_-]{0,39}$")] = "api"
    language: Language | None = None


class CitationRead(_Read):
    """Where a part of an answer comes from: `[number]` in its text. `quote` are the passage's own words."""

    number: int
    chunk_id: UUID
    document_id: UUID
    source_id: UUID
    title: str
    heading: str
    url: str | None
    quote: str


class AnswerPassage(_Read):
    """A passage that was found, with what made it rank: the whole score, and its parts by words and by meaning."""

    chunk_id: UUID
    document_id: UUID
    source_id: UUID
    title: str
    url: str | None
    heading: str
    content: str
    best_sentence: str
    score: float
    lexical: float
    semantic: float


class DroppedRead(_Read):
    """Something a model said that was not shown, and why."""

    text: str
    reason: str
    detail: str


class AnswerRead(_Read):
    """An answer. `by` is `local` where no language model wrote it: its sentences then are the sources' own.

    `answerable` (0–1) is how likely the passages hold an answer; below `threshold` it is refused, naming the titles
    that come `closest`, unless a pair asks the same; `gap_id` gathers it with others like it. `fallback` says why a
    connected model wrote nothing.
    """

    question_id: UUID
    outcome: Outcome
    refused: bool
    text: str
    citations: list[CitationRead]
    answerable: float
    threshold: float
    by: str
    language: str
    passages: list[AnswerPassage]
    closest: list[str]
    dropped: list[DroppedRead]
    fallback: str | None
    duration_ms: int
    gap_id: UUID | None


class PassagesRead(Schema):
    """What was found for a question, before it is answered."""

    answerable: float
    threshold: float
    passages: list[AnswerPassage]


class PieceRead(Schema):
    """The next piece of the answer's text."""

    text: str


class QuestionRead(_Read):
    """A question that was asked, with what it got. Addresses and numbers in it are masked."""

    id: UUID
    channel: str
    scopes: list[Scope]
    language: str
    question: str
    outcome: Outcome
    answer: str
    answered_by: str
    answerable: float
    citations: list[dict[str, Any]]
    duration_ms: int
    gap_id: UUID | None
    thumb: Literal[-1, 1] | None
    correction: str
    judged_by_name: str
    judged_at: datetime | None
    created_at: datetime


class Judgement(Schema):
    """What somebody thinks of an answer: thumb up (1), down (-1) or none, and what it should have said."""

    model_config = ConfigDict(extra="forbid")

    thumb: Literal[-1, 1] | None = None
    correction: Correction = ""


class GapRead(_Read):
    """Something people ask that nothing answers. `trend` counts its last eight weeks, the oldest first.

    `scope` is whom an answer must be for to reach all who asked.
    """

    id: UUID
    version: int
    question: str
    language: str
    scope: Scope
    state: GapState
    reason: str
    document_id: UUID | None
    handled_by_name: str
    handled_at: datetime | None
    times: int
    this_week: int
    week_before: int
    trend: list[int]
    first_at: datetime
    last_at: datetime
    channels: list[str]
    examples: list[str]


class UnansweredReport(Schema):
    """Gaps, the most asked first, and how questions of the last thirty days ended."""

    items: list[GapRead]
    asked: int
    answered: int
    refused: int
    helpful: int
    unhelpful: int


class GapUpdate(Schema):
    """Dismiss a gap that is not our topic, or open it again."""

    model_config = ConfigDict(extra="forbid")

    state: Literal["open", "dismissed"]
    reason: Reason = ""


class GapAnswer(Schema):
    """A pair of question and answer that closes a gap.

    `scope` says whom it is for; without it, all who asked. `source_id` is the collection of pairs it goes to; without
    it, one that is for these people, made where there is none.
    """

    model_config = ConfigDict(extra="forbid")

    question: PairQuestion
    answer: PairAnswer
    scope: Scope | None = None
    source_id: UUID | None = None


class GapChecked(Schema):
    """Whether a gap is closed: what its question gets now, and how many of its askings would be answered."""

    answer: AnswerRead
    closed: bool
    answered: int
    asked: int


class FindingDocument(_Read):
    """A document a finding is about."""

    id: UUID
    title: str
    url: str | None
    scope: Scope
    source_id: UUID
    source_kind: SourceKind
    source_name: str


class KnowledgeFindingRead(_Read):
    """Something wrong in the knowledge base: `passage`, beside `other_passage` where two are at odds.

    `facts` depend on the kind: of a conflict `topic`, `said` and `other_said`.
    """

    id: UUID
    kind: Kind
    severity: Severity
    state: FindingState
    passage: str
    other_passage: str
    facts: dict[str, Any]
    document: FindingDocument
    other_document: FindingDocument | None
    reason: str
    handled_by_name: str
    handled_at: datetime | None
    created_at: datetime


class FindingUpdate(Schema):
    """Dismiss a finding, saying why, or open it again. It stays dismissed until the texts change."""

    model_config = ConfigDict(extra="forbid")

    state: FindingState
    reason: Reason = ""


class FindingCount(Schema):
    """How many findings of a kind there are."""

    kind: Kind
    severity: Severity
    open: int
    dismissed: int


class FindingSummary(Schema):
    """Counts of findings; when a text was read last, and how many wait to be read."""

    counts: list[FindingCount]
    open: int
    checked_at: datetime | None
    waiting: Annotated[int, Field(description="At most 1,000 are counted")]

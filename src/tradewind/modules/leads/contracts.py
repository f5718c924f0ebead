"""What other modules hand to leads and get from it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal, NamedTuple
from uuid import UUID

# What a page, or what is searched for, is about: the first pattern (case apart) that its path or words match.
PAGE_TOPICS: Mapping[str, str] = {
    "pricing": r"pric(e|es|ing)\M|\mplans?\M|\mquote\M|\mpreise?\M|\mtarif",
    "demo": r"\mdemo\M|\mtrial\M|sign-?up|get-started|book-a",
    "comparison": r"\mvs\M|compar|alternative",
    "customers": r"customers?\M|case-stud|success-stor|testimonial|review",
    "integrations": r"integration|\mapi\M|developer|connector",
    "docs": r"\mdocs?\M|documentation|\mguides?\M|tutorial|knowledge-base",
    "product": r"product|feature|solution|platform",
    "careers": r"career|\mjobs?\M|vacanc|hiring|karriere",
    "legal": r"privacy|\mterms\M|legal|imprint|impressum|cookie",
    "support": r"support|\mhelp\M|contact|\mfaq\M",
    "blog": r"\mblog\M|\mnews\M|article|webinar|podcast",
}
ScoreBand = Literal["hot", "warm", "cool", "cold"]
ScoreKind = Literal["model", "rules", "insufficient"]


@dataclass(frozen=True, slots=True, kw_only=True)
class NewActivity:
    """Something that happened, to be shown in timelines. At least one of the three ids is set.

    `kind` is dotted (`email.opened`). Without `occurred_at` it happened now; without `actor_kind` the session's
    actor did it. `data` is JSON and small. A given `id` makes recording it twice harmless. `human` is the probability
    (0 to 1) that a person did it, where that is in question.
    """

    kind: str
    lead_id: UUID | None = None
    company_id: UUID | None = None
    deal_id: UUID | None = None
    title: str = ""
    body: str = ""
    occurred_at: datetime | None = None
    source: str | None = None
    data: Mapping[str, Any] = field(default_factory=dict)
    actor_kind: str | None = None
    actor_id: UUID | None = None
    actor_name: str = ""
    id: UUID | None = None
    human: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ToldPerson:
    """What somebody told of themselves elsewhere: fields by their column, custom values by key, of the company too.

    `email` is in normal form (`api.email_key`). Of `custom` only values that fit an existing field count.
    """

    email: str | None = None
    source: str | None = None
    first_seen_at: datetime | None = None
    fields: Mapping[str, str] = field(default_factory=dict)
    custom: Mapping[str, Any] = field(default_factory=dict)
    company: Mapping[str, Any] = field(default_factory=dict)


class MovedRow(NamedTuple):
    """A row of some table that a merge gave to the winner: whose it was, and what else its owner kept of it."""

    row_id: UUID
    from_lead_id: UUID
    kept: Mapping[str, Any] | None


@dataclass(frozen=True, slots=True, kw_only=True)
class LeadScore:
    """A score to write to a lead: `score` 0–100, `probability` 0–1; None where there is not enough to say.

    `fit` and `engagement` (0–100): the score the lead would have with its other half as usual.
    """

    lead_id: UUID
    score: int | None
    probability: float | None
    band: ScoreBand | None
    kind: ScoreKind
    model_id: UUID | None
    scored_at: datetime
    fit: int | None = None
    engagement: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ActivitySummary:
    """How often one kind of activity happened to a lead, and when first and last; only what people probably did.

    `last_7`, `last_30`, `last_90` count the days before the facts' `as_of`; in `weight` each one halves in 14 days.
    Page views also come once more by topic, as kind `topic.pricing` (PAGE_TOPICS).
    """

    kind: str
    count: int
    first_at: datetime
    last_at: datetime
    last_7: int = 0
    last_30: int = 0
    last_90: int = 0
    weight: float = 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class LeadFacts:
    """What is known of one lead for scoring: its columns, custom values, its company's columns and its activities.

    `activities` are those before `as_of`: the moment asked for, else with `before_outcome` the moment of the outcome,
    else now.
    """

    id: UUID
    created_at: datetime
    converted: bool | None
    converted_at: datetime | None
    fields: Mapping[str, Any]
    custom: Mapping[str, Any]
    company: Mapping[str, Any]
    activities: tuple[ActivitySummary, ...]
    as_of: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class LeadSummary:
    """A lead in short, for other modules' lists and messages."""

    id: UUID
    full_name: str
    email: str | None
    phone: str | None
    company_name: str | None
    owner_id: UUID | None
    time_zone: str | None
    do_not_email: bool
    do_not_call: bool
    first_name: str | None = None
    last_name: str | None = None
    job_title: str | None = None
    country: str | None = None
    language: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class NewTask:
    """A task on a lead; its `id` makes adding it twice harmless. Without `assignee_id` it is nobody's yet."""

    id: UUID
    lead_id: UUID
    title: str
    body: str = ""
    due_at: datetime | None = None
    assignee_id: UUID | None = None
    priority: Literal["low", "normal", "high"] = "normal"


@dataclass(frozen=True, slots=True, kw_only=True)
class StageInfo:
    """A stage of a live pipeline; `kind` is open, won or lost."""

    id: UUID
    pipeline_id: UUID
    name: str
    kind: str


@dataclass(frozen=True, slots=True, kw_only=True)
class CustomFieldInfo:
    """A custom field of the organisation; `kind` as in the table custom_fields."""

    id: UUID
    entity: str
    key: str
    label: str
    kind: str
    options: tuple[str, ...]
    filterable: bool
    used_for_scoring: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class SegmentInfo:
    """A segment: dynamic ones carry their condition."""

    id: UUID
    name: str
    kind: str
    condition: Mapping[str, Any] | None
    member_count: int | None


@dataclass(frozen=True, slots=True)
class FileColumn:
    """A column of a file: its name and the kind of custom field its values ask for; `format` as the import reads it."""

    name: str
    kind: str
    format: str | None = None


@dataclass(frozen=True, slots=True)
class FileTable:
    """A file read as a table: columns, rows of cells as text, and what had to be renamed."""

    columns: tuple[FileColumn, ...]
    rows: Sequence[Sequence[str]]
    notes: tuple[str, ...] = ()

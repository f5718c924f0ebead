"""Which fields a condition may name, of what kind they are, and which operators each kind has."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Literal
from uuid import UUID

Kind = Literal[
    "text", "url", "select", "user", "reference", "number", "boolean", "datetime", "date", "tags",
    "multi_select", "segment", "activity_count", "activity_time",
]  # fmt: skip

_SET = ("is_set", "is_not_set")
_CHOICE = ("eq", "ne", "in", "not_in", *_SET)
_TEXT = ("eq", "ne", "contains", "starts_with", "in", "not_in", *_SET)
_TIME = ("before", "after", "between", "within_days", "more_than_days_ago", *_SET)
_LIST = ("has_any", "has_all", "has_none", *_SET)

OPERATORS: dict[Kind, tuple[str, ...]] = {
    "text": _TEXT,
    "url": _TEXT,
    "select": _CHOICE,
    "user": _CHOICE,
    "reference": _CHOICE,
    "number": ("eq", "ne", "gt", "gte", "lt", "lte", "between", *_SET),
    "boolean": ("eq", "ne", *_SET),
    "datetime": _TIME,
    "date": _TIME,
    "tags": _LIST,
    "multi_select": _LIST,
    "segment": ("in", "not_in"),
    "activity_count": ("gte", "gt", "lte", "lt", "eq", "between"),
    "activity_time": ("within_days", "more_than_days_ago", "before", "after", *_SET),
}

STATUSES = ("new", "contacted", "qualified", "unqualified", "customer", "lost")
SCORE_BANDS = ("hot", "warm", "cool", "cold")
SCORE_KINDS = ("model", "rules", "insufficient")


@dataclass(frozen=True, slots=True)
class Field:
    """One field a condition may name. `sql` is its expression over the unaliased table of its entity.

    `exact_sql` is a second column in normal form for equality; values that match `exact_form` are looked up there
    alone. `options` None means any value; `key` is unique.
    """

    key: str
    label: str
    kind: Kind
    group: str
    sql: str
    exact_sql: str | None = None
    exact_form: str = ""
    integer: bool = False
    options: tuple[str, ...] | None = None
    custom_key: str | None = None
    custom_id: UUID | None = None
    indexed: bool = False
    searchable: bool = False
    of_company: bool = False
    masked: bool = False

    @property
    def operators(self) -> tuple[str, ...]:
        """Operators this field understands."""
        return OPERATORS[self.kind]


@dataclass(frozen=True, slots=True)
class CustomFieldRow:
    """What compiling needs of a custom field."""

    id: UUID
    entity: str
    key: str
    label: str
    kind: Kind
    options: tuple[str, ...] = ()
    filterable: bool = False
    masked: bool = False


@dataclass(frozen=True, slots=True)
class SegmentRow:
    """What compiling needs of a segment; `condition` is None for a static one."""

    id: UUID
    condition: Mapping[str, Any] | None


def _plain(entity: str, group: str, kind: Kind, *names: tuple[str, str], **more: Any) -> list[Field]:
    return [Field(name, label, kind, group, f"{entity}.{name}", **more) for name, label in names]


_LEAD_FIELDS: tuple[Field, ...] = (
    Field("full_name", "Name", "text", "person", "leads.full_name", searchable=True),
    Field(
        "email", "E-mail", "text", "person", "leads.email", exact_sql="leads.email_key", exact_form=r".+@.+",
        masked=True,
    ),
    Field("company_name", "Company", "text", "person", "leads.company_name", searchable=True),
    Field("status", "Status", "select", "person", "leads.status", options=STATUSES),
    Field("owner_id", "Owner", "user", "person", "leads.owner_id"),
    Field("tags", "Tags", "tags", "person", "leads.tags"),
    *_plain("leads", "person", "text", ("first_name", "First name"), ("last_name", "Last name")),
    Field(
        "phone", "Phone", "text", "person", "leads.phone", exact_sql="leads.phone_key", exact_form=r"\+\d+",
        masked=True,
    ),
    *_plain("leads", "person", "text", ("job_title", "Job title"), ("source", "Source")),
    *_plain("leads", "person", "text", ("website", "Website"), ("region", "Region"), ("city", "City"), masked=True),
    Field("country", "Country", "select", "person", "leads.country"),
    *_plain(
        "leads", "person", "text",
        ("language", "Language"), ("time_zone", "Time zone"), ("external_id", "External id"),
    ),
    *_plain("leads", "person", "boolean", ("do_not_email", "Do not e-mail"), ("do_not_call", "Do not call")),
    *_plain("leads", "person", "reference", ("company_id", "Company record"), ("import_id", "Import")),
    *_plain(
        "leads", "time", "datetime",
        ("created_at", "Created"), ("updated_at", "Changed"), ("first_seen_at", "First seen"),
        ("last_activity_at", "Last activity"),
    ),
    Field("score", "Score", "number", "score", "leads.score", integer=True),
    Field("score_band", "Score band", "select", "score", "leads.score_band", options=SCORE_BANDS),
    Field("score_kind", "Scored by", "select", "score", "leads.score_kind", options=SCORE_KINDS),
    Field("score_probability", "Probability", "number", "score", "leads.score_probability::float8"),
    Field("score_fit", "Fit", "number", "score", "leads.score_fit", integer=True),
    Field("score_engagement", "Engagement", "number", "score", "leads.score_engagement", integer=True),
    *_plain("leads", "score", "datetime", ("scored_at", "Scored")),
    *_plain("leads", "outcome", "boolean", ("converted", "Converted")),
    *_plain("leads", "outcome", "datetime", ("converted_at", "Outcome known")),
    Field("activity.count", "Number of activities", "activity_count", "activity", ""),
    Field("activity.last", "Last activity of a kind", "activity_time", "activity", ""),
    Field("segment", "Segment", "segment", "segment", ""),
)  # fmt: skip

_COMPANY_FIELDS: tuple[Field, ...] = (
    Field("name", "Name", "text", "company", "companies.name"),
    *_plain(
        "companies", "company", "text",
        ("domain", "Domain"), ("industry", "Industry"), ("city", "City"), ("website", "Website"),
    ),
    Field("size_band", "Size", "select", "company", "companies.size_band"),
    Field("country", "Country", "select", "company", "companies.country"),
    Field("employee_count", "Employees", "number", "company", "companies.employee_count", integer=True),
    Field(
        "annual_revenue_minor", "Annual revenue (minor units)", "number", "company",
        "companies.annual_revenue_minor", integer=True,
    ),
    Field("owner_id", "Owner", "user", "company", "companies.owner_id"),
    Field("tags", "Tags", "tags", "company", "companies.tags"),
    *_plain("companies", "company", "datetime", ("created_at", "Created"), ("updated_at", "Changed")),
)  # fmt: skip


def _custom(row: CustomFieldRow) -> Field:
    return Field(
        f"custom.{row.key}",
        row.label,
        row.kind,
        "custom",
        f"{'leads' if row.entity == 'lead' else 'companies'}.custom",
        options=row.options if row.kind in ("select", "multi_select") else None,
        custom_key=row.key,
        custom_id=row.id,
        indexed=row.filterable,
        masked=row.masked,
    )


def _as_company_field(entry: Field) -> Field:
    return replace(entry, key=f"company.{entry.key}", label=f"Company: {entry.label}", group="company", of_company=True)


@dataclass(frozen=True, slots=True)
class Fields:
    """All fields of an entity for one organisation. Made by `fields_for` (repository), or by hand in tests."""

    organisation_id: UUID
    entity: Literal["lead", "company"] = "lead"
    custom: tuple[CustomFieldRow, ...] = ()
    segments: Mapping[UUID, SegmentRow] = field(default_factory=dict)
    # Whether the one who asks is shown masks: then no answer may depend on what lies behind them.
    hides: bool = False

    def by_key(self) -> dict[str, Field]:
        """Every field by its key."""
        own = _LEAD_FIELDS if self.entity == "lead" else _COMPANY_FIELDS
        entries: list[Field] = [*own, *self._custom_of(self.entity)]
        if self.entity == "lead":
            entries += [_as_company_field(entry) for entry in (*_COMPANY_FIELDS, *self._custom_of("company"))]
        return {entry.key: entry for entry in entries}

    def _custom_of(self, entity: str) -> Iterable[Field]:
        return (_custom(row) for row in self.custom if row.entity == entity)

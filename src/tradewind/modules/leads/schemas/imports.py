"""Shapes of imports."""

from datetime import datetime
from typing import Annotated, Any, Literal
from uuid import UUID

from pydantic import AfterValidator, ConfigDict, Field, StringConstraints, model_validator

from tradewind.kernel.payload import Flag, storable
from tradewind.kernel.schemas import Schema
from tradewind.modules.leads.schemas.texts import Country

ImportState = Literal["uploaded", "ready", "running", "done", "failed", "cancelled", "undoing", "undone"]
FieldKind = Literal["text", "number", "date", "datetime", "boolean", "select", "multi_select", "url"]
Text = Annotated[str, StringConstraints(max_length=250), AfterValidator(storable)]
Label = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=200), AfterValidator(storable)]


class NewField(Schema):
    """A custom field to add for a column."""

    model_config = ConfigDict(extra="ignore")

    label: Label
    kind: FieldKind
    options: list[Label] | None = Field(default=None, max_length=500, description="Left out: the values found")


class MappedColumn(Schema):
    """What one column becomes: an existing field, a new one, or nothing."""

    model_config = ConfigDict(extra="ignore")

    source: Text = Field(examples=["E-mail address"])
    target: Text | None = Field(
        default=None, description="`email`, `company.industry`, `custom.<key>` …", examples=["email"]
    )
    create: NewField | None = None
    ignore: Flag = False
    used_for_scoring: Flag | None = None
    format: Literal["dmy", "mdy", "ymd", "comma"] | None = Field(
        default=None, description="Order of dates, or `comma` for numbers with a decimal comma"
    )
    empty_values: list[Text] | None = Field(
        default=None, max_length=50, description="Cells that mean “nothing”; left out: Select, n/a, - and their like"
    )

    @model_validator(mode="after")
    def _one_of(self) -> "MappedColumn":
        if (self.target is not None) + (self.create is not None) + self.ignore != 1:
            raise ValueError("Give one of target, create and ignore")
        return self


class MappingUpdate(Schema):
    """The mapping of a file. Columns left out are not imported."""

    model_config = ConfigDict(extra="ignore")

    columns: list[MappedColumn] = Field(max_length=500)
    duplicates: Literal["skip", "update", "fill", "create"] = "skip"
    match_on: list[Literal["id", "external_id", "email", "phone"]] | None = Field(default=None, max_length=4)
    bad_cells: Literal["reject", "empty"] = Field(
        default="reject", description="What a cell that cannot be read does: keeps its row out, or stays empty"
    )
    default_country: Country = Field(default=None, description="Country of phone numbers written without a prefix")


class LayoutUpdate(Schema):
    """How to read the file, where detection was wrong."""

    model_config = ConfigDict(extra="forbid")

    encoding: Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9_.-]{1,40}$")] | None = None
    delimiter: Literal[",", ";", "\t", "|"] | None = None
    has_header: Flag | None = None
    sheet: Text | None = None


class ImportStart(Schema):
    """Options of a start."""

    model_config = ConfigDict(extra="forbid")

    again: Flag = Field(default=False, description="Import a file although it was imported before")


class Detected(Schema):
    """What the file is."""

    kind: Literal["csv", "xlsx"]
    encoding: str
    delimiter: str
    has_header: bool
    columns: list[str]
    sheets: list[str]
    sheet: str | None
    notes: list[str]


class Placeholder(Schema):
    """A cell written for “nothing”, and how often."""

    value: str
    count: int


class SuggestionRead(Schema):
    """What a column should become, why, and how sure that is (0 to 1)."""

    source: str
    target: str | None
    create: dict[str, Any] | None
    ignore: bool
    confidence: float
    reason: str
    format: str | None
    used_for_scoring: bool
    scoring_reason: str | None
    association: float | None = Field(
        description="How well the column alone tells the outcome: 0.5 is chance, 1 always right"
    )
    filled: int
    empty: int
    distinct: int
    samples: list[str]
    placeholders: list[Placeholder]
    notes: list[str]


class MappingRead(Schema):
    """The mapping as it stands."""

    columns: list[dict[str, Any]]
    duplicates: str
    match_on: list[str]
    bad_cells: str
    default_country: str | None


class WarningRead(Schema):
    """A problem that kept no row out, and how often it occurred."""

    message: str
    count: int


class SameFile(Schema):
    """An earlier import of the same content."""

    id: UUID
    name: str
    state: ImportState
    created_by_name: str
    finished_at: datetime | None


class ImportRow(Schema):
    """An import in the list."""

    id: UUID
    name: str
    state: ImportState
    size_bytes: int
    rows_total: int | None = Field(description="An estimate until the import is done")
    rows_done: int
    counts: dict[str, int] = Field(
        description="created, updated, filled, unchanged, skipped, rejected, blank; those that are not 0"
    )
    problem: str | None
    run_id: UUID | None
    undo_run_id: UUID | None
    undo_until: datetime | None
    undo_counts: dict[str, int] | None
    created_by_name: str
    created_at: datetime
    started_at: datetime | None
    finished_at: datetime | None
    undone_at: datetime | None


class ImportRead(ImportRow):
    """An import with all that is known of its file."""

    sha256: str
    detected: Detected | None
    suggestions: list[SuggestionRead]
    mapping: MappingRead | None
    warnings: list[WarningRead]
    same_file_as: SameFile | None


class CellProblem(Schema):
    """A problem in one cell of the preview."""

    column: str | None
    message: str
    level: Literal["error", "warning"]


class PreviewRow(Schema):
    """A row as it would be imported."""

    row: int
    cells: list[str]
    values: dict[str, Any] = Field(description="What would be stored, by field")
    effect: Literal["create", "update", "fill", "skip", "reject", "blank"]
    lead_id: UUID | None = Field(description="The known lead it matches")
    problems: list[CellProblem]


class PreviewRead(Schema):
    """The first rows with their problems."""

    columns: list[str]
    rows: list[PreviewRow]
    effects: dict[str, int]


class TargetRead(Schema):
    """A field that a column can fill."""

    key: str
    label: str
    kind: str

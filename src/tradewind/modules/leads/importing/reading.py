"""Rows of cells into leads: every cell read by its column's kind, every problem named."""

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from tradewind.modules.leads.enrichment import EnrichedPerson, enrich_person
from tradewind.modules.leads.importing.limits import MAX_CELL_CHARACTERS
from tradewind.modules.leads.importing.mapping import STATUS_WORDS
from tradewind.modules.leads.importing.plan import Plan, PlannedColumn
from tradewind.modules.leads.importing.readers import BrokenRow, Row
from tradewind.modules.leads.importing.values import (
    is_placeholder,
    iso_date,
    parse_boolean,
    parse_moment,
    parse_number,
    parse_outcome,
)
from tradewind.modules.leads.normal_forms import fold, normal_domain

LINE_CHARACTERS = 200
ADDRESS_CHARACTERS = 2_000
TAGS_PER_LEAD = 50
TAG_CHARACTERS = 60
_PERSONAL = frozenset(
    {"first_name", "last_name", "full_name", "email", "phone", "country", "company_name", "website"}
)  # fmt: skip
_IDENTIFYING = ("external_id", "email", "phone", "first_name", "last_name", "full_name", "company_name")


@dataclass(frozen=True, slots=True)
class Problem:
    """Something wrong with one cell (or, without a column, with the row). Errors keep the row out."""

    column: str | None
    message: str
    error: bool = True
    index: int | None = None

    def __str__(self) -> str:
        return f"{self.column}: {self.message}" if self.column else self.message


@dataclass(slots=True)
class LeadDraft:
    """One row, read: `values` by field, `custom` by key, and the normal forms and findings of the person."""

    row: int
    values: dict[str, Any]
    custom: dict[str, Any]
    person: EnrichedPerson
    warnings: list[Problem] = field(default_factory=list)

    def key(self, match: str) -> str | None:
        """The value duplicates are found by."""
        if match == "external_id":
            return self.values.get("external_id")
        return self.person.email_key if match == "email" else self.person.phone_key


@dataclass(frozen=True, slots=True)
class RejectedRow:
    """A row that is kept out, with its cells and the reasons."""

    row: int
    cells: list[str]
    reason: str
    problems: tuple[Problem, ...] = ()


class _Wrong(Exception):
    """A cell that cannot be read; the text says why."""


_NEW = object()
_REMEMBERED_CELLS = 2_000
_MAX_OPTIONS = 1_000


@dataclass(frozen=True, slots=True)
class _Unknown:
    """A word that a field does not know; it is kept beside the field."""

    text: str


class _CellReader:
    """Reads the cells of one column; cells met before are looked up in `known`. None is an empty cell."""

    def __init__(self, column: PlannedColumn) -> None:
        self.column = column
        self.known: dict[str, Any] = {"": None}
        self.options: set[str] = set()
        self._read = _reader_of(column)
        self._in_name = column.kind == "name"
        self._has_options = column.kind in ("select", "multi_select")

    def read(self, cell: str) -> Any:
        """The value of a cell met for the first time. Raises _Wrong."""
        text = cell.strip()
        if not text or (len(text) <= 20 and self._is_empty(text)):
            value = None
        elif len(text) > MAX_CELL_CHARACTERS:
            raise _Wrong(f"the cell holds {len(text):,} characters; up to {MAX_CELL_CHARACTERS:,} can be kept")
        else:
            value = self._read(text)
            if value is None:
                value = _Unknown(text)
            elif self._has_options and len(self.options) < _MAX_OPTIONS:
                self.options.update(value if isinstance(value, list) else (value,))
        if len(self.known) < _REMEMBERED_CELLS and len(cell) <= 100:
            self.known[cell] = value
        return value

    def _is_empty(self, text: str) -> bool:
        column = self.column
        if column.empty_values is not None:
            return text in column.empty_values
        # In a column of country codes NA is Namibia.
        return is_placeholder(text, in_name=self._in_name) and not (column.kind == "country" and text.upper() == "NA")


class RowReader:
    """Reads rows by a plan. Collects counts of warnings and the options that select fields gained."""

    def __init__(self, plan: Plan) -> None:
        self._plan = plan
        self._columns = [
            (one.index, one.target, one.target in _PERSONAL, one.target.removeprefix("custom."), _CellReader(one))
            for one in plan.columns
        ]
        self._identified = any(column.target in _IDENTIFYING for column in plan.columns)
        self._personal_columns = {c.target: c for c in plan.columns if c.target in _PERSONAL}
        self.warnings: Counter[str] = Counter()
        self.options: dict[str, set[str]] = {
            key: reader.options
            for _, _, _, key, reader in self._columns
            if reader.column.kind in ("select", "multi_select")
        }

    def read(self, row: Row | BrokenRow) -> LeadDraft | RejectedRow | None:
        """The lead of a row, the reason why there is none, or None for a row without any content."""
        if isinstance(row, BrokenRow):
            return RejectedRow(row.number, [row.text], row.reason)
        cells = row.cells
        extra = len(cells) - self._plan.width
        if extra > 0 and any(cell.strip() for cell in cells[self._plan.width :]):
            return RejectedRow(row.number, cells, f"The row has {len(cells)} cells, the header {self._plan.width}.")
        values: dict[str, Any] = {}
        custom: dict[str, Any] = {}
        given: dict[str, str] = {}
        raw: dict[str, str] = {}
        problems: list[Problem] = []
        count = len(cells)
        for index, target, personal, key, reader in self._columns:
            if index >= count:
                continue
            cell = cells[index]
            value = reader.known.get(cell, _NEW)
            if value is _NEW:
                try:
                    value = reader.read(cell)
                except _Wrong as wrong:
                    problems.append(Problem(reader.column.source, str(wrong), index=index))
                    continue
            if value is None:
                continue
            if value.__class__ is _Unknown:
                raw[target] = value.text
            elif personal:
                given[target] = value
            elif key is not target:
                custom[key] = value
            else:
                values[target] = value
        if not (values or custom or given or raw or problems):
            return None
        person = enrich_person(given, default_country=self._plan.default_country)
        warnings: list[Problem] = []
        self._judge(person, given, raw, problems, warnings)
        if problems and self._plan.bad_cells == "empty":
            for problem in problems:
                if problem.index is not None and len(cells[problem.index]) <= MAX_CELL_CHARACTERS:
                    person.findings[f"unread:{problem.column}"] = _kept(cells[problem.index].strip())
            warnings += [Problem(p.column, p.message, error=False, index=p.index) for p in problems]
            problems = []
        if self._identified and not problems and not self._names_someone(values, person):
            problems.append(Problem(None, "Nothing tells who this is: no name, e-mail, phone, company or id."))
        if problems:
            return RejectedRow(row.number, cells, "; ".join(map(str, problems)), tuple(problems))
        for target, text in raw.items():
            person.findings[target] = _kept(text)
        if warnings:
            self.warnings.update(str(warning) for warning in warnings)
        return LeadDraft(row.number, values, custom, person, warnings)

    def _judge(
        self,
        person: EnrichedPerson,
        given: dict[str, str],
        raw: dict[str, str],
        problems: list[Problem],
        warnings: list[Problem],
    ) -> None:
        for name, message in person.problems.items():
            column = self._personal_columns[name]
            error = name == "email"
            (problems if error else warnings).append(Problem(column.source, message, error=error, index=column.index))
        for target in raw:
            column = next(c for c in self._plan.columns if c.target == target)
            warnings.append(
                Problem(column.source, "This word is not known; it is kept as written.", False, column.index)
            )
        website = given.get("website")
        if website and (_unsafe_address(website) or normal_domain(website) is None):
            column = self._personal_columns["website"]
            person.website = person.company_domain = None
            person.findings.pop("domain", None)
            raw["website"] = website
            warnings.append(
                Problem(column.source, "This is not a web address; it is kept as written.", False, column.index)
            )

    @staticmethod
    def _names_someone(values: dict[str, Any], person: EnrichedPerson) -> bool:
        return bool(
            values.get("external_id") or person.email_key or person.phone or person.full_name or person.company_name
        )


def _soft(column: PlannedColumn, message: str) -> Problem:
    return Problem(column.source, message, error=False, index=column.index)


def _kept(text: str) -> dict[str, Any]:
    return {"value": None, "source": "import", "confidence": 0.0, "raw": text}


def _unsafe_address(text: str) -> bool:
    scheme, separator, _ = text.partition(":")
    return bool(separator) and scheme.isalpha() and scheme.lower() not in ("http", "https")


def _reader_of(column: PlannedColumn) -> Callable[[str], Any]:
    match column.kind:
        case "number":
            return _number_reader(column)
        case "boolean":
            return _boolean
        case "date" | "datetime":
            return _moment_reader(column)
        case "outcome":
            return parse_outcome
        case "status":
            return lambda text: STATUS_WORDS.get(fold(text))
        case "tags" | "multi_select":
            return _list_reader(column.kind)
        case "select":
            return _select
        case "url":
            return _url
        case _:
            custom = column.target.startswith("custom.")
            limit = MAX_CELL_CHARACTERS if custom else LINE_CHARACTERS
            if column.target == "website":
                limit = ADDRESS_CHARACTERS
            return _text_reader(limit, one_line=not custom)


_CONTROLS = dict.fromkeys((*range(32), 127), " ")


def _text_reader(limit: int, *, one_line: bool) -> Callable[[str], str]:
    def read(text: str) -> str:
        if len(text) > limit:
            raise _Wrong(f"longer than {limit:,} characters")
        if one_line and ("  " in text or not text.isprintable()):
            # The loader relies on it: no line break and no control character in a built-in field.
            return " ".join(text.translate(_CONTROLS).split())
        return text

    return read


def _number_reader(column: PlannedColumn) -> Callable[[str], int | float]:
    comma = column.format == "comma"
    whole = column.target == "company.employee_count"

    def read(text: str) -> int | float:
        number = parse_number(text, decimal_comma=comma)
        if number is None:
            raise _Wrong(f"“{text[:40]}” is not a number")
        if whole and not 0 <= number < 2_000_000_000:
            raise _Wrong(f"“{text[:40]}” is not a number of employees")
        return int(number) if whole else number

    return read


def _boolean(text: str) -> bool:
    value = parse_boolean(text)
    if value is None:
        raise _Wrong(f"“{text[:40]}” is neither yes nor no")
    return value


def _moment_reader(column: PlannedColumn) -> Callable[[str], Any]:
    order = column.format or "ymd"
    custom = column.target.startswith("custom.")
    only_day = column.kind == "date"

    def read(text: str) -> datetime | str:
        moment = parse_moment(text, order)
        if moment is None:
            raise _Wrong(f"“{text[:40]}” is not a date")
        if not custom:
            return moment
        return iso_date(moment) if only_day else moment.isoformat().replace("+00:00", "Z")

    return read


def _list_reader(kind: str) -> Callable[[str], list[str]]:
    def read(text: str) -> list[str]:
        separator = next((s for s in (";", "|", ",") if s in text), ";")
        parts = text.translate(_CONTROLS).split(separator)
        items = list(dict.fromkeys(" ".join(part.split()) for part in parts if part.strip()))
        if kind == "tags" and len(items) > TAGS_PER_LEAD:
            raise _Wrong(f"more than {TAGS_PER_LEAD} tags")
        if any(len(item) > TAG_CHARACTERS for item in items) and kind == "tags":
            raise _Wrong(f"a tag is longer than {TAG_CHARACTERS} characters")
        return items

    return read


def _select(text: str) -> str:
    if len(text) > LINE_CHARACTERS:
        raise _Wrong(f"longer than {LINE_CHARACTERS} characters")
    return text


def _url(text: str) -> str:
    if _unsafe_address(text) or len(text) > ADDRESS_CHARACTERS:
        raise _Wrong("this is not a web address")
    return text


def read_all(reader: RowReader, rows: Sequence[Row | BrokenRow]) -> tuple[list[LeadDraft], list[RejectedRow], int]:
    """Read a batch; returns drafts, rejects and how many rows were blank."""
    drafts: list[LeadDraft] = []
    rejects: list[RejectedRow] = []
    blank = 0
    for row in rows:
        result = reader.read(row)
        if result is None:
            blank += 1
        elif isinstance(result, LeadDraft):
            drafts.append(result)
        else:
            rejects.append(result)
    return drafts, rejects, blank

"""Rows of cells into leads, a batch at a time: cells by column, people by row, every problem named."""

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from tradewind.modules.leads.enrichment import EnrichedPerson, enrich_person
from tradewind.modules.leads.importing.cells import Cells, UnknownWord, UnreadableCell
from tradewind.modules.leads.importing.limits import MAX_CELL_CHARACTERS
from tradewind.modules.leads.importing.plan import Plan, PlannedColumn
from tradewind.modules.leads.importing.readers import BrokenRow, Row

Key = tuple[str, str]
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
    """One row, read: `values` by field, `custom` by key, and the normal forms and findings of the person.

    `keys` is what duplicates are found by, most telling first; `line` the draft as COPY takes it, once encoded;
    `cells` the row itself where nothing but an id of Tradewind tells who it is.
    """

    row: int
    values: dict[str, Any]
    custom: dict[str, Any]
    person: EnrichedPerson
    keys: tuple[Key, ...]
    warnings: Sequence[Problem] = ()
    line: str | None = None
    cells: list[str] | None = None


@dataclass(frozen=True, slots=True)
class RejectedRow:
    """A row that is kept out, with its cells and the reasons."""

    row: int
    cells: list[str]
    reason: str
    problems: tuple[Problem, ...] = ()


_Odd = list[tuple[PlannedColumn, UnknownWord | UnreadableCell]]


class RowReader:
    """Reads rows by a plan. Collects counts of warnings and the options that select fields gained."""

    def __init__(self, plan: Plan) -> None:
        self._plan = plan
        self._cells = [Cells(column) for column in plan.columns]
        targets = [column.target for column in plan.columns]
        self._personal = _picked(targets, lambda target: target in _PERSONAL)
        self._custom = _picked(targets, lambda target: target.startswith("custom."))
        self._values = _picked(targets, lambda target: target not in _PERSONAL and not target.startswith("custom."))
        self._custom_keys = [targets[place].removeprefix("custom.") for place in self._custom]
        self._identified = any(target in _IDENTIFYING for target in targets)
        self._personal_columns = {column.target: column for column in plan.columns if column.target in _PERSONAL}
        self.warnings: Counter[str] = Counter()
        self.options: dict[str, set[str]] = {
            cells.column.target.removeprefix("custom."): cells.options for cells in self._cells if cells.has_options
        }

    def read(self, row: Row | BrokenRow) -> LeadDraft | RejectedRow | None:
        """The lead of a row, the reason why there is none, or None for a row without any content."""
        return self.read_all([row])[0]

    def read_all(self, rows: Sequence[Row | BrokenRow]) -> list[LeadDraft | RejectedRow | None]:
        """What `read` says of each row, read column by column."""
        width = self._plan.width
        results: list[LeadDraft | RejectedRow | None] = []
        whole: list[tuple[int, Row]] = []
        table: list[list[str]] = []
        for place, row in enumerate(rows):
            results.append(None)
            if isinstance(row, BrokenRow):
                results[place] = RejectedRow(row.number, [row.text], row.reason)
                continue
            cells = row.cells
            if len(cells) != width:
                if any(cell.strip() for cell in cells[width:]):
                    reason = f"The row has {len(cells)} cells, the header {width}."
                    results[place] = RejectedRow(row.number, cells, reason)
                    continue
                cells = cells[:width] + [""] * (width - len(cells))
            whole.append((place, row))
            table.append(cells)
        if table:
            for (place, _), result in zip(whole, self._read_table(whole, table), strict=True):
                results[place] = result
        return results

    def _read_table(self, whole: list[tuple[int, Row]], table: list[list[str]]) -> list[LeadDraft | RejectedRow | None]:
        columns = list(zip(*table, strict=True))
        odd: dict[int, _Odd] = {}
        read: list[Sequence[Any]] = []
        for cells in self._cells:
            values = list(map(cells.__getitem__, columns[cells.column.index]))
            if cells.odd:
                cells.odd = False
                _set_apart(cells.column, values, odd)
            read.append(values)
        people = self._records(read, self._personal, [self._plan.columns[place].target for place in self._personal])
        fields = self._records(read, self._values, [self._plan.columns[place].target for place in self._values])
        custom = self._records(read, self._custom, self._custom_keys)
        none: _Odd = []
        return [
            self._draft(row, given, values, more, odd.get(index, none))
            for index, ((_, row), given, values, more) in enumerate(zip(whole, people, fields, custom, strict=True))
        ]

    @staticmethod
    def _records(read: list[Sequence[Any]], places: list[int], keys: list[str]) -> list[dict[str, Any]]:
        if not places:
            return [{} for _ in read[0]]
        columns = [read[place] for place in places]
        return [
            {key: value for key, value in zip(keys, row, strict=True) if value is not None}
            for row in zip(*columns, strict=True)
        ]

    def _draft(
        self, row: Row, given: dict[str, str], values: dict[str, Any], custom: dict[str, Any], odd: _Odd
    ) -> LeadDraft | RejectedRow | None:
        if not (given or custom or values or odd):
            return None
        person = enrich_person(given, default_country=self._plan.default_country)
        warnings: Sequence[Problem] = ()
        if odd or person.problems:
            problems, warnings = self._judge(row, person, odd)
        else:
            problems = []
        nameless = not (person.email_key or person.full_name or person.company_name or person.phone) and not (
            values.get("external_id")
        )
        known = values.get("id")
        if self._identified and not problems and nameless and not known:
            problems.append(Problem(None, "Nothing tells who this is: no name, e-mail, phone, company or id."))
        if problems:
            return RejectedRow(row.number, row.cells, "; ".join(map(str, problems)), tuple(problems))
        if warnings:
            self.warnings.update(map(str, warnings))
        draft = LeadDraft(row.number, values, custom, person, self._keys(values, person), warnings)
        if nameless and known:
            draft.cells = row.cells
        return draft

    def _keys(self, values: dict[str, Any], person: EnrichedPerson) -> tuple[Key, ...]:
        keys: list[Key] = []
        for match in self._plan.match_on:
            if match in ("id", "external_id"):
                key = values.get(match)
            else:
                key = person.email_key if match == "email" else person.phone_key
            if key:
                keys.append((match, key))
        return tuple(keys)

    def _judge(self, row: Row, person: EnrichedPerson, odd: _Odd) -> tuple[list[Problem], list[Problem]]:
        """The problems that keep a row out, and the warnings; what was not understood goes to the findings."""
        problems: list[Problem] = []
        warnings: list[Problem] = []
        for column, cell in odd:
            if isinstance(cell, UnreadableCell):
                problems.append(Problem(column.source, str(cell), index=column.index))
        for name, message in person.problems.items():
            column = self._personal_columns[name]
            error = name == "email"
            (problems if error else warnings).append(Problem(column.source, message, error=error, index=column.index))
        for column, cell in odd:
            if isinstance(cell, UnknownWord):
                warnings.append(Problem(column.source, cell.message, error=False, index=column.index))
                person.findings[column.target] = _kept(cell.text)
        if problems and self._plan.bad_cells == "empty":
            for problem in problems:
                if problem.index is not None and len(row.cells[problem.index]) <= MAX_CELL_CHARACTERS:
                    person.findings[f"unread:{problem.column}"] = _kept(row.cells[problem.index].strip())
            warnings += [Problem(p.column, p.message, error=False, index=p.index) for p in problems]
            problems = []
        return problems, warnings


def _picked(targets: list[str], wanted: Callable[[str], bool]) -> list[int]:
    return [place for place, target in enumerate(targets) if wanted(target)]


def _set_apart(column: PlannedColumn, values: list[Any], odd: dict[int, _Odd]) -> None:
    """Take the odd ones out of a column's values into `odd`, by the row's place."""
    for place, value in enumerate(values):
        if value.__class__ is UnknownWord or value.__class__ is UnreadableCell:
            odd.setdefault(place, []).append((column, value))
            values[place] = None


def _kept(text: str) -> dict[str, Any]:
    return {"value": None, "source": "import", "confidence": 0.0, "raw": text}

"""The cells of one column into values, each by the column's kind; a cell met before is only looked up."""

from collections.abc import Callable
from datetime import datetime
from typing import Any
from uuid import UUID

from tradewind.kernel.spreadsheets import meant
from tradewind.modules.leads.importing.limits import MAX_CELL_CHARACTERS
from tradewind.modules.leads.importing.mapping import STATUS_WORDS
from tradewind.modules.leads.importing.plan import PlannedColumn
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
_REMEMBERED_CELLS = 2_000
_MAX_OPTIONS = 1_000
_UNKNOWN_WORD = "This word is not known; it is kept as written."
_NO_ADDRESS = "This is not a web address; it is kept as written."


class UnreadableCell(Exception):
    """A cell that cannot be read; the text says why."""


class UnknownWord:
    """A text that its field does not know; it is kept beside the field."""

    __slots__ = ("message", "text")

    def __init__(self, text: str, message: str) -> None:
        self.text, self.message = text, message


class Cells(dict[str, Any]):
    """Value by cell: `cells[cell]` reads what it has not met. None is an empty cell.

    An UnknownWord or UnreadableCell is a value too, and makes `odd` true until the reader of rows resets it.
    """

    def __init__(self, column: PlannedColumn) -> None:
        super().__init__({"": None})
        self.column = column
        self.options: set[str] = set()
        self.has_options = column.kind in ("select", "multi_select")
        self.odd = False
        self._read = _reader_of(column)
        self._in_name = column.kind == "name"
        self._words = _NO_ADDRESS if column.target == "website" else _UNKNOWN_WORD

    def __missing__(self, cell: str) -> Any:
        text = meant(cell.strip())
        if not text or (len(text) <= 20 and self._is_empty(text)):
            value = None
        elif len(text) > MAX_CELL_CHARACTERS:
            self.odd = True
            return UnreadableCell(f"the cell holds {len(text):,} characters; up to {MAX_CELL_CHARACTERS:,} can be kept")
        else:
            try:
                value = self._read(text)
            except UnreadableCell as unreadable:
                self.odd = True
                return unreadable
            if value is None:
                self.odd = True
                return UnknownWord(text, self._words)
            if self.has_options and len(self.options) < _MAX_OPTIONS:
                self.options.update(value if isinstance(value, list) else (value,))
        if len(self) < _REMEMBERED_CELLS and len(cell) <= 100:
            self[cell] = value
        return value

    def _is_empty(self, text: str) -> bool:
        column = self.column
        if column.empty_values is not None:
            return text in column.empty_values
        # In a column of country codes NA is Namibia.
        return is_placeholder(text, in_name=self._in_name) and not (column.kind == "country" and text.upper() == "NA")


def unsafe_address(text: str) -> bool:
    """Whether the text names a scheme other than http and https (`javascript:` …)."""
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
        case "own_id":
            return _own_id
        case _:
            custom = column.target.startswith("custom.")
            if column.target == "website":
                return _website
            return _text_reader(MAX_CELL_CHARACTERS if custom else LINE_CHARACTERS, one_line=not custom)


_CONTROLS = dict.fromkeys((*range(32), 127), " ")


def _text_reader(limit: int, *, one_line: bool) -> Callable[[str], str]:
    def read(text: str) -> str:
        if len(text) > limit:
            raise UnreadableCell(f"longer than {limit:,} characters")
        if one_line and ("  " in text or not text.isprintable()):
            # The loader relies on it: no line break and no control character in a built-in field.
            return " ".join(text.translate(_CONTROLS).split())
        return text

    return read


_address_text = _text_reader(ADDRESS_CHARACTERS, one_line=True)


def _website(text: str) -> str | None:
    address = _address_text(text)
    return None if unsafe_address(address) or normal_domain(address) is None else address


def _number_reader(column: PlannedColumn) -> Callable[[str], int | float]:
    comma = column.format == "comma"
    whole = column.target == "company.employee_count"

    def read(text: str) -> int | float:
        number = parse_number(text, decimal_comma=comma)
        if number is None:
            raise UnreadableCell(f"“{text[:40]}” is not a number")
        if whole and not 0 <= number < 2_000_000_000:
            raise UnreadableCell(f"“{text[:40]}” is not a number of employees")
        return int(number) if whole else number

    return read


def _boolean(text: str) -> bool:
    value = parse_boolean(text)
    if value is None:
        raise UnreadableCell(f"“{text[:40]}” is neither yes nor no")
    return value


def _moment_reader(column: PlannedColumn) -> Callable[[str], Any]:
    order = column.format or "ymd"
    custom = column.target.startswith("custom.")
    only_day = column.kind == "date"

    def read(text: str) -> datetime | str:
        moment = parse_moment(text, order)
        if moment is None:
            raise UnreadableCell(f"“{text[:40]}” is not a date")
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
            raise UnreadableCell(f"more than {TAGS_PER_LEAD} tags")
        if any(len(item) > TAG_CHARACTERS for item in items) and kind == "tags":
            raise UnreadableCell(f"a tag is longer than {TAG_CHARACTERS} characters")
        return items

    return read


def _select(text: str) -> str:
    if len(text) > LINE_CHARACTERS:
        raise UnreadableCell(f"longer than {LINE_CHARACTERS} characters")
    return text


def _own_id(text: str) -> str:
    try:
        return str(UUID(text))
    except ValueError:
        raise UnreadableCell(f"“{text[:40]}” is no id of a lead") from None


def _url(text: str) -> str:
    if unsafe_address(text) or len(text) > ADDRESS_CHARACTERS:
        raise UnreadableCell("this is not a web address")
    return text

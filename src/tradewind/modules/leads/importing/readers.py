"""Streaming rows out of a text table, in bounded memory whatever the file contains."""

import codecs
import csv
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, NamedTuple

from tradewind.modules.leads.importing.detect import Encoding, TextShape
from tradewind.modules.leads.importing.failures import FileEmpty, FileUnreadable, TooManyColumns
from tradewind.modules.leads.importing.limits import (
    CHUNK_BYTES,
    MAX_COLUMNS,
    MAX_FIELD_CHARACTERS,
    MAX_LINE_BYTES,
)

csv.field_size_limit(MAX_FIELD_CHARACTERS)
_KEPT_OF_BROKEN = 2_000
_UNCLOSED = "A quotation mark is opened and never closed."
_TOO_LARGE = f"A cell is larger than {MAX_FIELD_CHARACTERS // 1024:,} kB."


class Row(NamedTuple):
    """One record: its number in the file (the first data row is 1) and its cells as text."""

    number: int
    cells: list[str]


@dataclass(frozen=True, slots=True)
class BrokenRow:
    """A record that cannot be read as cells; `text` is its beginning."""

    number: int
    text: str
    reason: str
    code: Literal["too_large", "quote", "line"]


class _LineTooLong(Exception):
    pass


class _Lines:
    """Lines of a file decoded chunk by chunk, able to go back to the start of the current record."""

    def __init__(self, path: Path, encoding: Encoding) -> None:
        self._file = path.open("rb")
        self._encoding = encoding
        self._offset = encoding.skip_bytes
        self._base = self._offset
        self._lines: list[str] = []
        self._index = 0
        self._mark = (self._offset, 0)
        self.ended = False
        self.nul_characters = 0

    def __iter__(self) -> "_Lines":
        return self

    def __next__(self) -> str:
        if self._index >= len(self._lines) and not self._fill():
            self.ended = True
            raise StopIteration
        line = self._lines[self._index]
        self._index += 1
        return line

    def mark(self) -> None:
        """Remember this place as the start of a record."""
        if self._index >= len(self._lines):
            self._mark = (self._offset, 0)
            if not self._fill():
                return
        self._mark = (self._base, self._index)

    def first_line(self) -> str:
        """The beginning of the current record's first line."""
        self._file.seek(self._record_start())
        return self._decode(self._file.readline(_KEPT_OF_BROKEN)).rstrip("\r\n")

    def lines_after_first(self, count: int) -> list[str]:
        """The `count` lines that follow the record's first line, as far as they are of sane length."""
        self._file.seek(self._record_start())
        found: list[str] = []
        for index in range(count + 1):
            line = self._file.readline(CHUNK_BYTES)
            if not line or len(line) == CHUNK_BYTES:
                break
            if index:
                found.append(self._decode(line))
        return found

    def skip_first_line(self) -> None:
        """Continue after the first line of the record, as if the rest were records of their own."""
        self._skip(honour_quotes=False)

    def skip_record(self) -> bool:
        """Continue after the record, quotes honoured; False, and nothing moved, if its quote never closes."""
        return self._skip(honour_quotes=True)

    def _record_start(self) -> int:
        base, index = self._mark
        if not index:
            return base
        self._file.seek(base)
        return base + sum(len(self._file.readline()) for _ in range(index))

    def _skip(self, *, honour_quotes: bool) -> bool:
        position = self._record_start()
        self._file.seek(position)
        quotes = 0
        while line := self._file.readline(CHUNK_BYTES):
            position += len(line)
            quotes += line.count(b'"')
            if line.endswith(b"\n") and not (honour_quotes and quotes % 2):
                break
        else:
            if honour_quotes and quotes % 2:
                return False
        self._offset = position
        self._lines, self._index, self.ended = [], 0, False
        return True

    def close(self) -> None:
        self._file.close()

    def _decode(self, data: bytes) -> str:
        text = data.decode(self._encoding.name, self._encoding.errors if data else "strict")
        if "\x00" in text:
            self.nul_characters += text.count("\x00")
            text = text.replace("\x00", "")
        return text

    def _fill(self) -> bool:
        self._file.seek(self._offset)
        data = self._file.read(CHUNK_BYTES)
        if not data:
            self._lines, self._index = [], 0
            return False
        cut = data.rfind(b"\n") + 1
        while not cut:
            if len(data) > MAX_LINE_BYTES:
                raise _LineTooLong
            more = self._file.read(CHUNK_BYTES)
            if not more:
                cut = len(data)
                break
            found = more.find(b"\n")
            cut = len(data) + found + 1 if found >= 0 else 0
            data += more
        self._base = self._offset
        self._offset += cut
        text = self._decode(data[:cut])
        # splitlines() would also cut at U+2028 and form feeds inside cells
        lines = text.split("\n")
        last = lines.pop()
        self._lines = [line + "\n" for line in lines]
        if last:
            self._lines.append(last)
        if not self._lines:
            self._lines = ["\n"]
        self._index = 0
        return True


class TextTable:
    """Rows of a text table. Use as a context manager; iterate `rows()`."""

    def __init__(self, path: Path, encoding: Encoding, shape: TextShape) -> None:
        # Files of wide characters or of bare carriage returns are rewritten on arrival.
        assert not encoding.name.startswith(("utf-16", "utf-32"))
        assert shape.line_end == "\n"
        codecs.lookup(encoding.name)
        self._path, self._encoding, self._shape = path, encoding, shape
        self.nul_characters = 0

    def header(self) -> list[str]:
        """Names as written, or `Column N` when there are none. Raises FileEmpty, FileUnreadable, TooManyColumns."""
        lines = _Lines(self._path, self._encoding)
        try:
            first = next(self._records(lines, skip_header=False), None)
        finally:
            lines.close()
        if first is None:
            raise FileEmpty("The file has no rows.")
        if isinstance(first, BrokenRow):
            raise FileUnreadable(f"The first line cannot be read: {first.reason}")
        count = len(first.cells)
        if count > MAX_COLUMNS:
            raise TooManyColumns(
                f"The file has {count:,} columns; up to {MAX_COLUMNS} can be imported. Remove some columns."
            )
        if self._shape.has_header:
            return first.cells
        return [f"Column {index + 1}" for index in range(count)]

    def rows(self, *, start_after: int = 0) -> Iterator[Row | BrokenRow]:
        """Data rows in file order, leaving out blank lines and the first `start_after` rows."""
        lines = _Lines(self._path, self._encoding)
        try:
            for record in self._records(lines, skip_header=self._shape.has_header):
                if record.number > start_after:
                    yield record
        finally:
            self.nul_characters = lines.nul_characters
            lines.close()

    def _records(self, lines: _Lines, *, skip_header: bool) -> Iterator[Row | BrokenRow]:
        for _ in range(self._shape.skip_lines):
            next(lines, None)
        reader = csv.reader(lines, delimiter=self._shape.delimiter)
        number = -1 if skip_header else 0
        while True:
            try:
                lines.mark()
                cells = next(reader)
            except StopIteration:
                return
            except (_LineTooLong, csv.Error) as error:
                number += 1
                yield self._recover(lines, number, error)
                continue
            if lines.ended:
                # The reader only reads past the end of the file when it is still inside quotes.
                number += 1
                yield BrokenRow(number, lines.first_line(), _UNCLOSED, "quote")
                lines.skip_first_line()
                continue
            if not cells:
                continue
            number += 1
            if number:
                yield Row(number, cells)

    def _recover(self, lines: _Lines, number: int, error: Exception) -> BrokenRow:
        text = lines.first_line()
        if isinstance(error, csv.Error) and "field larger" not in str(error):
            lines.skip_first_line()
            return BrokenRow(number, text, "The line breaks off inside a cell.", "line")
        following = lines.lines_after_first(5)
        width = self._shape.columns
        whole = [line for line in following if len(next(csv.reader([line], delimiter=self._shape.delimiter))) == width]
        if width > 1 and len(following) > 1 and len(whole) == len(following):
            # What follows reads as rows by itself: one line forgot to close its quote, and only it is lost.
            lines.skip_first_line()
            return BrokenRow(number, text, _UNCLOSED, "quote")
        if not lines.skip_record():
            lines.skip_first_line()
            if len(text) < _KEPT_OF_BROKEN - 4:
                return BrokenRow(number, text, _UNCLOSED, "quote")
        return BrokenRow(number, text, _TOO_LARGE, "too_large")

    def _width_of(self, line: str) -> int:
        try:
            return len(next(csv.reader([line], delimiter=self._shape.delimiter), []))
        except csv.Error:
            return 0


def tell_apart(names: list[str]) -> tuple[list[str], list[str]]:
    """Unique, non-empty column names, and a sentence for each one that had to be renamed."""
    seen: dict[str, int] = {}
    unique: list[str] = []
    notes: list[str] = []
    taken = {name.strip() for name in names}
    for index, raw in enumerate(names):
        name = " ".join(raw.replace("\ufeff", "").split())[:200]
        if not name:
            name = f"Column {index + 1}"
            notes.append(f"Column {index + 1} has no name and is called “{name}”.")
        if name in seen:
            number = seen[name] + 1
            while f"{name} ({number})" in taken:
                number += 1
            seen[name] = number
            notes.append(
                f"The name “{name}” stands more than once; the column {index + 1} is called “{name} ({number})”."
            )
            name = f"{name} ({number})"
            taken.add(name)
        seen.setdefault(name, 1)
        unique.append(name)
    return unique, notes

"""Workbooks: guarded against archives that unpack without end, streamed cell by cell into a text table."""

import csv
import zipfile
from array import array
from collections.abc import Iterator
from contextlib import AbstractContextManager, closing
from datetime import datetime, timedelta
from functools import lru_cache
from pathlib import Path
from tempfile import TemporaryFile
from types import TracebackType
from typing import IO
from xml.parsers import expat

from tradewind.modules.leads.importing.failures import (
    FileEmpty,
    FileUnreadable,
    SuspiciousArchive,
    TooManyColumns,
)
from tradewind.modules.leads.importing.limits import (
    MAX_COLUMNS,
    MAX_FIELD_CHARACTERS,
    MAX_ROWS,
    XLSX_MAX_INFLATED_BYTES,
    XLSX_MAX_MEMBERS,
    XLSX_MAX_METADATA_BYTES,
    XLSX_MAX_RATIO,
    XLSX_RATIO_FROM_BYTES,
)

_READ_BYTES = 262_144
_BUILT_IN_DATES = frozenset({14, 15, 16, 17, 22, *range(27, 32), *range(34, 37), *range(50, 59)})
_BUILT_IN_TIMES = frozenset({18, 19, 20, 21, 32, 33, 45, 46, 47})
_BOMB = "It unpacks to more than {}. If it is a real table, save it as CSV and choose that file."


class _Member:
    """One file of the archive, read with its inflated size watched against what may be and what was claimed."""

    def __init__(self, archive: zipfile.ZipFile, info: zipfile.ZipInfo, limit: int) -> None:
        self._file, self._left, self._limit = archive.open(info), limit, limit

    def read(self, size: int) -> bytes:
        data = self._file.read(size)
        self._left -= len(data)
        if self._left < 0:
            raise SuspiciousArchive(_BOMB.format(f"{self._limit // 1_000_000:,} MB"))
        return data

    def close(self) -> None:
        self._file.close()


class _Strings:
    """The shared strings of a workbook, kept on disk: workbooks with millions of them stay small in memory."""

    def __init__(self, file: IO[bytes]) -> None:
        self._file, self._ends = file, array("Q")
        self.get = lru_cache(maxsize=20_000)(self._get)

    def add(self, text: str) -> None:
        self._file.write(text.encode("utf-8", "replace"))
        self._ends.append(self._file.tell())

    def _get(self, index: int) -> str:
        if not 0 <= index < len(self._ends):
            return ""
        start = self._ends[index - 1] if index else 0
        self._file.seek(start)
        return self._file.read(self._ends[index] - start).decode()


class Workbook(AbstractContextManager["Workbook"]):
    """An .xlsx file. Raises FileUnreadable, SuspiciousArchive on opening."""

    def __init__(self, path: Path) -> None:
        try:
            self._archive = zipfile.ZipFile(path)
        except (zipfile.BadZipFile, OSError, ValueError) as error:
            raise FileUnreadable("The workbook is damaged: it cannot be opened as an archive.") from error
        self._members = {info.filename.lstrip("/").lower(): info for info in self._archive.infolist()}
        try:
            self._guard(path.stat().st_size)
            self.sheets = self._read_sheets()
        except BaseException:
            self._archive.close()
            raise

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._archive.close()

    @property
    def sheet_names(self) -> list[str]:
        """Names of the visible and hidden worksheets, in order."""
        return list(self.sheets)

    def _guard(self, size_bytes: int) -> None:
        infos = list(self._members.values())
        if len(infos) > XLSX_MAX_MEMBERS:
            raise SuspiciousArchive(f"The workbook holds {len(infos):,} parts.")
        if any(info.flag_bits & 1 for info in infos):
            raise FileUnreadable("The workbook is protected by a password; save it without one.")
        total = sum(info.file_size for info in infos)
        if total > XLSX_MAX_INFLATED_BYTES:
            raise SuspiciousArchive(_BOMB.format(f"{XLSX_MAX_INFLATED_BYTES // 1_000_000:,} MB"))
        if total > XLSX_RATIO_FROM_BYTES and total > XLSX_MAX_RATIO * size_bytes:
            raise SuspiciousArchive(_BOMB.format(f"{XLSX_MAX_RATIO} times its size"))
        if "xl/workbook.xml" not in self._members:
            raise FileUnreadable("This archive is not an Excel workbook (.xlsx).")

    def _parse(self, name: str, handlers: "_Handlers", *, limit: int | None = None) -> Iterator[None]:
        info = self._members.get(name.lower())
        if info is None:
            raise FileUnreadable(f"The workbook is damaged: its part {name} is missing.")
        # A forged directory may claim less than the part inflates to: one percent of slack, no more.
        member = _Member(self._archive, info, limit or info.file_size + info.file_size // 100 + 1024)
        parser = expat.ParserCreate(namespace_separator="}")
        parser.buffer_text = True
        parser.StartElementHandler = handlers.start
        parser.EndElementHandler = handlers.end
        parser.CharacterDataHandler = handlers.text
        parser.StartDoctypeDeclHandler = _refuse_doctype
        with closing(member):
            try:
                while data := member.read(_READ_BYTES):
                    parser.Parse(data, False)
                    yield
                parser.Parse(b"", True)
            except (expat.ExpatError, zipfile.BadZipFile, EOFError, ValueError) as error:
                raise FileUnreadable(f"The workbook is damaged: {name} cannot be read ({error}).") from error
        yield

    def _read_all(self, name: str, handlers: "_Handlers", *, limit: int | None = None) -> None:
        for _ in self._parse(name, handlers, limit=limit):
            pass

    def _read_sheets(self) -> dict[str, str]:
        relations = _Relations()
        self._read_all("xl/_rels/workbook.xml.rels", relations, limit=XLSX_MAX_METADATA_BYTES)
        book = _Book()
        self._read_all("xl/workbook.xml", book, limit=XLSX_MAX_METADATA_BYTES)
        self._since_1904 = book.since_1904
        sheets: dict[str, str] = {}
        for name, relation in book.sheets:
            target = relations.targets.get(relation, "")
            path = target.lstrip("/") if target.startswith("/") else f"xl/{target}"
            if "worksheets/" in path and path.lower() in self._members:
                sheets[name] = path
        if not sheets:
            raise FileEmpty("The workbook has no worksheet.")
        return sheets

    def write_table(self, sheet: str, target: Path) -> int:
        """Write one worksheet as a UTF-8 CSV file; returns its number of rows. Memory stays bounded."""
        styles = _Styles()
        if "xl/styles.xml" in self._members:
            self._read_all("xl/styles.xml", styles, limit=XLSX_MAX_METADATA_BYTES)
        with TemporaryFile() as file, target.open("w", encoding="utf-8", errors="replace", newline="") as out:
            strings = _Strings(file)
            if "xl/sharedstrings.xml" in self._members:
                self._read_all("xl/sharedStrings.xml", _SharedStrings(strings))
            writer = csv.writer(out, lineterminator="\n")
            cells = _Cells(strings, styles.kinds(), since_1904=self._since_1904)
            written = 0
            for _ in self._parse(self.sheets[sheet], cells):
                writer.writerows(cells.rows)
                written += len(cells.rows)
                cells.rows.clear()
                if written > MAX_ROWS:
                    raise FileUnreadable(f"The sheet has more than {MAX_ROWS:,} rows.")
        return written


def _refuse_doctype(*_: object) -> None:
    raise ValueError("it declares a document type")


class _Handlers:
    def start(self, name: str, attributes: dict[str, str]) -> None: ...

    def end(self, name: str) -> None: ...

    def text(self, data: str) -> None: ...


class _Relations(_Handlers):
    def __init__(self) -> None:
        self.targets: dict[str, str] = {}

    def start(self, name: str, attributes: dict[str, str]) -> None:
        if name.endswith("}Relationship"):
            self.targets[attributes.get("Id", "")] = attributes.get("Target", "")


class _Book(_Handlers):
    def __init__(self) -> None:
        self.sheets: list[tuple[str, str]] = []
        self.since_1904 = False

    def start(self, name: str, attributes: dict[str, str]) -> None:
        local = name.rpartition("}")[2]
        if local == "sheet":
            relation = next((value for key, value in attributes.items() if key.endswith("}id")), "")
            self.sheets.append((attributes.get("name", ""), relation))
        elif local == "workbookPr":
            self.since_1904 = attributes.get("date1904", "0") in ("1", "true")


class _Styles(_Handlers):
    """Which cell styles show dates, date-times or times."""

    def __init__(self) -> None:
        self._formats: dict[int, str] = {}
        self._cells: list[int] = []
        self._inside = False

    def start(self, name: str, attributes: dict[str, str]) -> None:
        local = name.rpartition("}")[2]
        if local == "numFmt":
            self._formats[int(attributes.get("numFmtId", "0"))] = attributes.get("formatCode", "")
        elif local == "cellXfs":
            self._inside = True
        elif local == "xf" and self._inside:
            self._cells.append(int(attributes.get("numFmtId", "0")))

    def end(self, name: str) -> None:
        if name.endswith("}cellXfs"):
            self._inside = False

    def kinds(self) -> list[str]:
        """`"date"`, `"time"` or `""` for each cell style."""
        return [self._kind(number) for number in self._cells]

    def _kind(self, number: int) -> str:
        if number in _BUILT_IN_DATES:
            return "date"
        if number in _BUILT_IN_TIMES:
            return "time"
        code, quoted, plain = self._formats.get(number, "").lower(), False, ""
        skip = False
        for character in code.split(";")[0]:
            if skip:
                skip = False
            elif character == '"':
                quoted = not quoted
            elif character in "\\_*":
                skip = True
            elif not quoted:
                plain += character
        while "[" in plain and "]" in plain[plain.index("[") :]:
            start = plain.index("[")
            inside = plain[start + 1 : plain.index("]", start)]
            kept = inside if inside and set(inside) <= set("hms") else ""
            plain = plain[:start] + kept + plain[plain.index("]", start) + 1 :]
        if "general" in plain:
            return ""
        if "y" in plain or "d" in plain:
            return "date"
        return "time" if "h" in plain or "s" in plain else ""


class _SharedStrings(_Handlers):
    def __init__(self, strings: _Strings) -> None:
        self._strings = strings
        self._parts: list[str] = []
        self._in_text = self._phonetic = False

    def start(self, name: str, attributes: dict[str, str]) -> None:
        local = name.rpartition("}")[2]
        if local == "si":
            self._parts = []
        elif local == "t":
            self._in_text = not self._phonetic
        elif local == "rPh":
            self._phonetic = True

    def end(self, name: str) -> None:
        local = name.rpartition("}")[2]
        if local == "si":
            self._strings.add("".join(self._parts))
        elif local == "t":
            self._in_text = False
        elif local == "rPh":
            self._phonetic = False

    def text(self, data: str) -> None:
        if self._in_text:
            self._parts.append(data)


class _Cells(_Handlers):
    """Rows of a worksheet as lists of text; a formula without a stored result is its own text."""

    def __init__(self, strings: _Strings, kinds: list[str], *, since_1904: bool) -> None:
        self.rows: list[list[str]] = []
        self._strings, self._kinds = strings, kinds
        self._epoch = datetime(1904, 1, 1) if since_1904 else datetime(1899, 12, 30)  # noqa: DTZ001
        self._row: list[str] = []
        self._column = 0
        self._type = self._kind = ""
        self._collect: list[str] | None = None
        self._value = self._formula = ""
        self._size = 0

    def start(self, name: str, attributes: dict[str, str]) -> None:
        local = name.rpartition("}")[2]
        if local == "c":
            reference = attributes.get("r")
            self._column = _column_number(reference) if reference else len(self._row)
            self._type = attributes.get("t", "n")
            style = int(attributes.get("s", "0"))
            self._kind = self._kinds[style] if style < len(self._kinds) else ""
            self._value = self._formula = ""
        elif local in ("v", "t", "f"):
            self._collect, self._size = [], 0
        elif local == "row":
            self._row = []

    def end(self, name: str) -> None:
        local = name.rpartition("}")[2]
        if local in ("v", "t"):
            self._value += "".join(self._collect or ())
            self._collect = None
        elif local == "f":
            self._formula = "".join(self._collect or ())
            self._collect = None
        elif local == "c":
            self._place(self._text())
        elif local == "row":
            self.rows.append(self._row)

    def text(self, data: str) -> None:
        if self._collect is not None and self._size <= MAX_FIELD_CHARACTERS:
            self._size += len(data)
            self._collect.append(data)

    def _place(self, text: str) -> None:
        if not text:
            return
        if self._column >= 16_384:
            raise TooManyColumns("The sheet names a column beyond Excel's own limit.")
        if self._column > MAX_COLUMNS and self.rows == []:
            raise TooManyColumns(f"The sheet has more than {MAX_COLUMNS} columns. Remove the columns not needed.")
        row = self._row
        if self._column > len(row):
            row.extend([""] * (self._column - len(row)))
        row.append(text[: MAX_FIELD_CHARACTERS - 1])

    def _text(self) -> str:
        value = self._value
        if not value:
            return f"={self._formula}" if self._formula else ""
        match self._type:
            case "s":
                return self._strings.get(int(value)) if value.isdigit() else ""
            case "b":
                return "TRUE" if value == "1" else "FALSE"
            case "n":
                return self._number(value)
            case _:
                return value

    def _number(self, value: str) -> str:
        try:
            number = float(value)
        except ValueError:
            return value
        if self._kind == "date" and 0 <= number < 2_958_466:
            moment = self._epoch + timedelta(seconds=round(number * 86_400))
            if moment.time() == datetime.min.time():
                return moment.date().isoformat()
            return moment.isoformat(sep=" ")
        if self._kind == "time" and 0 <= number < 1:
            return (self._epoch + timedelta(seconds=round(number * 86_400))).time().isoformat()
        if number.is_integer() and abs(number) < 1e15:
            return str(int(number))
        # Excel shows 15 digits; what stands beyond them is noise of binary fractions.
        short = f"{number:.15g}"
        return repr(float(short)) if "e" not in short else value


@lru_cache(maxsize=4096)
def _column_of(letters: str) -> int:
    number = 0
    for letter in letters:
        number = number * 26 + ord(letter) - 64
    return number - 1


def _column_number(reference: str) -> int:
    return _column_of(reference.rstrip("0123456789").upper())

"""A file on disk as a table, whatever it is: detected once, then read the same way every time."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from tradewind.modules.leads.importing.detect import (
    Encoding,
    TextShape,
    detect_encoding,
    detect_shape,
    file_kind,
    transcode,
)
from tradewind.modules.leads.importing.failures import FileUnreadable
from tradewind.modules.leads.importing.limits import MAX_LINE_BYTES, PROFILE_ROWS
from tradewind.modules.leads.importing.readers import Row, TextTable, tell_apart
from tradewind.modules.leads.importing.xlsx import Workbook

_SAMPLE_BYTES = 262_144


@dataclass(frozen=True, slots=True)
class Choices:
    """What the user knows better than detection; None leaves it to detection."""

    encoding: str | None = None
    delimiter: str | None = None
    has_header: bool | None = None
    sheet: str | None = None


@dataclass(frozen=True, slots=True)
class Layout:
    """All that is needed to read the table again. `converted`: read the text copy beside the upload."""

    kind: str
    encoding: Encoding
    shape: TextShape
    converted: bool
    sheets: tuple[str, ...] = ()
    sheet: str | None = None
    notes: tuple[str, ...] = ()
    line_count: int = 0

    def as_json(self) -> dict[str, Any]:
        """For storage."""
        return asdict(self)

    @classmethod
    def from_json(cls, stored: Mapping[str, Any]) -> "Layout":
        """As stored by `as_json`."""
        encoding = Encoding(**{**stored["encoding"], "notes": tuple(stored["encoding"]["notes"])})
        return cls(
            stored["kind"], encoding, TextShape(**stored["shape"]), stored["converted"],
            tuple(stored["sheets"]), stored["sheet"], tuple(stored["notes"]), stored["line_count"],
        )  # fmt: skip


def copy_path(upload: Path) -> Path:
    """Where the text copy of a workbook or of a UTF-16 file stands."""
    return upload.with_suffix(".table")


def open_table(upload: Path, layout: Layout) -> TextTable:
    """The rows of an upload whose layout is known."""
    path = copy_path(upload) if layout.converted else upload
    return TextTable(path, layout.encoding, layout.shape)


def detect_layout(upload: Path, choices: Choices | None = None) -> Layout:
    """Find out how to read an upload; writes the text copy if one is needed. Raises FileUnreadable and kin."""
    choices = choices or Choices()
    if file_kind(upload) == "xlsx":
        return _workbook_layout(upload, choices)
    encoding, census = detect_encoding(upload)
    if choices.encoding:
        encoding = _chosen_encoding(choices.encoding, encoding)
    notes = list(encoding.notes)
    if census.nul_bytes and not encoding.name.startswith(("utf-16", "utf-32")):
        notes.append(f"{census.nul_bytes:,} NUL characters are left out.")
    bare_returns = not census.line_feeds and bool(census.carriage_returns)
    converted = bare_returns or encoding.name.startswith(("utf-16", "utf-32"))
    path = upload
    shown = encoding
    if converted:
        path = copy_path(upload)
        transcode(upload, encoding, path, bare_returns=bare_returns)
        encoding = Encoding("utf-8", "replace")
    shape = _shape(path, encoding, choices)
    layout = Layout(
        "csv", encoding, shape, converted, notes=tuple(notes),
        line_count=census.line_feeds or census.carriage_returns,
    )  # fmt: skip
    return layout if shown.name == encoding.name else _named(layout, shown)


def _named(layout: Layout, shown: Encoding) -> Layout:
    return Layout(
        layout.kind, layout.encoding, layout.shape, layout.converted, layout.sheets, layout.sheet,
        (*layout.notes, f"Read as {shown.name.upper()}."), layout.line_count,
    )  # fmt: skip


def _workbook_layout(upload: Path, choices: Choices) -> Layout:
    with Workbook(upload) as workbook:
        sheet = choices.sheet or workbook.sheet_names[0]
        if sheet not in workbook.sheet_names:
            raise FileUnreadable(f"The workbook has no sheet “{sheet}”.")
        rows = workbook.write_table(sheet, copy_path(upload))
        names = tuple(workbook.sheet_names)
    encoding = Encoding("utf-8", "replace")
    shape = _shape(copy_path(upload), encoding, Choices(delimiter=",", has_header=choices.has_header))
    return Layout("xlsx", encoding, shape, True, names, sheet, (), rows)


def _chosen_encoding(name: str, detected: Encoding) -> Encoding:
    try:
        readable = name.lower().startswith(("utf-16", "utf-32")) or b"a,b".decode(name, "replace") == "a,b"
    except (LookupError, UnicodeError) as error:
        raise FileUnreadable(f"There is no encoding “{name}”.") from error
    if not readable:
        raise FileUnreadable(f"Tables cannot be read as “{name}”.")
    wanted = name.lower().replace("_", "-")
    same = detected.name.replace("_", "-") == wanted
    return detected if same else Encoding(wanted, "replace", detected.skip_bytes)


def _shape(path: Path, encoding: Encoding, choices: Choices) -> TextShape:
    with path.open("rb") as file:
        file.seek(encoding.skip_bytes)
        data = file.read(_SAMPLE_BYTES)
        if len(data) == _SAMPLE_BYTES and b"\n" not in data:
            # A header of thousands of columns: read on to its end so that it can be counted.
            data += file.readline(MAX_LINE_BYTES)
    text = data.decode(encoding.name, "replace").replace("\x00", "")
    shape = detect_shape(text)
    if choices.delimiter and choices.delimiter != shape.delimiter:
        first = text.split("\n")[shape.skip_lines] if text else ""
        shape = TextShape(
            choices.delimiter, "\n", shape.has_header, shape.skip_lines, first.count(choices.delimiter) + 1
        )
    if choices.has_header is not None and choices.has_header != shape.has_header:
        shape = TextShape(shape.delimiter, "\n", choices.has_header, shape.skip_lines, shape.columns)
    return shape


@dataclass(frozen=True, slots=True)
class Sample:
    """The beginning of a table: column names, notes on renamed ones, rows, and whether that is all of it."""

    header: list[str]
    notes: list[str]
    rows: list[list[str]]
    whole_file: bool


def take_sample(table: TextTable, *, limit: int = PROFILE_ROWS) -> Sample:
    """Header and first rows. Raises FileEmpty, TooManyColumns."""
    header, notes = tell_apart(table.header())
    rows: list[list[str]] = []
    whole = True
    room = 64_000_000
    for row in table.rows():
        if len(rows) >= limit or room <= 0:
            whole = False
            break
        if isinstance(row, Row):
            rows.append(row.cells)
            room -= sum(map(len, row.cells))
    return Sample(header, notes, rows, whole)

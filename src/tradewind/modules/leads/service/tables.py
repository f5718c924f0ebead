"""A file as a table of typed cells, for whoever wants to look at one without importing it."""

import tempfile
from pathlib import Path
from typing import Any

from tradewind.modules.leads.contracts import FileColumn, FileTable
from tradewind.modules.leads.importing.failures import FileUnreadable
from tradewind.modules.leads.importing.profile import ColumnProfile, Kind, infer_kind
from tradewind.modules.leads.importing.readers import BrokenRow, tell_apart
from tradewind.modules.leads.importing.table import detect_layout, open_table
from tradewind.modules.leads.importing.values import is_placeholder, parse_boolean, parse_moment, parse_number

MAX_ROWS = 500_000


def read_table(path: Path) -> FileTable:
    """A CSV or workbook as the import reads it: delimiter, encoding and kinds of columns are found out.

    Raises FileUnreadable and kin, also for a row that cannot be read and for more than 500,000 rows.
    """
    # Copies of workbooks and wide encodings are written beside the file that is read; never beside the user's own.
    with tempfile.TemporaryDirectory(prefix="tradewind-table-") as folder:
        link = Path(folder) / "file"
        link.symlink_to(path.absolute())
        table = open_table(link, detect_layout(link))
        names, notes = tell_apart(table.header())
        rows: list[list[str]] = []
        for row in table.rows():
            if isinstance(row, BrokenRow):
                raise FileUnreadable(f"Row {row.number} of {path.name} cannot be read: {row.reason}")
            if len(rows) >= MAX_ROWS:
                raise FileUnreadable(f"{path.name} has more than {MAX_ROWS:,} rows.")
            cells = [cell.strip() for cell in row.cells[: len(names)]]
            rows.append(cells + [""] * (len(names) - len(cells)))
    columns = []
    for index, name in enumerate(names):
        profile = ColumnProfile()
        profile.add(row[index] for row in rows)
        kind = infer_kind(profile)
        if set(profile.values) <= {"0", "1"}:  # a count that happens to be small here may be larger elsewhere
            kind = Kind("number")
        columns.append(FileColumn(name, kind.kind, kind.format))
    return FileTable(tuple(columns), rows, tuple(notes))


def cell_value(column: FileColumn, text: str) -> Any:
    """A cell as its column's kind; None where it holds nothing. Choices keep “Select”: an offer left untouched."""
    if column.kind in ("select", "text", "url"):
        return text or None
    if is_placeholder(text):
        return None
    if column.kind == "number":
        return parse_number(text, decimal_comma=column.format == "comma")
    if column.kind in ("date", "datetime"):
        return parse_moment(text, column.format or "ymd")
    if column.kind == "boolean":
        return parse_boolean(text)
    return [part.strip() for part in text.split(";") if part.strip()]

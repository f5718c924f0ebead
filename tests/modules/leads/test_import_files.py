"""Files as bad as they come: encodings, sizes, quotes, archives, headers."""

import io
import tracemalloc
import zipfile
from datetime import date, datetime
from pathlib import Path

import openpyxl
import pytest
from tests.modules.leads.import_files import csv_bytes

from tradewind.modules.leads.importing.failures import (
    FileEmpty,
    FileTooLarge,
    FileUnreadable,
    SuspiciousArchive,
    TooManyColumns,
)
from tradewind.modules.leads.importing.readers import BrokenRow, Row
from tradewind.modules.leads.importing.table import Choices, detect_layout, open_table, take_sample
from tradewind.modules.leads.service.import_files import receive

WORDS = "Zoë,Müller,façade\n" * 40


def _write(tmp_path: Path, content: bytes, name: str = "file.upload") -> Path:
    path = tmp_path / name
    path.write_bytes(content)
    return path


def _rows(path: Path, choices: Choices | None = None) -> tuple[list[str], list[Row | BrokenRow]]:
    table = open_table(path, detect_layout(path, choices))
    return table.header(), list(table.rows())


@pytest.mark.parametrize(
    "encoding", ["utf-8", "utf-8-sig", "cp1252", "utf-16", "utf-16-le", "utf-16-be", "utf-32", "iso8859-15"]
)
def test_encodings_are_detected(tmp_path, encoding):
    path = _write(tmp_path, ("first,last,word\n" + WORDS).encode(encoding))
    header, rows = _rows(path)
    assert header == ["first", "last", "word"]
    assert rows[0].cells == ["Zoë", "Müller", "façade"]
    assert len(rows) == 40


@pytest.mark.parametrize(
    ("encoding", "text"),
    [
        ("cp1251", "имя,город,комментарий\n" + "Екатерина,Санкт-Петербург,хотела бы узнать цену\n" * 60),
        ("shift_jis", "名前,都市,備考\n" + "山田太郎,東京都,資料を送ってください\n" * 60),
        ("cp1250", "jméno,město,poznámka\n" + "Jiří Dvořák,Plzeň,chtěl by nabídku příští týden\n" * 60),
    ],
)
def test_other_alphabets_are_detected(tmp_path, encoding, text):
    _, rows = _rows(_write(tmp_path, text.encode(encoding)))
    assert rows[0].cells == text.split("\n")[1].split(",")


def test_stray_windows_bytes_in_utf8_are_read_and_told(tmp_path):
    content = ("name,city\n" + "Zoë,Köln\n" * 50).encode() + b"Ren\xe9,Paris\n"
    path = _write(tmp_path, content)
    layout = detect_layout(path)
    assert layout.encoding.name == "utf-8"
    assert "1 bytes were not valid UTF-8" in layout.notes[0]
    assert list(open_table(path, layout).rows())[-1].cells == ["René", "Paris"]


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
def test_delimiters_are_detected(tmp_path, delimiter):
    rows = [["name", "amount", "note"], *[[f"A{n}", "1,5", "x; y, z | w"] for n in range(20)]]
    path = _write(tmp_path, csv_bytes(rows, delimiter=delimiter))
    header, found = _rows(path)
    assert header == rows[0]
    assert found[0].cells == rows[1]


def test_excel_separator_line_bare_returns_and_blank_lines(tmp_path):
    assert _rows(_write(tmp_path, b"sep=;\nname;city\nA;B\n"))[0] == ["name", "city"]
    header, rows = _rows(_write(tmp_path, b"name,city\rA,B\rC,D\r"))
    assert [row.cells for row in rows] == [["A", "B"], ["C", "D"]]
    header, rows = _rows(_write(tmp_path, b"\n\nname,city\n\nA,B\n\n"))
    assert (header, [row.cells for row in rows]) == (["name", "city"], [["A", "B"]])


def test_a_table_without_header_gets_names(tmp_path):
    header, rows = _rows(_write(tmp_path, b"ada@x.example,Ada,12\nbo@x.example,Bo,13\n"))
    assert header == ["Column 1", "Column 2", "Column 3"]
    assert len(rows) == 2


@pytest.mark.parametrize("content", [b"", b"\n\n \n", b"\xef\xbb\xbf", b"\x00\x00"])
def test_empty_files(tmp_path, content):
    with pytest.raises(FileEmpty):
        take_sample(open_table(path := _write(tmp_path, content), detect_layout(path)))


@pytest.mark.parametrize(
    "content", [b"%PDF-1.7 ...", b"\x1f\x8b\x08\x00data", b"\xd0\xcf\x11\xe0\xa1\xb1", bytes(range(256)) * 400]
)
def test_files_that_are_no_tables(tmp_path, content):
    with pytest.raises(FileUnreadable):
        detect_layout(_write(tmp_path, content))


def test_five_thousand_columns(tmp_path):
    header = ",".join(f"column {n}" for n in range(5_000))
    path = _write(tmp_path, f"{header}\n{header}\n".encode())
    with pytest.raises(TooManyColumns, match="5,000 columns"):
        take_sample(open_table(path, detect_layout(path)))


def test_duplicate_and_missing_headers_are_renamed_and_told(tmp_path):
    path = _write(tmp_path, b"Name,Name,,name,Name (2)\na,b,c,d,e\n")
    sample = take_sample(open_table(path, detect_layout(path)))
    assert len(set(sample.header)) == 5
    assert sample.header[0] == "Name"
    assert sample.header[2] == "Column 3"
    assert len(sample.notes) == 2


def test_nuls_are_left_out_and_told(tmp_path):
    path = _write(tmp_path, b"name,city\nA\x00da,Par\x00is\n" + b"Bo,Rome\n" * 50)
    layout = detect_layout(path)
    assert "2 NUL characters" in layout.notes[0]
    assert next(iter(open_table(path, layout).rows())).cells == ["Ada", "Paris"]


@pytest.mark.parametrize("shape", ["one line", "many lines"])
def test_a_ten_megabyte_cell_costs_its_row_only(tmp_path, shape):
    unit = "x" * 99 + ("\n" if shape == "many lines" else "y")
    huge = f'"{unit * 100_000}"'
    path = _write(tmp_path, f"name,note\nA,1\nB,{huge}\nC,3\nD,4\n".encode())
    layout = detect_layout(path)
    tracemalloc.start()
    rows = list(open_table(path, layout).rows())
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert [row.number for row in rows] == [1, 2, 3, 4]
    assert isinstance(rows[1], BrokenRow)
    assert rows[1].code == "too_large"
    assert rows[1].text.startswith("B,")
    assert rows[2].cells == ["C", "3"]
    assert peak < 40_000_000


@pytest.mark.parametrize("following", [5, 60_000])
def test_a_quote_that_never_closes_costs_its_line_only(tmp_path, following):
    lines = "".join(f"name {n},{n}\n" for n in range(following))
    path = _write(tmp_path, f'name,number\nA,1\n"B,2\n{lines}'.encode())
    rows = _rows(path)[1]
    assert isinstance(rows[1], BrokenRow)
    assert rows[1].code == "quote"
    assert [row.cells for row in rows[2:4]] == [["name 0", "0"], ["name 1", "1"]]
    assert len(rows) == following + 2


def test_cells_with_delimiters_quotes_and_line_breaks(tmp_path):
    cells = ['He said "hi", twice', "line one\nline two\r\nline three", "=1+1", "<script>alert(1)</script>"]
    path = _write(tmp_path, csv_bytes([["a", "b", "c", "d"], cells]))
    assert _rows(path)[1][0].cells == cells


def _workbook(rows: list[list], **sheets: list[list]) -> bytes:
    book = openpyxl.Workbook()
    for row in rows:
        book.active.append(row)
    for name, content in sheets.items():
        sheet = book.create_sheet(name)
        for row in content:
            sheet.append(row)
    buffer = io.BytesIO()
    book.save(buffer)
    return buffer.getvalue()


def test_workbooks_with_sheets_dates_and_formulas(tmp_path):
    rows = [
        ["Name", "Since", "At", "Amount", "Formula", "Open"],
        ["Ada", date(2024, 2, 29), datetime.fromisoformat("2024-02-29 08:30"), 12.5, "=1+1", True],
    ]
    path = _write(tmp_path, _workbook(rows, Second=[["x"], [1]]))
    layout = detect_layout(path)
    assert layout.sheets == ("Sheet", "Second")
    _, found = _rows(path)
    assert found[0].cells == ["Ada", "2024-02-29", "2024-02-29 08:30:00", "12.5", "=1+1", "TRUE"]
    assert _rows(path, Choices(sheet="Second"))[0] == ["x"]
    with pytest.raises(FileUnreadable, match="no sheet"):
        detect_layout(path, Choices(sheet="Third"))


def _replace_part(workbook: bytes, part: str, content: bytes) -> bytes:
    target = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(workbook)) as source, zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as out:
        for info in source.infolist():
            out.writestr(info.filename, content if info.filename == part else source.read(info.filename))
    return target.getvalue()


def test_a_zip_bomb_is_refused_from_its_directory(tmp_path):
    bomb = _replace_part(_workbook([["a"]]), "xl/worksheets/sheet1.xml", b" " * 60_000_000)
    with pytest.raises(SuspiciousArchive):
        detect_layout(_write(tmp_path, bomb))


def test_a_zip_bomb_that_lies_about_its_size_is_stopped_while_inflating(tmp_path):
    bomb = bytearray(_replace_part(_workbook([["a"]]), "xl/worksheets/sheet1.xml", b" " * 60_000_000))
    real = (60_000_000).to_bytes(4, "little")
    assert bomb.count(real) == 2
    forged = bytes(bomb).replace(real, (5_000).to_bytes(4, "little"))
    with pytest.raises(FileUnreadable):
        detect_layout(_write(tmp_path, forged))


def test_entities_and_broken_workbooks(tmp_path):
    evil = b'<?xml version="1.0"?><!DOCTYPE a [<!ENTITY b "bbbb">]><worksheet>&b;</worksheet>'
    with pytest.raises(FileUnreadable, match="document type"):
        detect_layout(_write(tmp_path, _replace_part(_workbook([["a"]]), "xl/worksheets/sheet1.xml", evil)))
    with pytest.raises(FileUnreadable):
        detect_layout(_write(tmp_path, _workbook([["a"]])[:800]))
    archive = io.BytesIO()
    with zipfile.ZipFile(archive, "w") as out:
        out.writestr("readme.txt", "hello")
    with pytest.raises(FileUnreadable, match="not an Excel workbook"):
        detect_layout(_write(tmp_path, archive.getvalue()))


async def test_uploads_are_bounded_and_leave_nothing_behind(tmp_path, organisation):
    async def endless():
        while True:
            yield b"x" * 1000

    with pytest.raises(FileTooLarge):
        await receive(tmp_path, organisation.organisation_id, endless(), limit=10_000)
    assert [path for path in tmp_path.rglob("*") if path.is_file()] == []

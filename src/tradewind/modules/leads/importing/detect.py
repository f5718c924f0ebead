"""What a file is: workbook or text, its encoding, delimiter and header row."""

import codecs
import csv
import io
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path

from charset_normalizer import from_bytes

from tradewind.modules.leads.importing.failures import FileEmpty, FileUnreadable
from tradewind.modules.leads.importing.limits import CHUNK_BYTES

SAMPLE_BYTES = 262_144
DELIMITERS = (",", ";", "\t", "|")
ENCODINGS = (
    "cp1252", "iso8859_15", "cp1250", "cp1251", "cp1253", "cp1254", "cp1255", "cp1256", "cp1257",
    "koi8_r", "mac_roman", "shift_jis", "euc_jp", "gb18030", "big5", "euc_kr",
)  # fmt: skip
_SIGNATURES: tuple[tuple[bytes, str], ...] = (
    (b"\xd0\xcf\x11\xe0", "an old Excel file (.xls); save it as .xlsx or CSV and choose that"),
    (b"\x1f\x8b", "a gzip archive; unpack it and choose the file inside"),
    (b"%PDF", "a PDF document; export the table as CSV or XLSX"),
    (b"PAR1", "a Parquet file; export it as CSV or XLSX"),
    (b"7z\xbc\xaf", "a 7-Zip archive; unpack it and choose the file inside"),
    (b"\x89PNG", "an image"),
    (b"\xff\xd8\xff", "an image"),
    (b"SQLite format 3", "a database file; export the table as CSV"),
)
# What no text holds; NUL is among them, for strays of it are left out elsewhere.
_CONTROL = bytes({*range(9), *range(14, 27), *range(28, 32), 127})
_BOMS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)


def _as_windows_1252(error: UnicodeError) -> tuple[str, int]:
    if not isinstance(error, UnicodeDecodeError):
        raise error
    return error.object[error.start : error.end].decode("cp1252", "replace"), error.end


# A UTF-8 file with a few stray Windows bytes: read those bytes as what they most likely are.
codecs.register_error("tradewind.cp1252", _as_windows_1252)


@dataclass(frozen=True, slots=True)
class Encoding:
    """How the bytes become text: codec, its error rule, bytes of BOM to skip, and what to tell the user."""

    name: str
    errors: str = "strict"
    skip_bytes: int = 0
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class TextShape:
    """Delimiter and header of a text table; `skip_lines` lines (such as `sep=;`) stand before the table."""

    delimiter: str
    line_end: str
    has_header: bool
    skip_lines: int = 0
    columns: int = 0


@dataclass(slots=True)
class Census:
    """One pass over the bytes: what they can be decoded as, and how many lines there are."""

    size_bytes: int = 0
    line_feeds: int = 0
    carriage_returns: int = 0
    nul_bytes: int = 0
    nul_even: int = 0
    control_bytes: int = 0
    invalid_utf8: int = 0
    multibyte: int = 0
    odd_lines: list[bytes] = field(default_factory=list)


def file_kind(path: Path) -> str:
    """`"xlsx"` or `"text"`; raises FileEmpty, FileUnreadable for anything that is not a table."""
    with path.open("rb") as file:
        head = file.read(16)
    if not head:
        raise FileEmpty("The file has no content.")
    if head.startswith(b"PK\x03\x04"):
        return "xlsx"
    for signature, words in _SIGNATURES:
        if head.startswith(signature):
            raise FileUnreadable(f"This is {words}.")
    return "text"


def _take_census(path: Path) -> Census:
    census = Census()
    decoder = codecs.getincrementaldecoder("utf-8")("surrogateescape")
    with path.open("rb") as file:
        while chunk := file.read(CHUNK_BYTES):
            census.size_bytes += len(chunk)
            census.line_feeds += chunk.count(b"\n")
            census.carriage_returns += chunk.count(b"\r")
            census.control_bytes += len(chunk) - len(chunk.translate(None, _CONTROL))
            if b"\x00" in chunk:
                census.nul_bytes += chunk.count(b"\x00")
                census.nul_even += chunk[::2].count(b"\x00")
            if chunk.isascii():
                decoder.decode(chunk)
                continue
            text = decoder.decode(chunk)
            plain = text.encode("utf-8", "ignore")
            invalid = len(text.encode("utf-8", "surrogateescape")) - len(plain)
            census.invalid_utf8 += invalid
            census.multibyte += (len(plain) - len(text) + invalid) if plain else 0
            if len(census.odd_lines) < 400:
                odd = [line for line in chunk.split(b"\n") if not line.isascii()]
                census.odd_lines += [line[:2000] for line in odd[: 400 - len(census.odd_lines)]]
    tail = decoder.decode(b"", final=True)
    census.invalid_utf8 += len(tail)
    return census


_WESTERN = set("äöüßéèêëàâáçôóòõîïíûùúñãøåæœÄÖÜÉÈÀÂÁÇÔÓÎÍÛÚÑÃØÅÆ€’‘“”–—…«»¿¡°´ªº®©ÿý")
_LATIN_FAMILIES = (
    ("cp1252", _WESTERN),
    ("cp1250", set("áäâéëęěíîóöôőúüűůýąăćčçďđłľĺńňřŕśšşťţźżžßÁÄÉĚÍÓÖŐÚÜŰŮÝĄĆČĎĐŁĽŃŇŘŚŠŞŤŢŹŻŽ€’„“”–—…°")),
    ("cp1254", _WESTERN | set("ğışİŞĞ")),
    ("cp1257", set("āčēģīķļņšūžąęėįųõäöüßåéĀČĒĢĪĶĻŅŠŪŽĄĘĖĮŲÕÄÖÜ€’„“”–")),
)  # fmt: skip


def _guess_legacy(lines: Iterable[bytes]) -> str:
    sample = b"\n".join(lines)[:SAMPLE_BYTES]
    high = sum(byte > 127 for byte in sample)
    letters = sum(byte > 127 or 65 <= byte <= 90 or 97 <= byte <= 122 for byte in sample)
    if high < letters * 0.4:
        # Latin letters with accents: the general detector mixes these code pages up, their usual letters do not.
        return max(_LATIN_FAMILIES, key=lambda family: _likeness(sample, *family))[0]
    best = from_bytes(sample, cp_isolation=list(ENCODINGS), threshold=0.4).best()
    return best.encoding if best else "cp1252"


def _likeness(sample: bytes, encoding: str, usual: set[str]) -> int:
    strange = [character for character in sample.decode(encoding, "replace") if character > "\x7f"]
    return sum(1 if character in usual else -2 for character in strange)


def detect_encoding(path: Path) -> tuple[Encoding, Census]:
    """How to decode the file: its BOM, else a strict UTF-8 pass over all of it, else a guess on odd lines.

    Raises FileEmpty, FileUnreadable (binary content).
    """
    with path.open("rb") as file:
        head = file.read(4)
    census = _take_census(path)
    if not census.size_bytes:
        raise FileEmpty("The file has no content.")
    for bom, name in _BOMS:
        if head.startswith(bom):
            broken = name == "utf-8" and census.invalid_utf8
            note = (_stray(census.invalid_utf8),) if broken else ()
            errors = "tradewind.cp1252" if name == "utf-8" else "replace"
            return Encoding(name, errors, len(bom), note), census
    if census.nul_bytes > census.size_bytes * 0.3:
        little = census.nul_bytes - census.nul_even > census.nul_even
        return Encoding("utf-16-le" if little else "utf-16-be", "replace"), census
    if census.control_bytes > 50 and census.control_bytes > census.size_bytes * 0.05:
        raise FileUnreadable("This looks like a binary file, not a table of text.")
    if not census.invalid_utf8:
        return Encoding("utf-8"), census
    if census.multibyte > census.invalid_utf8 * 4:
        return Encoding("utf-8", "tradewind.cp1252", 0, (_stray(census.invalid_utf8),)), census
    return Encoding(_guess_legacy(census.odd_lines), "replace"), census


def _stray(count: int) -> str:
    return f"{count:,} bytes were not valid UTF-8 and were read as Windows-1252."


def transcode(path: Path, encoding: Encoding, target: Path, *, bare_returns: bool = False) -> None:
    """Write a UTF-8 copy of a file of wide characters (UTF-16, UTF-32) or of bare carriage returns."""
    decoder = codecs.getincrementaldecoder(encoding.name)(encoding.errors)
    with path.open("rb") as source, target.open("wb") as copy:
        source.seek(encoding.skip_bytes)
        while chunk := source.read(CHUNK_BYTES):
            text = decoder.decode(chunk)
            copy.write((text.replace("\r", "\n") if bare_returns else text).encode("utf-8", "replace"))
        copy.write(decoder.decode(b"", final=True).encode("utf-8", "replace"))


def detect_shape(sample: str) -> TextShape:
    """Delimiter, line end and header of a text table, from its beginning. Raises FileEmpty."""
    line_end = "\n"
    skip = 0
    lines = sample.split(line_end)
    while skip < len(lines) and not lines[skip].strip(" \t\r\ufeff\x00"):
        skip += 1
    if skip == len(lines):
        raise FileEmpty("The file has no content but blank lines.")
    declared = lines[skip].strip().lower()
    if declared.startswith("sep=") and len(declared) <= 5:
        delimiter = lines[skip].strip()[4:5] or "\t"
        skip += 1
    else:
        delimiter = _guess_delimiter(line_end.join(lines[skip:]))
    rows = _parse(line_end.join(lines[skip:]), delimiter, 50)
    if not rows:
        raise FileEmpty("The file has no rows.")
    return TextShape(delimiter, line_end, has_header(rows), skip, len(rows[0]))


def _parse(text: str, delimiter: str, limit: int) -> list[list[str]]:
    rows: list[list[str]] = []
    source = io.StringIO(text, newline="")
    try:
        for row in csv.reader(source, delimiter=delimiter):
            if any(cell.strip() for cell in row):
                rows.append(row)
            if len(rows) >= limit:
                break
    except csv.Error:
        pass  # a stray quote or bare return far down does not change what the first rows say
    return rows


def _guess_delimiter(text: str) -> str:
    best, best_score = ",", 0.0
    for delimiter in DELIMITERS:
        rows = _parse(text, delimiter, 200)
        if len(rows) > 2:
            rows = rows[:-1]  # the sample may end inside a row
        if not rows:
            continue
        width, count = Counter(len(row) for row in rows).most_common(1)[0]
        if width < 2:
            continue
        score = count / len(rows) + min(width, 30) / 300 + (0.2 if len(rows[0]) == width else 0)
        if score > best_score:
            best, best_score = delimiter, score
    return best


def has_header(rows: list[list[str]]) -> bool:
    """Whether the first row names columns: distinct short words, unlike the values beneath."""
    first = [cell.strip() for cell in rows[0]]
    filled = [cell for cell in first if cell]
    if not filled:
        return False
    if any("@" in cell or _looks_numeric(cell) for cell in filled):
        return False
    if len(rows) == 1:
        return True
    if any(len(cell) > 200 for cell in filled):
        return False
    below = {(index, cell.strip()) for row in rows[1:] for index, cell in enumerate(row)}
    repeated = sum((index, cell) in below for index, cell in enumerate(first) if cell)
    return repeated <= len(filled) // 3


def _looks_numeric(text: str) -> bool:
    try:
        float(text.replace(",", "."))
    except ValueError:
        return False
    return True

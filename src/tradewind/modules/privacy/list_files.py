"""Reading suppression and do-not-call lists as other programs write them: one address a line, or a table."""

import csv
import io
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

import phonenumbers

from tradewind.modules.privacy.contact_points import kind_of, normal_address
from tradewind.modules.privacy.contracts import Channel
from tradewind.modules.privacy.errors import ListTooLarge, ListUnreadable

MAX_BYTES = 10 << 20
MAX_LINES = 200_000
_KEPT_REFUSALS = 100
_SHOWN_CHARACTERS = 80
_LOOKED_AT = 50
_DELIMITERS = ",;\t|"
_HEADS = """
    email mail emailaddress address adresse emailadresse mailadresse correo courriel phone number phonenumber telephone
    telefon telefonnummer mobile handy msisdn tel handle
"""
ADDRESS_HEADS = frozenset(_HEADS.split())
# The FTC's registry: area code and number in two columns.
_AREA, _LOCAL = re.compile(r"\d{3}"), re.compile(r"\d{7}")


@dataclass(slots=True)
class AddressList:
    """Normal addresses in the order of the file, each once, and the lines that hold none."""

    addresses: dict[str, None] = field(default_factory=dict)
    lines: int = 0
    repeated: int = 0
    invalid: int = 0
    refused: list[tuple[int, str]] = field(default_factory=list)


def read_list(content: bytes, channel: Channel, *, country: str | None) -> AddressList:
    """The addresses of a file; `country` (ISO code) reads phone numbers in their national form.

    A table's column is the one whose head says so, else the first that holds addresses. Raises ListUnreadable,
    ListTooLarge.
    """
    rows = list(rows_of(content))
    column = _column(rows, channel, country)
    found = AddressList()
    for line, row in rows:
        address = _address(row, column, channel, country)
        if address is None and line == rows[0][0] and _is_head(row, column):
            continue
        found.lines += 1
        if address is None:
            found.invalid += 1
            if len(found.refused) < _KEPT_REFUSALS:
                found.refused.append((line, ", ".join(row)[:_SHOWN_CHARACTERS]))
        elif address in found.addresses:
            found.repeated += 1
        else:
            found.addresses[address] = None
    return found


def _text(content: bytes) -> str:
    if b"\x00" in content[:4096] and not content.startswith((b"\xff\xfe", b"\xfe\xff")):
        raise ListUnreadable("This is no text file. Save the list as CSV.")
    for encoding in ("utf-16",) if content.startswith((b"\xff\xfe", b"\xfe\xff")) else ("utf-8-sig", "cp1252"):
        try:
            return content.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise ListUnreadable("The characters of this file cannot be read. Save the list as CSV in UTF-8.")


def rows_of(content: bytes) -> Iterator[tuple[int, list[str]]]:
    """Number and cells of each line that holds anything. Raises ListUnreadable, ListTooLarge."""
    text = _text(content)
    head = text[:4096]
    delimiter = max(_DELIMITERS, key=head.count)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)
    count = 0
    try:
        for row in reader:
            if not any(cell.strip() for cell in row):
                continue
            count += 1
            if count > MAX_LINES + 1:
                raise ListTooLarge(f"One import takes {MAX_LINES:,} lines. Split the list.")
            yield reader.line_num, row
    except csv.Error as error:
        raise ListUnreadable(f"Line {reader.line_num} cannot be read: {error}.") from error


def _column(rows: Sequence[tuple[int, list[str]]], channel: Channel, country: str | None) -> int:
    if not rows:
        raise ListUnreadable("The list is empty.")
    for place, cell in enumerate(rows[0][1]):
        if plain_head(cell) in ADDRESS_HEADS:
            return place
    for _, row in rows[:_LOOKED_AT]:
        for place in range(len(row)):
            if _address(row, place, channel, country) is not None:
                return place
    raise ListUnreadable("No column holds addresses of this channel. Phone numbers need a + or the country.")


def plain_head(cell: str) -> str:
    """The head of a column without what people write differently: “E-Mail Address” is `emailaddress`."""
    return re.sub(r"[\s_-]", "", cell.casefold())


def _is_head(row: Sequence[str], column: int) -> bool:
    return column < len(row) and not any(character.isdigit() or character == "@" for character in row[column])


def _address(row: Sequence[str], column: int, channel: Channel, country: str | None) -> str | None:
    if column >= len(row):
        return None
    cell = row[column].strip().lstrip("'")
    phone = kind_of(channel) == "phone"
    if phone and column + 1 < len(row) and _AREA.fullmatch(cell) and _LOCAL.fullmatch(row[column + 1].strip()):
        return f"+1{cell}{row[column + 1].strip()}"
    return address_in(cell, channel, country)


def address_in(cell: str, channel: Channel, country: str | None) -> str | None:
    """The address a cell holds; `country` reads phone numbers in their national form."""
    cell = cell.strip().lstrip("'")
    if kind_of(channel) != "phone" or country is None or cell.startswith(("+", "00")):
        return normal_address(channel, cell)
    try:
        number = phonenumbers.parse(cell[:60], country)
    except phonenumbers.NumberParseException:
        return None
    if not phonenumbers.is_possible_number(number):
        return None
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)

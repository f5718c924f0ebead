"""Reading lists of consents: which column means what, and what each line says."""

import re
from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Literal, TypeVar, get_args

from tradewind.kernel.spreadsheets import meant
from tradewind.modules.privacy.contracts import Basis, Channel, ConsentChange
from tradewind.modules.privacy.errors import ListUnreadable
from tradewind.modules.privacy.list_files import ADDRESS_HEADS, address_in, plain_head, rows_of

Meaning = Literal["address", "channel", "purpose", "state", "basis", "source", "date"]
DayOrder = Literal["day_first", "month_first"]
MEANINGS: tuple[Meaning, ...] = get_args(Meaning)
NO_COLUMN = "-"
_MAX_COLUMNS = 100
_LONGEST_CELL = 300
_EARLIEST = datetime(1990, 1, 1, tzinfo=UTC)
_CLOCKS_DIFFER = timedelta(minutes=5)


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


_HEADS: Mapping[Meaning, frozenset[str]] = {
    "address": ADDRESS_HEADS,
    "channel": _words("channel kanal canal medium"),
    "purpose": _words("purpose topic list liste lista zweck thema finalite finalidad newsletter subscription"),
    "state": _words("""
        state status consent optin permission einwilligung subscribed optinstatus consentstatus consentement
        consentimiento estado etat"""),
    "basis": _words("basis legalbasis lawfulbasis rechtsgrundlage baselegal baselegale"),
    "source": _words("source quelle origin herkunft form proof fuente optinsource consentsource"),
    "date": _words("""
        date at when time timestamp datum zeitpunkt fecha since consentdate optindate optintime confirmedat consentat
        subscribedat optedinat createdat"""),
}
_GRANTED = _words("""
    granted yes y true 1 x optin optedin in subscribed subscribe confirmed active allowed given ja oui si sí agreed""")
_WITHDRAWN = _words("""
    withdrawn no n false 0 optout optedout out unsubscribed unsubscribe revoked inactive refused denied nein non""")
_CHANNELS: Mapping[str, Channel] = {
    "email": "email", "mail": "email", "sms": "sms", "text": "sms", "call": "call", "calls": "call", "phone": "call",
    "telefon": "call", "social": "social", "chat": "chat",
}  # fmt: skip
_BASES: Mapping[str, Basis] = {
    **{plain_head(one): one for one in get_args(Basis)},
    "legitimateinterests": "legitimate_interest", "vitalinterests": "vital_interest", "optin": "consent",
    "einwilligung": "consent", "vertrag": "contract", "berechtigtesinteresse": "legitimate_interest",
}  # fmt: skip
_DATE = re.compile(r"(\d{1,4})([./-])(\d{1,2})\2(\d{1,4})(?:[T,\s]+(\d{1,2}):(\d{2})(?::(\d{2}))?)?(?:\s*UTC|Z)?")


@dataclass(frozen=True, slots=True)
class Table:
    """A file as a table: names of the columns, each once, and the lines below with their numbers."""

    columns: tuple[str, ...]
    lines: Sequence[tuple[int, list[str]]]


@dataclass(frozen=True, slots=True)
class Defaults:
    """What holds for lines that do not say it. `dates` tells 03/04 from 04/03, `purposes` are keys by what is read."""

    channel: Channel
    purpose: str
    state: Literal["granted", "withdrawn"]
    basis: Basis
    country: str | None
    dates: DayOrder | None
    purposes: Mapping[str, str]
    now: datetime


@dataclass(frozen=True, slots=True)
class Refused:
    """A line that says nothing that could be recorded, and why."""

    line: int
    cells: list[str]
    why: str


@dataclass(slots=True)
class Reading:
    """What the lines say, in their order, with their numbers."""

    good: list[tuple[int, ConsentChange]] = field(default_factory=list)
    refused: list[Refused] = field(default_factory=list)
    repeated: int = 0


Known = TypeVar("Known", bound=str)


class _NotUnderstood(Exception):
    """A cell, in words for whoever made the list."""


def table_of(content: bytes) -> Table:
    """The columns and lines of a file, with or without a head. Raises ListUnreadable, ListTooLarge."""
    rows = list(rows_of(content))
    if not rows:
        raise ListUnreadable("The list is empty.")
    width = max(len(row) for _, row in rows)
    if width > _MAX_COLUMNS:
        raise ListUnreadable(f"A list has up to {_MAX_COLUMNS} columns.")
    first = [cell.strip() for cell in rows[0][1]]
    headed = not any("@" in cell or re.search(r"\d{4}", cell) for cell in first)
    names = first if headed else []
    names = [(names[place] if place < len(names) else "") or f"Column {place + 1}" for place in range(width)]
    seen: Counter[str] = Counter()
    told = []
    for name in names:
        seen[name] += 1
        told.append(name[:80] if seen[name] == 1 else f"{name[:80]} ({seen[name]})")
    return Table(tuple(told), rows[1:] if headed else rows)


def meanings_of(table: Table, chosen: Mapping[Meaning, str | None]) -> dict[Meaning, int]:
    """The place of the column for each meaning: the chosen one, none for “-”, else found by its head.

    Raises ListUnreadable for a column that is not there.
    """
    found: dict[Meaning, int] = {}
    for meaning in MEANINGS:
        name = chosen.get(meaning)
        if name is not None and name != NO_COLUMN:
            if name not in table.columns:
                raise ListUnreadable(f"The list has no column “{name}”.")
            found[meaning] = table.columns.index(name)
    for meaning in MEANINGS:
        if meaning not in found and chosen.get(meaning) is None:
            free = (place for place, name in enumerate(table.columns) if place not in found.values())
            place = next((place for place in free if plain_head(table.columns[place]) in _HEADS[meaning]), None)
            if place is None and meaning == "address":
                place = _with_addresses(table, set(found.values()))
            if place is not None:
                found[meaning] = place
    return found


def read_lines(table: Table, meanings: Mapping[Meaning, int], defaults: Defaults, *, file: str) -> Reading:
    """What each line says. Lines that say nothing are refused with the reason, repetitions are counted once."""
    order = defaults.dates or _order(table, meanings.get("date"))
    reading = Reading()
    known: set[tuple[object, ...]] = set()
    for line, cells in table.lines:
        try:
            change = _change(cells, meanings, defaults, order, {"file": file, "line": line})
        except _NotUnderstood as why:
            reading.refused.append(Refused(line, cells, str(why)))
            continue
        what = (change.channel, change.address, change.purpose, change.state, change.basis, change.at)
        if what in known:
            reading.repeated += 1
        else:
            known.add(what)
            reading.good.append((line, change))
    return reading


def _change(
    cells: Sequence[str],
    meanings: Mapping[Meaning, int],
    defaults: Defaults,
    order: DayOrder | None,
    proof: dict[str, object],
) -> ConsentChange:
    def cell(meaning: Meaning) -> str:
        place = meanings.get(meaning)
        return meant(cells[place].strip()).replace("\x00", "") if place is not None and place < len(cells) else ""

    channel = _known(cell("channel"), _CHANNELS, "channel") or defaults.channel
    address = _address(cell("address"), channel, defaults.country)
    purpose = _known(cell("purpose"), defaults.purposes, "purpose of yours") or defaults.purpose
    if not purpose:
        raise _NotUnderstood("There is no purpose.")
    if source := cell("source"):
        proof["source"] = source[:_LONGEST_CELL]
    return ConsentChange(
        channel=channel,
        address=address,
        purpose=purpose,
        state=_state(cell("state"), defaults),
        source="import",
        basis=_known(cell("basis"), _BASES, "basis") or defaults.basis,
        proof=proof,
        at=_moment(cell("date"), order, defaults.now),
    )


def _known(text: str, known: Mapping[str, Known], what: str) -> Known | None:
    """What a word means; None for an empty cell."""
    if not text:
        return None
    if (found := known.get(plain_head(text))) is None:
        raise _NotUnderstood(f"“{text[:40]}” is no {what}.")
    return found


def _address(text: str, channel: Channel, country: str | None) -> str:
    if not text:
        raise _NotUnderstood("There is no address.")
    if (address := address_in(text, channel, country)) is None:
        hint = " Numbers need a + or the country." if channel in ("sms", "call") and country is None else ""
        raise _NotUnderstood(f"“{text[:60]}” is no address of the channel {channel}.{hint}")
    return address


def _state(text: str, defaults: Defaults) -> Literal["granted", "withdrawn"]:
    plain = plain_head(text)
    if not plain:
        return defaults.state
    if plain in _GRANTED or plain in _WITHDRAWN:
        return "granted" if plain in _GRANTED else "withdrawn"
    raise _NotUnderstood(f"“{text[:40]}” is neither yes nor no.")


def _moment(text: str, order: DayOrder | None, now: datetime) -> datetime | None:
    """When it was said, in UTC where no zone is given; None for an empty cell."""
    if not text:
        return None
    found = _iso(text) or _by_parts(text, order)
    if found > now + _CLOCKS_DIFFER:
        raise _NotUnderstood(f"“{text[:40]}” lies in the future.")
    if found < _EARLIEST:
        raise _NotUnderstood(f"“{text[:40]}” is too long ago.")
    return found


def _iso(text: str) -> datetime | None:
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        return None
    try:
        return found.replace(tzinfo=UTC) if found.tzinfo is None else found.astimezone(UTC)
    except OverflowError:
        return None


def _by_parts(text: str, order: DayOrder | None) -> datetime:
    match = _DATE.fullmatch(text)
    if match is None:
        raise _NotUnderstood(f"“{text[:40]}” is no date.")
    first, mark, second, third = match[1], match[2], int(match[3]), match[4]
    clock = tuple(int(part or 0) for part in match.groups()[4:])
    if len(first) == 4:
        year, month, day = int(first), second, int(third)
    elif len(third) == 4:
        year = int(third)
        day, month = _day_and_month(int(first), second, "day_first" if mark == "." else order, text)
    else:
        raise _NotUnderstood(f"“{text[:40]}” is no date with a whole year.")
    try:
        return datetime(year, month, day, *clock, tzinfo=UTC)
    except ValueError as error:
        raise _NotUnderstood(f"“{text[:40]}” is no date.") from error


def _day_and_month(first: int, second: int, order: DayOrder | None, text: str) -> tuple[int, int]:
    if order is None and first <= 12 and second <= 12 and first != second:
        raise _NotUnderstood(f"“{text[:40]}” may be two days: say whether the day or the month comes first.")
    month_first = second > 12 if order is None else order == "month_first"
    return (second, first) if month_first else (first, second)


def _order(table: Table, place: int | None) -> DayOrder | None:
    """Whether days come before months, where all dates that show it agree."""
    if place is None:
        return None
    shown: set[DayOrder] = set()
    for _, cells in table.lines:
        match = _DATE.fullmatch(cells[place].strip()) if place < len(cells) else None
        if match and len(match[1]) <= 2 and match[2] != ".":
            if int(match[1]) > 12:
                shown.add("day_first")
            elif int(match[3]) > 12:
                shown.add("month_first")
    return shown.pop() if len(shown) == 1 else None


def _with_addresses(table: Table, used: Collection[int]) -> int | None:
    """The column that most of the first lines hold an @ or a number with its country in."""
    votes = Counter(
        place
        for _, cells in table.lines[:50]
        for place, cell in enumerate(cells)
        if place not in used and ("@" in cell or cell.strip().startswith("+"))
    )
    return votes.most_common(1)[0][0] if votes else None

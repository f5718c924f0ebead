"""Which of the offered times a visitor means."""

import re
from collections.abc import Sequence
from datetime import datetime
from functools import cache
from zoneinfo import ZoneInfo

from babel import Locale

from tradewind.modules.conversations.engine.phrases import folded
from tradewind.modules.conversations.engine.wording import speaks, texts, time_label

_CLOCK = re.compile(
    r"\b(?P<h>[01]?\d|2[0-3])(?:[:.h](?P<m>[0-5]\d)|(?= ?(?:am|pm|a\.m|p\.m|uhr|h\b|o'clock)))\s?(?P<half>[ap])?\.?m?"
    r"|\b(?:at|um|a las|a)\s(?P<at>[01]?\d|2[0-3])\b(?!\.)"
)
_ISO = re.compile(r"\d{4}-\d\d-\d\dt\d\d:\d\d(?::\d\d)?(?:\.\d+)?(?:z|[+-]\d\d:\d\d)")
_DAY = re.compile(r"\b(?P<day>[0-3]?\d)(?:st|nd|rd|th|\.)?(?= |$)")
_ORDINALS = {
    "first": 0, "1st": 0, "second": 1, "2nd": 1, "third": 2, "3rd": 2, "fourth": 3, "4th": 3, "fifth": 4, "5th": 4,
    "last": -1, "erste": 0, "ersten": 0, "zweite": 1, "zweiten": 1, "dritte": 2, "dritten": 2, "vierte": 3,
    "letzte": -1, "primera": 0, "primero": 0, "segunda": 1, "segundo": 1, "tercera": 2, "tercero": 2, "ultima": -1,
    "premier": 0, "premiere": 0, "deuxieme": 1, "troisieme": 2, "dernier": -1, "derniere": -1,
}  # fmt: skip


def chosen(text: str, offered: Sequence[datetime], zone: str) -> tuple[datetime, ...]:
    """Those of the offered times (aware) that a text may mean, read in `zone`; none where it names no time at all."""
    plain = folded(text)
    if not offered or not plain:
        return ()
    if match := _ISO.search(plain):
        wanted = datetime.fromisoformat(match[0].upper())
        return tuple(one for one in offered if one == wanted)
    for language in texts():
        labels = {folded(time_label(one, zone, language)): one for one in offered}
        if found := [one for label, one in labels.items() if label in plain]:
            return tuple(found)
    if (alone := re.fullmatch(r"#?(\d{1,2})[.)]?", plain)) and 1 <= int(alone[1]) <= len(offered):
        return (offered[int(alone[1]) - 1],)
    words = set(re.findall(r"\w+", plain))
    if ordinals := [place for word, place in _ORDINALS.items() if word in words]:
        places = {place % len(offered) for place in ordinals if place < len(offered)}
        return tuple(offered[place] for place in sorted(places))
    return _by_parts(plain, words, offered, zone)


def _by_parts(plain: str, words: set[str], offered: Sequence[datetime], zone: str) -> tuple[datetime, ...]:
    """By weekday, day of the month and time of day, as many of them as are named."""
    local = [(one, one.astimezone(ZoneInfo(zone))) for one in offered]
    clocks = {clock for match in _CLOCK.finditer(plain) for clock in _clocks(match)}
    days = {number for word, number in _weekdays().items() if word in words}
    without_clocks = _CLOCK.sub(" ", plain)
    dates = {int(match["day"]) for match in _DAY.finditer(without_clocks)} & {moment.day for _, moment in local}
    if not clocks and not days and not dates:
        return ()
    return tuple(
        one
        for one, moment in local
        if (not clocks or (moment.hour, moment.minute) in clocks)
        and (not days or moment.weekday() in days)
        and (not dates or moment.day in dates)
    )


def _clocks(match: re.Match[str]) -> set[tuple[int, int]]:
    hour, minute = int(match["h"] or match["at"]), int(match["m"] or 0)
    if match["half"] == "p" and hour < 12:
        hour += 12
    if match["half"] == "a" and hour == 12:
        hour = 0
    # Without am or pm, “at 2” in an office means the afternoon as well.
    return {(hour, minute)} | ({(hour + 12, minute)} if not match["half"] and 1 <= hour <= 6 else set())


@cache
def _weekdays() -> dict[str, int]:
    found = {}
    for language in texts():
        locale = Locale.parse(language if speaks(language) else "en")
        for width in ("wide", "abbreviated"):
            for number, name in locale.days["format"][width].items():
                found[folded(name).rstrip(".")] = number
    # Two letters are words in other languages.
    return {name: number for name, number in found.items() if len(name) > 2}

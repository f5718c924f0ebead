"""Quiet hours: the first moment at or after another at which all the zones of a person allow a message."""

from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from functools import lru_cache

from tradewind.modules.sending.rules.zones import zone_info

_HORIZON = timedelta(days=9)
_DAYS = 9

Span = tuple[int, int]
"""Minutes of the local day, from the first included to the last excluded; 1440 is midnight."""


@dataclass(frozen=True, slots=True)
class Week:
    """The allowed spans of each weekday, Monday first."""

    days: tuple[tuple[Span, ...], ...]

    @classmethod
    def same(cls, days: frozenset[int], span: Span) -> "Week":
        """The same span on some days (0 is Monday), nothing on the others."""
        return cls(tuple((span,) if day in days else () for day in range(7)))


def _week(weekdays: str, saturday: str = "", sunday: str = "") -> Week:
    return Week((*(5 * (_spans(weekdays),)), _spans(saturday), _spans(sunday)))


def _spans(text: str) -> tuple[Span, ...]:
    return tuple((_minutes(part.split("-")[0]), _minutes(part.split("-")[1])) for part in text.split())


def _minutes(text: str) -> int:
    hours, minutes = text.split(":")
    return int(hours) * 60 + int(minutes)


# Marketing calls: what law, regulator or a binding code of the country allows, as read in 2026; the strictest where
# they differ. Public holidays are not in it.
CALL_HOURS: dict[str, Week] = {
    "AU": _week("09:00-20:00", "09:00-17:00"),  # Telecommunications (Telemarketing) Industry Standard 2017
    "BR": _week("09:00-21:00", "10:00-16:00"),  # Decreto 11.034/2022 and state laws
    "CA": _week("09:00-21:30", "10:00-18:00", "10:00-18:00"),  # CRTC Unsolicited Telecommunications Rules, part III
    "DE": _week("09:00-20:00", "09:00-20:00"),  # Ehrenkodex of the DDV
    "ES": _week("09:00-21:00"),  # Ley 11/2022 and the code of Autocontrol
    "FR": _week("10:00-13:00 14:00-20:00"),  # décret 2022-1313
    "GB": _week("08:00-21:00", "09:00-20:00", "09:00-20:00"),  # Ofcom and DMA code
    "IN": _week("10:00-21:00", "10:00-21:00", "10:00-21:00"),  # TRAI TCCCPR 2018
    "IT": _week("09:00-20:00", "10:00-19:00"),  # codice di condotta telemarketing 2023
    "US": _week("08:00-20:00", "08:00-20:00", "08:00-20:00"),  # 47 CFR 64.1200 (to 21:00); Florida, Oklahoma to 20:00
}
ELSEWHERE = _week("09:00-20:00", "09:00-18:00")


@lru_cache(maxsize=20_000)
def first_allowed(at: datetime, zones: tuple[str, ...], weeks: tuple[Week, ...]) -> datetime | None:
    """The first moment from `at` on that lies in all weeks in all zones; None if there is none within nine days."""
    moment = at
    while moment - at <= _HORIZON:
        latest = moment
        for zone in zones:
            for week in weeks:
                opens = _opens(moment, zone, week)
                if opens is None:
                    return None
                latest = max(latest, opens)
        if latest == moment:
            return moment
        moment = latest
    return None


def _opens(at: datetime, zone: str, week: Week) -> datetime | None:
    """The first moment from `at` on within the week's spans in one zone, daylight saving respected."""
    info = zone_info(zone)
    today = at.astimezone(info).date()
    for ahead in range(_DAYS):
        day = today + timedelta(days=ahead)
        midnight = datetime.combine(day, time.min)
        for start, end in week.days[day.weekday()]:
            opens = (midnight + timedelta(minutes=start)).replace(tzinfo=info).astimezone(UTC)
            closes = (midnight + timedelta(minutes=end)).replace(tzinfo=info).astimezone(UTC)
            if at < closes:
                return max(at, opens)
    return None

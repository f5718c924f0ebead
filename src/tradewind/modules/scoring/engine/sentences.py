"""Values in words: “Spent 25 minutes on the website”, never “feature_7=1532”."""

import math
import re
from bisect import bisect_left, bisect_right
from datetime import UTC, datetime
from typing import Any

from tradewind.modules.scoring.engine.encoding import EncodedFeature, number_of
from tradewind.modules.scoring.engine.features import UNTOUCHED_WORD, text_of, word_of

_TRUE_WORDS = frozenset({"yes", "true", "1", "y"})
_FALSE_WORDS = frozenset({"no", "false", "0", "n"})
_FLAGS: dict[str, tuple[str, str]] = {
    "has_phone": ("Gave a phone number", "Gave no phone number"),
    "has_website": ("Has a website", "No website is known"),
    "has_company": ("The company is known", "No company is known"),
    "do_not_email": ("Asked not to be e-mailed", "May be e-mailed"),
    "do_not_call": ("Asked not to be called", "May be called"),
}
_CATEGORIES: dict[str, str] = {
    "source": "Came from {}",
    "country": "Is in {}",
    "region": "Is in {}",
    "city": "Lives in {}",
    "language": "Speaks {}",
    "job_title": "Works as {}",
    "seniority": "Seniority: {}",
    "company.industry": "Works in {}",
    "company.size_band": "Company of size {}",
    "company.country": "Company in {}",
    "arrival.weekday": "Arrived on a {}",
}
_COUNTS: dict[str, tuple[str, str, str]] = {
    "activity.page_views": ("Viewed {} page", "Viewed {} pages", "Has not viewed a page"),
    "activity.forms": ("Submitted {} form", "Submitted {} forms", "Has not submitted a form"),
    "activity.emails_opened": ("Opened {} e-mail", "Opened {} e-mails", "Has not opened an e-mail"),
    "activity.emails_clicked": ("Clicked {} e-mail link", "Clicked {} e-mail links", "Has not clicked an e-mail link"),
    "activity.emails_replied": ("Answered {} e-mail", "Answered {} e-mails", "Has not answered an e-mail"),
    "activity.calls": ("Spoke with us {} time", "Spoke with us {} times", "Has not spoken with us"),
    "activity.calls_missed": ("Missed {} call", "Missed {} calls", "Missed no call"),
    "activity.meetings_booked": ("Booked {} meeting", "Booked {} meetings", "Has not booked a meeting"),
    "activity.meetings_held": ("Met us {} time", "Met us {} times", "Has not met us yet"),
    "activity.meetings_missed": ("Missed {} meeting", "Missed {} meetings", "Missed no meeting"),
    "activity.chats": ("Wrote {} chat message", "Wrote {} chat messages", "Has not chatted"),
}
_SECONDS = {"seconds": 1, "minutes": 60, "hours": 3600, "days": 86_400}
_TIME_SPENT = re.compile(r"^(?:total )?(?:time|seconds|minutes|hours) spent (on|in|at) (?:the |our )?(.+)$")
_COUNTED = re.compile(r"^(?:total |number of |no\.? of |count of )?(visits|page ?views|sessions|downloads|logins)$")
_PER = re.compile(r"^(.+) per (.+)$")
_QUESTION = re.compile(r"^(what|which|who|where|when|why|how|do|does|is|are|have) ", re.IGNORECASE)
_VERBS = {
    "visits": "Visited {}",
    "sessions": "Had {} sessions",
    "downloads": "Downloaded {} files",
    "logins": "Logged in {}",
}
_LENGTHS = (("day", 86_400, 2 * 86_400), ("hour", 3600, 2 * 3600), ("minute", 60, 60), ("second", 1, 0))


def describe(item: EncodedFeature, value: Any) -> str:
    """One sentence (without full stop) saying what is known of this feature for a lead."""
    if item.kind == "flag":
        return _flag(item, value)
    if item.kind == "category":
        return _category(item, value)
    if item.kind == "choices":
        chosen = value if isinstance(value, list) else ([value] if text_of(value) else [])
        return f"{plain(item.label)}: {', '.join(map(str, chosen))}" if chosen else f"{plain(item.label)}: none"
    number = number_of(value)
    if math.isnan(number):
        return _missing(item)
    if item.kind == "order":
        return _order(item, number)
    if item.name in _COUNTS:
        one, many, none = _COUNTS[item.name]
        count = int(number)
        return none if count == 0 else (one if count == 1 else many).format(f"{count:,}")
    return _number(item, number)


def display(item: EncodedFeature, value: Any) -> str | None:
    """The value alone, in words; None when it is not known."""
    if item.kind in ("category", "choices", "flag"):
        if isinstance(value, bool):
            return "yes" if value else "no"
        return ", ".join(map(str, value)) if isinstance(value, list) else text_of(value)
    number = number_of(value)
    return None if math.isnan(number) else quantity(number, item.unit)


def quantity(number: float, unit: str) -> str:
    """A number with its unit as people say it."""
    if unit in _SECONDS:
        return duration(number * _SECONDS[unit])
    if unit == "hour":
        return f"{int(number):02d}:00"
    if unit == "percent":
        return f"{_short(number)} %"
    if unit == "times":
        return "once" if number == 1 else "twice" if number == 2 else f"{_short(number)} times"
    if unit == "people":
        return f"{_short(number)} people"
    return _short(number)


def duration(seconds: float) -> str:
    """Seconds as the largest sensible unit: 1532 → “25 minutes”."""
    size = abs(seconds)
    if size == 0:
        return "no time"
    for name, length, least in _LENGTHS:
        if size >= least:
            count = max(1, int(size // length))
            return f"{'−' if seconds < 0 else ''}{count:,} {name}{'' if count == 1 else 's'}"
    return f"{size:.0f} seconds"


def plain(label: str) -> str:
    """A column's name as words: “TotalVisits” → “Total visits”; words in capitals stay."""
    spaced = re.sub(r"(?<=[a-z])(?=[A-Z])", " ", label.replace("_", " ")).strip()
    words = [word if word.isupper() and len(word) > 1 else word.lower() for word in spaced.split()]
    joined = " ".join(words)
    return joined[:1].upper() + joined[1:]


def _flag(item: EncodedFeature, value: Any) -> str:
    words = str(value).strip().lower() if value is not None else ""
    yes = value is True or words in _TRUE_WORDS
    if item.name in _FLAGS:
        return _FLAGS[item.name][0 if yes else 1]
    if not yes and words not in _FALSE_WORDS:
        return _missing(item)
    return f"{plain(item.label)}: {'yes' if yes else 'no'}"


def _category(item: EncodedFeature, value: Any) -> str:
    word = word_of(value)
    if word is None:
        return _missing(item)
    if word == UNTOUCHED_WORD:
        return f"{plain(item.label).rstrip('?')}: left untouched"
    if item.name == "email_kind":
        return "Uses a free-mail address" if word == "free" else "Uses a business e-mail address"
    if item.name in _CATEGORIES:
        return _CATEGORIES[item.name].format(word)
    if word.lower() in _TRUE_WORDS | _FALSE_WORDS:
        return f"{plain(item.label)}: {'yes' if word.lower() in _TRUE_WORDS else 'no'}"
    return f"{plain(item.label).rstrip('?')}: {word}"


def _missing(item: EncodedFeature) -> str:
    words = plain(item.label).rstrip("?")
    return f"{words}: not known" if _QUESTION.match(words) else f"{words} is not known"


def _number(item: EncodedFeature, number: float) -> str:
    words = plain(item.label)
    low = words.lower()
    compared = _compared(item, number)
    if (spent := _TIME_SPENT.match(low)) and item.unit in _SECONDS:
        place = f"{spent[1]} the {spent[2]}"
        return f"Spent {duration(number * _SECONDS[item.unit])} {place}{compared}"
    if counted := _COUNTED.match(low):
        noun = counted[1].replace(" ", "")
        if noun == "pageviews":
            return f"Viewed {_short(number)} page{'' if number == 1 else 's'}{compared}"
        if number == 0:
            return f"{words}: none"
        said = _short(number) if noun in ("sessions", "downloads") else quantity(number, "times")
        return f"{_VERBS[noun].format(said)}{compared}"
    if item.name == "arrival.hour":
        return f"Arrived around {quantity(number, 'hour')} UTC"
    if item.name.startswith("intent."):
        return f"{words}: viewed {_short(number)}" if number else f"{words}: none viewed"
    if item.name == "activity.silent_days":
        return f"Last sign of interest {duration(number * 86_400)} ago" if number >= 1 else "Active today"
    if item.name.endswith(".lately"):
        return f"{words}: {'none' if number < 0.05 else 'much' if number >= 3 else 'some'}{compared}"
    if item.name == "activity.days":
        return f"In touch for {duration(number * 86_400)}"
    if item.name == "activity.first_hours":
        return f"First sign of interest after {duration(number * 3600)}"
    if item.kind == "date":
        when = "before" if number < 0 else "after"
        return f"{words}: {duration(abs(number) * 86_400)} {when} arrival"
    if per := _PER.match(low):
        return f"{_short(number)} {per[1]} per {per[2]}{compared}"
    return f"{words}: {quantity(number, item.unit)}{compared}"


def _order(item: EncodedFeature, number: float) -> str:
    share = _share_below(item.quantiles, number)
    if share >= 0.5:
        return f"Arrived among the newest {max(5, round((1 - share) * 20) * 5)} % of leads"
    return f"Arrived among the oldest {max(5, round(share * 20) * 5)} % of leads"


def _compared(item: EncodedFeature, number: float) -> str:
    if not item.quantiles:
        return ""
    below = _share_below(item.quantiles, number)
    if below >= 0.6 and number > 0:
        return f", more than {min(95, math.floor(below * 20) * 5)} % of leads"
    above = 1 - _share_below(item.quantiles, number, right=True)
    if above >= 0.6:
        return f", less than {min(95, math.floor(above * 20) * 5)} % of leads"
    return ""


def _share_below(quantiles: list[float], number: float, *, right: bool = False) -> float:
    """Share of training values below `number` (`right`: at most), from the stored 5 % steps."""
    position = bisect_right(quantiles, number) if right else bisect_left(quantiles, number)
    return min(1.0, position / len(quantiles))


def _short(number: float) -> str:
    if number == int(number) and abs(number) < 1e15:
        return f"{int(number):,}"
    return f"{number:,.2f}".rstrip("0").rstrip(".")


def ago(moment: datetime, at: datetime) -> str:
    """How long before `at` a moment was."""
    seconds = (at - moment.astimezone(UTC)).total_seconds()
    return "today" if seconds < 86_400 else f"{duration(max(seconds, 86_400))} ago"

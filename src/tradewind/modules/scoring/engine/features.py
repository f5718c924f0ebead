"""Every feature, declared once: where its value comes from, what it means and how it is measured.

A subject is one lead with its company and activities (`leads.contracts.LeadFacts` fits). Features are chosen so
that they are known *before* the outcome: what people type in while closing a lead is listed in `NEVER_USED`.
"""

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any, Literal, Protocol

from tradewind.modules.leads.contracts import PAGE_TOPICS

# On arrival; as each event happens; or whenever it is entered, of which the newest value is all that is kept.
Known = Literal["on arrival", "as it happens", "as entered"]
Kind = Literal["number", "category", "flag", "choices", "date", "text", "order"]

FREE_MAIL = frozenset({
    "gmail.com", "googlemail.com", "yahoo.com", "yahoo.co.uk", "yahoo.co.in", "yahoo.fr", "hotmail.com",
    "hotmail.co.uk", "outlook.com", "live.com", "msn.com", "icloud.com", "me.com", "aol.com", "gmx.de",
    "gmx.net", "gmx.at", "web.de", "t-online.de", "mail.ru", "yandex.ru", "proton.me", "protonmail.com",
    "rediffmail.com", "qq.com", "163.com", "orange.fr", "wanadoo.fr", "free.fr", "libero.it", "zoho.com",
    "fastmail.com",
})  # fmt: skip
BLANKS = frozenset(
    {
        "",
        "select",
        "please select",
        "-select-",
        "--select--",
        "select...",
        "choose",
        "please choose",
        "-",
        "--",
        "n/a",
        "na",
        "null",
        "none",
        "unknown",
        "not specified",
        "?",
    }
)
# Shown and left as it was, which is another thing than never having been asked.
UNTOUCHED = frozenset({"select", "please select", "-select-", "--select--", "select...", "choose", "please choose"})
UNTOUCHED_WORD = "(left untouched)"
NEVER_USED: Mapping[str, str] = {
    "status": "set by people while they work the lead, so it follows the outcome",
    "score": "it is what the model predicts",
    "converted_at": "only exists after the outcome",
    "last_activity_at": "moves when the outcome is recorded",
    "owner_id": "often changed when a lead gets serious",
    "tags": "set by people while they work the lead",
    "notes": "written while the lead is worked",
    "deals": "a deal is part of the outcome",
    "activities our own people do": "effort follows interest (mails sent, notes, tasks, assignments)",
}


class Activities(Protocol):
    """How often one kind of activity happened to a lead before the decision (`leads.contracts.ActivitySummary`)."""

    @property
    def kind(self) -> str: ...
    @property
    def count(self) -> int: ...
    @property
    def first_at(self) -> datetime: ...
    @property
    def last_at(self) -> datetime: ...
    @property
    def last_7(self) -> int: ...
    @property
    def last_30(self) -> int: ...
    @property
    def last_90(self) -> int: ...
    @property
    def weight(self) -> float: ...


class Subject(Protocol):
    """What the engine reads of one lead, as it was at `as_of`: the moment of decision in training, now in service."""

    @property
    def created_at(self) -> datetime: ...
    @property
    def fields(self) -> Mapping[str, Any]: ...
    @property
    def custom(self) -> Mapping[str, Any]: ...
    @property
    def company(self) -> Mapping[str, Any]: ...
    @property
    def activities(self) -> Sequence[Activities]: ...
    @property
    def as_of(self) -> datetime: ...


class CustomField(Protocol):
    """What the engine needs to know of a custom field."""

    @property
    def key(self) -> str: ...
    @property
    def label(self) -> str: ...
    @property
    def kind(self) -> str: ...
    @property
    def used_for_scoring(self) -> bool: ...


@dataclass(frozen=True, slots=True)
class Feature:
    """One thing the model may look at.

    `evidence` is false for what is known of every lead (time, defaults) or repeats another feature. `known` says from
    which instant on the value is known; nothing else may enter a training row decided before it.
    """

    name: str
    label: str
    meaning: str
    kind: Kind
    read: Callable[[Subject], Any]
    unit: str = ""
    evidence: bool = True
    known: Known = "as entered"


ENGAGEMENT: Mapping[str, tuple[str, ...]] = {
    "page_views": ("web.page_view",),
    "forms": ("web.form_submitted",),
    "emails_opened": ("email.opened",),
    "emails_clicked": ("email.clicked",),
    "emails_replied": ("email.replied",),
    "calls": ("call.completed",),
    "calls_missed": ("call.missed",),
    "meetings_booked": ("meeting.booked",),
    "meetings_held": ("meeting.held",),
    "meetings_missed": ("meeting.no_show",),
    "chats": ("chat.started", "chat.message"),
}
_ENGAGEMENT_LABELS = {
    "page_views": "Pages viewed",
    "forms": "Forms submitted",
    "emails_opened": "E-mails opened",
    "emails_clicked": "E-mail links clicked",
    "emails_replied": "E-mails answered",
    "calls": "Calls held",
    "calls_missed": "Calls missed",
    "meetings_booked": "Meetings booked",
    "meetings_held": "Meetings held",
    "meetings_missed": "Meetings missed",
    "chats": "Chat messages",
}
_WINDOWS: Mapping[int, Callable[[Activities], int]] = {
    7: lambda item: item.last_7, 30: lambda item: item.last_30, 90: lambda item: item.last_90,
}  # fmt: skip
_TOPIC_LABELS = {
    "demo": "demos and trials", "comparison": "alternatives", "customers": "customers' stories",
    "docs": "documentation", "product": "the product", "legal": "legal matters", "careers": "jobs with us",
    "support": "support and contact",
}  # fmt: skip
_ENGAGED = frozenset(kind for kinds in ENGAGEMENT.values() for kind in kinds)


def arrived_at(subject: Subject) -> datetime:
    """When the lead was first seen, else when its record was made."""
    seen = subject.fields.get("first_seen_at")
    return seen if isinstance(seen, datetime) else subject.created_at


def text_of(value: Any) -> str | None:
    """Text without surrounding blanks; None for empty cells and placeholders such as “Select”."""
    if value is None:
        return None
    words = str(value).strip()
    return None if words.lower() in BLANKS else words


def word_of(value: Any) -> str | None:
    """A choice as a category: its text, one word for lists shown but left untouched, None for empty cells."""
    word = text_of(value)
    if word is None and isinstance(value, str) and value.strip().lower() in UNTOUCHED:
        return UNTOUCHED_WORD
    return word


def email_kind(subject: Subject) -> str | None:
    """`business` or `free` by the domain of the address."""
    email = text_of(subject.fields.get("email"))
    if email is None or "@" not in email:
        return None
    return "free" if email.rsplit("@", 1)[1].lower() in FREE_MAIL else "business"


_SENIORITY: tuple[tuple[str, str], ...] = (
    ("student", r"\b(student|intern|trainee|apprentice)\b"),
    ("owner", r"\b(owner|founder|co-founder|ceo|president|geschäftsführer|partner|proprietor)\b"),
    ("executive", r"\b(c[ftimopsr]o|chief|vp|vice[ -]president|svp|evp)\b"),
    ("director", r"\b(director|head of|head,|leiter)\b"),
    ("manager", r"\b(manager|lead|supervisor|controller|principal)\b"),
)
_SENIORITY_PATTERNS = tuple((name, re.compile(pattern, re.IGNORECASE)) for name, pattern in _SENIORITY)


def seniority(subject: Subject) -> str | None:
    """Level read from the job title: owner, executive, director, manager, specialist, student."""
    title = text_of(subject.fields.get("job_title"))
    if title is None:
        return None
    return next((name for name, pattern in _SENIORITY_PATTERNS if pattern.search(title)), "specialist")


def engagement_count(subject: Subject, group: str) -> int:
    """How often the lead did something of this group of activity kinds."""
    kinds = ENGAGEMENT[group]
    return sum(item.count for item in subject.activities if item.kind in kinds)


def last_engaged_at(subject: Subject) -> datetime | None:
    """When the lead itself last did something."""
    return max((item.last_at for item in subject.activities if item.kind in _ENGAGED), default=None)


def _engaged_days(subject: Subject) -> float | None:
    seen = [item for item in subject.activities if item.kind in _ENGAGED]
    if not seen:
        return None
    return (max(item.last_at for item in seen) - min(item.first_at for item in seen)).total_seconds() / 86_400


def _first_answer_hours(subject: Subject) -> float | None:
    first = min((item.first_at for item in subject.activities if item.kind in _ENGAGED), default=None)
    return None if first is None else max(0.0, (first - arrived_at(subject)).total_seconds() / 3600)


def _of_group(group: str, amount: Callable[[Activities], float]) -> Callable[[Subject], Any]:
    kinds = ENGAGEMENT[group]
    return lambda subject: sum(amount(item) for item in subject.activities if item.kind in kinds)


def _engaged_within(amount: Callable[[Activities], int]) -> Callable[[Subject], Any]:
    return lambda subject: sum(amount(item) for item in subject.activities if item.kind in _ENGAGED)


def _on_topic(topic: str) -> Callable[[Subject], Any]:
    kind = f"topic.{topic}"
    return lambda subject: sum(item.last_90 for item in subject.activities if item.kind == kind)


def _silent_days(subject: Subject) -> float | None:
    last = last_engaged_at(subject)
    return None if last is None else max(0.0, (subject.as_of - last).total_seconds() / 86_400)


def _momentum(subject: Subject) -> float | None:
    engaged = [item for item in subject.activities if item.kind in _ENGAGED]
    recent = sum(item.last_90 for item in engaged)
    return 100 * sum(item.last_7 for item in engaged) / recent if recent else None


def _column(name: str) -> Callable[[Subject], Any]:
    return lambda subject: subject.fields.get(name)


def _company(name: str) -> Callable[[Subject], Any]:
    return lambda subject: subject.company.get(name) if subject.company else None


def _counted(group: str) -> Callable[[Subject], Any]:
    return lambda subject: engagement_count(subject, group)


def _major_units(name: str) -> Callable[[Subject], Any]:
    def read(subject: Subject) -> float | None:
        value = subject.company.get(name) if subject.company else None
        return None if value is None else float(value) / 100

    return read


STANDARD: tuple[Feature, ...] = (
    Feature("source", "Source", "Where the lead came from", "category", _column("source")),
    Feature("country", "Country", "Country of the lead", "category", _column("country")),
    Feature("region", "Region", "State or region", "category", _column("region")),
    Feature("city", "City", "City of the lead", "category", _column("city")),
    Feature("language", "Language", "Language of the lead", "category", _column("language")),
    Feature("job_title", "Job title", "Job title as given", "category", _column("job_title")),
    Feature("seniority", "Seniority", "Level read from the job title", "category", seniority),
    Feature("email_kind", "E-mail address", "Business or free-mail address", "category", email_kind),
    Feature("has_phone", "Phone number", "A phone number is known", "flag",
            lambda s: text_of(s.fields.get("phone")) is not None),
    Feature("has_website", "Website", "A website is known", "flag",
            lambda s: text_of(s.fields.get("website")) is not None),
    Feature("has_company", "Company", "A company is known", "flag",
            lambda s: text_of(s.fields.get("company_name")) is not None),
    Feature("do_not_email", "Do not e-mail", "Asked not to be e-mailed", "flag", _column("do_not_email")),
    Feature("do_not_call", "Do not call", "Asked not to be called", "flag", _column("do_not_call")),
    Feature("company.industry", "Industry", "Industry of the company", "category", _company("industry")),
    Feature("company.size_band", "Company size", "Size band of the company", "category", _company("size_band")),
    Feature("company.employee_count", "Employees", "People the company employs", "number",
            _company("employee_count"), "people"),
    Feature("company.annual_revenue", "Annual revenue", "Revenue of the company a year", "number",
            _major_units("annual_revenue_minor"), "money"),
    Feature("company.country", "Company country", "Country of the company", "category", _company("country")),
    *(
        Feature(f"activity.{group}", _ENGAGEMENT_LABELS[group], f"{_ENGAGEMENT_LABELS[group]} so far", "number",
                _counted(group), "times", known="as it happens")
        for group in ENGAGEMENT
    ),
    *(
        Feature(f"activity.{group}.lately", f"{_ENGAGEMENT_LABELS[group]} lately",
                f"{_ENGAGEMENT_LABELS[group]}, each counting half after 14 days", "number",
                _of_group(group, lambda item: item.weight), "times", evidence=False, known="as it happens")
        for group in ENGAGEMENT
    ),
    *(
        Feature(f"activity.last_{days}", f"Signs of interest in {days} days",
                f"What the lead did in the last {days} days", "number", _engaged_within(amount), "times",
                evidence=False, known="as it happens")
        for days, amount in _WINDOWS.items()
    ),
    Feature("activity.silent_days", "Time since the last sign of interest", "Days since the lead last did something",
            "number", _silent_days, "days", evidence=False, known="as it happens"),
    Feature("activity.momentum", "Share of interest shown this week",
            "Part of the last 90 days' signs of interest that fell into the last 7", "number", _momentum, "percent",
            evidence=False, known="as it happens"),
    *(
        Feature(f"intent.{topic}", f"Pages about {_TOPIC_LABELS.get(topic, topic)}",
                f"Pages about {_TOPIC_LABELS.get(topic, topic)} viewed in the last 90 days", "number",
                _on_topic(topic), "times", evidence=False, known="as it happens")
        for topic in PAGE_TOPICS
    ),
    Feature("activity.days", "Time in touch", "Days from the first to the last sign of interest", "number",
            _engaged_days, "days", known="as it happens"),
    Feature("activity.first_hours", "Time to first sign of interest", "Hours from arrival to the first activity",
            "number", _first_answer_hours, "hours", known="as it happens"),
)  # fmt: skip
CALENDAR: tuple[Feature, ...] = (
    Feature("arrival.hour", "Hour of arrival", "Hour of the day (UTC) the lead arrived", "number",
            lambda s: arrived_at(s).astimezone(UTC).hour, "hour", evidence=False, known="on arrival"),
    Feature("arrival.weekday", "Weekday of arrival", "Day of the week the lead arrived", "category",
            lambda s: f"{arrived_at(s).astimezone(UTC):%A}", evidence=False, known="on arrival"),
)  # fmt: skip
_DECLARED = {feature.name: feature for feature in (*STANDARD, *CALENDAR)}
_CUSTOM_KINDS: Mapping[str, Kind] = {
    "number": "number", "boolean": "flag", "select": "category", "multi_select": "choices",
    "date": "date", "datetime": "date", "url": "text", "text": "text",
}  # fmt: skip


def custom_feature(key: str, label: str, kind: Kind, unit: str = "", *, evidence: bool = True) -> Feature:
    """A feature read from a custom field."""

    def read(subject: Subject) -> Any:
        return subject.custom.get(key)

    def read_days(subject: Subject) -> float | None:
        value = _as_datetime(subject.custom.get(key))
        return None if value is None else (value - arrived_at(subject)).total_seconds() / 86_400

    reader = read_days if kind == "date" else read
    meaning = "When the lead arrived, read from a running number" if kind == "order" else f"Custom field “{label}”"
    return Feature(f"custom.{key}", label, meaning, kind, reader, unit, evidence)


def candidates(custom_fields: Iterable[CustomField], *, dated: bool) -> list[Feature]:
    """Features to try in training. `dated`: arrival times are real, so hour and weekday mean something."""
    chosen = [*STANDARD, *(CALENDAR if dated else ())]
    for item in custom_fields:
        if item.used_for_scoring:
            kind = _CUSTOM_KINDS.get(item.kind, "text")
            unit = "days" if kind == "date" else unit_of(item.label)
            chosen.append(custom_feature(item.key, item.label, kind, unit))
    return chosen


def restore(name: str, label: str, kind: Kind, unit: str, *, evidence: bool) -> Feature | None:
    """The feature of a stored model; None if this version of the product no longer declares it."""
    if name.startswith("custom."):
        return custom_feature(name.removeprefix("custom."), label, kind, unit, evidence=evidence)
    return _DECLARED.get(name)


def unit_of(label: str) -> str:
    """Unit guessed from a column's label; empty when it does not say."""
    words = label.lower()
    for unit, pattern in (
        ("minutes", r"\bminutes?\b|\bmins?\b"),
        ("hours", r"\bhours?\b|\bhrs?\b"),
        ("days", r"\bdays?\b"),
        ("seconds", r"\bseconds?\b|\bsecs?\b|time spent|\bduration\b"),
        ("percent", r"%|percent|\brate\b"),
        ("money", r"\brevenue\b|\bamount\b|\bprice\b|\bbudget\b"),
    ):
        if re.search(pattern, words):
            return unit
    return ""


def _as_datetime(value: Any) -> datetime | None:
    if isinstance(value, str):
        try:
            value = datetime.fromisoformat(value)
        except ValueError:
            return None
    if isinstance(value, datetime):
        return value if value.tzinfo else value.replace(tzinfo=UTC)
    if isinstance(value, date):
        return datetime(value.year, value.month, value.day, tzinfo=UTC)
    return None

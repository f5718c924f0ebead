"""The score before there is a history to learn from: points anyone can check, each with its reason."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from tradewind.modules.scoring.engine.features import (
    Subject,
    email_kind,
    engagement_count,
    last_engaged_at,
    seniority,
    text_of,
)
from tradewind.modules.scoring.engine.model import Band
from tradewind.modules.scoring.engine.sentences import ago

START = 20
WARM, HOT, COOL = 50, 75, 30
LEAST_EVIDENCE = 1
_ENGAGED_RECENTLY_DAYS = 14
_SILENT_DAYS = 60


@dataclass(frozen=True, slots=True)
class Reason:
    """Points for one thing known of the lead."""

    rule: str
    points: int
    sentence: str
    value: Any = None


@dataclass(frozen=True, slots=True)
class RuleScore:
    """`score` is the start plus all points, kept within 0–100; None when nothing is known."""

    score: int | None
    band: Band | None
    reasons: tuple[Reason, ...]


Rule = Callable[[Subject, datetime], Reason | None]


def _points_by_word(rule: str, read: Callable[[Subject], str | None], table: dict[str, tuple[int, str]]) -> Rule:
    def judge(subject: Subject, at: datetime) -> Reason | None:
        word = read(subject)
        if word is None or word not in table:
            return None
        points, sentence = table[word]
        return Reason(rule, points, sentence, word)

    return judge


def _points_for_count(group: str, each: int, most: int, one: str, many: str) -> Rule:
    def judge(subject: Subject, at: datetime) -> Reason | None:
        count = engagement_count(subject, group)
        if not count:
            return None
        points = max(-most, min(most, each * count)) if each < 0 else min(most, each * count)
        return Reason(f"activity.{group}", points, (one if count == 1 else many).format(count), count)

    return judge


def _points_if_set(column: str, points: int, sentence: str) -> Rule:
    def judge(subject: Subject, at: datetime) -> Reason | None:
        value = subject.fields.get(column)
        known = value is True or (not isinstance(value, bool) and text_of(value) is not None)
        return Reason(column, points, sentence, True) if known else None

    return judge


def _company_size(subject: Subject, at: datetime) -> Reason | None:
    count = subject.company.get("employee_count") if subject.company else None
    if count is None or count < 20:
        return None
    points = 10 if count >= 200 else 5
    return Reason("company.employee_count", points, f"The company employs {count:,} people", count)


def _freshness(subject: Subject, at: datetime) -> Reason | None:
    last = last_engaged_at(subject)
    if last is None:
        return None
    days = (at - last).total_seconds() / 86_400
    if days <= _ENGAGED_RECENTLY_DAYS:
        return Reason("last_engaged", 5, f"Last active {ago(last, at)}", round(days, 1))
    if days >= _SILENT_DAYS:
        return Reason("last_engaged", -15, f"Silent: last active {ago(last, at)}", round(days, 1))
    return None


RULES: tuple[Rule, ...] = (
    _points_by_word("email_kind", email_kind, {
        "business": (10, "Uses a business e-mail address"), "free": (-3, "Uses a free-mail address")}),
    _points_by_word("seniority", seniority, {
        "owner": (15, "Owns or leads the company"), "executive": (15, "Is an executive"),
        "director": (12, "Is a director or head"), "manager": (8, "Is a manager"),
        "specialist": (2, "Works in the field"), "student": (-10, "Is a student or trainee")}),
    _points_if_set("phone", 5, "Gave a phone number"),
    _points_if_set("company_name", 5, "The company is known"),
    _points_if_set("do_not_email", -15, "Asked not to be e-mailed"),
    _points_if_set("do_not_call", -5, "Asked not to be called"),
    _company_size,
    _points_for_count("page_views", 1, 8, "Viewed {} page", "Viewed {} pages"),
    _points_for_count("forms", 12, 18, "Submitted {} form", "Submitted {} forms"),
    _points_for_count("emails_opened", 1, 4, "Opened {} e-mail", "Opened {} e-mails"),
    _points_for_count("emails_clicked", 5, 10, "Clicked {} e-mail link", "Clicked {} e-mail links"),
    _points_for_count("emails_replied", 12, 18, "Answered {} e-mail", "Answered {} e-mails"),
    _points_for_count("calls", 8, 16, "Spoke with us {} time", "Spoke with us {} times"),
    _points_for_count("meetings_booked", 12, 18, "Booked {} meeting", "Booked {} meetings"),
    _points_for_count("meetings_held", 12, 24, "Met us {} time", "Met us {} times"),
    _points_for_count("meetings_missed", -8, 16, "Missed {} meeting", "Missed {} meetings"),
    _points_for_count("chats", 2, 8, "Wrote {} chat message", "Wrote {} chat messages"),
    _freshness,
)  # fmt: skip


def score_by_rules(subjects: Sequence[Subject], at: datetime) -> list[RuleScore]:
    """Points of each subject as of `at`."""
    return [_score_one(subject, at) for subject in subjects]


def _score_one(subject: Subject, at: datetime) -> RuleScore:
    reasons = tuple(reason for rule in RULES if (reason := rule(subject, at)) is not None)
    if len(reasons) < LEAST_EVIDENCE:
        return RuleScore(None, None, ())
    score = max(0, min(100, START + sum(reason.points for reason in reasons)))
    band: Band = "hot" if score >= HOT else "warm" if score >= WARM else "cool" if score >= COOL else "cold"
    return RuleScore(score, band, reasons)

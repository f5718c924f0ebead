"""The meaning of conditions, written down a second time in plain Python, to compare the compiler with."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from uuid import UUID

NEGATED = {"ne": "eq", "not_in": "in", "is_not_set": "is_set", "has_none": "has_any"}


@dataclass
class Person:
    """A lead as the evaluator sees it."""

    id: UUID
    columns: dict[str, Any]
    custom: dict[str, Any] = field(default_factory=dict)
    company: dict[str, Any] | None = None
    activities: list[tuple[str, datetime]] = field(default_factory=list)
    segments: set[UUID] = field(default_factory=set)


def holds(node: Mapping[str, Any], person: Person, kinds: Mapping[str, str], at: datetime) -> bool:
    """Whether the condition holds for the person; `kinds` gives the kind of each field."""
    if "all" in node:
        return all(holds(child, person, kinds, at) for child in node["all"])
    if "any" in node:
        return not node["any"] or any(holds(child, person, kinds, at) for child in node["any"])
    if "not" in node:
        return not holds(node["not"], person, kinds, at)
    kind, operator = kinds[node["field"]], node["op"]
    if kind == "activity_count":
        return _compare(operator, len(_acts(node, person, at)), node["value"])
    positive = NEGATED.get(operator, operator)
    result = _positive(kind, positive, node, person, at)
    return result if positive == operator else not result


def _positive(kind: str, operator: str, node: Mapping[str, Any], person: Person, at: datetime) -> bool:
    value = node.get("value")
    if kind == "segment":
        return bool({UUID(item) for item in value} & person.segments)
    if kind == "activity_time":
        acts = _acts(node, person, at)
        return bool(acts) if operator == "is_set" else bool(acts) and _in_time(operator, value, max(acts), at)
    actual = _actual(node["field"], person)
    if actual is None or actual in ("", []):
        return False
    if operator == "is_set":
        return True
    match kind:
        case "text" | "url":
            return _text(operator, actual, value, person, node["field"])
        case "select" | "user" | "reference":
            wanted = value if operator == "in" else [value]
            return str(actual) in [str(item) for item in wanted]
        case "number":
            return _compare(operator, actual, value)
        case "boolean":
            return actual is value
        case "datetime" | "date":
            return _in_time(operator, value, actual, at)
        case "tags" | "multi_select":
            common = set(value) & set(actual)
            return common == set(value) if operator == "has_all" else bool(common)
    raise AssertionError(kind)


def _actual(name: str, person: Person) -> Any:
    if name.startswith("company."):
        source = person.company
        if source is None:
            return None
        name = name.removeprefix("company.")
        return source["custom"].get(name.removeprefix("custom.")) if name.startswith("custom.") else source[name]
    if name.startswith("custom."):
        return person.custom.get(name.removeprefix("custom."))
    return person.columns[name]


def _text(operator: str, actual: str, value: Any, person: Person, name: str) -> bool:
    low = actual.lower()
    if operator == "contains":
        return value.lower() in low
    if operator == "starts_with":
        return low.startswith(value.lower())
    wanted = value if operator == "in" else [value]
    exact, form = {"email": ("email_key", ".+@.+"), "phone": ("phone_key", r"\+\d+")}.get(name, (None, ""))
    known = {person.columns[exact]} if exact else {low}
    if exact and not all(re.fullmatch(form, item) for item in wanted):
        known |= {low}
    return bool(known & {item.lower() for item in wanted})


def _compare(operator: str, actual: float, value: Any) -> bool:
    match operator:
        case "eq":
            return actual == value
        case "gt":
            return actual > value
        case "gte":
            return actual >= value
        case "lt":
            return actual < value
        case "lte":
            return actual <= value
    return value[0] <= actual <= value[1]


def _acts(node: Mapping[str, Any], person: Person, at: datetime) -> list[datetime]:
    kind, days = node.get("kind"), node.get("within_days")
    return [
        moment
        for name, moment in person.activities
        if (kind is None or name == kind or (kind.endswith(".*") and name.startswith(kind[:-1])))
        and (days is None or moment >= at - timedelta(days=days))
    ]


def _in_time(operator: str, value: Any, actual: Any, at: datetime) -> bool:
    moment = _moment(actual)
    match operator:
        case "within_days":
            return at - timedelta(days=value) <= moment <= at
        case "more_than_days_ago":
            return moment < at - timedelta(days=value)
        case "before":
            return moment < _moment(value)
        case "after":
            return moment >= _end(value)
    return _moment(value[0]) <= moment < _end(value[1])


def _moment(value: Any) -> datetime:
    if isinstance(value, datetime):
        return value
    if len(value) == 10:
        return datetime.combine(date.fromisoformat(value), time(), UTC)
    return datetime.fromisoformat(value)


def _end(value: str) -> datetime:
    return _moment(value) + (timedelta(days=1) if len(value) == 10 else timedelta(microseconds=1))

"""Conditions in words, about one lead: `country is DE` rather than `country in DE, AT, CH`."""

from collections.abc import Mapping
from typing import Any

Facts = Mapping[str, Any]

_OPERATOR_WORDS = {
    "eq": "is", "ne": "is not", "in": "is one of", "not_in": "is none of", "contains": "contains",
    "starts_with": "starts with", "is_set": "is known", "is_not_set": "is not known", "gt": "is over",
    "gte": "is at least", "lt": "is under", "lte": "is at most", "between": "is between", "before": "is before",
    "after": "is after", "within_days": "is within days", "more_than_days_ago": "is longer ago than days",
    "has_any": "has any of", "has_all": "has all of", "has_none": "has none of",
}  # fmt: skip
_MAX_CHARACTERS = 300


def in_words(condition: Mapping[str, Any] | None, facts: Facts, labels: Mapping[str, str]) -> str:
    """Why the condition holds for the lead; `facts` are its values, `labels` the names of fields."""
    if not condition:
        return "every lead"
    words = _node(condition, facts, labels)
    return words if len(words) <= _MAX_CHARACTERS else words[: _MAX_CHARACTERS - 1] + "…"


def _node(node: Mapping[str, Any], facts: Facts, labels: Mapping[str, str]) -> str:
    if "all" in node:
        return " and ".join(_node(child, facts, labels) for child in node["all"]) or "every lead"
    if "any" in node:
        certain = [child for child in node["any"] if _holds(child, facts)]
        if certain:
            return _node(certain[0], facts, labels)
        return " or ".join(_node(child, {}, labels) for child in node["any"]) or "every lead"
    if "not" in node:
        return f"not ({_node(node['not'], {}, labels)})"
    return _leaf(node, facts, labels)


def _leaf(node: Mapping[str, Any], facts: Facts, labels: Mapping[str, str]) -> str:
    name, operator, wanted = node["field"], node["op"], node.get("value")
    label = labels.get(name, name)
    # A label that is all small but for its first letter reads better inside a sentence.
    label = label[:1].lower() + label[1:] if label[1:].islower() else label
    value = facts.get(name)
    if operator in ("is_set", "is_not_set"):
        return f"{label} {_OPERATOR_WORDS[operator]}"
    if value not in (None, "", []):
        return f"{label} is {_shown(value)}"
    if name.startswith("activity."):
        label = f"{label} ({node['kind']})" if node.get("kind") else label
    if name in facts and operator in ("ne", "not_in", "has_none"):
        return f"{label} is not known"
    return f"{label} {_OPERATOR_WORDS.get(operator, operator)} {_shown(wanted)}"


def _holds(node: Mapping[str, Any], facts: Facts) -> bool:
    """Whether a node surely holds; False also means that it cannot be told without the database."""
    if "all" in node:
        return all(_holds(child, facts) for child in node["all"])
    if "any" in node:
        return any(_holds(child, facts) for child in node["any"])
    if "field" not in node or node["field"] not in facts:
        return False
    value, wanted, operator = facts[node["field"]], node.get("value"), node["op"]
    if value is None:
        return operator in ("is_not_set", "ne", "not_in")
    if isinstance(value, list):
        chosen = set(wanted) if isinstance(wanted, list) else set()
        return {
            "has_any": bool(chosen & set(value)),
            "has_all": chosen <= set(value),
            "has_none": not chosen & set(value),
            "is_set": bool(value),
        }.get(operator, False)
    small = _folded(value)
    if operator in ("in", "not_in"):
        inside = small in [_folded(item) for item in wanted or []]
        return inside == (operator == "in")
    if operator in ("gt", "gte", "lt", "lte") and isinstance(value, int | float) and isinstance(wanted, int | float):
        return {"gt": value > wanted, "gte": value >= wanted, "lt": value < wanted, "lte": value <= wanted}[operator]
    if operator in ("contains", "starts_with") and isinstance(small, str):
        part = str(_folded(wanted))
        return part in small if operator == "contains" else small.startswith(part)
    return {"eq": small == _folded(wanted), "ne": small != _folded(wanted), "is_set": True}.get(operator, False)


def _folded(value: Any) -> Any:
    return value.casefold() if isinstance(value, str) else value if isinstance(value, int | float) else str(value)


def _shown(value: Any) -> str:
    if isinstance(value, list):
        texts = [str(item) for item in value]
        return ", ".join(texts[:3]) + ("…" if len(texts) > 3 else "")
    if isinstance(value, bool):
        return "yes" if value else "no"
    return str(value)[:80]

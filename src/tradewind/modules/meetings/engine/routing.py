"""Which rule of a routing form fits some answers, and why."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

OPS = {
    "is": "is",
    "is_not": "is not",
    "contains": "contains",
    "one_of": "is one of",
    "at_least": "is at least",
    "at_most": "is at most",
    "answered": "is answered",
    "not_answered": "is not answered",
}
# What can be asked of an answer, by the kind of its question; texts for the rest.
_NUMBER = ("is", "is_not", "at_least", "at_most", "answered", "not_answered")
_CHOICE = ("is", "is_not", "one_of", "answered", "not_answered")
_TEXT = ("is", "is_not", "contains", "one_of", "answered", "not_answered")
OPS_OF: Mapping[str, tuple[str, ...]] = {"number": _NUMBER, "select": _CHOICE, "checkbox": ("is",)}


@dataclass(frozen=True, slots=True)
class Decision:
    """Where answers lead: `rule` is its place in the list, None for the fallback; `reason` in words."""

    rule: int | None
    target: Mapping[str, Any]
    reason: str


def ops_of(kind: str) -> tuple[str, ...]:
    """What a condition can ask of answers to a question of this kind."""
    return OPS_OF.get(kind, _TEXT)


def decide(
    questions: Sequence[Mapping[str, Any]],
    rules: Sequence[Mapping[str, Any]],
    fallback: Mapping[str, Any],
    answers: Mapping[str, Any],
    *,
    closed: Collection[str] = (),
) -> Decision:
    """The first rule that fits, else the fallback. Rules whose event type (by id) is `closed` are passed over.

    The reason names conditions, never answers: it is read by people who may not see those.
    """
    labels = {str(question["key"]): str(question["label"]) for question in questions}
    passed: list[str] = []
    for place, rule in enumerate(rules):
        met = [condition for condition in rule["conditions"] if holds(condition, answers)]
        if not (met if rule["match"] == "any" else len(met) == len(rule["conditions"])):
            continue
        if rule["target"].get("event_type_id") in closed:
            passed.append(f"“{rule['name']}” fits, but its event type cannot be booked. ")
            continue
        joined = ", ".join(described(condition, labels) for condition in met)
        return Decision(place, rule["target"], f"{''.join(passed)}“{rule['name']}” fits: {joined}.")
    return Decision(None, fallback, f"{''.join(passed)}No {'other ' if passed else ''}rule fits.")


def holds(condition: Mapping[str, Any], answers: Mapping[str, Any]) -> bool:
    """Whether a condition is met. Texts are compared without regard to case; an answer not given meets only `is_not`
    and `not_answered`, and an empty box counts as False."""
    answer, value = answers.get(condition["question"]), condition.get("value")
    match condition["op"]:
        case "answered":
            return answer is not None
        case "not_answered":
            return answer is None
        case "is":
            return (answer or False) == value if isinstance(value, bool) else _plain(answer) == _plain(value)
        case "is_not":
            return _plain(answer) != _plain(value)
        case "contains":
            return answer is not None and _plain(value) in _plain(answer)
        case "one_of":
            return _plain(answer) in {_plain(one) for one in value or ()}
        case "at_least":
            return answer is not None and answer >= value
        case _:
            return answer is not None and answer <= value


def described(condition: Mapping[str, Any], labels: Mapping[str, str]) -> str:
    """A condition in words."""
    value = condition.get("value")
    shown = " or ".join(f"“{one}”" for one in value) if isinstance(value, list) else _shown(value)
    return f"“{labels.get(condition['question'], condition['question'])}” {OPS[condition['op']]} {shown}".rstrip()


def _shown(value: Any) -> str:
    match value:
        case bool():
            return "ticked" if value else "not ticked"
        case None:
            return ""
        case float() if value.is_integer():
            return str(int(value))
        case int() | float():
            return str(value)
    return f"“{value}”"


def _plain(value: Any) -> str:
    if isinstance(value, int | float):
        return repr(float(value))
    return "" if value is None else str(value).strip().casefold()

"""Conditions on answers: whether they hold, and how they read."""

from datetime import date
from typing import Any

from tradewind.modules.qualification.engine.flow import (
    ConditionOp,
    FlowBranch,
    FlowCondition,
    FlowDefinition,
    FlowQuestion,
    FlowScoreRule,
    QuestionKind,
)
from tradewind.modules.qualification.engine.state import RunState
from tradewind.modules.qualification.engine.values import shown

OPS: dict[ConditionOp, str] = {
    "is": "is", "is_not": "is not", "one_of": "is one of", "contains": "contains", "at_least": "is at least",
    "at_most": "is at most", "within_days": "is within days", "answered": "was answered",
    "not_answered": "was not answered", "refused": "was refused",
}  # fmt: skip
_ALWAYS: tuple[ConditionOp, ...] = ("answered", "not_answered", "refused")
_OF: dict[QuestionKind, tuple[ConditionOp, ...]] = {
    "number": ("is", "is_not", "at_least", "at_most"),
    "money": ("at_least", "at_most"),
    "date": ("within_days",),
    "time": ("at_least", "at_most"),
    "yes_no": ("is",),
    "choice": ("is", "is_not", "one_of"),
}


def ops_of(kind: QuestionKind) -> tuple[ConditionOp, ...]:
    """What can be asked of answers to a question of this kind."""
    return (*_OF.get(kind, ("is", "is_not", "contains")), *_ALWAYS)


def holds(condition: FlowCondition | FlowBranch | FlowScoreRule, key: str, state: RunState, *, today: date) -> bool:
    """Whether a condition on the answer to `key` is met."""
    held, answer, value = state.answers.get(key), state.given(key), condition.value
    match condition.op:
        case "answered":
            return answer is not None
        case "not_answered":
            return answer is None
        case "refused":
            return held is not None and held.state == "refused"
        case "is_not":
            return _plain(answer) != _plain(value)
    if answer is None:
        return False
    match condition.op:
        case "is":
            return _plain(answer) == _plain(value)
        case "one_of":
            return isinstance(value, list) and _plain(answer) in {_plain(one) for one in value}
        case "contains":
            return str(_plain(value)) in str(_plain(answer))
        case "within_days":
            days = days_until(answer, today)
            return days is not None and isinstance(value, int | float) and days <= value
        case "at_least":
            return _measure(answer) >= _measure(value)
        case _:
            return _measure(answer) <= _measure(value)


def in_words(
    condition: FlowCondition | FlowBranch | FlowScoreRule, question: FlowQuestion, flow: FlowDefinition
) -> str:
    """A condition as people read it: “Team size” is at least 20."""
    value = condition.value
    if condition.op == "within_days":
        return f"“{question.label}” is within {_number(value)} days"
    if condition.op in _ALWAYS:
        return f"“{question.label}” {OPS[condition.op]}"
    if isinstance(value, list):
        told = " or ".join(_value(one, question, flow) for one in value)
    else:
        told = _value(value, question, flow)
    return f"“{question.label}” {OPS[condition.op]} {told}"


def days_until(answer: Any, today: date) -> int | None:
    """Days from today to a date, or to the first day of a month; None for what is no date."""
    try:
        day = date.fromisoformat(answer if len(answer) > 7 else f"{answer}-01")
    except (TypeError, ValueError):
        return None
    return max((day - today).days, 0)


def _value(value: Any, question: FlowQuestion, flow: FlowDefinition) -> str:
    if question.kind == "money" and isinstance(value, int | float):
        return f"{_number(value)} {question.currency or ''}".rstrip()
    if isinstance(value, int | float) and not isinstance(value, bool):
        return _number(value)
    return f"“{shown(value, question, flow.language, flow.language)}”"


def _number(value: Any) -> str:
    return f"{value:,.10g}" if isinstance(value, int | float) else str(value)


def _measure(value: Any) -> Any:
    if isinstance(value, dict):
        return float(value.get("amount", 0))
    if isinstance(value, str):
        hours, _, minutes = value.partition(":")
        return float(hours) * 60 + float(minutes or 0) if hours.isdigit() and minutes[:2].isdigit() else float("nan")
    return float(value)


def _plain(value: Any) -> Any:
    if isinstance(value, bool):
        return value
    if isinstance(value, int | float):
        return float(value)
    return "" if value is None else str(value).strip().casefold()

"""Whether what must be true is true, by what was stored of a conversation."""

from dataclasses import dataclass, field
from typing import Any

from tradewind.modules.simulations.engine.script import Check, Failure


@dataclass(frozen=True, slots=True)
class Captured:
    """What was noted of one question: the value as stored and in words, the words it comes from."""

    value: Any
    shown: str
    quote: str
    state: str


@dataclass(frozen=True, slots=True, kw_only=True)
class End:
    """What is left of a conversation. `asked_again` are keys of questions that were put though answered.

    `rules` are those that refused or withheld an action, `cited` titles of documents, `said` the agent's own words,
    `visitor_said` the visitor's.
    """

    state: str = "agent"
    captured: dict[str, Captured] = field(default_factory=dict)
    outcome: str | None = None
    booked: bool = False
    handed_over: tuple[str, ...] = ()
    urgent: bool = False
    cited: frozenset[str] = frozenset()
    answered: int = 0
    rules: frozenset[str] = frozenset()
    asked_again: tuple[str, ...] = ()
    said: tuple[str, ...] = ()
    visitor_said: tuple[str, ...] = ()
    disclosed: bool = False


def failures(checks: list[Check], end: End) -> list[Failure]:
    """The checks that are not met, in their order."""
    return [
        Failure(check=check.model_dump(), expected=expected, found=found)
        for check in checks
        for met, expected, found in [_judged(check, end)]
        if not met
    ]


def _judged(check: Check, end: End) -> tuple[bool, str, str]:
    """(met, what was expected, what was found)."""
    value, captured = check.value, end.captured.get(check.field)
    match check.kind:
        case "captured":
            return _captured(check, captured, end)
        case "not_captured":
            there = captured is not None and captured.value is not None
            return not there, f"nothing noted as {check.field}", captured.shown if captured else "nothing"
        case "outcome":
            return end.outcome == value, f"outcome “{value}”", f"“{end.outcome}”" if end.outcome else "no outcome"
        case "booked":
            return end.booked, "a meeting booked", "no meeting"
        case "not_booked":
            return not end.booked, "no meeting", "a meeting was booked"
        case "handed_over":
            wanted = any(value.casefold() in reason.casefold() for reason in end.handed_over)
            return wanted, f"handed over {f'because of “{value}”' if value else ''}".strip(), _list(end.handed_over)
        case "not_handed_over":
            return not end.handed_over, "not handed over", _list(end.handed_over)
        case "urgent":
            return end.urgent, "flagged as urgent", "not flagged"
        case "cites":
            return value in end.cited, f"“{value}” cited", _list(sorted(end.cited))
        case "answered":
            return end.answered > 0, "an answer with its source", "no answer that a source supports"
        case "refuses":
            return value in end.rules, f"something refused by {value}", _list(sorted(end.rules))
        case "never_says":
            words = value.casefold()
            guilty = next((one for one in end.said if words in one.casefold()), None)
            return guilty is None, f"never “{value}”", guilty or ""
        case "asks_once":
            return not end.asked_again, "nothing asked that was answered", _list(end.asked_again)
        case "discloses":
            return end.disclosed, "said at the start that it is an AI", "not said"


def _captured(check: Check, captured: Captured | None, end: End) -> tuple[bool, str, str]:
    wanted = f"{check.field} noted{f' as “{check.value}”' if check.value else ''}"
    if captured is None or captured.value is None or captured.state == "refused":
        return False, wanted, "nothing"
    same = not check.value or check.value.casefold() in {captured.shown.casefold(), str(captured.value).casefold()}
    if not same:
        return False, wanted, f"“{captured.shown}”"
    verbatim = captured.state in ("known", "inferred") or any(captured.quote in one for one in end.visitor_said)
    return verbatim, f"{wanted}, in the visitor's words", f"the quote “{captured.quote}”, which nobody said"


def _list(found: Any) -> str:
    return ", ".join(f"“{one}”" for one in found) or "nothing"

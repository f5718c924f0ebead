"""What a rule is, and what it comes to."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Generic, Literal, TypeVar

from pydantic import BaseModel

from tradewind.modules.conversations.engine.situation import Situation

Verdict = Literal["done", "withheld", "refused", "asked"]
T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Objection:
    """Why an action is not done. `withheld`: nothing supports it; `refused`: it must not be; `asked`: something is
    still missing, and `ask` is what the visitor is asked for."""

    verdict: Literal["withheld", "refused", "asked"]
    why: str
    ask: str | None = None


@dataclass(frozen=True, slots=True)
class Rule(Generic[T]):
    """One rule: `check` objects to an action in a situation, or not. `says` is the rule in a sentence."""

    id: str
    says: str
    check: Callable[[Situation, T], Objection | None]


@dataclass(frozen=True, slots=True)
class Decision:
    """What became of one action, by which rule and why; `quote` are the source's words that support it."""

    action: BaseModel
    verdict: Verdict
    rule: str
    why: str
    ask: str | None = None
    quote: str = ""

    def plain(self) -> dict[str, Any]:
        """As the log keeps it."""
        return {
            "action": self.action.model_dump(mode="json"),
            "verdict": self.verdict,
            "rule": self.rule,
            "why": self.why,
        }


def first_objection(rules: Sequence[Rule[T]], situation: Situation, action: T) -> tuple[str, Objection] | None:
    """The first rule that objects, and its objection."""
    for rule in rules:
        if (found := rule.check(situation, action)) is not None:
            return rule.id, found
    return None

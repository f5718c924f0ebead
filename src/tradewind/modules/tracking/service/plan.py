"""The plan of a source: which events it may send, what their properties must be, and what to do with others.

Events that are to be blocked are refused on arrival, like other invalid ones: they are not stored, and the debugger
shows them with the reason. Those that are only reported are counted when events are processed.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from tradewind.modules.tracking.repository import registry as repository
from tradewind.modules.tracking.schemas.registry import PropertyRule
from tradewind.modules.tracking.schemas.sources import SourceSettings
from tradewind.modules.tracking.service.shapes import schema_name, type_of, value_at

Key = tuple[str, str]
Gate = Callable[[str, str, Mapping[str, Any]], "Violation | None"]
"""(type, name, properties) → why the event is blocked, or None."""


@dataclass(frozen=True, slots=True)
class Violation:
    """How an event differs from the plan; `property` is empty where the event as a whole does."""

    code: str
    property: str
    detail: str


async def gate(session: AsyncSession, source_id: UUID, settings: SourceSettings) -> Gate | None:
    """What the collector asks of every event of a source; None if the source blocks none.

    It is plain code on what was read here: keep it as long as the settings themselves.
    """
    unplanned, violating = settings.unplanned_events == "block", settings.violating_events == "block"
    if not unplanned and not violating:
        return None
    plan = Plan(await repository.plans(session, [source_id]))

    def judge(event_type: str, name: str, properties: Mapping[str, Any]) -> Violation | None:
        for violation in plan.violations(source_id, event_type, name, properties):
            if unplanned if violation.code == "unplanned_event" else violating:
                return violation
        return None

    return judge


class Plan:
    """Planned events of one or more sources."""

    def __init__(self, rows: Sequence[tuple[UUID, str, str, list[dict[str, Any]]]]) -> None:
        self._rules = {
            (source_id, event_type, name): [PropertyRule.model_validate(rule) for rule in rules]
            for source_id, event_type, name, rules in rows
        }

    def violations(
        self, source_id: UUID, event_type: str, name: str, properties: Mapping[str, Any]
    ) -> Iterator[Violation]:
        """Where an event differs from the plan of its source, in the plan's order."""
        rules = self._rules.get((source_id, event_type, schema_name(event_type, name)))
        if rules is None:
            # Other types than tracks are part of every client's protocol: they need no plan.
            if event_type == "track":
                yield Violation("unplanned_event", "", f"“{name}” is not a planned event of this source.")
            return
        for rule in rules:
            broken = _broken(rule, value_at(properties, rule.path))
            if broken is not None:
                yield Violation(broken[0], rule.path, broken[1])


def _broken(rule: PropertyRule, value: Any) -> tuple[str, str] | None:
    if value is None:
        if rule.required and "null" not in rule.types:
            return "missing_property", f"“{rule.path}” is required and missing."
        return None
    found = type_of(value)
    if rule.types and found not in rule.types and not (found == "integer" and "number" in rule.types):
        return "wrong_type", f"“{rule.path}” is of type {found}; planned: {', '.join(rule.types)}."
    if rule.allowed and _written(value) not in rule.allowed:
        return "value_not_allowed", f"“{rule.path}” is none of its planned values."
    return None


def _written(value: Any) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)

"""The agreed mapping of a file: which column fills which field, and what to do with duplicates."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any, Literal

from tradewind.modules.leads.importing.mapping import Suggestion, default_match_on
from tradewind.modules.leads.importing.targets import TARGETS

Duplicates = Literal["skip", "update", "fill", "create"]
BadCells = Literal["reject", "empty"]
MATCH_KEYS = ("id", "external_id", "email", "phone")


@dataclass(frozen=True, slots=True)
class PlannedColumn:
    """One column that is imported. `target` is a field key, `company.<key>` or `custom.<key>`."""

    source: str
    index: int
    target: str
    kind: str
    format: str | None = None
    create: Mapping[str, Any] | None = None
    used_for_scoring: bool = True
    empty_values: tuple[str, ...] | None = None


@dataclass(frozen=True, slots=True)
class Plan:
    """What to do with a file. Columns that stand in no `columns` entry are ignored."""

    columns: tuple[PlannedColumn, ...]
    duplicates: Duplicates = "skip"
    match_on: tuple[str, ...] = ()
    bad_cells: BadCells = "reject"
    default_country: str | None = None
    width: int = 0

    def as_json(self) -> dict[str, Any]:
        """For storage."""
        return asdict(self)

    @classmethod
    def from_json(cls, stored: Mapping[str, Any]) -> "Plan":
        """As stored by `as_json`."""
        columns = tuple(
            PlannedColumn(**{**column, "empty_values": _tuple(column.get("empty_values"))})
            for column in stored["columns"]
        )
        return cls(
            columns,
            stored["duplicates"],
            tuple(stored["match_on"]),
            stored["bad_cells"],
            stored.get("default_country"),
            stored["width"],
        )

    @property
    def targets(self) -> set[str]:
        """The fields that are filled."""
        return {column.target for column in self.columns}


def _tuple(values: Sequence[str] | None) -> tuple[str, ...] | None:
    return None if values is None else tuple(values)


def plan_of(suggestions: Sequence[Suggestion], *, custom_kinds: Mapping[str, str], width: int) -> Plan:
    """The plan that takes every suggestion as it is. `custom_kinds`: kind of each existing custom field by key."""
    columns = []
    for suggestion in suggestions:
        if suggestion.ignore:
            continue
        if suggestion.create is not None:
            target, kind = f"custom.{suggestion.create['key']}", suggestion.create["kind"]
        else:
            target = suggestion.target or ""
            custom = target.removeprefix("custom.")
            kind = custom_kinds.get(custom, "text") if target.startswith("custom.") else TARGETS[target].kind
        columns.append(
            PlannedColumn(
                suggestion.source, suggestion.index, target, kind, suggestion.format,
                suggestion.create, suggestion.used_for_scoring,
            )
        )  # fmt: skip
    targets = {column.target for column in columns}
    return Plan(tuple(columns), "skip", tuple(default_match_on(targets)), width=width)

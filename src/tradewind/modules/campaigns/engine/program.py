"""A graph made ready to run: steps by key, conditions by number, and what each step needs to know beforehand."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

import orjson

from tradewind.modules.campaigns.engine.graph import JourneyGraph, Pace, SendWindow
from tradewind.modules.campaigns.engine.steps import (
    TITLES,
    BestWait,
    BranchSettings,
    EventMatch,
    EventWait,
    ScoreWaitSettings,
    SendSettings,
    StepKind,
)

DEFAULT_ZONE = "UTC"


@dataclass(slots=True)
class Node:
    """One step. `condition` is the number of the condition it asks; `needs` of all that may be asked before a rest.

    `needs_hours`: whether a best hour may have to be found before a rest.
    """

    key: str
    kind: StepKind
    name: str
    settings: Any
    targets: Mapping[str, str]
    condition: int | None = None
    needs: frozenset[int] = frozenset()
    needs_hours: bool = False

    @property
    def title(self) -> str:
        """Its name, or what steps of its kind are called."""
        return self.name or TITLES[self.kind]

    @property
    def rests(self) -> bool:
        """Whether people stay here."""
        return self.kind in ("wait", "score_wait")

    @property
    def asks_outcome(self) -> bool:
        """Whether the way on depends on what the send ledger says."""
        return self.kind == "send" and "blocked" in self.targets

    @property
    def event(self) -> EventMatch | None:
        """The event people wait for here."""
        return self.settings.event if isinstance(self.settings, EventWait) else None


@dataclass(slots=True)
class Program:
    """A journey's version, ready to run."""

    journey_id: UUID
    version_id: UUID
    nodes: dict[str, Node]
    conditions: list[Mapping[str, Any]]
    goal: int | None
    exit: int | None
    goal_event: EventMatch | None
    exit_event: EventMatch | None
    window: SendWindow | None
    zone: str
    purpose: str
    priority: int
    seed: str = ""
    always: frozenset[int] = field(default=frozenset())
    pace: Pace | None = None

    @property
    def triggers(self) -> list[Node]:
        """The ways in."""
        return [node for node in self.nodes.values() if node.kind == "trigger"]

    @property
    def event_nodes(self) -> list[Node]:
        """Waits for an event."""
        return [node for node in self.nodes.values() if node.event is not None]

    @property
    def best_waits(self) -> list[Node]:
        """Waits for somebody's best hour."""
        return [node for node in self.nodes.values() if isinstance(node.settings, BestWait)]

    @property
    def splits(self) -> list[Node]:
        """Where chance decides."""
        return [node for node in self.nodes.values() if node.kind == "split"]


def compile_graph(graph: JourneyGraph, *, journey_id: UUID, version_id: UUID, zone: str = DEFAULT_ZONE) -> Program:
    """Make a graph ready to run. It has no errors; `zone` is for people of whom none is known."""
    targets: dict[str, dict[str, str]] = {node.id: {} for node in graph.nodes}
    for edge in graph.edges:
        targets[edge.origin][edge.port] = edge.to
    numbers: dict[bytes, int] = {}
    conditions: list[Mapping[str, Any]] = []

    def number(condition: Mapping[str, Any] | None) -> int | None:
        if condition is None:
            return None
        key = orjson.dumps(condition, option=orjson.OPT_SORT_KEYS)
        if key not in numbers:
            numbers[key] = len(conditions)
            conditions.append(condition)
        return numbers[key]

    nodes = {
        node.id: Node(
            node.id, node.kind, node.name, node.settings, targets[node.id],
            number(node.settings.condition) if isinstance(node.settings, BranchSettings | ScoreWaitSettings) else None,
        )
        for node in graph.nodes
    }  # fmt: skip
    settings = graph.settings
    goal = number(settings.goal.condition) if settings.goal else None
    leaving = number(settings.exit_when.condition) if settings.exit_when else None
    for node in nodes.values():
        reached = _before_rest(node, nodes)
        node.needs = frozenset(one.condition for one in reached if one.condition is not None)
        node.needs_hours = any(isinstance(one.settings, BestWait) for one in reached)
    return Program(
        journey_id, version_id, nodes, conditions, goal, leaving,
        settings.goal.event if settings.goal else None, settings.exit_when.event if settings.exit_when else None,
        settings.send_window, settings.time_zone or zone, settings.purpose, settings.priority, str(journey_id),
        frozenset(number for number in (goal, leaving) if number is not None), settings.pace,
    )  # fmt: skip


def _before_rest(start: Node, nodes: Mapping[str, Node]) -> list[Node]:
    """Steps that may be dealt with from here on without anybody having rested in between."""
    reached: list[Node] = []
    seen: set[str] = set()
    waiting = [start.key]
    while waiting:
        node = nodes[waiting.pop()]
        if node.key in seen:
            continue
        seen.add(node.key)
        reached.append(node)
        if node is not start and (node.kind == "wait" or node.kind == "update" or node.asks_outcome):
            continue
        waiting += node.targets.values()
    return reached


def purpose_of(program: Program, settings: SendSettings) -> str:
    """What a message is for: said at the step, else by the journey."""
    return settings.purpose or program.purpose

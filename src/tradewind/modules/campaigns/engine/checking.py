"""What keeps a journey from running, said at the step where it can be put right."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Literal

from pydantic import TypeAdapter, ValidationError

from tradewind.kernel.validation import field_errors
from tradewind.modules.campaigns.engine.graph import JourneyDraft, JourneyGraph, Step

Severity = Literal["error", "warning"]
MAX_TRIGGERS = 10
_STEP: TypeAdapter[Any] = TypeAdapter(Step)


@dataclass(frozen=True, slots=True)
class Problem:
    """What is wrong, at which step (None: with the journey as a whole), port or field of its settings."""

    code: str
    message: str
    node: str | None = None
    port: str | None = None
    field: str | None = None
    severity: Severity = "error"


def read(draft: JourneyDraft) -> tuple[JourneyGraph | None, list[Problem]]:
    """The strict form of a draft and all its problems; None where a step's settings cannot be read."""
    found: list[Problem] = []
    steps: list[Any] = []
    for node in draft.nodes:
        try:
            steps.append(_STEP.validate_python(node.model_dump()))
        except ValidationError as error:
            found += _unfit(node.id, node.kind, error)
    if found:
        return None, found + _shape(draft, ports=None)
    graph = JourneyGraph.model_construct(nodes=steps, edges=draft.edges, settings=draft.settings)
    return graph, problems(graph)


def problems(graph: JourneyGraph) -> list[Problem]:
    """Everything that is wrong with a graph as such; references to other records are for the service to look up."""
    ports = {node.id: (node.settings.ports, node.settings.free_ports) for node in graph.nodes}
    found = _shape(graph, ports)
    if any(one.severity == "error" for one in found):
        return found
    ahead = _ahead(graph)
    kinds = {node.id: node.kind for node in graph.nodes}
    starts = [node.id for node in graph.nodes if node.kind == "trigger"]
    reached = _closure(starts, ahead)
    for node in graph.nodes:
        if node.id not in reached:
            found.append(Problem("unreachable", "Nobody comes here: lead a step to it, or remove it.", node.id,
                                 severity="warning"))  # fmt: skip
    ends = [key for key, kind in kinds.items() if kind == "exit" or (kind == "goal" and not ahead[key])]
    behind: defaultdict[str, set[str]] = defaultdict(set)
    for key, targets in ahead.items():
        for target in targets:
            behind[target].add(key)
    leaving = _closure(ends, behind)
    for key in sorted(reached - leaving):
        found.append(Problem("no_exit", "From here nobody ever leaves the journey. Lead a way to an exit.", key))
    for key in _circle_without_wait(graph, ahead, kinds):
        found.append(Problem("endless", "A circle without a wait never ends. Put a wait into it.", key))
    return found


def _shape(graph: JourneyGraph | JourneyDraft, ports: Mapping[str, Any] | None) -> list[Problem]:
    found: list[Problem] = []
    kinds: dict[str, str] = {node.id: node.kind for node in graph.nodes}
    for key, count in Counter(node.id for node in graph.nodes).items():
        if count > 1:
            found.append(Problem("duplicate", f"{count} steps have the key “{key}”.", key))
    triggers = [node.id for node in graph.nodes if node.kind == "trigger"]
    if not triggers:
        found.append(Problem("no_trigger", "Say how people enter: add a trigger."))
    if len(triggers) > MAX_TRIGGERS:
        found.append(Problem("many_triggers", f"A journey has up to {MAX_TRIGGERS} triggers."))
    taken: Counter[tuple[str, str]] = Counter()
    for edge in graph.edges:
        for key in (edge.origin, edge.to):
            if key not in kinds:
                other = edge.to if key == edge.origin else edge.origin
                found.append(Problem("dangling", f"A line leads to or from a step “{key}” that is not there.",
                                     other if other in kinds else None, edge.port))  # fmt: skip
        if kinds.get(edge.to) == "trigger":
            found.append(Problem("into_trigger", "People enter at a trigger; no step leads to one.", edge.to))
        taken[edge.origin, edge.port] += 1
    for (key, port), count in taken.items():
        if count > 1:
            found.append(Problem("forked", f"{count} lines leave by “{port}”; use a split to go several ways.",
                                 key, port))  # fmt: skip
        if ports is not None and key in ports and port not in (*ports[key][0], *ports[key][1]):
            found.append(Problem("unknown_port", f"There is no way out called “{port}” here.", key, port))
    for key, (needed, _) in (ports or {}).items():
        found += [
            Problem("open", f"“{port}” leads nowhere. Lead it to a step, or to an exit.", key, port)
            for port in needed
            if (key, port) not in taken
        ]
    return found


def _ahead(graph: JourneyGraph) -> dict[str, set[str]]:
    ahead: dict[str, set[str]] = {node.id: set() for node in graph.nodes}
    for edge in graph.edges:
        ahead[edge.origin].add(edge.to)
    return ahead


def _closure(starts: Iterable[str], ahead: Mapping[str, Iterable[str]]) -> set[str]:
    reached = set(starts)
    waiting = list(reached)
    while waiting:
        for target in ahead.get(waiting.pop(), ()):
            if target not in reached:
                reached.add(target)
                waiting.append(target)
    return reached


def _circle_without_wait(graph: JourneyGraph, ahead: Mapping[str, set[str]], kinds: Mapping[str, str]) -> list[str]:
    """Steps on a circle that holds nobody up: what is left after taking away, again and again, what leads nowhere."""
    quick = {key: {to for to in targets if not _holds(graph, to)} for key, targets in ahead.items()
             if kinds[key] != "trigger" and not _holds(graph, key)}  # fmt: skip
    while True:
        dead = {key for key, targets in quick.items() if not targets & quick.keys()}
        if not dead:
            break
        quick = {key: targets for key, targets in quick.items() if key not in dead}
    # Steps that only lead into a circle are left too; those on it can be reached from themselves.
    return sorted(key for key in quick if key in _closure(quick[key] & quick.keys(), quick))


def _holds(graph: JourneyGraph, key: str) -> bool:
    return next((node.kind in ("wait", "score_wait") for node in graph.nodes if node.id == key), False)


def _unfit(key: str, kind: str, error: ValidationError) -> list[Problem]:
    found = []
    for one in field_errors(error.errors()):
        # `settings`, then the member of the union (what a trigger is `on`, what a wait is `until`), then the field.
        _, *inner = one["field"].split(".")
        field = ".".join(inner[1:] if kind in ("trigger", "wait") else inner)
        found.append(Problem("settings", one["message"], key, field=field or None))
    return found

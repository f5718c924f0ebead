"""Random valid journeys and histories: any circle has a wait in it, and from everywhere a way leads out."""

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from random import Random
from typing import Any

from tests.modules.campaigns.journeys import BY_HAND, END, event_wait, line, node, wait

BEGINS = datetime(2026, 3, 2, 9, tzinfo=UTC)
KINDS = ("web.page_view", "email.opened", "web.event")
SCORES = (5, 35, 65, 95)
ZONES = ("Europe/Berlin", "America/Los_Angeles", "Asia/Kolkata", None)


@dataclass
class Case:
    """A journey, and what happens to each of its people (by place in the list) in forty days."""

    draft: dict[str, Any]
    scores: list[int]
    zones: list[str | None]
    history: list[list[tuple[datetime, str]]] = field(default_factory=list)
    until: datetime = BEGINS + timedelta(days=40)


def random_case(chance: Random) -> Case:
    """A case; the same for the same state of `chance`."""
    steps = [_step(chance, f"s{number}") for number in range(chance.randint(1, 8))]
    keys = [step["id"] for step in steps]
    edges = line(f"in > {keys[0]}")
    for number, step in enumerate(steps):
        later = [*keys[number + 1 :], "out"]
        for place, port in enumerate(_ports(step)):
            # The second way out of a wait may lead back: a circle that holds people up.
            back = place == 1 and step["kind"] in ("wait", "score_wait") and chance.random() < 0.3
            to = chance.choice(keys[: number + 1]) if back else chance.choice(later)
            edges.append({"from": step["id"], "port": port, "to": to})
    settings: dict[str, Any] = {}
    if chance.random() < 0.3:
        settings["goal"] = {"event": {"kind": chance.choice(KINDS)}}
    if chance.random() < 0.2:
        settings["exit_when"] = {"condition": {"field": "score", "op": "gte", "value": 90}}
    people = chance.randint(1, 3)
    history = [
        sorted(
            (BEGINS + timedelta(minutes=chance.randint(1, 40 * 1440)), chance.choice(KINDS))
            for _ in range(chance.randint(0, 6))
        )
        for _ in range(people)
    ]
    return Case(
        {"nodes": [BY_HAND, *steps, END], "edges": edges, "settings": settings},
        [chance.choice(SCORES) for _ in range(people)], [chance.choice(ZONES) for _ in range(people)], history,
    )  # fmt: skip


def _step(chance: Random, key: str) -> dict[str, Any]:
    match chance.randint(0, 9):
        case 0 | 1:
            return wait(key, chance.randint(1, 9), chance.choice(["days", "hours"]))
        case 2 | 3:
            return event_wait(key, chance.choice(KINDS), chance.randint(1, 12))
        case 4:
            days = chance.sample(range(7), chance.randint(0, 3))
            return node(key, "wait", until="clock", at=f"{chance.randint(0, 23):02}:30", weekdays=days)
        case 5:
            return node(key, "branch", condition={"field": "score", "op": "gte", "value": chance.choice([30, 60, 90])})
        case 6:
            return node(key, "split", variants=[{"key": "a", "weight": 2}, {"key": "b", "weight": 1}])
        case 7:
            timeout = {"amount": chance.randint(1, 9), "unit": "days"}
            return node(key, "score_wait", at_least=chance.choice([30, 60]), timeout=timeout)
        case 8:
            days = chance.sample(range(7), chance.randint(0, 2))
            return node(key, "wait", until="best", within_days=7, earliest="07:30", weekdays=days)
        case _:
            return node(key, "task", title="Look after {{ first_name }}")


def _ports(step: dict[str, Any]) -> tuple[str, ...]:
    settings = step["settings"]
    if step["kind"] == "score_wait" or settings.get("until") == "event":
        return ("next", "timeout")
    return {"branch": ("yes", "no"), "split": ("a", "b")}.get(step["kind"], ("next",))

"""The Schema-Guided Dialogue set (Rastogi et al., AAAI 2020): what its people said, with the slots they filled.

Its dialogues take place on 1 March 2019, a Friday, in the United States.
"""

from collections.abc import Iterator, Mapping
from datetime import date
from pathlib import Path
from typing import Any

import orjson

from tradewind.kernel.errors import CannotStart
from tradewind.modules.qualification.evaluation.scoring import Example, comparable

TODAY, REGION = date(2019, 3, 1), "US"
_NUMBERS = ("passengers", "stay_length", "star_rating")
_PLACES = (
    "city", "location", "area", "city_of_event", "destination", "destination_city", "origin_city",
    "destination_airport", "origin_airport",
)  # fmt: skip
_NAMES = ("recipient_name", "contact_name", "receiver")
_AMOUNTS = ("amount", "transfer_amount")
VISITOR_KINDS = ("date", "time", "number", "money", "place", "name")


def visitor_turns(folder: Path) -> Iterator[Example]:
    """Every turn of a visitor, with what it informs of. Raises CannotStart."""
    for turn in _turns(folder, "USER"):
        facts: dict[str, set[Any]] = {kind: set() for kind in VISITOR_KINDS}
        for frame in turn["frames"]:
            for action in frame.get("actions", []):
                kind = _kind(action["slot"])
                if action["act"] == "INFORM" and kind and action["values"] != ["dontcare"]:
                    facts[kind].add(_value(kind, action))
        yield Example(turn["utterance"], "en", {kind: frozenset(held) for kind, held in facts.items()})


def system_turns(folder: Path) -> Iterator[Example]:
    """Turns of the other side that tell a phone number or a price, which visitors of this set hardly do."""
    for turn in _turns(folder, "SYSTEM"):
        text = turn["utterance"]
        facts: dict[str, set[Any]] = {}
        for frame in turn["frames"]:
            for slot in frame.get("slots", []):
                said = text[slot["start"] : slot["exclusive_end"]]
                digits = "".join(letter for letter in said if letter.isdigit())
                if slot["slot"] == "phone_number" and len(digits) >= 10:
                    # Those without a country's code are American.
                    facts.setdefault("phone", set()).add(f"+{digits}" if "+" in said else f"+1{digits[-10:]}")
                elif said.startswith("$") and said[1:].replace(",", "").replace(".", "").isdigit():
                    amount = {"amount": float(said[1:].replace(",", "")), "currency": "USD"}
                    facts.setdefault("money", set()).add(comparable("money", amount))
        if facts:
            yield Example(text, "en", {kind: frozenset(held) for kind, held in facts.items()})


def _kind(slot: str) -> str | None:
    if slot in _PLACES:
        return "place"
    if slot in _NAMES:
        return "name"
    if slot in _AMOUNTS:
        return "money"
    if slot.startswith("number_") or slot in _NUMBERS:
        return "number"
    if slot == "date" or slot.endswith("_date"):
        return "date"
    return "time" if slot == "time" or slot.endswith("_time") else None


def _value(kind: str, action: Mapping[str, Any]) -> Any:
    canonical = action["canonical_values"][0]
    if kind == "money":
        return comparable(kind, {"amount": float(canonical), "currency": "USD"})
    return comparable(kind, action["values"][0] if kind in ("place", "name") else canonical)


def _turns(folder: Path, speaker: str) -> Iterator[dict[str, Any]]:
    paths = sorted(folder.glob("dialogues_*.json"))
    if not paths:
        raise CannotStart(f"{folder} holds no dialogues_….json of the Schema-Guided Dialogue set.")
    for path in paths:
        for dialogue in orjson.loads(path.read_bytes()):
            yield from (turn for turn in dialogue["turns"] if turn["speaker"] == speaker)

"""Suggesting what each column is, with the reason and how sure it is."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from itertools import zip_longest
from typing import Any

from tradewind.modules.leads import exported
from tradewind.modules.leads.importing.limits import PROFILE_ROWS
from tradewind.modules.leads.importing.profile import ColumnProfile, Kind, association, infer_kind
from tradewind.modules.leads.importing.targets import (
    TARGETS,
    field_key,
    header_words,
    sounds_after_the_fact,
    target_of_header,
)
from tradewind.modules.leads.importing.values import parse_outcome
from tradewind.modules.leads.normal_forms import fold

SURE = 0.7
# Above this a single column tells the outcome better than anything known beforehand does in practice.
TOO_STRONG = 0.85
_FEW_NAMES = 30
_ASSOCIATION_ROWS = 8_000
_ASSOCIATION_CELLS = 2_000_000

STATUS_WORDS = {
    "new": "new", "open": "new", "neu": "new", "nouveau": "new", "nuevo": "new", "lead": "new", "fresh": "new",
    "contacted": "contacted", "working": "contacted", "attempted to contact": "contacted", "connected": "contacted",
    "in progress": "contacted", "kontaktiert": "contacted", "nurturing": "contacted",
    "qualified": "qualified", "sql": "qualified", "mql": "qualified", "opportunity": "qualified",
    "open deal": "qualified", "qualifiziert": "qualified",
    "unqualified": "unqualified", "disqualified": "unqualified", "bad timing": "unqualified", "junk": "unqualified",
    "customer": "customer", "won": "customer", "closed won": "customer", "client": "customer", "kunde": "customer",
    "converted": "customer", "lost": "lost", "closed lost": "lost", "verloren": "lost", "dead": "lost",
}  # fmt: skip


@dataclass(slots=True)
class Suggestion:
    """What one column should become. One of `target`, `create` and `ignore` is set."""

    source: str
    index: int
    target: str | None = None
    create: dict[str, Any] | None = None
    ignore: bool = False
    confidence: float = 0.5
    reason: str = ""
    format: str | None = None
    used_for_scoring: bool = True
    scoring_reason: str | None = None
    association: float | None = None
    filled: int = 0
    empty: int = 0
    distinct: int = 0
    samples: list[str] = field(default_factory=list)
    placeholders: list[dict[str, Any]] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)

    def as_json(self) -> dict[str, Any]:
        """For storage."""
        return asdict(self)


@dataclass(frozen=True, slots=True)
class KnownField:
    """A custom field the organisation has already."""

    key: str
    label: str
    kind: str


def suggest(
    header: Sequence[str], rows: Sequence[Sequence[str]], known: Sequence[KnownField], *, whole_file: bool
) -> list[Suggestion]:
    """One suggestion per column, from its name and its sampled values; no field is suggested twice."""
    profiles = [ColumnProfile() for _ in header]
    # Ragged rows count as far as they go.
    columns = zip_longest(*rows[:PROFILE_ROWS])
    for profile, column in zip(profiles, columns, strict=False):
        profile.add(cell for cell in column if cell is not None)
    own = exported.fields_of(header)
    suggestions = [_suggest_one(index, name, profiles[index], own.get(name)) for index, name in enumerate(header)]
    _resolve_clashes(suggestions)
    _fill_gaps(suggestions, profiles)
    _make_custom(suggestions, profiles, known, whole_file=whole_file)
    _judge_for_scoring(suggestions, profiles, rows)
    return suggestions


def _suggest_one(index: int, name: str, profile: ColumnProfile, own: str | None) -> Suggestion:
    suggestion = Suggestion(
        name, index, filled=profile.filled, empty=profile.empty, distinct=profile.distinct,
        samples=[value[:80] for value, _ in profile.values.most_common(5)],
        placeholders=[{"value": value, "count": count} for value, count in profile.placeholders.most_common(8)],
    )  # fmt: skip
    if own is not None:
        return _as_exported(suggestion, own, profile)
    target = target_of_header(name)
    if target is None:
        return suggestion
    confidence, doubt = _agreement(target, profile)
    label = TARGETS[target].label
    if confidence >= 0.4:
        suggestion.target, suggestion.confidence = target, confidence
        suggestion.reason = f"The name says “{label}”" + (f", but {doubt}." if doubt else ".")
        _read_format(suggestion, profile)
    else:
        suggestion.notes.append(f"The name sounds like “{label}”, but {doubt}.")
    return suggestion


def _as_exported(suggestion: Suggestion, field: str, profile: ColumnProfile) -> Suggestion:
    suggestion.confidence = 0.98
    if field in TARGETS:
        suggestion.target, suggestion.reason = field, "The file is an export of leads."
        _read_format(suggestion, profile)
    else:
        suggestion.ignore, suggestion.reason = True, "The file is an export of leads; this is found out anew."
    return suggestion


def _agreement(target: str, profile: ColumnProfile) -> tuple[float, str]:
    """How sure the name is once the values are looked at, and the doubt in words."""
    if not profile.filled:
        return 0.6, "the column is empty"
    values = profile.looked_at()
    match TARGETS[target].kind:
        case "email":
            share = profile.emails()
            return (0.98, "") if share > 0.9 else (0.5 + share / 3, "some values are no e-mail addresses") \
                if share > 0.4 else (0.1, "most values are no e-mail addresses")  # fmt: skip
        case "phone":
            digits = profile.share(sum(c.isdigit() for c in value) >= 5 for value in values)
            return (0.95, "") if digits > 0.7 else (0.2, "most values hold no number")
        case "country":
            share = profile.countries()
            return (0.97, "") if share > 0.85 else (0.75, "some values are no countries") \
                if share > 0.5 else (0.2, "most values are no countries")  # fmt: skip
        case "boolean":
            ok = infer_kind(profile).kind == "boolean"
            return (0.97, "") if ok else (0.2, "its values are not yes and no")
        case "outcome":
            known = profile.share(parse_outcome(value) is not None for value in values)
            if known < 0.6 or profile.distinct > 6:
                return 0.2, "its values are not won and lost"
            certain = len(values) >= 2
            return (0.95, "") if certain else (0.75, "only one outcome occurs")
        case "datetime":
            ok = infer_kind(profile).kind in ("date", "datetime")
            return (0.95, "") if ok else (0.2, "its values are no dates")
        case "number":
            ok = infer_kind(profile).kind == "number"
            return (0.9, "") if ok else (0.3, "its values are not all numbers")
        case "status":
            share = profile.share(fold(value) in STATUS_WORDS for value in values)
            return (0.9, "") if share > 0.8 else (0.2, "its values are other steps than ours")
        case "id":
            return (0.95, "") if profile.identifies or profile.filled < 20 else (0.3, "its values repeat")
        case "name":
            # Long files repeat given names too: only a handful of words is no column of names.
            alike = profile.filled >= 50 and profile.distinct < min(profile.filled * 0.05, _FEW_NAMES)
            # “First name” says what it is all the same; “Name” may name anything, and three words are salutations.
            certainty = 0.3 if target == "full_name" or profile.distinct <= 3 else 0.6
            return (certainty, "a few words repeat all the time") if alike else (0.92, "")
        case "tags":
            parted = profile.share("," in value or ";" in value or "|" in value for value in values)
            listed = parted > 0.2 and profile.longest <= 500
            return (0.85, "") if listed else (0.2, "each cell holds one choice, not several tags")
        case _:
            return 0.92, ""


def _read_format(suggestion: Suggestion, profile: ColumnProfile) -> None:
    kind = TARGETS[suggestion.target].kind if suggestion.target else ""
    if kind in ("datetime", "number"):
        _note_kind(suggestion, infer_kind(profile))


def _note_kind(suggestion: Suggestion, kind: Kind) -> None:
    suggestion.format = kind.format
    if kind.note:
        suggestion.notes.append(kind.note)
        suggestion.confidence = min(suggestion.confidence, 0.6)


def _resolve_clashes(suggestions: list[Suggestion]) -> None:
    best: dict[str, Suggestion] = {}
    for suggestion in suggestions:
        target = suggestion.target
        if target is None:
            continue
        other = best.get(target)
        if other is None:
            best[target] = suggestion
            continue
        loser, winner = sorted((suggestion, other), key=lambda s: (s.confidence, s.filled))
        best[target] = winner
        loser.target, loser.format = None, None
        loser.notes.append(f"“{winner.source}” fills {TARGETS[target].label} already.")


def _fill_gaps(suggestions: list[Suggestion], profiles: list[ColumnProfile]) -> None:
    """Find e-mails, phone numbers and countries by their values where no name says so."""
    used = {suggestion.target for suggestion in suggestions}
    for target, measure, needed, certainty, words in (
        ("email", ColumnProfile.emails, 0.9, 0.9, "The values are e-mail addresses."),
        ("phone", ColumnProfile.phones, 0.8, 0.75, "The values look like phone numbers."),
        ("country", ColumnProfile.countries, 0.95, 0.7, "The values are countries."),
    ):
        if target in used:
            continue
        candidates = [
            (measure(profiles[s.index]), s)
            for s in suggestions
            if s.target is None and not s.ignore and profiles[s.index].filled >= 3
        ]
        share, found = max(candidates, key=lambda pair: pair[0], default=(0.0, None))
        if found is not None and share >= needed:
            found.target, found.confidence, found.reason = target, certainty, words


def _make_custom(
    suggestions: list[Suggestion], profiles: list[ColumnProfile], known: Sequence[KnownField], *, whole_file: bool
) -> None:
    by_words = {header_words(one.label): one for one in known} | {header_words(one.key): one for one in known}
    taken = {one.key for one in known}
    for suggestion in suggestions:
        if suggestion.target is not None or suggestion.ignore:
            continue
        profile = profiles[suggestion.index]
        if not profile.filled and whole_file:
            suggestion.ignore, suggestion.confidence = True, 0.9
            suggestion.reason = "The column is empty."
            continue
        kind = infer_kind(profile)
        existing = by_words.get(header_words(suggestion.source))
        suggestion.confidence = 0.85
        _note_kind(suggestion, kind)
        if existing is not None and _compatible(existing.kind, kind.kind):
            suggestion.target = f"custom.{existing.key}"
            suggestion.reason = f"The name is that of your field “{existing.label}”."
            by_words.pop(header_words(suggestion.source))
            continue
        key = field_key(suggestion.source, taken)
        taken.add(key)
        suggestion.create = {
            "key": key, "label": suggestion.source, "kind": kind.kind, "options": list(kind.options),
        }  # fmt: skip
        suggestion.reason = f"No field has this name; a field of your own keeps it ({kind.kind.replace('_', ' ')})."


def _compatible(existing: str, inferred: str) -> bool:
    return existing == inferred or existing == "text" or (existing in ("select", "multi_select") and inferred in (
        "select", "text", "boolean", "number",
    )) or {existing, inferred} == {"date", "datetime"}  # fmt: skip


def _judge_for_scoring(
    suggestions: list[Suggestion], profiles: list[ColumnProfile], rows: Sequence[Sequence[str]]
) -> None:
    outcome_column = next((s.index for s in suggestions if s.target == "converted"), None)
    outcome: list[bool | None] | None = None
    if outcome_column is not None:
        bound = min(_ASSOCIATION_ROWS, max(500, _ASSOCIATION_CELLS // max(1, len(suggestions))))
        step = max(1, len(rows) // bound)
        rows = rows[::step][:bound]
        outcome = [parse_outcome(row[outcome_column]) if outcome_column < len(row) else None for row in rows]
    for suggestion in suggestions:
        if suggestion.ignore or suggestion.target == "converted":
            suggestion.used_for_scoring = False
            continue
        if outcome is not None:
            cells = [row[suggestion.index] if suggestion.index < len(row) else "" for row in rows]
            suggestion.association = association(cells, outcome)
        _judge_one(suggestion, profiles[suggestion.index])


def _judge_one(suggestion: Suggestion, profile: ColumnProfile) -> None:
    custom_kind = (suggestion.create or {}).get("kind")
    told = f" Alone it tells the outcome with {suggestion.association:.2f} (0.5 is chance, 1 always right)." \
        if suggestion.association is not None else ""  # fmt: skip
    word = sounds_after_the_fact(suggestion.source)
    if suggestion.target in ("status", "converted_at", "last_activity_at"):
        suggestion.used_for_scoring = False
        suggestion.scoring_reason = "It changes with the outcome." + told
    elif suggestion.association is not None and suggestion.association >= TOO_STRONG:
        suggestion.used_for_scoring = False
        suggestion.scoring_reason = (
            f"Alone it tells the outcome with {suggestion.association:.2f} (0.5 is chance, 1 always right): too well "
            "to have been known before. It was probably filled in afterwards."
        )
    elif word and not (suggestion.target or "").startswith(("email", "phone", "company")):
        suggestion.used_for_scoring = False
        suggestion.scoring_reason = f"“{word}” is usually filled in or changed after the outcome is known.{told}"
    elif suggestion.target in ("id", "external_id", "email", "phone", "first_name", "last_name", "full_name"):
        suggestion.used_for_scoring = False
        suggestion.scoring_reason = "It identifies a person."
    elif profile.identifies and custom_kind in ("number", "text", "select"):
        suggestion.used_for_scoring = False
        suggestion.scoring_reason = "Every value is different: it identifies a lead, it does not describe one."
    elif custom_kind == "text":
        suggestion.used_for_scoring = False
        suggestion.scoring_reason = "Free text is not used by the score."


def default_match_on(targets: Mapping[str, Any] | set[str]) -> list[str]:
    """By what duplicates are found, given the fields a file fills."""
    found = [key for key in ("id", "external_id", "email") if key in targets]
    return found or (["phone"] if "phone" in targets else [])

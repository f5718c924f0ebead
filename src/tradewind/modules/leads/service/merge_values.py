"""Which value a merged lead gets, field by field; and which an undo gives back. Works on rows as JSON."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from tradewind.modules.leads.schemas.texts import MAX_TAGS

Row = dict[str, Any]

# A choice takes all columns of its group, so that a normal form never parts from its original.
GROUPS: dict[str, tuple[str, ...]] = {
    "name": ("first_name", "last_name", "full_name"),
    "email": ("email", "email_key"),
    "phone": ("phone", "phone_key"),
    "company": ("company_id", "company_name"),
    **{
        name: (name,)
        for name in (
            "job_title", "status", "source", "country", "region", "city", "language", "time_zone", "website",
            "owner_id", "external_id",
        )
    },
}  # fmt: skip
ALIASES = {"full_name": "name", "company_id": "company", "company_name": "company"}
PARTS_OF_NAME = ("first_name", "last_name")
_SCORE = (
    "score", "score_probability", "score_band", "score_kind", "score_model_id", "scored_at", "score_fit",
    "score_engagement",
)  # fmt: skip
# What an undo neither compares nor reports: versions only rise, times and texts follow from the rest.
_OWN_RULES = frozenset({"version", "updated_at", "notes_text", "custom", "enrichment", "tags", *_SCORE})


def unknown_fields(names: Sequence[str]) -> list[str]:
    """Names that are no mergeable field."""
    known = {*GROUPS, *ALIASES, *PARTS_OF_NAME}
    return [name for name in names if name not in known and not (name.startswith("custom.") and len(name) > 7)]


def merged_row(winner: Row, losers: Sequence[Row], chosen: Mapping[str, Row]) -> Row:
    """The winner after the merge. `chosen` maps a field to the row whose value is kept; gaps are filled in order."""
    result = dict(winner)
    result["enrichment"] = dict(winner["enrichment"])
    picks = {ALIASES.get(name, name): row for name, row in chosen.items()}
    for group, columns in GROUPS.items():
        source = picks.get(group)
        if source is None and _empty(winner, columns):
            source = next((row for row in losers if not _empty(row, columns)), None)
        if source is not None and source is not winner:
            _take(result, source, columns)
    for part in PARTS_OF_NAME:
        if part in picks:
            _take(result, picks[part], (part,))
            result["full_name"] = " ".join(filter(None, (result["first_name"], result["last_name"])))
    result["custom"] = _custom(winner, losers, picks)
    tags: dict[str, str] = {}
    for tag in (tag for row in (winner, *losers) for tag in row["tags"]):
        tags.setdefault(tag.casefold(), tag)
    result["tags"] = list(tags.values())[:MAX_TAGS]
    _outcome(result, (winner, *losers), chosen_status="status" in picks)
    for flag in ("do_not_email", "do_not_call"):
        result[flag] = any(row[flag] for row in (winner, *losers))
    result["first_seen_at"] = _earliest(row["first_seen_at"] for row in (winner, *losers))
    result["last_activity_at"] = _latest(row["last_activity_at"] for row in (winner, *losers))
    return result


def restored_row(before: Row, after: Row, current: Row) -> tuple[Row, list[str]]:
    """The row that an undo writes, and the fields left as they are because someone edited them since."""
    result = dict(before)
    kept = []
    for column, value in current.items():
        if column in _OWN_RULES or column not in before:
            continue
        if value != after.get(column):
            result[column] = value
            kept.append(column)
    for column in ("custom", "enrichment"):
        result[column], edited = _restored_keys(before[column], after[column], current[column])
        if column == "custom":
            kept += [f"custom.{key}" for key in edited]
    if set(current["tags"]) != set(after["tags"]):
        added = [tag for tag in current["tags"] if tag not in after["tags"]]
        removed = set(after["tags"]) - set(current["tags"])
        result["tags"] = [tag for tag in before["tags"] if tag not in removed] + added
        kept.append("tags")
    result["version"] = current["version"] + 1
    return result, kept


def _restored_keys(before: Row, after: Row, current: Row) -> tuple[Row, list[str]]:
    result = dict(before)
    edited = []
    for key in {*before, *after, *current}:
        if current.get(key) != after.get(key):
            edited.append(key)
            if key in current:
                result[key] = current[key]
            else:
                result.pop(key, None)
    return result, sorted(edited)


def _take(result: Row, source: Row, columns: Sequence[str]) -> None:
    for column in columns:
        result[column] = source[column]
        result["enrichment"].pop(column, None)
        if column in source["enrichment"]:
            result["enrichment"][column] = source["enrichment"][column]


def _custom(winner: Row, losers: Sequence[Row], picks: Mapping[str, Row]) -> Row:
    values = dict(winner["custom"])
    for row in losers:
        for key, value in row["custom"].items():
            if values.get(key) in (None, "", []):
                values[key] = value
    for name, row in picks.items():
        if name.startswith("custom."):
            key = name.removeprefix("custom.")
            if key in row["custom"]:
                values[key] = row["custom"][key]
            else:
                values.pop(key, None)
    return values


def _outcome(result: Row, rows: Sequence[Row], *, chosen_status: bool) -> None:
    outcomes = [row["converted"] for row in rows]
    if True in outcomes:
        result["converted"] = True
        result["converted_at"] = _earliest(row["converted_at"] for row in rows if row["converted"])
        if not chosen_status:
            result["status"] = "customer"
    elif None in outcomes:
        # One of them is still being worked on, so the person is not lost.
        result["converted"], result["converted_at"] = None, None
    else:
        result["converted_at"] = _latest(row["converted_at"] for row in rows)


def _empty(row: Row, columns: Sequence[str]) -> bool:
    return all(row[column] in (None, "") for column in columns)


def _earliest(values: Any) -> str | None:
    return min((value for value in values if value), key=datetime.fromisoformat, default=None)


def _latest(values: Any) -> str | None:
    return max((value for value in values if value), key=datetime.fromisoformat, default=None)


def chosen_rows(fields: Mapping[str, UUID], rows: Mapping[UUID, Row]) -> dict[str, Row]:
    """The choice as rows instead of ids."""
    return {name: rows[lead_id] for name, lead_id in fields.items()}

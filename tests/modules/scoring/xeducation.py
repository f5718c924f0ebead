"""The real leads of X Education as engine subjects, mapped the way the import maps them."""

import csv
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np

TYPED_BY_SALES = ("Tags", "Lead Quality", "Lead Profile")
AFTER_CONTACT = (
    "Last Activity",
    "Last Notable Activity",
    "Asymmetrique Activity Index",
    "Asymmetrique Profile Index",
    "Asymmetrique Activity Score",
    "Asymmetrique Profile Score",
)
COLUMN_SETS: dict[str, tuple[str, ...]] = {
    "pre": TYPED_BY_SALES + AFTER_CONTACT,
    "behav": TYPED_BY_SALES,
    "all": (),
}
_STANDARD = {"Lead Source": "source", "Country": "country", "City": "city"}
_YES_NO = {"Do Not Email": "do_not_email", "Do Not Call": "do_not_call"}
_NOT_FIELDS = {"Prospect ID", "Converted", *_STANDARD, *_YES_NO}
_IMPORTED_AT = datetime(2026, 3, 2, 9, 30, tzinfo=UTC)


@dataclass(frozen=True)
class Field:
    """A custom field as leads describes it."""

    key: str
    label: str
    kind: str = "text"
    used_for_scoring: bool = True


@dataclass(frozen=True)
class Row:
    """One lead as the engine reads it."""

    fields: dict[str, Any]
    custom: dict[str, Any] = field(default_factory=dict)
    company: dict[str, Any] = field(default_factory=dict)
    activities: tuple[Any, ...] = ()
    created_at: datetime = _IMPORTED_AT
    as_of: datetime = _IMPORTED_AT


def load(folder: Path, column_set: str) -> tuple[list[Row], np.ndarray, list[Field], np.ndarray]:
    """Subjects, outcome (n,), fields and validation mask (n,) of the fixed split."""
    with (folder / "leads.csv").open(encoding="utf-8") as file:
        table = list(csv.DictReader(file))
    with (folder / "split.csv").open(encoding="utf-8") as file:
        part = {row["Prospect ID"]: row["part"] for row in csv.DictReader(file)}
    fields = [
        Field(key=name.lower().replace(" ", "_"), label=name, used_for_scoring=name not in COLUMN_SETS[column_set])
        for name in table[0]
        if name not in _NOT_FIELDS
    ]
    rows = [
        Row(
            fields={
                "import_row": number,
                **{target: record[name] for name, target in _STANDARD.items()},
                **{target: record[name] == "Yes" for name, target in _YES_NO.items()},
            },
            custom={item.key: record[item.label] for item in fields},
        )
        for number, record in enumerate(table, start=1)
    ]
    outcome = np.array([record["Converted"] == "1" for record in table])
    validation = np.array([part[record["Prospect ID"]] == "valid" for record in table])
    return rows, outcome, fields, validation

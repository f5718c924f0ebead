"""Drafts as the lines COPY takes, written by the thread that reads: the loader adds only what the database knows."""

import os
import time
from typing import Any

import orjson

from tradewind.modules.leads.importing.plan import Plan
from tradewind.modules.leads.importing.reading import LeadDraft

DELIMITER, QUOTE = "\x1f", "\x1e"
PERSON_COLUMNS = (
    "first_name", "last_name", "full_name", "email", "email_key", "phone", "phone_key", "company_name", "country",
    "website",
)  # fmt: skip
TEXT_COLUMNS = ("job_title", "status", "source", "region", "city", "language", "time_zone", "external_id")
OTHER_COLUMNS = (
    "converted", "converted_at", "first_seen_at", "last_activity_at", "do_not_email", "do_not_call",
)  # fmt: skip
ID_COLUMNS = ("id", "activity_id", "company_id")


class LineWriter:
    """Writes drafts of one plan; `columns` are what a line holds after ID_COLUMNS."""

    def __init__(self, plan: Plan) -> None:
        targets = plan.targets
        self._texts = [name for name in TEXT_COLUMNS if name in targets]
        self._others = [name for name in OTHER_COLUMNS if name in targets]
        self.columns = ["import_row", *PERSON_COLUMNS, *self._texts, *self._others, "tags", "custom", "enrichment"]

    def write(self, draft: LeadDraft) -> str:
        """The draft's line. No text holds a line break or a control character, so that nothing needs quoting."""
        person, get, dumps = draft.person, draft.values.get, orjson.dumps
        tags = get("tags")
        return DELIMITER.join([
            str(draft.row), person.first_name, person.last_name, person.full_name, person.email or "",
            person.email_key or "", person.phone or "", person.phone_key or "", person.company_name or "",
            person.country or "", person.website or "",
            *[get(name) or "" for name in self._texts],
            *[_text(get(name)) for name in self._others],
            dumps(tags).decode() if tags else "",
            dumps(draft.custom).decode() if draft.custom else "",
            dumps(person.findings).decode() if person.findings else "",
        ])  # fmt: skip


def _text(value: Any) -> str:
    return "" if value is None else str(value)


def listed(parameter: int) -> str:
    """SQL for the rows of a text parameter joined by DELIMITER: far cheaper to send than an array of thousands."""
    return f"unnest(string_to_array(${parameter}::text, chr({ord(DELIMITER)})))"


def rising_ids(count: int) -> list[str]:
    """Rising version 7 UUIDs as hex: one millisecond and counter, the random part counted up."""
    start = (time.time_ns() // 1_000_000 << 80) | (0x7 << 76) | (0b10 << 62)
    start |= (int.from_bytes(os.urandom(2), "big") & 0xFFF) << 64
    # Leave room above, so that counting never runs into the variant bits.
    start |= int.from_bytes(os.urandom(8), "big") & 0x1FFF_FFFF_FFFF_FFFF
    return ["%032x" % (start + number) for number in range(count)]

"""Deciding, for a batch, which rows are new leads and which change known ones."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from uuid import UUID

from tradewind.modules.leads.importing.plan import Plan
from tradewind.modules.leads.importing.reading import Key, LeadDraft, RejectedRow

NOBODY = "No lead has this id, and nothing else in the row tells who it is."


@dataclass(slots=True)
class Slot:
    """One lead of a batch: new, or known by `lead_id`; `draft` is what all its rows together say."""

    draft: LeadDraft
    lead_id: UUID | None = None
    rows: int = 1
    company_id: str | None = None


@dataclass(slots=True)
class Decision:
    """What a batch does. `added_rows` changed a lead that the batch itself adds; `rejected` name nobody there is."""

    new: list[Slot] = field(default_factory=list)
    known: list[Slot] = field(default_factory=list)
    rejected: list[RejectedRow] = field(default_factory=list)
    skipped: int = 0
    added_rows: int = 0


def decide(plan: Plan, drafts: Iterable[LeadDraft], existing: Mapping[Key, UUID]) -> Decision:
    """Sort the rows of a batch into new leads, changes and duplicates to leave out, by the plan's policy."""
    decision = Decision()
    drafts = list(_of_somebody(plan, drafts, existing, decision))
    if plan.duplicates == "create":
        decision.new = [Slot(draft) for draft in drafts]
        return decision
    seen: dict[Key, Slot] = {}
    by_lead: dict[UUID, Slot] = {}
    for draft in drafts:
        keys = draft.keys
        slot = lead_id = None
        for key in keys:
            if (slot := seen.get(key)) is not None:
                break
        if slot is None:
            for key in keys:
                if (lead_id := existing.get(key)) is not None:
                    break
            slot = by_lead.get(lead_id) if lead_id is not None else None
            if slot is None:
                if lead_id is not None and plan.duplicates == "skip":
                    decision.skipped += 1
                    continue
                slot = Slot(draft, lead_id)
                if lead_id is None:
                    decision.new.append(slot)
                else:
                    decision.known.append(slot)
                    by_lead[lead_id] = slot
                for key in keys:
                    seen.setdefault(key, slot)
                continue
        if plan.duplicates == "skip":
            decision.skipped += 1
            continue
        _join(slot.draft, draft, overwrite=plan.duplicates == "update")
        slot.rows += 1
        decision.added_rows += slot.lead_id is None
        for key in keys:
            seen.setdefault(key, slot)
    return decision


def names_nobody(plan: Plan, draft: LeadDraft, existing: Mapping[Key, UUID]) -> bool:
    """Whether only an id tells who the row is about, and no lead has it."""
    return draft.cells is not None and (plan.duplicates == "create" or not any(key in existing for key in draft.keys))


def _of_somebody(
    plan: Plan, drafts: Iterable[LeadDraft], existing: Mapping[Key, UUID], decision: Decision
) -> Iterator[LeadDraft]:
    for draft in drafts:
        if names_nobody(plan, draft, existing):
            decision.rejected.append(RejectedRow(draft.row, draft.cells or [], NOBODY))
        else:
            yield draft


_PERSON_FIELDS = (
    "first_name", "last_name", "full_name", "email", "email_key", "phone", "phone_key", "country", "company_name",
    "company_domain", "company_key", "website",
)  # fmt: skip


def _join(first: LeadDraft, later: LeadDraft, *, overwrite: bool) -> None:
    first.line = None
    tags = list(dict.fromkeys([*first.values.get("tags", ()), *later.values.get("tags", ())]))
    if overwrite:
        first.values.update(later.values)
        first.custom.update(later.custom)
        first.person.findings.update(later.person.findings)
    else:
        first.values = {**later.values, **first.values}
        first.custom = {**later.custom, **first.custom}
        first.person.findings = {**later.person.findings, **first.person.findings}
    if tags:
        first.values["tags"] = tags[:50]
    for name in _PERSON_FIELDS:
        value = getattr(later.person, name)
        if value and (overwrite or not getattr(first.person, name)):
            setattr(first.person, name, value)

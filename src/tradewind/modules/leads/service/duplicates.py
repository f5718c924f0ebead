"""Leads that may be one person, with the reasons in words."""

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from tradewind.kernel.database import actor_of
from tradewind.kernel.pagination import Cursor, InvalidCursor
from tradewind.modules.leads.errors import LeadNotFound
from tradewind.modules.leads.models.people import Lead
from tradewind.modules.leads.repository import duplicates as repository
from tradewind.modules.leads.schemas.merges import (
    DuplicateCandidate,
    DuplicateGroup,
    DuplicateGroups,
    DuplicateLead,
    DuplicateReason,
    MatchedBy,
)

# Shared mailboxes: two people may well answer them.
_ROLE_BOXES = frozenset(
    ["admin", "billing", "contact", "hello", "help", "hr", "info", "jobs", "mail", "marketing", "office", "press",
     "sales", "service", "support", "team", "webmaster"]
)  # fmt: skip
_CONFIDENCE: Mapping[MatchedBy, float] = {"email": 0.97, "phone": 0.85, "name": 0.75}
_ORDER: tuple[MatchedBy, ...] = ("email", "phone", "name")
_CURSOR_ORDER = "duplicates"


async def duplicates_of(session: AsyncSession, lead_id: UUID, limit: int = 50) -> list[DuplicateCandidate]:
    """Leads that may be the same person as this one, surest first. Raises LeadNotFound."""
    lead = await session.get(Lead, lead_id)
    if lead is None or lead.deleted_at is not None:
        raise LeadNotFound("There is no such lead; it may have been deleted.")
    candidates = []
    for row in await repository.of_lead(session, lead_id, limit):
        reasons = []
        if row.same_email:
            reasons.append(_reason("email", row.email_key))
        if row.same_phone:
            reasons.append(_reason("phone", row.phone_key, names=[lead.full_name, row.full_name]))
        if row.same_name:
            reasons.append(_reason("name", f"{row.full_name}, {row.company_name}"))
        candidates.append(DuplicateCandidate(**_brief(row), confidence=_together(reasons), reasons=reasons))
    return sorted(candidates, key=lambda candidate: -candidate.confidence)


async def duplicate_groups(
    session: AsyncSession, *, by: MatchedBy | None, cursor: str | None, limit: int
) -> DuplicateGroups:
    """Groups of duplicates of the whole organisation, a page at a time. Raises InvalidCursor.

    Without `by`, first all that share an e-mail, then a phone number, then name and company.
    """
    organisation_id = actor_of(session).organisation_id
    assert organisation_id is not None
    kind: MatchedBy = by or _ORDER[0]
    after = ""
    if cursor:
        kind, after = _decoded(cursor, by)
    groups: list[DuplicateGroup] = []
    while True:
        wanted = limit - len(groups)
        rows = await repository.groups(session, organisation_id=organisation_id, by=kind, after=after, limit=wanted + 1)
        briefs = await repository.briefs(session, [lead_id for row in rows[:wanted] for lead_id in row.ids])
        for row in rows[:wanted]:
            leads = [DuplicateLead(**_brief(briefs[lead_id])) for lead_id in row.ids if lead_id in briefs]
            shown = row.key if kind != "name" else f"{leads[0].full_name}, {leads[0].company_name}"
            reason = _reason(kind, shown, names=[lead.full_name for lead in leads])
            groups.append(
                DuplicateGroup(
                    by=kind,
                    value=shown,
                    words=reason.words,
                    confidence=reason.confidence,
                    count=row.number,
                    leads=leads,
                )
            )
        if len(rows) > wanted:
            return DuplicateGroups(items=groups, next_cursor=_encoded(kind, rows[wanted - 1].key))
        place = _ORDER.index(kind)
        if by or place == len(_ORDER) - 1:
            return DuplicateGroups(items=groups, next_cursor=None)
        kind, after = _ORDER[place + 1], ""
        if len(groups) == limit:
            return DuplicateGroups(items=groups, next_cursor=_encoded(kind, after))


def is_shared_mailbox(email: str) -> bool:
    """Whether an address is one that several people answer, such as info@."""
    return email.partition("@")[0] in _ROLE_BOXES


def _encoded(kind: str, key: str) -> str | None:
    return Cursor((kind, key)).encode(_CURSOR_ORDER)


def _decoded(cursor: str, by: MatchedBy | None) -> tuple[MatchedBy, str]:
    values = Cursor.decode(cursor, _CURSOR_ORDER).values
    kind, key = values
    if by and kind != by:
        raise InvalidCursor("Start again from the first page: this cursor does not fit the present list.")
    return kind, key


def _reason(by: MatchedBy, value: str, *, names: Sequence[str] = ()) -> DuplicateReason:
    confidence = _CONFIDENCE[by]
    words = {"email": "Same e-mail address", "phone": "Same phone number", "name": "Same name and company"}[by]
    if by == "email" and is_shared_mailbox(value):
        words, confidence = "Same shared mailbox", 0.5
    if by == "phone" and not _may_be_one_name(names):
        words, confidence = "Other names, same phone number", 0.3
    return DuplicateReason(by=by, value=value, words=f"{words}: {value}", confidence=confidence)


def _may_be_one_name(names: Sequence[str]) -> bool:
    """Whether all names that are known have a word in common: people of one company share its number."""
    words = [set(name.casefold().split()) for name in names if name.strip()]
    return not words or bool(set.intersection(*words))


def _together(reasons: list[DuplicateReason]) -> float:
    """Chance that at least one of the reasons is right, taking them as independent."""
    wrong = 1.0
    for reason in reasons:
        wrong *= 1 - reason.confidence
    return round(1 - wrong, 3)


def _brief(row: Any) -> dict[str, Any]:
    return {field: getattr(row, field) for field in DuplicateLead.model_fields}

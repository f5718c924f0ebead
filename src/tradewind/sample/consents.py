"""What the sample company's newest leads allow and refuse, and whom it may not reach any more."""

from datetime import timedelta

from sqlalchemy import Row, text
from sqlalchemy.ext.asyncio import AsyncSession

from tradewind.kernel.clock import now
from tradewind.modules.privacy import api as privacy
from tradewind.modules.privacy.contracts import Basis, ConsentChange, NewSuppression, Source

PEOPLE = 600
_LEADS = text("""
    SELECT id, email, created_at FROM leads WHERE email IS NOT NULL AND deleted_at IS NULL
    ORDER BY created_at DESC, id LIMIT :limit""")
_FORM = {"form": "Guide to seasons", "text": "Newsletter and offers: News, tips and offers, now and then."}
_CRM = {"document": "Balance of interests, outreach to companies, 2026"}


async def add_consents(session: AsyncSession) -> None:
    """Record consents of the newest leads in their past; the session acts for an administrator."""
    people = (await session.execute(_LEADS, {"limit": PEOPLE})).all()
    changes: list[ConsentChange] = []
    for place, person in enumerate(people):
        if place % 10 != 9:
            changes.append(_said(person, "sales", "manual", "legitimate_interest", _CRM))
        if place % 3 == 0:
            changes.append(_said(person, "marketing", "confirmation", "consent", _FORM))
        if place % 4 == 1:
            changes.append(_said(person, "product_updates", "manual", "contract", {"document": "Trial agreement"}))
    await privacy.record_consents(session, changes)
    week_ago = now() - timedelta(days=8)
    await privacy.record_consents(
        session,
        [
            ConsentChange(
                channel="email", address=person.email, purpose="marketing", state="withdrawn", source="one_click",
                proof={"language": "en"}, at=max(person.created_at, week_ago), person_id=person.id,
            )
            for person in people[12::30]
        ],
    )  # fmt: skip
    for person in people[20::90]:
        await privacy.withdraw_all(
            session, "email", person.email, source="preference_page", person_id=person.id, proof={"language": "en"}
        )
    stops = [
        NewSuppression(channel="email", address=person.email, reason="hard_bounce", source="provider", at=week_ago)
        for person in people[25::60]
    ]
    stops += [
        NewSuppression(channel="email", address=person.email, reason="complaint", source="provider", at=week_ago)
        for person in people[40::200]
    ]
    # Numbers that are kept for films and books.
    stops += [
        NewSuppression(
            channel="call",
            address=f"+1202555{number:04}",
            reason="do_not_call",
            source="import",
            note="Registry",
            at=week_ago,
        )
        for number in range(100, 130)
    ]
    await privacy.suppress(session, stops)


def _said(person: Row, purpose: str, source: Source, basis: Basis, proof: dict[str, str]) -> ConsentChange:
    return ConsentChange(
        channel="email",
        address=person.email,
        purpose=purpose,
        state="granted",
        source=source,
        basis=basis,
        proof=proof,
        at=min(person.created_at + timedelta(minutes=4), now()),
        person_id=person.id,
    )

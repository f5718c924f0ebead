"""Wishes in timelines, and the marks “do not e-mail” and “do not call” on the suppression list."""

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import NAMESPACE_OID, uuid5

from sqlalchemy import Row
from sqlalchemy.ext.asyncio import AsyncSession

from tradewind.kernel.events import subscriber
from tradewind.modules.leads.contracts import NewActivity
from tradewind.modules.leads.events import LeadsChanged, LeadsImported
from tradewind.modules.leads.repository import contacts as repository
from tradewind.modules.leads.service import consents
from tradewind.modules.leads.service.timeline import record_activities
from tradewind.modules.privacy import api as privacy
from tradewind.modules.privacy.events import AddressSuppressed, ConsentGranted, ConsentWithdrawn

_MARKS = frozenset({"do_not_email", "do_not_call", "email", "phone"})
_SHOWN = 1_000
# What only the person can have done: an entry of the channel, which journeys hear of.
_BY_THE_PERSON = frozenset({"one_click", "preference_page", "reply", "provider"})
# Told by whoever did it, or by many lines at once: no news for a timeline.
_SILENT = frozenset({"import", "lead", "merge", "sample"})
_REASONS: Mapping[str, str] = {
    "unsubscribed": "Unsubscribed from everything",
    "complaint": "Reported a message as spam",
    "hard_bounce": "Messages cannot be delivered",
    "do_not_call": "Put on the do-not-call list",
    "manual": "Put on the suppression list",
    "erased": "Asked to be erased",
}


@subscriber(LeadsChanged)
async def hold_back_changed(session: AsyncSession, event: LeadsChanged) -> None:
    """Many leads were changed, or several became one."""
    if _MARKS & set(event.changed):
        await consents.hold_back(session, event.lead_ids, lift=False)


@subscriber(LeadsImported)
async def hold_back_imported(session: AsyncSession, event: LeadsImported) -> None:
    """Lists say who is to be left alone, too."""
    await consents.hold_back_imported(session, event.import_id)


@subscriber(ConsentGranted)
async def show_consent(session: AsyncSession, event: ConsentGranted) -> None:
    """A consent, in the timelines of those whose address it is."""
    await _show(session, event, "consent.granted", f"Agreed to “{await _name(session, event.purpose)}”")


@subscriber(ConsentWithdrawn)
async def show_withdrawal(session: AsyncSession, event: ConsentWithdrawn) -> None:
    """A withdrawal, in the timelines of those whose address it is; of everything at once the suppression tells."""
    if event.everything:
        return
    kind = "email.unsubscribed" if _left_by_mail(event) else "consent.withdrawn"
    title = f"No longer wants “{await _name(session, event.purpose)}”"
    await _show(session, event, kind, title, purpose=event.purpose)


@subscriber(AddressSuppressed)
async def show_suppression(session: AsyncSession, event: AddressSuppressed) -> None:
    """A suppression, in the timelines of those whose address it is; of a complaint the mail's own entry tells."""
    if event.reason == "complaint" and event.origin_id is not None:
        return
    left = event.reason == "unsubscribed" and _left_by_mail(event)
    kind = "email.unsubscribed" if left else "consent.suppressed"
    await _show(session, event, kind, _REASONS.get(event.reason, "Put on the suppression list"))


async def _show(
    session: AsyncSession,
    event: ConsentGranted | ConsentWithdrawn | AddressSuppressed,
    kind: str,
    title: str,
    **more: str,
) -> None:
    if event.source in _SILENT:
        return
    addresses = await privacy.addresses_of(session, [bytes.fromhex(each) for each in event.contacts])
    data = {"channel": event.channel, "source": event.source, **more}
    if event.origin_id is not None and event.channel == "email":
        data["message_id"] = str(event.origin_id)
    await record_activities(
        session,
        [
            NewActivity(
                kind=kind,
                lead_id=row.id,
                title=title,
                occurred_at=event.occurred_at,
                source=event.source,
                data=data,
                # The event may come twice, its entry only once.
                id=uuid5(NAMESPACE_OID, f"{event.id}:{row.id}"),
            )
            for row in await _people(session, list(addresses.values()))
        ],
    )


def _left_by_mail(event: ConsentWithdrawn | AddressSuppressed) -> bool:
    return event.channel == "email" and event.source in _BY_THE_PERSON


async def _people(session: AsyncSession, addresses: Sequence[str]) -> Sequence[Row[Any]]:
    emails = [address for address in addresses if "@" in address]
    phones = [address for address in addresses if address.startswith("+")]
    return await repository.by_address(session, emails, phones, limit=_SHOWN) if emails or phones else ()


async def _name(session: AsyncSession, key: str) -> str:
    return next((purpose.name for purpose in await privacy.purposes(session) if purpose.key == key), key)

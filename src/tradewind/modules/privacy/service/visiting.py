"""What people do on the public pages: choose, unsubscribe, confirm. Looking changes nothing."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession

from tradewind.kernel.clock import now
from tradewind.modules.identity import api as identity
from tradewind.modules.privacy.contact_points import masked_address
from tradewind.modules.privacy.contracts import ConsentChange, ContactAsk, Language, Source, Standing, UsedToken
from tradewind.modules.privacy.models.consents import Purpose
from tradewind.modules.privacy.pages.markup import Choice
from tradewind.modules.privacy.repository import consents as repository
from tradewind.modules.privacy.repository import purposes as purposes_repository
from tradewind.modules.privacy.service import confirming, linking, opting_out
from tradewind.modules.privacy.service.asking import standings
from tradewind.modules.privacy.service.recording import record_consents
from tradewind.modules.privacy.service.wording import purpose_words


@dataclass(frozen=True, slots=True)
class Visit:
    """Who is on a page and what about; `purpose` is the name, None for everything."""

    organisation: str
    address: str
    purpose: str | None


@dataclass(frozen=True, slots=True)
class Preferences:
    """The preference page: the boxes, and whether something else than a wish stops messages."""

    visit: Visit
    choices: Sequence[Choice]
    blocked: bool


@dataclass(frozen=True, slots=True)
class Visitor:
    """How somebody came: kept as proof of what they did. `ip` is shortened to its network when stored."""

    language: str
    ip: str | None


async def preferences(session: AsyncSession, token: str, language: str) -> Preferences:
    """What may be sent to whoever holds the link. Raises LinkInvalid."""
    return await _preferences(session, await linking.use_token(session, token), language)


async def choose(session: AsyncSession, token: str, wanted: Collection[str], visitor: Visitor) -> Preferences:
    """Record what changed: boxes ticked are consents, boxes empty withdrawals. Raises LinkInvalid."""
    used = await linking.use_token(session, token)
    purposes = await _listed(session)
    allowed = await _standings(session, used, purposes)
    refused = {
        wish.purpose
        for wish in await repository.wishes(session, [used.contact_hash])
        if wish.state == "withdrawn" and wish.channel == used.channel
    }
    changes: list[ConsentChange] = []
    for purpose in purposes:
        if purpose.key in wanted and not allowed[purpose.key].allowed:
            changes.append(_change(used, purpose, "granted", "preference_page", visitor))
        elif purpose.key not in wanted and purpose.key not in refused:
            changes.append(_change(used, purpose, "withdrawn", "preference_page", visitor))
    await record_consents(session, changes)
    return await _preferences(session, used, visitor.language)


async def stop_everything(session: AsyncSession, token: str, visitor: Visitor) -> Preferences:
    """Withdraw every purpose, those yet to come included. Raises LinkInvalid."""
    used = await linking.use_token(session, token)
    await opting_out.withdraw_all(
        session, used.channel, used.address, source="preference_page", proof=_proof(visitor), origin_id=used.origin_id
    )
    return await _preferences(session, used, visitor.language)


async def look(session: AsyncSession, token: str, language: str) -> Visit:
    """What the one-click link would end. Raises LinkInvalid."""
    used = await linking.use_token(session, token)
    return await _visit(session, used, await _purpose(session, used), language)


async def unsubscribe(session: AsyncSession, token: str, visitor: Visitor) -> Visit:
    """End the purpose of the message: once or a hundred times, with the same end. Raises LinkInvalid.

    Where the message's purpose needs no consent or is gone, everything that needs one ends.
    """
    used = await linking.use_token(session, token)
    purpose = await _purpose(session, used)
    if purpose is None:
        await opting_out.withdraw_all(
            session, used.channel, used.address, source="one_click", proof=_proof(visitor), origin_id=used.origin_id
        )
    else:
        wishes = await repository.wishes(session, [used.contact_hash])
        known = {wish.purpose: wish.state for wish in wishes if wish.channel == used.channel}
        if known.get(purpose.key) != "withdrawn":
            await record_consents(session, [_change(used, purpose, "withdrawn", "one_click", visitor)])
    return await _visit(session, used, purpose, visitor.language)


async def confirmation(session: AsyncSession, token: str, language: str) -> tuple[Visit, confirming.Asked]:
    """What a confirmation link asks. Raises LinkInvalid."""
    asked = await confirming.open_link(session, token)
    return await _asked(session, asked, language), asked


async def confirm(session: AsyncSession, token: str, visitor: Visitor) -> tuple[Visit, confirming.Asked]:
    """Make a pending consent hold; a second time, or too late, it changes nothing. Raises LinkInvalid."""
    asked = await confirming.open_link(session, token, lock=True)
    row = asked.confirmation
    if asked.address is not None and row.confirmed_at is None and not asked.expired:
        row.confirmed_at = now()
        await session.flush()
        change = ConsentChange(
            channel=confirming.channel_of(row),
            address=asked.address,
            purpose=row.purpose,
            state="granted",
            source="confirmation",
            proof={**row.proof, **_proof(visitor), "asked_at": row.requested_at.isoformat()},
            person_id=row.person_id,
        )
        await record_consents(session, [change])
    return await _asked(session, asked, visitor.language), asked


async def _asked(session: AsyncSession, asked: confirming.Asked, language: str) -> Visit:
    row = asked.confirmation
    purpose = await purposes_repository.by_key(session, row.purpose)
    organisation = await identity.get_organisation(session)
    address = masked_address(confirming.channel_of(row), asked.address or "")
    return Visit(organisation.name, address, purpose_words(purpose, language).name if purpose else None)


async def _preferences(session: AsyncSession, used: UsedToken, language: str) -> Preferences:
    purposes = await _listed(session)
    found = await _standings(session, used, purposes)
    choices = []
    for purpose in purposes:
        name, text = purpose_words(purpose, language)
        choices.append(Choice(purpose.key, name, text, found[purpose.key].allowed))
    stops = {reason.code for each in found.values() for reason in each.reasons if reason.code.startswith("suppressed.")}
    return Preferences(await _visit(session, used, None, language), choices, bool(stops - {"suppressed.unsubscribed"}))


async def _listed(session: AsyncSession) -> list[Purpose]:
    return [each for each in await purposes_repository.all_purposes(session) if each.listed and each.requires != "none"]


async def _standings(session: AsyncSession, used: UsedToken, purposes: Sequence[Purpose]) -> dict[str, Standing]:
    asks = [ContactAsk(used.channel, used.address, purpose.key) for purpose in purposes]
    return dict(zip((purpose.key for purpose in purposes), await standings(session, asks), strict=True))


async def _purpose(session: AsyncSession, used: UsedToken) -> Purpose | None:
    found = await purposes_repository.by_key(session, used.purpose)
    return found if found is not None and found.requires != "none" and found.archived_at is None else None


async def _visit(session: AsyncSession, used: UsedToken, purpose: Purpose | None, language: str) -> Visit:
    organisation = await identity.get_organisation(session)
    name = purpose_words(purpose, language).name if purpose else None
    return Visit(organisation.name, masked_address(used.channel, used.address), name)


def _change(used: UsedToken, purpose: Purpose, state: Any, source: Source, visitor: Visitor) -> ConsentChange:
    name, text = purpose_words(purpose, visitor.language)
    language: Language = visitor.language  # type: ignore[assignment]
    return ConsentChange(
        channel=used.channel,
        address=used.address,
        purpose=purpose.key,
        state=state,
        source=source,
        proof={**_proof(visitor), "text": f"{name}: {text}" if text else name},
        origin_id=used.origin_id,
        language=language,
    )


def _proof(visitor: Visitor) -> dict[str, Any]:
    return {"language": visitor.language, "ip": visitor.ip}

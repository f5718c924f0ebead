"""HTTP of purposes, consents and the ledger."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Header, Query, Response

from tradewind.kernel.access import Session, requires
from tradewind.kernel.concurrency import etag
from tradewind.modules.privacy import api
from tradewind.modules.privacy.contracts import ConsentChange, ContactAsk
from tradewind.modules.privacy.schemas.consents import (
    ConsentOutcomeRead,
    ConsentsGiven,
    ContactLookup,
    ContactsAsked,
    LedgerEntryRead,
    PurposeCreate,
    PurposeRead,
    PurposeUpdate,
    StandingRead,
)
from tradewind.modules.privacy.schemas.suppressions import ContactHistory, SuppressionRead
from tradewind.modules.privacy.service import purposes

router = APIRouter(tags=["Consents"])
IfMatch = Annotated[str | None, Header(description="ETag of the version the change is based on")]


@router.get("/consent-purposes", dependencies=[requires("privacy:read")])
async def list_consent_purposes(
    session: Session, archived: Annotated[bool, Query(description="With those out of use")] = False
) -> list[PurposeRead]:
    """What messages may be about, in the order of the preference page."""
    return await purposes.list_all(session, archived=archived)


@router.post("/consent-purposes", status_code=201, dependencies=[requires("privacy:write")])
async def create_consent_purpose(session: Session, data: PurposeCreate, response: Response) -> PurposeRead:
    """Add a purpose."""
    found = await purposes.create(session, data)
    response.headers["ETag"] = etag(found.version)
    return found


@router.patch("/consent-purposes/{purpose_id:uuid}", dependencies=[requires("privacy:write")])
async def update_consent_purpose(
    session: Session, purpose_id: UUID, data: PurposeUpdate, response: Response, if_match: IfMatch = None
) -> PurposeRead:
    """Change, archive or bring back a purpose. Consents are never changed by it, only what they allow."""
    found = await purposes.change(session, purpose_id, data, if_match=if_match)
    response.headers["ETag"] = etag(found.version)
    return found


@router.post("/consents", status_code=201, dependencies=[requires("privacy:write")])
async def record_consents(session: Session, data: ConsentsGiven) -> list[ConsentOutcomeRead]:
    """Record consents and withdrawals with their proof, together or not at all.

    With the source `form`, a consent to a purpose with double opt-in waits for the link in a mail that goes out.
    """
    changes = [ConsentChange(**change.model_dump()) for change in data.changes]
    return [ConsentOutcomeRead.model_validate(each) for each in await api.record_consents(session, changes)]


@router.post("/consent-checks", dependencies=[requires("privacy:read")])
async def check_consents(session: Session, data: ContactsAsked) -> list[StandingRead]:
    """May a message of a purpose go to each of these contact points? Answers in their order, with reasons."""
    asks = [ContactAsk(ask.channel, ask.address, ask.purpose) for ask in data.contacts]
    return [StandingRead.model_validate(each) for each in await api.standings(session, asks)]


@router.post("/consent-lookups", dependencies=[requires("privacy:read")])
async def look_up_contact(session: Session, data: ContactLookup) -> ContactHistory:
    """All that is known of a contact point. A POST, so that the address stands in no log."""
    shown = await purposes.list_all(session, archived=False)
    asks = [ContactAsk(data.channel, data.address, purpose.key) for purpose in shown]
    answers = await api.standings(session, asks)
    ledger, suppressions = await api.history(session, [data.channel], data.address)
    return ContactHistory(
        standings={ask.purpose: StandingRead.model_validate(each) for ask, each in zip(asks, answers, strict=True)},
        purposes=shown,
        ledger=[LedgerEntryRead.model_validate(line) for line in ledger],
        suppressions=[SuppressionRead.model_validate(stop) for stop in suppressions],
    )

"""HTTP of purposes, consents and the ledger."""

from typing import Annotated
from uuid import UUID

from fastapi import Header, Query, Request, Response

from tradewind.kernel.access import Session, requires
from tradewind.kernel.concurrency import etag
from tradewind.kernel.limits import rate_limit
from tradewind.kernel.multipart import FILE_BODY, read_file
from tradewind.kernel.routing import Router
from tradewind.modules.privacy import api
from tradewind.modules.privacy.contracts import ConsentChange, ContactAsk
from tradewind.modules.privacy.errors import ListTooLarge
from tradewind.modules.privacy.list_files import MAX_BYTES
from tradewind.modules.privacy.schemas.consents import (
    ConsentFileOptions,
    ConsentFileRead,
    ConsentOutcomeRead,
    ConsentsGiven,
    ConsentsImported,
    ContactLookup,
    ContactsAsked,
    PurposeCreate,
    PurposeRead,
    PurposeUpdate,
    StandingRead,
)
from tradewind.modules.privacy.schemas.suppressions import ContactHistory
from tradewind.modules.privacy.service import bringing_in, purposes

router = Router(tags=["Consents"])
IfMatch = Annotated[str | None, Header(description="ETag of the version the change is based on")]
_READS = rate_limit("consent_file_reads", "120/hour", key="actor")
_IMPORTS = rate_limit("consent_imports", "20/hour", key="actor")


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


@router.post("/consents/import/preview", dependencies=[requires("privacy:write"), _READS], openapi_extra=FILE_BODY)
async def preview_consent_import(
    request: Request, session: Session, options: Annotated[ConsentFileOptions, Query()]
) -> ConsentFileRead:
    """What a list of consents (CSV, 10 MB, 200,000 lines) says, read as an import would; nothing is recorded."""
    name, content = await _file(request)
    return await bringing_in.preview(session, name, content, options)


@router.post("/consents/import", dependencies=[requires("privacy:write"), _IMPORTS], openapi_extra=FILE_BODY)
async def import_consents(
    request: Request, session: Session, options: Annotated[ConsentFileOptions, Query()]
) -> ConsentsImported:
    """Record every line of a list of consents that can be, with file and line as proof; the rest is named.

    An imported list lifts no withdrawal, and the same list twice adds nothing. The ledger is never changed: what was
    recorded cannot be taken out again.
    """
    name, content = await _file(request)
    return await bringing_in.bring_in(session, name, content, options)


@router.post(
    "/consents/import/refused",
    dependencies=[requires("privacy:write"), _READS],
    openapi_extra=FILE_BODY,
    response_class=Response,
    responses={200: {"content": {"text/csv": {"schema": {"type": "string", "format": "binary"}}}}},
)
async def list_refused_consents(
    request: Request, session: Session, options: Annotated[ConsentFileOptions, Query()]
) -> Response:
    """The lines of a list that an import would leave out, as they stand there, with the reason of each as CSV."""
    name, content = await _file(request)
    return Response(
        await bringing_in.refused(session, name, content, options),
        media_type="text/csv; charset=utf-8",
        headers={"Content-Disposition": 'attachment; filename="consents-to-mend.csv"'},
    )


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
        ledger=ledger,
        suppressions=suppressions,
    )


async def _file(request: Request) -> tuple[str, bytes]:
    too_large = ListTooLarge(f"One import takes {MAX_BYTES >> 20} MB. Split the list.")
    return await read_file(request, max_bytes=MAX_BYTES, too_large=too_large)

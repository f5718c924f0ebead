"""Where providers tell what became of mails, and where raw mails come in. The address itself is the key."""

from fastapi import Request, Response

from tradewind.kernel.access import public
from tradewind.kernel.errors import BadRequest, PayloadTooLarge
from tradewind.kernel.limits import rate_limit
from tradewind.kernel.routing import Router
from tradewind.modules.email.service import arrivals, mailboxes, posts

router = Router(tags=["E-mail delivery"])
_EVENTS_BYTES = 2 * 1024 * 1024


@router.post(
    "/email-events/{token}",
    status_code=204,
    dependencies=[
        public("Providers tell of mails here; the address is sealed by us, the content signed by the provider"),
        rate_limit("email_events", "1200/minute"),
    ],
)
async def receive_email_events(request: Request, token: str) -> None:
    """What became of mails, as their provider posts it. Facts that are known already change nothing."""
    body = await _body(request, _EVENTS_BYTES)
    headers = {name.lower(): value for name, value in request.headers.items()}
    await posts.take(request.app.state.database, token, headers, body)


@router.head(
    "/email-events/{token}",
    status_code=204,
    dependencies=[
        public("Providers look whether the address is there; nothing is told"),
        rate_limit("email_events", "1200/minute"),
    ],
)
async def look_at_email_events(token: str) -> None:
    """For providers that look before they post."""


@router.post(
    "/email-inbound/{token}",
    status_code=202,
    response_class=Response,
    dependencies=[
        public("Mail servers hand mails over here; the address is sealed by us and can be renewed"),
        rate_limit("email_inbound", "600/minute"),
    ],
)
async def receive_raw_mail(request: Request, token: str) -> Response:
    """Take in one raw mail (RFC 5322), up to 10 MB: a bounce, a report, or what a person wrote."""
    body = await _body(request, arrivals.MAX_BYTES)
    if not body.strip():
        raise BadRequest("There is no mail in the body.")
    await mailboxes.posted(request.app.state.database, token, body)
    return Response(status_code=202)


async def _body(request: Request, most: int) -> bytes:
    body = bytearray()
    async for chunk in request.stream():
        body += chunk
        if len(body) > most:
            raise PayloadTooLarge(f"At most {most // 1024 // 1024} MB are taken.")
    return bytes(body)

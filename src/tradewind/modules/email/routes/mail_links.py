"""Where links and pictures of mails lead: `/l/…` to the signed address, `/o/….gif` to a picture of one pixel."""

import base64
from typing import Annotated, Literal
from urllib.parse import urlencode, urlsplit, urlunsplit

from fastapi import Path, Request, Response
from fastapi.responses import RedirectResponse

from tradewind.kernel.access import Session, public
from tradewind.kernel.limits import rate_limit
from tradewind.kernel.routing import Router
from tradewind.modules.email.service import engagement
from tradewind.modules.email.tracking_links import MAX_TOKEN, TrackingLink, TrackingLinkInvalid, read_token

# Not below /api/v1: people see these addresses.

router = Router(base="", include_in_schema=False)
_SIGNED = [
    public("Readers of mails have no account; where it leads and whose it is stands in the signed address"),
    rate_limit("email.link", "240/minute"),
]
_PIXEL = base64.b64decode("R0lGODlhAQABAIAAAAAAAP///yH5BAEAAAAALAAAAAABAAEAAAIBRAA7")
_HEADERS = {"Cache-Control": "no-store", "Referrer-Policy": "no-referrer", "X-Robots-Tag": "noindex, nofollow"}
_PAGE = """<!doctype html><html lang="en"><head><meta charset="utf-8"><title>This link cannot be opened</title>
<meta name="viewport" content="width=device-width, initial-scale=1"><meta name="robots" content="noindex"></head>
<body style="font:16px/1.6 system-ui;max-width:40rem;margin:15vh auto;padding:0 1rem;color-scheme:light dark">
<main><h1>This link cannot be opened</h1>
<p>Part of it may be missing: open it from the mail once more, or ask its sender for another one.</p></main>
</body></html>"""

Token = Annotated[str, Path(min_length=20, max_length=MAX_TOKEN)]


@router.get("/l/{token}", dependencies=_SIGNED)
async def follow_link(request: Request, session: Session, token: Token) -> Response:
    """Note the click and go on to where the link leads."""
    link = _read(token, "click")
    if link is None:
        return Response(_PAGE, 404, _HEADERS, media_type="text/html; charset=utf-8")
    click_id = await engagement.note(session, link, user_agent=_agent(request), ip=_ip(request))
    address = link.url
    if click_id and link.person_id and await engagement.is_own_site(session, urlsplit(address).hostname or ""):
        address = _with(address, engagement.CLICK_PARAMETER, click_id.hex)
    return RedirectResponse(address, 302, headers=_HEADERS)


@router.head("/l/{token}", dependencies=_SIGNED)
async def look_at_link(token: Token) -> Response:
    """Where a link leads, for programs that only ask; nothing is noted."""
    link = _read(token, "click")
    if link is None:
        return Response(status_code=404, headers=_HEADERS)
    return RedirectResponse(link.url, 302, headers=_HEADERS)


@router.get("/o/{token}.gif", dependencies=_SIGNED)
async def show_pixel(request: Request, session: Session, token: Token) -> Response:
    """Note that the mail was shown. A picture comes back whatever the address says."""
    link = _read(token, "open")
    if link is not None:
        await engagement.note(session, link, user_agent=_agent(request), ip=_ip(request))
    headers = {**_HEADERS, "Cross-Origin-Resource-Policy": "cross-origin"}
    return Response(_PIXEL, headers=headers, media_type="image/gif")


def _read(token: str, kind: Literal["click", "open"]) -> TrackingLink | None:
    try:
        link = read_token(token)
    except TrackingLinkInvalid:
        return None
    return link if link.kind == kind else None


def _agent(request: Request) -> str:
    return request.headers.get("user-agent", "")


def _ip(request: Request) -> str | None:
    return request.client.host if request.client else None


def _with(address: str, name: str, value: str) -> str:
    parts = urlsplit(address)
    more = urlencode({name: value})
    return urlunsplit(parts._replace(query=f"{parts.query}&{more}" if parts.query else more))

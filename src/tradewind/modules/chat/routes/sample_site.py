"""A page that carries a widget, to try it where there is no website yet; it is served by the product itself."""

from html import escape

from fastapi import Request, Response

from tradewind.kernel.access import Session, public
from tradewind.kernel.limits import rate_limit
from tradewind.kernel.routing import Router
from tradewind.modules.chat.routes.visitors import WidgetKey
from tradewind.modules.chat.service import entering
from tradewind.modules.identity import api as identity

# Outside of the API: it is a page.
router = Router(base="", include_in_schema=False)
_OPEN = public("A page to try a widget on; the widget's key is public")
_PAGE = """<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<meta name="robots" content="noindex"><title>{name}</title>
<style>
:root{{color-scheme:light dark}}
body{{margin:0;font:16px/1.6 system-ui,sans-serif}}
header,main,footer{{max-width:44rem;margin:0 auto;padding:1.5rem}}
header{{font-weight:700;border-bottom:1px solid #8885}}
h1{{font-size:2rem;line-height:1.2}}
footer{{font-size:.875rem;border-top:1px solid #8885}}
</style>
<script async src="/chat/widget.js" data-key="{key}"></script></head>
<body><header>{name}</header>
<main><h1>A page of your website</h1>
<p>This is a sample page of {name}. It carries the chat widget the way your own pages will: press the button in the
corner, and talk as a visitor would. What you write appears in the inbox.</p></main>
<footer>Served by Tradewind for trying out. Search engines leave it out.</footer></body></html>"""


@router.get("/chat/try/{widget_key}", dependencies=[_OPEN, rate_limit("chat.read", "600/minute")])
async def try_chat_widget(session: Session, request: Request, widget_key: WidgetKey) -> Response:
    """A sample page with the widget on it."""
    await entering.enter(session, widget_key, None)
    organisation = await identity.get_organisation(session)
    page = _PAGE.format(name=escape(organisation.name), key=escape(widget_key))
    return Response(page, media_type="text/html; charset=utf-8", headers={"Cache-Control": "no-cache"})

"""The frame of the public pages: head, policy, compression. Style stands inside, script is one cached file."""

import base64
import gzip
import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, field
from html import escape
from typing import Any, Literal

import brotli
import orjson
from fastapi import Request, Response

from tradewind.kernel.clock import now
from tradewind.kernel.colours import accents
from tradewind.modules.meetings.pages.assets import Assets, assets_of
from tradewind.modules.meetings.pages.markup import footer
from tradewind.modules.meetings.pages.texts import choose_language, texts

_DEFAULT_COLOUR = "#2563eb"
_BROTLI_QUALITY = 5
_GZIP_LEVEL = 6


@dataclass(frozen=True, slots=True, kw_only=True)
class Look:
    """What the address and the browser say about how to show a page."""

    language: str
    theme: Literal["light", "dark"] | None
    embedded: Literal["inline", "popup"] | None

    @property
    def query(self) -> str:
        """What links to other pages carry on."""
        asked = {"embed": self.embedded, "theme": self.theme}
        said = "&amp;".join(f"{name}={value}" for name, value in asked.items() if value)
        return said and f"?{said}"


def look_of(request: Request, *, usual: str | None = None) -> Look:
    """The look a request asks for: `lang`, `theme` (`light`, `dark`), `embed` (`inline`, `popup`) in its query.

    `usual`: the language somebody has chosen before.
    """
    query = request.query_params
    theme, embedded = query.get("theme"), query.get("embed")
    return Look(
        language=choose_language(query.get("lang") or usual, request.headers.get("accept-language")),
        theme=theme if theme in ("light", "dark") else None,
        embedded=embedded if embedded in ("inline", "popup") else None,
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Document:
    """A page before it has its frame. `main` is markup; `boot` is given to the script with the texts.

    `sites`: origins that may show the page inside theirs, None for any, empty for none.
    `private`: the address is a key.
    """

    title: str
    main: str
    description: str = ""
    colour: str = _DEFAULT_COLOUR
    path: str = ""
    boot: dict[str, Any] = field(default_factory=dict)
    sites: Sequence[str] | None = ()
    indexed: bool = False
    private: bool = False
    markdown: bool = False
    status: int = 200


def answer(request: Request, look: Look, document: Document) -> Response:
    """The page as an answer that is never stored: what it shows can be booked now."""
    assets = assets_of(request)
    body, style = _html(request, look, document, assets)
    headers = {
        "Cache-Control": "no-cache",
        "Content-Language": look.language,
        "Content-Security-Policy": _policy(style, document.sites),
        # Pages that isolate themselves from other origins may embed these as well.
        "Cross-Origin-Resource-Policy": "cross-origin" if document.sites != () else "same-origin",
        "Vary": "Accept-Encoding, Accept-Language",
    }
    if document.private:
        # The address of a meeting is its key: other sites do not learn it.
        headers |= {"Cache-Control": "no-store", "Referrer-Policy": "no-referrer", "X-Robots-Tag": "noindex"}
    packed, encoding = _packed(body.encode(), request.headers.get("accept-encoding", ""))
    if encoding:
        headers["Content-Encoding"] = encoding
    return Response(packed, document.status, headers, media_type="text/html; charset=utf-8")


def _html(request: Request, look: Look, document: Document, assets: Assets) -> tuple[str, str]:
    properties = "".join(f"--{name}:{value};" for name, value in accents(document.colour).items())
    style = f":root{{{properties}}}{assets.style}"
    address = f"{request.app.state.settings.base_url}{document.path}"
    head = [
        '<meta charset="utf-8">',
        '<meta name="viewport" content="width=device-width, initial-scale=1, viewport-fit=cover">',
        '<meta name="color-scheme" content="light dark">',
        f"<title>{escape(document.title)}</title>",
        '<link rel="icon" href="/icons/mark.svg" type="image/svg+xml">',
        f'<script type="module" src="{assets.script}"></script>',
        f"<style>{style}</style>",
    ]
    if document.description:
        words = escape(document.description)
        head += f'<meta name="description" content="{words}">', f'<meta property="og:description" content="{words}">'
        head.append(f'<meta property="og:title" content="{escape(document.title)}">')
    if document.indexed:
        head.append(f'<link rel="canonical" href="{escape(address)}">')
    else:
        head.append('<meta name="robots" content="noindex">')
    if document.markdown:
        head.append(f'<link rel="alternate" type="text/markdown" href="{escape(address)}.md">')
    boot = {"language": look.language, "texts": texts(look.language), "now": now(), **document.boot}
    theme = f' data-theme="{look.theme}"' if look.theme else ""
    embedded = f' data-embed="{look.embedded}"' if look.embedded else ""
    html = (
        f'<!doctype html><html lang="{look.language}"{theme}{embedded}><head>{"".join(head)}</head>'
        f"<body>{document.main}{footer(look.language)}"
        f'<script type="application/json" id="boot">{_inside_script(boot)}</script></body></html>'
    )
    return html, style


def _inside_script(value: Any) -> str:
    """JSON that cannot end the element it stands in."""
    return orjson.dumps(value, default=str).decode().replace("<", "\\u003c")


def _policy(style: str, sites: Sequence[str] | None) -> str:
    digest = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
    ancestors = "*" if sites is None else " ".join(("'self'", *sites)) if sites else "'none'"
    return "; ".join(
        (
            "default-src 'none'",
            "script-src 'self'",
            f"style-src 'sha256-{digest}'",
            "img-src 'self' data:",
            "connect-src 'self'",
            "base-uri 'none'",
            "form-action 'none'",
            f"frame-ancestors {ancestors}",
        )
    )


def _packed(body: bytes, accepted: str) -> tuple[bytes, str | None]:
    offered = {part.split(";")[0].strip() for part in accepted.lower().split(",") if "q=0" not in part.replace(" ", "")}
    if "br" in offered:
        return brotli.compress(body, quality=_BROTLI_QUALITY), "br"
    if "gzip" in offered:
        return gzip.compress(body, _GZIP_LEVEL, mtime=0), "gzip"
    return body, None

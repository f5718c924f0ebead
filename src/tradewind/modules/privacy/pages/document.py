"""The frame of the public pages: no script, style by its hash, forms to ourselves only, nothing stored or passed on."""

import base64
import hashlib
from functools import cache
from html import escape
from pathlib import Path
from typing import NamedTuple

from fastapi import Request, Response

from tradewind.kernel.languages import LANGUAGES, choose_language
from tradewind.modules.privacy.pages.texts import texts


class Content(NamedTuple):
    """A page before it has its frame; `main` is markup."""

    organisation: str
    title: str
    main: str
    status: int = 200


def language_of(request: Request) -> str:
    """The language of `?lang=`, else of the browser, else English."""
    return choose_language(request.query_params.get("lang"), request.headers.get("accept-language"))


def answer(request: Request, language: str, content: Content) -> Response:
    """The page as an answer that no cache keeps."""
    style, policy = _style()
    links = "".join(_link(code, name, language) for code, name in LANGUAGES.items())
    above = f'<p class="organisation" dir="auto">{escape(content.organisation)}</p>' if content.organisation else ""
    html = (
        f'<!doctype html><html lang="{language}"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1"><meta name="robots" content="noindex">'
        f"<title>{escape(content.title)}</title><style>{style}</style></head>"
        f"<body><main>{above}<h1>{escape(content.title)}</h1>{content.main}</main>"
        f'<footer role="contentinfo"><nav aria-label="{texts(language)["language"]}">{links}</nav></footer>'
        "</body></html>"
    )
    headers = {
        "Cache-Control": "no-store",
        "Content-Language": language,
        "Content-Security-Policy": policy,
        # The address is a key: no other site learns it.
        "Referrer-Policy": "no-referrer",
        "X-Robots-Tag": "noindex",
        "Vary": "Accept-Language",
    }
    return Response(html, content.status, headers, media_type="text/html; charset=utf-8")


def _link(code: str, name: str, language: str) -> str:
    current = ' aria-current="true"' if code == language else ""
    return f'<a href="?lang={code}" lang="{code}" hreflang="{code}"{current}>{name}</a> '


@cache
def _style() -> tuple[str, str]:
    style = (Path(__file__).parent / "style.css").read_text("utf-8").strip()
    digest = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
    policy = (
        f"default-src 'none'; style-src 'sha256-{digest}'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'"
    )
    return style, policy

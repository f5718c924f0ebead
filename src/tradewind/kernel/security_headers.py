"""Response headers that tell browsers what the web app never does: run foreign scripts, be framed, sniff types."""

import re

from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from tradewind.kernel.asgi import ANNOUNCED, header, state_of

_HOST = re.compile(rb"[A-Za-z0-9.\-_]{1,253}(:\d{1,5})?|\[[0-9A-Fa-f:.]{2,45}\](:\d{1,5})?")
_KNOWN_HOSTS = 256
_POLICY = b"content-security-policy"

_CONSTANT = [
    (b"x-content-type-options", b"nosniff"),
    (b"x-frame-options", b"DENY"),
    (b"referrer-policy", b"strict-origin-when-cross-origin"),
    (b"cross-origin-opener-policy", b"same-origin"),
    (b"cross-origin-resource-policy", b"same-origin"),
    (
        b"permissions-policy",
        b"accelerometer=(), camera=(), geolocation=(), gyroscope=(), magnetometer=(), microphone=(self), "
        b"payment=(), usb=(), browsing-topics=()",
    ),
]


def content_security_policy(host: bytes | None) -> bytes:
    """The policy of the web app; `host` is the request's Host header, needed for the WebSocket origin.

    Inline styles are allowed because the component kit positions pop-overs with them; inline scripts are not.
    """
    connect = b"connect-src 'self'"
    if host is not None and _HOST.fullmatch(host):
        connect += b" ws://" + host + b" wss://" + host
    return b"; ".join(
        (
            b"default-src 'self'",
            b"script-src 'self'",
            b"style-src 'self' 'unsafe-inline'",
            b"img-src 'self' data: blob:",
            b"font-src 'self' data:",
            b"media-src 'self' blob:",
            b"worker-src 'self' blob:",
            b"manifest-src 'self'",
            connect,
            b"object-src 'none'",
            b"base-uri 'self'",
            b"form-action 'self'",
            b"frame-ancestors 'none'",
        )
    )


class SecurityHeadersMiddleware:
    """Adds the headers to every HTTP answer; a header the route set itself wins."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app
        self._by_host: dict[bytes | None, list[tuple[bytes, bytes]]] = {}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        extra = self._headers(header(scope, b"host"))
        https = scope.get("scheme") == "https" or _published_as_https(scope)

        async def send_with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = message.setdefault("headers", [])
                present = {name.lower() for name, _ in headers}
                if any(b"frame-ancestors" in value for name, value in headers if name.lower() == _POLICY):
                    # The route says itself who may frame it; the older header knows only all or nothing.
                    present.add(b"x-frame-options")
                added = [pair for pair in extra if pair[0] not in present]
                message["headers"] = [*headers, *added, *state_of(scope).get(ANNOUNCED, ())]
                if https:
                    MutableHeaders(raw=message["headers"]).setdefault(
                        "strict-transport-security", "max-age=31536000; includeSubDomains"
                    )
            await send(message)

        await self.app(scope, receive, send_with_headers)

    def _headers(self, host: bytes | None) -> list[tuple[bytes, bytes]]:
        headers = self._by_host.get(host)
        if headers is None:
            headers = [*_CONSTANT, (_POLICY, content_security_policy(host))]
            # The Host header is the caller's to choose: forged ones must not grow the cache without end.
            if len(self._by_host) < _KNOWN_HOSTS:
                self._by_host[host] = headers
        return headers


def _published_as_https(scope: Scope) -> bool:
    """Whether TRADEWIND_PUBLIC_URL says https although a proxy talks plain http to this process."""
    settings = getattr(scope["app"].state, "settings", None) if "app" in scope else None
    return bool(settings is not None and (settings.public_url or "").startswith("https://"))

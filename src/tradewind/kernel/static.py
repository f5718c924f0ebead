"""Serves the built web app: compressed once, immutable where file names carry a hash, index.html for its routes."""

import gzip
import hashlib
import mimetypes
from collections import OrderedDict
from dataclasses import dataclass
from pathlib import Path

import brotli
from fastapi import FastAPI, Request, Response
from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.types import Receive, Scope, Send

from tradewind.kernel.access import public
from tradewind.kernel.asgi import header
from tradewind.kernel.routing import Router

_PACKAGE = Path(__file__).parents[1]
_COMPRESSIBLE = ("text/", "application/javascript", "application/json", "application/manifest", "image/svg")
_MIN_COMPRESSED_BYTES = 512
_CACHE_BYTES = 64 * 1024 * 1024
_IMMUTABLE = b"public, max-age=31536000, immutable"
_REVALIDATE = b"no-cache"
_HOUR = b"public, max-age=3600"
# The address of the snippet is in other people's pages and never changes: a new build reaches everyone soon.
_SNIPPET = b"public, max-age=300, stale-while-revalidate=86400"
# Pages of any site may load these, also those that isolate themselves from other origins.
_SHARED = frozenset({"tw.js", "tw.js.map", "book/embed.js", "chat/widget.js"})
_SHARED_ASSETS = "assets/chat-"
_SHARING = [(b"access-control-allow-origin", b"*"), (b"cross-origin-resource-policy", b"cross-origin")]
# These names belong to the API: a page of the web app is never the answer there.
_RESERVED = frozenset({"api", "health", "metrics", "scim"})

_MISSING_PAGE = b"""<!doctype html><html lang="en"><head><meta charset="utf-8"><title>Tradewind</title></head>
<body style="font:16px/1.6 system-ui;max-width:40rem;margin:15vh auto;padding:0 1rem">
<main><h1>The web app is not built yet</h1>
<p>The API is running. Build the web app once with <code>make setup</code> (needs Node 20), then reload.</p>
<p><a href="/api/v1/openapi.json">The API as an OpenAPI document</a></p></main></body></html>"""


@dataclass(frozen=True, slots=True)
class _File:
    body: bytes
    media_type: bytes
    etag: bytes
    encoding: bytes | None
    stamp: tuple[int, int]


class WebApp:
    """ASGI application over a folder of built files, with a bounded cache in memory."""

    def __init__(self, folder: Path | None) -> None:
        self.folder = folder.resolve() if folder is not None else None
        self._cache: OrderedDict[tuple[Path, bytes | None], _File] = OrderedDict()
        self._cached_bytes = 0

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await send({"type": "websocket.close", "code": 1000})
            return
        path = scope["path"]
        if path.lstrip("/").split("/", 1)[0] in _RESERVED:
            raise HTTPException(404)
        if scope["method"] not in ("GET", "HEAD"):
            raise HTTPException(405, headers={"Allow": "GET, HEAD"})
        scope.get("state", {})["route_label"] = "(web app)"
        if self.folder is None or not (self.folder / "index.html").is_file():
            await _answer(scope, send, 503, _MISSING_PAGE, [(b"content-type", b"text/html; charset=utf-8")])
            return
        found = await run_in_threadpool(self._locate, path)
        if found is None:
            if not _wants_page(scope, path):
                raise HTTPException(404)
            found = self.folder / ("docs.html" if path == "/docs" or path.startswith("/docs/") else "index.html")
        await self._serve(scope, send, found)

    def _locate(self, path: str) -> Path | None:
        """The file of a URL path, or None; nothing outside the folder, no hidden files."""
        assert self.folder is not None
        relative = path.lstrip("/")
        if not relative or "\x00" in relative or any(part.startswith(".") for part in relative.split("/")):
            return None
        try:
            candidate = (self.folder / relative).resolve()
            inside = candidate.is_relative_to(self.folder) and candidate.is_file()
        except OSError:
            return None
        return candidate if inside else None

    async def _serve(self, scope: Scope, send: Send, path: Path) -> None:
        assert self.folder is not None
        file = await run_in_threadpool(self._load, path, _accepted(header(scope, b"accept-encoding")))
        relative = path.relative_to(self.folder).as_posix()
        headers = [
            (b"content-type", file.media_type),
            (b"cache-control", _caching(relative)),
            (b"etag", file.etag),
            (b"vary", b"Accept-Encoding"),
            *(_SHARING if relative in _SHARED or relative.startswith(_SHARED_ASSETS) else ()),
        ]
        known = header(scope, b"if-none-match")
        if known is not None and file.etag in (part.strip() for part in known.split(b",")):
            await _answer(scope, send, 304, b"", headers)
            return
        if file.encoding is not None:
            headers.append((b"content-encoding", file.encoding))
        await _answer(scope, send, 200, file.body, headers)

    def _load(self, path: Path, accepted: tuple[bytes, ...]) -> _File:
        """The file in the best encoding the client takes; runs in a thread."""
        media_type = mimetypes.guess_type(path.name)[0] or "application/octet-stream"
        encodings: tuple[bytes | None, ...] = (*accepted, None) if _compressible(media_type) else (None,)
        status = path.stat()
        stamp = (status.st_mtime_ns, status.st_size)
        key = (path, encodings[0])
        cached = self._cache.get(key)
        if cached is not None and cached.stamp == stamp:
            self._cache.move_to_end(key)
            return cached
        plain = path.read_bytes()
        body, encoding = _encode(path, plain, encodings)
        digest = hashlib.sha256(plain).hexdigest()[:20].encode()
        charset = b"; charset=utf-8" if media_type.startswith("text/") else b""
        file = _File(
            body, media_type.encode() + charset, b'"' + digest + b"-" + (encoding or b"id") + b'"', encoding, stamp
        )
        self._remember(key, file)
        return file

    def _remember(self, key: tuple[Path, bytes | None], file: _File) -> None:
        before = self._cache.pop(key, None)
        self._cached_bytes += len(file.body) - (len(before.body) if before else 0)
        self._cache[key] = file
        while self._cached_bytes > _CACHE_BYTES and len(self._cache) > 1:
            _, dropped = self._cache.popitem(last=False)
            self._cached_bytes -= len(dropped.body)


router = Router(base="", include_in_schema=False)


@router.api_route("/tw.js", methods=["GET", "HEAD"], dependencies=[public("websites load it for their visitors")])
async def snippet(request: Request) -> Response:
    """The script that websites include."""
    return of_the_build(request)


def of_the_build(request: Request) -> Response:
    """The built file of the request's own path, for files whose address a module's routes would otherwise take."""
    return _OfTheBuild(request.app.router.default)


class _OfTheBuild(Response):
    """Answers with the built file of the request's own path."""

    def __init__(self, web_app: WebApp) -> None:
        super().__init__()
        self._web_app = web_app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        await self._web_app(scope, receive, send)


def mount(app: FastAPI, folder: Path | None = None) -> None:
    """Serve the web app for every path no route knows. API paths keep their 404 and 405 answers."""
    app.router.routes.extend(router.routes)
    app.router.default = WebApp(folder or find_build())


def find_build() -> Path | None:
    """Where the built web app is: inside an installed package, or `web/dist` of a checkout."""
    for candidate in (_PACKAGE / "web_dist", _PACKAGE.parents[1] / "web" / "dist"):
        if (candidate / "index.html").is_file():
            return candidate
    # A checkout may be built while the server runs.
    checkout = _PACKAGE.parents[1] / "web"
    return checkout / "dist" if checkout.is_dir() else None


def _wants_page(scope: Scope, path: str) -> bool:
    """Whether a browser navigates (and not a script that asks for a missing file)."""
    if path.startswith("/assets/"):
        return False
    accept = header(scope, b"accept") or b""
    return path == "/" or b"text/html" in accept


def _caching(relative: str) -> bytes:
    if relative.startswith("assets/"):
        return _IMMUTABLE
    if relative in _SHARED:
        return _SNIPPET
    if relative.endswith((".html", "sw.js", ".webmanifest")):
        return _REVALIDATE
    return _HOUR


def _compressible(media_type: str) -> bool:
    return media_type.startswith(_COMPRESSIBLE) or media_type == "application/wasm"


def _accepted(value: bytes | None) -> tuple[bytes, ...]:
    """Encodings the client takes, best first; entries with q=0 are refused ones."""
    if value is None:
        return ()
    offered = set()
    for part in value.lower().split(b","):
        name, _, quality = part.strip().partition(b";")
        if quality.replace(b" ", b"") not in (b"q=0", b"q=0.0", b"q=0.00", b"q=0.000"):
            offered.add(name.strip())
    return tuple(name for name in (b"br", b"gzip") if name in offered)


def _encode(path: Path, plain: bytes, encodings: tuple[bytes | None, ...]) -> tuple[bytes, bytes | None]:
    """The first encoding that pays; a file prepared by the build (`name.br`, `name.gz`) is taken as it is."""
    best = encodings[0]
    if best is None or len(plain) < _MIN_COMPRESSED_BYTES:
        return plain, None
    prepared = path.with_name(path.name + (".br" if best == b"br" else ".gz"))
    if prepared.is_file() and prepared.stat().st_mtime_ns >= path.stat().st_mtime_ns:
        return prepared.read_bytes(), best
    packed = brotli.compress(plain, quality=9) if best == b"br" else gzip.compress(plain, 9, mtime=0)
    return (packed, best) if len(packed) < len(plain) else (plain, None)


async def _answer(scope: Scope, send: Send, status: int, body: bytes, headers: list[tuple[bytes, bytes]]) -> None:
    if status != 304:
        headers.append((b"content-length", str(len(body)).encode()))
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": b"" if scope["method"] == "HEAD" else body})

"""The built web app: right caching and compression, pages for its routes, nothing outside its folder."""

import gzip
import os
from collections.abc import AsyncIterator
from pathlib import Path

import brotli
import httpx
import pytest
from fastapi import FastAPI

from tradewind.kernel import static

PAGE = {"accept": "text/html,application/xhtml+xml"}
SCRIPT = "export const x = 1;\n" * 200


@pytest.fixture
def build(tmp_path: Path) -> Path:
    folder = tmp_path / "dist"
    (folder / "assets").mkdir(parents=True)
    (folder / "index.html").write_text("<!doctype html><title>Tradewind</title>")
    (folder / "sw.js").write_text("self.x = 1")
    (folder / "tw.js").write_text(SCRIPT)
    (folder / "icon.png").write_bytes(b"\x89PNG" + b"0" * 2000)
    (folder / "assets" / "app-1a2b.js").write_text(SCRIPT)
    (folder / ".env").write_text("SECRET=1")
    (tmp_path / "outside.txt").write_text("secret")
    return folder


def client_of(folder: Path | None) -> httpx.AsyncClient:
    app = FastAPI(docs_url=None)

    @app.get("/api/v1/things")
    async def things() -> list[str]:
        return []

    static.mount(app, folder)
    return httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://t", headers={"accept-encoding": ""})


@pytest.fixture
async def web(build: Path) -> AsyncIterator[httpx.AsyncClient]:
    async with client_of(build) as client:
        yield client


@pytest.mark.parametrize(
    ("path", "caching"),
    [
        ("/", "no-cache"),
        ("/index.html", "no-cache"),
        ("/sw.js", "no-cache"),
        ("/assets/app-1a2b.js", "public, max-age=31536000, immutable"),
        ("/tw.js", "public, max-age=300, stale-while-revalidate=86400"),
        ("/icon.png", "public, max-age=3600"),
    ],
)
async def test_caching_follows_the_name(web: httpx.AsyncClient, path: str, caching: str) -> None:
    answer = await web.get(path, headers=PAGE)
    assert (answer.status_code, answer.headers["cache-control"]) == (200, caching)


async def test_routes_of_the_web_app_get_its_page(web: httpx.AsyncClient) -> None:
    answer = await web.get("/leads/123?tab=notes", headers=PAGE)
    assert (answer.status_code, answer.headers["cache-control"]) == (200, "no-cache")
    assert "Tradewind" in answer.text


@pytest.mark.parametrize("path", ["/assets/gone.js", "/api/v1/unknown", "/api", "/health/x", "/metrics/x"])
async def test_missing_files_and_unknown_api_paths_are_not_the_page(web: httpx.AsyncClient, path: str) -> None:
    assert (await web.get(path, headers=PAGE)).status_code == 404


async def test_a_script_that_asks_for_a_missing_file_gets_404(web: httpx.AsyncClient) -> None:
    assert (await web.get("/missing.json", headers={"accept": "*/*"})).status_code == 404


async def test_methods_are_refused_and_the_api_keeps_its_405(web: httpx.AsyncClient) -> None:
    assert (await web.post("/leads")).status_code == 405
    assert (await web.delete("/api/v1/things")).status_code == 405
    assert (await web.head("/icon.png")).headers["content-length"] == "2004"


@pytest.mark.parametrize(
    "path",
    [
        "/.env", "/../outside.txt", "/..%2foutside.txt", "/assets/..%2f..%2foutside.txt", "//etc/passwd",
        "/assets/%00", "/%2e%2e/outside.txt", "/link.txt", "/assets",
    ],
)  # fmt: skip
async def test_nothing_outside_the_folder_is_served(web: httpx.AsyncClient, build: Path, path: str) -> None:
    (build / "link.txt").symlink_to(build.parent / "outside.txt")
    answer = await web.get(path)
    assert answer.status_code == 404
    assert "secret" not in answer.text.lower()


@pytest.mark.parametrize(
    ("accepted", "encoding"),
    [
        ("gzip, deflate, br", "br"),
        ("gzip", "gzip"),
        ("br;q=0, gzip;q=0.5", "gzip"),
        ("identity", None),
        ("", None),
    ],
)
async def test_the_best_accepted_encoding_is_used(web: httpx.AsyncClient, accepted: str, encoding: str | None) -> None:
    answer = await web.get("/assets/app-1a2b.js", headers={"accept-encoding": accepted})
    assert answer.headers.get("content-encoding") == encoding
    assert answer.headers["vary"] == "Accept-Encoding"
    assert answer.text == SCRIPT


async def test_images_are_not_compressed(web: httpx.AsyncClient) -> None:
    answer = await web.get("/icon.png", headers={"accept-encoding": "br"})
    assert "content-encoding" not in answer.headers


async def test_files_prepared_by_the_build_are_taken_unless_stale(build: Path) -> None:
    file = build / "assets" / "app-1a2b.js"
    prepared = file.with_name(file.name + ".br")
    prepared.write_bytes(brotli.compress(b"prepared"))
    async with client_of(build) as web:
        assert (await web.get("/assets/app-1a2b.js", headers={"accept-encoding": "br"})).text == "prepared"
    os.utime(prepared, (1, 1))
    async with client_of(build) as web:
        assert (await web.get("/assets/app-1a2b.js", headers={"accept-encoding": "br"})).text == SCRIPT


async def test_a_known_file_is_not_sent_again_and_a_rebuilt_one_is(web: httpx.AsyncClient, build: Path) -> None:
    first = await web.get("/", headers=PAGE)
    again = await web.get("/", headers={**PAGE, "if-none-match": first.headers["etag"]})
    assert (again.status_code, again.content) == (304, b"")
    (build / "index.html").write_text("<!doctype html><title>Rebuilt</title>")
    rebuilt = await web.get("/", headers={**PAGE, "if-none-match": first.headers["etag"]})
    assert (rebuilt.status_code, "Rebuilt" in rebuilt.text) == (200, True)


async def test_the_memory_for_files_is_bounded(build: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(static, "_CACHE_BYTES", 3000)
    web = static.WebApp(build)
    for name in ("icon.png", "assets/app-1a2b.js", "index.html", "icon.png"):
        web._load(build / name, ())
    assert web._cached_bytes == sum(len(file.body) for file in web._cache.values()) <= 4000


async def test_without_a_build_the_page_says_what_to_do(tmp_path: Path) -> None:
    async with client_of(tmp_path / "nothing") as web:
        answer = await web.get("/", headers=PAGE)
        assert (answer.status_code, "make setup" in answer.text) == (503, True)
        assert (await web.get("/api/v1/things")).status_code == 200


def test_gzip_output_does_not_depend_on_the_time(build: Path) -> None:
    body, encoding = static._encode(build / "assets" / "app-1a2b.js", SCRIPT.encode(), (b"gzip", None))
    assert encoding == b"gzip"
    assert gzip.decompress(body) == SCRIPT.encode()
    assert body[4:8] == b"\0\0\0\0"


async def test_the_reference_and_the_guides_are_a_page_of_their_own(web: httpx.AsyncClient, build: Path) -> None:
    (build / "docs.html").write_text("<!doctype html><title>Tradewind API</title>")
    for path in ("/docs", "/docs/", "/docs/guides/filters", "/docs/errors"):
        answer = await web.get(path, headers=PAGE)
        assert (answer.status_code, answer.text) == (200, "<!doctype html><title>Tradewind API</title>"), path
        assert answer.headers["cache-control"] == "no-cache"
    assert "Tradewind API" not in (await web.get("/docsearch", headers=PAGE)).text


async def test_pages_of_other_sites_may_load_the_snippet_and_nothing_else(web: httpx.AsyncClient) -> None:
    snippet = await web.get("/tw.js", headers={"origin": "https://shop.example", "accept-encoding": "br"})
    assert (snippet.status_code, snippet.text) == (200, SCRIPT)
    assert snippet.headers["access-control-allow-origin"] == "*"
    assert snippet.headers["cross-origin-resource-policy"] == "cross-origin"
    known = await web.get("/tw.js", headers={"if-none-match": snippet.headers["etag"], "accept-encoding": "br"})
    assert (known.status_code, known.headers["cross-origin-resource-policy"]) == (304, "cross-origin")
    assert (await web.head("/tw.js")).headers["content-length"] == str(len(SCRIPT))
    assert (await web.post("/tw.js")).status_code == 405
    assert "cross-origin-resource-policy" not in (await web.get("/sw.js")).headers

"""Fetching pages of one site, one at a time, at a polite pace and under an honest name."""

import asyncio
import time
from dataclasses import dataclass, field
from urllib.parse import urljoin

import httpx

from tradewind import __version__
from tradewind.kernel.http import BadAnswer, OutboundClient
from tradewind.kernel.http_hosts import HostPolicy
from tradewind.modules.knowledge.crawling import addresses
from tradewind.settings import get_settings

MAX_BYTES = 10 * 1024 * 1024
_MAX_REDIRECTS = 5
_ACCEPT = "text/html,application/xhtml+xml,application/pdf;q=0.9,text/plain;q=0.8"


@dataclass(frozen=True, slots=True)
class Fetched:
    """An answer, where it was found at last, and what makes the next request conditional."""

    url: str
    status: int
    content_type: str
    content: bytes
    validators: dict[str, str] = field(default_factory=dict)


class LeftSite(Exception):
    """A redirect leads to another site: `url`."""

    def __init__(self, url: str) -> None:
        super().__init__(url)
        self.url = url


class Fetcher:
    """Fetches from one site, without pauses from this very machine; use as an async context manager.

    Private addresses are out of reach at every hop.
    """

    def __init__(self, *, delay_seconds: float) -> None:
        self.delay_seconds = delay_seconds
        self._next = 0.0
        policy = HostPolicy(concurrency=2, queue_seconds=120)
        about = f"; +{get_settings().public_url}" if get_settings().public_url else ""
        headers = {"User-Agent": f"TradewindBot/{__version__} (crawler of a knowledge base{about})", "Accept": _ACCEPT}
        self._outside = OutboundClient(
            "crawler", headers=headers, guard=True, policy=policy, attempts=2, max_response_bytes=MAX_BYTES
        )
        self._local = OutboundClient(
            "crawler", headers=headers, policy=policy, attempts=2, max_response_bytes=MAX_BYTES,
            transport=httpx.AsyncHTTPTransport(trust_env=False),
        )  # fmt: skip

    async def __aenter__(self) -> "Fetcher":
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._outside.close()
        await self._local.close()

    async def get(self, url: str, *, site: str | None, validators: dict[str, str] | None = None) -> Fetched:
        """Fetch an address, following redirects within `site` (None: anywhere public).

        Raises LeftSite, OutboundError, BlockedAddress, addresses.Refused.
        """
        headers = {}
        if validators and (etag := validators.get("etag")):
            headers["If-None-Match"] = etag
        if validators and (changed := validators.get("last_modified")):
            headers["If-Modified-Since"] = changed
        for _ in range(_MAX_REDIRECTS + 1):
            addresses.check(url)
            local = addresses.is_local(url)
            if not local:
                await self._turn()
            client = self._local if local else self._outside
            response = await client.request("GET", url, headers=headers)
            if not response.has_redirect_location:
                return _fetched(url, response)
            url = urljoin(url, response.headers["location"])
            if site is not None and addresses.site_of(url) != site:
                raise LeftSite(url)
        raise BadAnswer("The address redirects without end.")

    async def _turn(self) -> None:
        """Wait until the pause after the request before has passed."""
        wait = self._next - time.monotonic()
        if wait > 0:
            await asyncio.sleep(wait)
        self._next = time.monotonic() + self.delay_seconds


def _fetched(url: str, response: httpx.Response) -> Fetched:
    names = {"etag": "etag", "last_modified": "last-modified"}
    return Fetched(
        url=url,
        status=response.status_code,
        content_type=response.headers.get("content-type", "").partition(";")[0].strip().lower(),
        content=response.content,
        validators={name: value for name, header in names.items() if (value := response.headers.get(header, ""))[:500]},
    )

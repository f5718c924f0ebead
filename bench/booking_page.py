"""Largest Contentful Paint, layout shift and bytes of a booking page in Chromium, as on a phone with a slow connection.

4G as Lighthouse throttles it: 1.6 Mbit/s, 150 ms round trip, processor four times slower. Each load has an empty cache.
`python -m bench.booking_page --url http://127.0.0.1:8420/book/acme/demo` measures a page that is running already.
"""

import argparse
import statistics
from typing import Any

from playwright.sync_api import Browser, sync_playwright

from bench.booking import new_booking_page
from bench.figures import Figure, show
from bench.server import serving

GOAL_SECONDS = 1.2
RUNS = 5
_ROUND_TRIP_MILLISECONDS = 150
_BYTES_PER_SECOND = 1_600_000 / 8
_SLOWER = 4
_EXECUTABLE = "/usr/bin/chromium"
_WATCH = """
  window.seen = {lcp: 0, cls: 0};
  new PerformanceObserver(list => list.getEntries().forEach(e => {
    seen.lcp = e.startTime; seen.what = e.element?.tagName;
  })).observe({type: 'largest-contentful-paint', buffered: true});
  new PerformanceObserver(list => list.getEntries().forEach(e => { if (!e.hadRecentInput) seen.cls += e.value }))
    .observe({type: 'layout-shift', buffered: true});
"""
_READY = "document.querySelector('#stage')?.getAttribute('aria-busy') !== 'true'"


def figures(*, leads: int = 0) -> list[Figure]:
    """Starts the product, makes an organisation with an event type and loads its page five times."""
    with serving(["tradewind.cli", "up"], path="/health/ready") as port:
        base = f"http://127.0.0.1:{port}"
        return measure(base + new_booking_page(base))


def measure(url: str) -> list[Figure]:
    """Median and worst of five loads."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=_EXECUTABLE, args=["--no-sandbox", "--disable-gpu"])
        loads = [_load(browser, url) for _ in range(RUNS)]
        browser.close()
    painted = [load["lcp"] / 1000 for load in loads]
    lcp = statistics.median(painted)
    shift = max(load["cls"] for load in loads)
    return [
        Figure(
            "booking page, largest paint on slow 4G",
            lcp,
            "s",
            goal=f"< {GOAL_SECONDS} s",
            good=lcp < GOAL_SECONDS,
            note=f"median of {RUNS}, worst {max(painted):.2f} s; {loads[0]['what']}",
        ),
        Figure(
            "booking page, calendar usable",
            statistics.median(load["usable"] / 1000 for load in loads),
            "s",
            note=f"{loads[0]['bytes'] / 1024:.0f} kB in {loads[0]['requests']:.0f} answers",
        ),
        Figure("booking page, layout shift", shift, goal="< 0.05", good=shift < 0.05),
    ]


def _load(browser: Browser, url: str) -> dict[str, Any]:
    context = browser.new_context(viewport={"width": 390, "height": 844}, device_scale_factor=2, locale="en-GB")
    page = context.new_page()
    page.add_init_script(_WATCH)
    page.goto("about:blank")
    session = context.new_cdp_session(page)
    session.send("Network.enable")
    session.send("Network.setCacheDisabled", {"cacheDisabled": True})
    session.send(
        "Network.emulateNetworkConditions",
        {
            "offline": False,
            "latency": _ROUND_TRIP_MILLISECONDS,
            "downloadThroughput": _BYTES_PER_SECOND,
            "uploadThroughput": _BYTES_PER_SECOND / 2,
        },
    )
    session.send("Emulation.setCPUThrottlingRate", {"rate": _SLOWER})
    received: list[float] = []
    session.on("Network.loadingFinished", lambda event: received.append(event["encodedDataLength"]))
    page.goto(url)
    page.wait_for_function(_READY)
    usable = page.evaluate("performance.now()")
    page.wait_for_load_state("networkidle")
    seen = page.evaluate("seen")
    context.close()
    return seen | {"usable": usable, "bytes": sum(received), "requests": len(received)}


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--url", help="a booking page that is running already")
    asked = parser.parse_args()
    show("booking_page", measure(asked.url) if asked.url else figures())

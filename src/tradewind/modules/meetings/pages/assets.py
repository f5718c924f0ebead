"""The built script and style of the pages, as the build's manifest names them."""

import json
from dataclasses import dataclass
from pathlib import Path

from fastapi import Request

from tradewind.kernel.errors import Unavailable
from tradewind.kernel.static import WebApp

_MANIFEST = ".vite/booking.json"
_ENTRY = "src/main.ts"


class PagesNotBuilt(Unavailable):
    """The web app of this installation has not been built."""

    code = "meetings.pages_not_built"
    title = "The booking pages are not built yet"


@dataclass(frozen=True, slots=True)
class Assets:
    """Address of the script, and the style sheet itself: it stands in the page, so that it is painted at once."""

    script: str
    style: str


_known: dict[tuple[Path, int], Assets] = {}


def assets_of(request: Request) -> Assets:
    """What the pages of this installation load. Raises PagesNotBuilt."""
    web_app: WebApp = request.app.router.default
    if web_app.folder is None:
        raise PagesNotBuilt()
    manifest = web_app.folder / _MANIFEST
    try:
        stamp = manifest.stat().st_mtime_ns
        if (known := _known.get((manifest, stamp))) is None:
            entry = json.loads(manifest.read_text("utf-8"))[_ENTRY]
            style = "".join((web_app.folder / name).read_text("utf-8") for name in entry["css"])
            # A checkout is built again while the server runs: only its newest build is kept.
            _known.clear()
            known = _known[manifest, stamp] = Assets(script=f"/{entry['file']}", style=style.strip())
    except FileNotFoundError as missing:
        raise PagesNotBuilt() from missing
    return known

"""The kind of device and browser behind a user agent, in two words that people know."""

import re
from functools import lru_cache

# The first that fits: browsers name those they descend from as well.
_BROWSERS = (
    ("Edge", re.compile(r"Edg(?:e|A|iOS)?/")),
    ("Opera", re.compile(r"OPR/|Opera")),
    ("Samsung Internet", re.compile(r"SamsungBrowser/")),
    ("Firefox", re.compile(r"Firefox/|FxiOS/")),
    ("Chrome", re.compile(r"Chrome/|CriOS/")),
    ("Safari", re.compile(r"Safari/")),
)
_SYSTEMS = (
    ("iPhone", re.compile(r"iPhone")),
    ("iPad", re.compile(r"iPad")),
    ("Android", re.compile(r"Android")),
    ("Windows", re.compile(r"Windows")),
    ("Mac", re.compile(r"Mac OS X|Macintosh")),
    ("Chromebook", re.compile(r"CrOS")),
    ("Linux", re.compile(r"Linux|X11")),
)


@lru_cache(maxsize=5_000)
def device_name(user_agent: str | None) -> str:
    """`Chrome on Windows`; `Unknown device` where nothing is known."""
    if not user_agent:
        return "Unknown device"
    browser = next((name for name, form in _BROWSERS if form.search(user_agent)), None)
    system = next((name for name, form in _SYSTEMS if form.search(user_agent)), None)
    if browser and system:
        return f"{browser} on {system}"
    return browser or system or "Another program"

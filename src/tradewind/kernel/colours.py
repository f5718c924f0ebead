"""A colour that somebody chose made readable: fills, texts and tints with enough contrast on light and on dark."""

import re
from collections.abc import Callable
from functools import lru_cache

_HEX = re.compile(r"#[0-9a-fA-F]{6}")
_DEFAULT = "#2563eb"
_CARDS = {"light": (255, 255, 255), "dark": (17, 24, 39)}
_ENDS = {"light": (0, 0, 0), "dark": (255, 255, 255)}
_INK = (17, 24, 39)
_WHITE = (255, 255, 255)
# Text against its ground (WCAG 2.1), and a fill that is not lost on the page: its text says what it is.
_TEXT = 4.6
_LINES = {"light": 4.6, "dark": 6.0}
_FILL = 1.5
_STEP = 0.04

Rgb = tuple[int, int, int]
_Judge = Callable[[Rgb], bool]


@lru_cache(maxsize=256)
def accents(colour: str) -> dict[str, str]:
    """Custom properties of the page by name, for a colour such as `#2563eb`; anything else becomes our blue.

    Per scheme: `accent` fills buttons, `on-accent` is the text on it, `accent-text` is text and lines,
    `accent-soft` is the tint behind that text.
    """
    base = _parse(colour if _HEX.fullmatch(colour) else _DEFAULT)
    found: dict[str, str] = {}
    for scheme, card in _CARDS.items():
        fill = _until(base, _ENDS[scheme], lambda candidate, card=card: contrast(candidate, card) >= _FILL)
        ink = _WHITE
        if contrast(fill, _WHITE) < _TEXT:
            # A middle colour is made a little darker for white; a bright one keeps its light and takes dark text.
            ink = _INK if contrast(fill, _INK) > contrast(fill, _WHITE) * 1.6 else _WHITE
            toward = _WHITE if ink == _INK else (0, 0, 0)
            fill = _until(fill, toward, lambda candidate, ink=ink: contrast(candidate, ink) >= _TEXT)
        soft = mix(card, base, 0.1 if scheme == "light" else 0.22)
        text = _until(
            base, _ENDS[scheme], lambda candidate, soft=soft, least=_LINES[scheme]: contrast(candidate, soft) >= least
        )
        values = {"accent": fill, "on-accent": ink, "accent-text": text, "accent-soft": soft}
        found |= {f"{scheme}-{name}": _hex(value) for name, value in values.items()}
    return found


def contrast(one: Rgb, other: Rgb) -> float:
    """Contrast ratio of two colours, 1 to 21 (WCAG 2.1)."""
    light, dark = sorted((_luminance(one), _luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def mix(one: Rgb, other: Rgb, share: float) -> Rgb:
    """`share` of `other` in `one`."""
    red, green, blue = (round(a + (b - a) * share) for a, b in zip(one, other, strict=True))
    return red, green, blue


def _until(colour: Rgb, end: Rgb, enough: _Judge) -> Rgb:
    """The colour moved towards `end` by the least that is enough; `end` itself always is."""
    share = 0.0
    while share < 1 and not enough(mix(colour, end, share)):
        share += _STEP
    return mix(colour, end, min(share, 1))


def _luminance(colour: Rgb) -> float:
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in (part / 255 for part in colour)]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def _parse(colour: str) -> Rgb:
    return int(colour[1:3], 16), int(colour[3:5], 16), int(colour[5:7], 16)


def _hex(colour: Rgb) -> str:
    return "#" + "".join(f"{part:02x}" for part in colour)

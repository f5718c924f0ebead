"""robots.txt after RFC 9309: the longest rule that fits decides, allowing where two are equal."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field

AGENT = "tradewindbot"
_MAX_BYTES = 512 * 1024
_MAX_DELAY = 60.0


@dataclass(frozen=True, slots=True)
class Robots:
    """What a site asks of this crawler."""

    rules: tuple[tuple[bool, str], ...] = ()
    delay_seconds: float = 0.0
    sitemaps: tuple[str, ...] = ()

    def allows(self, path: str) -> bool:
        """Whether a path with its query may be fetched."""
        fitting = [(len(pattern), allowed) for allowed, pattern in self.rules if _fits(pattern, path)]
        return max(fitting)[1] if fitting else True


NOTHING_ALLOWED = Robots(rules=((False, "/"),))


@dataclass
class _Group:
    agents: list[str] = field(default_factory=list)
    rules: list[tuple[bool, str]] = field(default_factory=list)
    delay: float = 0.0
    closed: bool = False


def parse(content: bytes) -> Robots:
    """The rules of the group that names this crawler, else of the one for all."""
    groups: list[_Group] = []
    sitemaps: list[str] = []
    for line in content[:_MAX_BYTES].decode("utf-8", "replace").lstrip("\ufeff").splitlines():
        name, separator, value = line.partition("#")[0].partition(":")
        name, value = name.strip().lower(), value.strip()
        if not separator:
            continue
        if name == "sitemap":
            sitemaps.append(value)
        elif name == "user-agent":
            # Several agents in a row share what follows.
            if not groups or groups[-1].closed:
                groups.append(_Group())
            groups[-1].agents.append(value.lower())
        elif groups:
            groups[-1].closed = True
            if name in ("allow", "disallow") and value:
                groups[-1].rules.append((name == "allow", value))
            elif name == "crawl-delay":
                groups[-1].delay = max(groups[-1].delay, _seconds(value))
    chosen = _of(groups, AGENT) or _of(groups, "*")
    return Robots(
        rules=tuple(rule for group in chosen for rule in group.rules),
        delay_seconds=max((group.delay for group in chosen), default=0.0),
        sitemaps=tuple(sitemaps[:20]),
    )


def _of(groups: Sequence[_Group], agent: str) -> list[_Group]:
    return [group for group in groups if agent in group.agents]


def _seconds(value: str) -> float:
    try:
        return min(_MAX_DELAY, max(0.0, float(value)))
    except ValueError:
        return 0.0


def _fits(pattern: str, path: str) -> bool:
    end = pattern.endswith("$")
    # Runs of stars are one: the many ways of matching them would take for ever.
    pieces = re.sub(r"\*+", "*", pattern.removesuffix("$") if end else pattern).split("*")
    return re.match(".*?".join(map(re.escape, pieces)) + ("$" if end else ""), path) is not None

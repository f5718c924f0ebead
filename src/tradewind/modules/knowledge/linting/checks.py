"""What is wrong with single documents: past dates, expiry, no review, size, links, scopes, orders to models."""

import re
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any, Literal
from urllib.parse import urlsplit, urlunsplit
from uuid import UUID

from tradewind.modules.ai import api as ai
from tradewind.modules.knowledge.answers.statements import plain, sentences
from tradewind.modules.knowledge.answers.values import values_in
from tradewind.modules.knowledge.answers.words import folded
from tradewind.modules.knowledge.contracts import SCOPES, Scope

Kind = Literal[
    "conflict", "duplicate", "expired", "unreviewed", "past_date", "broken_link", "scope", "empty", "too_long", "orders"
]  # fmt: skip

REVIEW_AFTER = timedelta(days=365)
EXPIRES_SOON = timedelta(days=14)
LEAST_WORDS, MOST_WORDS = 5, 8_000
_EXAMINED, _OVERLAP, _MOST_EXAMINED = 100_000, 1_000, 1_000_000
_PLAIN_ORDERS = frozenset({"override", "new_role", "fake_turn", "conceal", "hidden", "encoded"})
# These are said to people, too, where a text explains software: “send the key to https://…”, “run the command”.
_SAID_IN_GUIDES = frozenset({"reveal", "exfiltrate", "act"})
_GUIDE = re.compile(r"```|`[^`\n]+`|^(?: {4}|\t)\S|::$|\b(?:API|SDK|CLI|curl|JSON|endpoint|webhook)s?\b", re.MULTILINE)
_UNTIL = re.compile(
    r"\b(?:until|till|through|by|before|ends?(?: on)?|ending|expires?(?: on)?|valid (?:to|until|through)|deadline"
    r"|no later than|up to|bis(?: zum)?|gultig bis|hasta(?: el)?|jusqu'au)\s*(?:the\s|:\s?)?$"
)
_UPCOMING = re.compile(
    r"\b(?:will|upcoming|coming soon|soon|next|planned|scheduled|launches|starts|starting|from|ab)\b[^.]{0,40}$"
)
_MARKER = re.compile(r"^\s*(?:[-*+•]|\d{1,3}[.)])\s+")
_LINK = re.compile(r"\[[^\]]*\]\((https?://[^)\s]+)\)|(?<![(\[])\bhttps?://[^\s)>\]]+")


@dataclass(frozen=True, slots=True)
class Text:
    """A document as the checks read it."""

    document_id: UUID
    title: str
    content: str
    scope: Scope
    url: str | None
    source_kind: str
    updated_at: datetime
    reviewed_at: datetime | None
    expires_at: datetime | None


@dataclass(frozen=True, slots=True)
class Flaw:
    """Something wrong with one document. `passage` is where, `facts` are the values that the words of it need."""

    kind: Kind
    severity: Literal["high", "medium", "low"]
    document_id: UUID
    passage: str
    facts: dict[str, Any]
    other_document_id: UUID | None = None


def flaws(
    text: Text, *, at: datetime, dead_links: Collection[str], addresses: Mapping[str, tuple[UUID, Scope]]
) -> list[Flaw]:
    """What is wrong with one document at a moment.

    `dead_links` are addresses that crawling found gone, `addresses` those of all documents, with whom they are for;
    both as `normal_address` writes them.
    """
    return [*_state(text, at), *_size(text), *_past(text, at.date()), *_links(text, dead_links, addresses)]


def orders(text: Text) -> list[Flaw]:
    """Words that speak to the model that reads a text instead of to people; where they stand first, and their kinds.

    What guides to software say to people counts there only beside words that speak to nobody else.
    """
    found: dict[str, str] = {}
    content = text.content[:_MOST_EXAMINED]
    for start in range(0, len(content), _EXAMINED - _OVERLAP):
        for one in ai.find_injection(content[start : start + _EXAMINED]):
            found.setdefault(one.code, one.excerpt)
    if not found or (found.keys() <= _SAID_IN_GUIDES and _GUIDE.search(content)):
        return []
    severity = "high" if _PLAIN_ORDERS & found.keys() else "low"
    return [Flaw("orders", severity, text.document_id, next(iter(found.values())), {"codes": sorted(found)})]


def _state(text: Text, at: datetime) -> Iterable[Flaw]:
    start = _beginning(text.content)
    if text.expires_at is not None and text.expires_at <= at + EXPIRES_SOON:
        over = text.expires_at <= at
        yield Flaw(
            "expired", "high" if over else "medium", text.document_id, start,
            {"expires_at": text.expires_at.isoformat(), "over": over},
        )  # fmt: skip
    seen = max(text.reviewed_at or text.updated_at, text.updated_at)
    if text.source_kind in ("qa", "article") and seen <= at - REVIEW_AFTER:
        yield Flaw(
            "unreviewed", "low", text.document_id, start,
            {"since": seen.isoformat(), "months": round((at - seen).days / 30.44)},
        )  # fmt: skip


def _size(text: Text) -> Iterable[Flaw]:
    count = len(text.content.split())
    # The answer of a pair may be one word: its question says the rest.
    if count < (1 if text.source_kind == "qa" else LEAST_WORDS):
        yield Flaw("empty", "medium", text.document_id, text.content.strip(), {"words": count})
    if count > MOST_WORDS:
        yield Flaw("too_long", "low", text.document_id, _beginning(text.content), {"words": count, "most": MOST_WORDS})


def _past(text: Text, today: date) -> Iterable[Flaw]:
    """Sentences that promise something up to, or from, a day that has passed."""
    told = 0
    for line in text.content.splitlines():
        for sentence in sentences(_MARKER.sub("", plain(line))):
            for value in values_in(sentence) if told < 5 else ():
                if value.kind != "date" or (last := _last_day(value.key)) is None or last >= today:
                    continue
                before = folded(sentence[: value.start])
                if _UNTIL.search(before) or _UPCOMING.search(before):
                    told += 1
                    sure = _UNTIL.search(before) is not None
                    yield Flaw(
                        "past_date", "high" if sure else "medium", text.document_id, sentence,
                        {"date": last.isoformat(), "written": value.text},
                    )  # fmt: skip
                    break


def _links(text: Text, dead: Collection[str], addresses: Mapping[str, tuple[UUID, Scope]]) -> Iterable[Flaw]:
    told: set[str] = set()
    for match in _LINK.finditer(text.content):
        address = (match.group(1) or match.group()).rstrip(".,;:!?")
        known = normal_address(address)
        if known in told:
            continue
        told.add(known)
        line = _line_at(text.content, match.start())
        target = addresses.get(known)
        if known in dead:
            yield Flaw("broken_link", "medium", text.document_id, line, {"address": address})
        elif target is not None and SCOPES.index(target[1]) > SCOPES.index(text.scope):
            yield Flaw(
                "scope", "high", text.document_id, line,
                {"address": address, "scope": text.scope, "other_scope": target[1]}, other_document_id=target[0],
            )  # fmt: skip


def normal_address(address: str) -> str:
    """An address as it is compared: without fragment and last slash, host in lower case."""
    parts = urlsplit(address)
    return urlunsplit((parts.scheme, parts.netloc.lower(), parts.path.rstrip("/"), parts.query, ""))


def _last_day(key: str) -> date | None:
    year, month, day = key.split("-")
    if year == "?":
        return None
    if day != "?":
        try:
            return date(int(year), int(month), int(day))
        except ValueError:
            return None
    following = date(int(year) + int(month) // 12, int(month) % 12 + 1, 1)
    return following - timedelta(days=1)


def _line_at(content: str, place: int) -> str:
    end = content.find("\n", place)
    return content[content.rfind("\n", 0, place) + 1 : end if end >= 0 else len(content)][:600]


def _beginning(content: str) -> str:
    return plain(content[:400])[:300]

"""What brought a visitor: the campaign, click ids and referrer of an event, and the channel these stand for."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qsl, urlsplit

CHANNELS: Mapping[str, str] = {
    "paid_search": "Paid search",
    "paid_social": "Paid social",
    "display": "Display",
    "paid_other": "Paid other",
    "email": "E-mail",
    "affiliate": "Affiliate",
    "organic_social": "Organic social",
    "organic_search": "Organic search",
    "referral": "Referral",
    "campaign": "Other campaign",
    "direct": "Direct",
}
CLICK_IDS: Mapping[str, str] = {
    "gclid": "search", "gbraid": "search", "wbraid": "search", "msclkid": "search", "yclid": "search",
    "dclid": "display", "ttclid": "social", "twclid": "social", "li_fat_id": "social", "rdt_cid": "social",
    "sccid": "social", "epik": "social", "fbclid": "shared", "mc_eid": "email", "irclickid": "affiliate",
}  # fmt: skip
"""Click ids and what they tell; `shared` ones are added to every link of a network, paid or not."""


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


_SEARCH = _words("""
    google bing duckduckgo ecosia yahoo yandex baidu qwant startpage brave naver seznam sogou ask kagi perplexity
""")
_SOCIAL = _words("""
    facebook fb instagram ig linkedin lnkd twitter x t youtube tiktok reddit pinterest threads bsky mastodon xing vk
    snapchat whatsapp telegram medium quora
""")
_MAILERS = ("mail.google.com", "outlook.live.com", "outlook.office.com", "mail.yahoo.com", "mail.proton.me")
_SOCIAL_HOSTS = frozenset({"t.co", "x.com", "lnkd.in", "fb.me", "youtu.be"})
_EMAIL_WORDS = frozenset({"email", "e-mail", "e_mail", "mail", "newsletter"})
_SECOND_LEVEL = frozenset({"co", "com", "net", "org", "ac", "gov"})
_MAX = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class Origin:
    """What an event says about where its visitor came from; `landing_path` is the page they came to."""

    utm_source: str | None = None
    utm_medium: str | None = None
    utm_campaign: str | None = None
    utm_term: str | None = None
    utm_content: str | None = None
    click_ids: tuple[str, ...] = ()
    referrer_host: str | None = None
    landing_path: str | None = None

    @property
    def signature(self) -> str:
        """Text that is equal for events of the same campaign, empty where there is no campaign."""
        parts = (self.utm_source, self.utm_medium, self.utm_campaign, *self.click_ids)
        return "|".join(part or "" for part in parts) if any(parts) else ""

    @property
    def channel(self) -> str:
        """Key of CHANNELS: the first rule that fits."""
        facts = _Facts.of(self)
        return next(channel for channel, fits in _RULES if fits(facts))


@dataclass(frozen=True, slots=True)
class _Facts:
    source: str
    medium: str
    campaign: bool
    clicks: frozenset[str]
    host: str
    paid: bool
    search: bool
    social: bool
    mailed: bool

    @classmethod
    def of(cls, origin: Origin) -> "_Facts":
        source, medium = (origin.utm_source or "").lower(), (origin.utm_medium or "").lower()
        host = origin.referrer_host or ""
        named = _site(source)
        # A referrer speaks only where the link itself says nothing.
        referred = "" if source or medium else _site(host)
        return cls(
            source=source,
            medium=medium,
            campaign=bool(origin.signature),
            clicks=frozenset(CLICK_IDS[kind] for kind in origin.click_ids if kind in CLICK_IDS),
            host=host,
            paid=medium in ("cpc", "ppc", "cpv", "cpa", "retargeting") or medium.startswith("paid"),
            search=bool({named, referred} & _SEARCH),
            social=bool({named, referred} & _SOCIAL) or (not source and not medium and host in _SOCIAL_HOSTS),
            mailed=bool({medium, source} & _EMAIL_WORDS) or (not origin.signature and host in _MAILERS),
        )


_RULES: tuple[tuple[str, Callable[[_Facts], bool]], ...] = (
    ("paid_search", lambda f: "search" in f.clicks or (f.paid and f.search)),
    ("paid_social", lambda f: "social" in f.clicks or (f.paid and (f.social or "shared" in f.clicks))),
    ("display", lambda f: "display" in f.clicks or f.medium in ("display", "banner", "cpm", "interstitial")),
    ("paid_other", lambda f: f.paid),
    (
        "email",
        lambda f: (
            "email" in f.clicks or bool({f.medium, f.source} & _EMAIL_WORDS) or (not f.campaign and f.host in _MAILERS)
        ),
    ),
    ("affiliate", lambda f: "affiliate" in f.clicks or f.medium in ("affiliate", "affiliates")),
    ("organic_social", lambda f: f.social or f.medium.startswith("social") or "shared" in f.clicks),
    ("organic_search", lambda f: f.search or f.medium == "organic"),
    ("referral", lambda f: f.medium == "referral" or (not f.campaign and bool(f.host))),
    ("campaign", lambda f: f.campaign),
    ("direct", lambda f: True),
)


def origin_of(context: Mapping[str, Any], *, url: str | None, path: str | None, referrer: str | None) -> Origin:
    """Where an event's visitor came from, by its context's campaign, else by its address.

    A referrer on the same site is none. Click ids are kept by kind only, never their value.
    """
    query = _query(url)
    campaign = context.get("campaign")
    campaign = campaign if isinstance(campaign, dict) else {}
    named = {
        "utm_source": campaign.get("source") or query.get("utm_source"),
        "utm_medium": campaign.get("medium") or query.get("utm_medium"),
        "utm_campaign": campaign.get("name") or query.get("utm_campaign"),
        "utm_term": campaign.get("term") or query.get("utm_term"),
        "utm_content": campaign.get("content") or query.get("utm_content"),
    }
    given = campaign.get("click_ids")
    kinds = {kind.lower() for kind in given if isinstance(kind, str)} if isinstance(given, list) else set[str]()
    kinds |= {kind.lower() for kind in query}
    host, own = _host(referrer), _host(url)
    return Origin(
        **{name: _text(value) for name, value in named.items()},  # type: ignore[arg-type]
        click_ids=tuple(sorted(kinds & CLICK_IDS.keys())),
        referrer_host=host if host and host != own else None,
        landing_path=path[:_MAX] if path else None,
    )


def _query(url: str | None) -> dict[str, str]:
    if not url or "?" not in url:
        return {}
    try:
        return dict(parse_qsl(urlsplit(url).query, max_num_fields=100))
    except ValueError:
        return {}


def _host(url: str | None) -> str | None:
    if not url or "://" not in url:
        return None
    try:
        host = urlsplit(url).hostname
    except ValueError:
        return None
    return (host or "").removeprefix("www.")[:_MAX] or None


def _site(host: str) -> str:
    """The name of a site without its endings: `www.google.co.uk` → `google`, `linkedin` → `linkedin`."""
    parts = host.split(".")
    if len(parts) > 2 and parts[-2] in _SECOND_LEVEL:
        parts = parts[:-1]
    return parts[-2] if len(parts) > 1 else parts[0]


def _text(value: Any) -> str | None:
    return value.strip()[:_MAX] or None if isinstance(value, str) else None

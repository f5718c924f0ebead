"""What DNS says of a sending domain: SPF, DKIM, DMARC, alignment, where bounces go, blocklists."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import asdict, dataclass
from typing import Any, Literal

State = Literal["ok", "warning", "wrong", "missing", "unknown"]
Lookup = Callable[[str, str], Awaitable[list[str]]]
"""Texts of the records of a name and type; empty if there are none. Raises OSError where DNS does not answer."""
LIFETIME_SECONDS = 5.0
_MAX_SPF_LOOKUPS = 10
_SPF_INCLUDES = {"ses": "amazonses.com", "sendgrid": "sendgrid.net", "mandrill": "spf.mandrillapp.com"}
_LISTED = "127.0."


@dataclass(frozen=True, slots=True, kw_only=True)
class Check:
    """One record: what it should be (`wanted`), what it is (`found`), and what to do."""

    name: Literal["spf", "dkim", "dmarc", "bounces", "alignment", "blocklists"]
    state: State
    text: str
    host: str = ""
    type: str = ""
    wanted: str = ""
    found: str = ""

    def data(self) -> dict[str, Any]:
        """As it is stored."""
        return asdict(self)


def resolver(server: str) -> Lookup:
    """Look up by the name server at `server` (host:port), or by the system's where that is empty."""
    # Takes its time to load, and few processes ask.
    import dns.asyncresolver
    import dns.exception
    import dns.name
    import dns.resolver

    asking = dns.asyncresolver.Resolver(configure=not server)
    if server:
        host, _, port = server.rpartition(":")
        asking.nameservers, asking.port = [host], int(port)
    asking.lifetime = LIFETIME_SECONDS

    async def lookup(name: str, kind: str) -> list[str]:
        try:
            answer = await asking.resolve(name, kind)
        except (dns.resolver.NXDOMAIN, dns.resolver.NoAnswer, dns.name.LabelTooLong, dns.name.EmptyLabel):
            return []
        except dns.exception.DNSException as error:
            raise OSError(f"DNS does not answer for {name}") from error
        if kind == "TXT":
            return [b"".join(record.strings).decode("utf-8", "replace") for record in answer]
        return [record.to_text() for record in answer]

    return lookup


async def check(
    domain: str, selector: str, public_key: str, *, adapters: Sequence[str], bounce_domains: Sequence[str],
    blocklists: Sequence[str], lookup: Lookup,
) -> list[Check]:  # fmt: skip
    """All checks of a domain; one that DNS did not answer is `unknown`.

    `adapters` are how its senders send, `bounce_domains` where what bounces goes.
    """
    found = await asyncio.gather(
        _spf(domain, adapters, lookup),
        _dkim(domain, selector, public_key, lookup),
        _dmarc(domain, lookup),
        *(_bounces(name, lookup) for name in dict.fromkeys(bounce_domains)),
        _blocklists(domain, blocklists, lookup),
    )
    checks = list(found)
    by_name = {one.name: one for one in checks}
    signed = by_name["dkim"].state == "ok" and any(adapter != "sendgrid" for adapter in adapters or ["smtp"])
    returned = any(_organisational(name) == _organisational(domain) for name in bounce_domains or [domain])
    passes_spf = by_name["spf"].state == "ok" and returned
    if not (signed or passes_spf) and "unknown" in (by_name["dkim"].state, by_name["spf"].state):
        checks.append(Check(name="alignment", state="unknown", text="DNS did not answer. Try again later."))
    else:
        checks.append(_alignment(domain, signed=signed, returned=passes_spf, by_vendor="sendgrid" in adapters))
    return checks


def is_aligned(checks: Sequence[Check]) -> bool:
    """Whether receivers can verify that the domain is ours."""
    return any(one.name == "alignment" and one.state == "ok" for one in checks)


def dkim_record(public_key: str) -> str:
    """The TXT record of a public key."""
    return f"v=DKIM1; k=rsa; p={public_key}"


async def _asked(lookup: Lookup, name: str, kind: str, prefix: str = "") -> list[str] | None:
    try:
        return [text for text in await lookup(name, kind) if text.casefold().startswith(prefix)]
    except OSError:
        return None


async def _spf(domain: str, adapters: Sequence[str], lookup: Lookup) -> Check:
    includes = [f"include:{_SPF_INCLUDES[one]}" for one in dict.fromkeys(adapters) if one in _SPF_INCLUDES]
    own = ["a", "mx"] if not includes or "smtp" in adapters else []
    wanted = " ".join(["v=spf1", *own, *includes, "~all"])
    about: dict[str, Any] = {"name": "spf", "host": domain, "type": "TXT", "wanted": wanted}
    records = await _asked(lookup, domain, "TXT", "v=spf1")
    if records is None:
        return Check(state="unknown", text="DNS did not answer. Try again later.", **about)
    if not records:
        return Check(state="missing", text="There is no SPF record. Add this one.", **about)
    about["found"] = " | ".join(records)
    if len(records) > 1:
        return Check(state="wrong", text="There are several SPF records; receivers then heed none. Join them.", **about)
    terms = records[0].casefold().split()
    missing = [term for term in includes if term.casefold() not in terms]
    if missing:
        return Check(state="wrong", text=f"Add {' '.join(missing)} to the record, before “all”.", **about)
    if terms[-1] in ("+all", "all", "?all"):
        return Check(state="warning", text="The record lets everybody send for the domain: end it with ~all.", **about)
    if sum(term.lstrip("+-~?").startswith(("include:", "a", "mx", "ptr", "exists:", "redirect=")) for term in terms) > (
        _MAX_SPF_LOOKUPS
    ):
        return Check(state="wrong", text="The record asks for more than 10 look-ups: receivers give up.", **about)
    return Check(state="ok", text="Receivers see which servers may send for the domain.", **about)


async def _dkim(domain: str, selector: str, public_key: str, lookup: Lookup) -> Check:
    host = f"{selector}._domainkey.{domain}"
    about: dict[str, Any] = {"name": "dkim", "host": host, "type": "TXT", "wanted": dkim_record(public_key)}
    records = await _asked(lookup, host, "TXT")
    if records is None:
        return Check(state="unknown", text="DNS did not answer. Try again later.", **about)
    if not records:
        return Check(state="missing", text="Add this record: with it receivers can verify our signature.", **about)
    about["found"] = " | ".join(records)
    keys = {"".join(part.partition("p=")[2].split()) for text in records for part in text.split(";") if "p=" in part}
    if public_key not in keys:
        return Check(state="wrong", text="The record holds another key. Replace it.", **about)
    return Check(state="ok", text="Receivers can verify our signature.", **about)


async def _dmarc(domain: str, lookup: Lookup) -> Check:
    host = f"_dmarc.{domain}"
    about: dict[str, Any] = {
        "name": "dmarc",
        "host": host,
        "type": "TXT",
        "wanted": f"v=DMARC1; p=none; rua=mailto:dmarc@{domain}",
    }
    records = await _asked(lookup, host, "TXT", "v=dmarc1")
    if records == [] and _organisational(domain) != domain:
        records = await _asked(lookup, f"_dmarc.{_organisational(domain)}", "TXT", "v=dmarc1")
    if records is None:
        return Check(state="unknown", text="DNS did not answer. Try again later.", **about)
    if not records:
        return Check(state="missing", text="Gmail and Yahoo ask senders of many mails for a DMARC policy.", **about)
    about["found"] = " | ".join(records)
    if len(records) > 1:
        return Check(state="wrong", text="There are several DMARC records; receivers then heed none.", **about)
    policy = next((part.partition("=")[2].strip() for part in records[0].split(";") if part.strip()[:2] == "p="), "")
    if policy not in ("none", "quarantine", "reject"):
        return Check(state="wrong", text="The record has no policy: p=none, quarantine or reject.", **about)
    return Check(state="ok", text=f"Receivers know what to do with forged mails: {policy}.", **about)


async def _bounces(domain: str, lookup: Lookup) -> Check:
    about: dict[str, Any] = {"name": "bounces", "host": domain, "type": "MX"}
    records = await _asked(lookup, domain, "MX")
    if records is None:
        return Check(state="unknown", text="DNS did not answer. Try again later.", **about)
    about["found"] = " | ".join(records)
    if not records or records == ["0 ."]:
        return Check(state="missing", text="The domain takes no mail, so nothing that bounces comes back.", **about)
    return Check(state="ok", text="What bounces has a way back.", **about)


def _alignment(domain: str, *, signed: bool, returned: bool, by_vendor: bool) -> Check:
    ways = [name for name, holds in (("DKIM", signed), ("SPF", returned)) if holds]
    if ways:
        return Check(name="alignment", state="ok", text=f"{' and '.join(ways)} vouch for {domain} as the From domain.")
    if by_vendor:
        text = "Authenticate the domain at the provider: it signs with a key of its own, which cannot be seen here."
        return Check(name="alignment", state="unknown", text=text)
    return Check(name="alignment", state="wrong", text=f"Neither DKIM nor SPF vouches for {domain}: DMARC would fail.")


async def _blocklists(domain: str, zones: Sequence[str], lookup: Lookup) -> Check:
    """The port for blocklists: DNS zones in the usual form, 127.0.x.x means listed."""
    if not zones:
        return Check(name="blocklists", state="unknown", text="No blocklists are set up to be asked.")
    answers = await asyncio.gather(*(_asked(lookup, f"{domain}.{zone}", "A") for zone in zones))
    listed = [
        zone for zone, found in zip(zones, answers, strict=True) if any(a.startswith(_LISTED) for a in found or ())
    ]
    if listed:
        return Check(name="blocklists", state="wrong", text=f"Listed at {', '.join(listed)}.", found=" ".join(listed))
    if any(found is None for found in answers):
        return Check(name="blocklists", state="unknown", text="Some blocklists did not answer.")
    return Check(name="blocklists", state="ok", text=f"Not listed at {', '.join(zones)}.")


def _organisational(domain: str) -> str:
    """The domain that a name belongs to, near enough for relaxed alignment: its last two labels, or three."""
    labels = domain.casefold().rstrip(".").split(".")
    short = len(labels) > 2 and len(labels[-1]) == 2 and labels[-2] in ("co", "com", "org", "net", "ac", "gov", "or")
    return ".".join(labels[-3:] if short else labels[-2:])

"""Which addresses a returned mail could not reach."""

import re

import structlog
from flufl.bounce import all_failures

from tradewind.modules.email.bounces.unpacking import Unpacked

log = structlog.get_logger(__name__)
_ADDRESS = re.compile(r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~.-]+@(?:[A-Za-z0-9](?:[A-Za-z0-9-]*[A-Za-z0-9])?\.)+[A-Za-z]{2,}")
_STARTS = re.compile(
    r"(?:following|these|this|the)(?:\s+\w+){0,4}\s+(?:address(?:es|\(es\))?|recipients?|recipient\(s\)|person|people|user)"
    r"|failed address|undeliver|not delivered to|could not be delivered|unable to deliver|error delivering|"
    r"failed permanently|has been delayed|did not reach|was not relayed to|failure reasons|transcript of session",
    re.I,
)
_RCPT = re.compile(r"rcpt to: ?<([^<>\s]+@[^<>\s]+)>", re.I)
_LINE = re.compile(r"^[\s*>|-]*(?:recipient:? *|to:? *|address:? *)?<?([^\s<>:;,()\"]+@[^\s<>:;,()\"]+)>?", re.I)


def address_in(text: str) -> str:
    """The first mail address in a field such as `rfc822; <a@b.example>`; empty without one."""
    found = _ADDRESS.search(text)
    return found[0] if found else ""


def introduces_failures(text: str) -> bool:
    """Whether a text has words such as those before a list of failed addresses."""
    return _STARTS.search(text) is not None


def failed_addresses(mail: Unpacked) -> list[str]:
    """Failed or delayed addresses in the order of the notice, each once."""
    for found in (_reported(mail), _scanned(mail), _named(mail), _returned(mail)):
        unique = {address.casefold(): address for address in reversed(found) if address}
        if unique:
            return list(reversed(unique.values()))
    return []


def _reported(mail: Unpacked) -> list[str]:
    """Of the fields of the report, which say it without any doubt."""
    return [
        address
        for group in mail.groups
        if "status" in group or "action" in group
        if (address := address_in(group.get("original-recipient", "")) or address_in(group.get("final-recipient", "")))
    ]


def _scanned(mail: Unpacked) -> list[str]:
    """By the detectors of flufl.bounce, which know many old mail servers."""
    try:
        temporary, permanent = all_failures(mail.message)
    except Exception as error:  # noqa: BLE001 - its detectors may break in any way on what strangers send
        log.info("bounces.detector_failed", error=repr(error))
        return []
    text = mail.text.casefold()
    found_at = {address_in(one.decode("ascii", "replace")): 0 for one in permanent or temporary}
    found_at = {address: text.find(address.casefold()) for address in found_at if address}
    # Some detectors also pick addresses out of the returned mail.
    seen = [address for address, place in found_at.items() if place >= 0]
    return sorted(seen or found_at, key=found_at.__getitem__)


def _named(mail: Unpacked) -> list[str]:
    """In the header of some servers, else in the lines after words that introduce them."""
    if (found := [address_in(one) for one in mail.header("x-failed-recipients").split(",")]) and any(found):
        return found
    start = _STARTS.search(mail.text)
    lines = mail.text[start.start() :].splitlines() if start else []
    if found := [address_in(match[1]) for line in lines if (match := _LINE.match(line))]:
        return found
    if found := _RCPT.findall(mail.text):
        return found
    return [address for line in lines if (address := address_in(line))][:1]


def _returned(mail: Unpacked) -> list[str]:
    return [address_in(mail.returned.get("to", ""))]

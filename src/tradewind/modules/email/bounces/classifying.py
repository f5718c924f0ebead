"""What a mail that came back means: kind, hard or soft, enhanced code, failed addresses, reason."""

import re
from dataclasses import dataclass, field
from typing import Literal

from tradewind.modules.email.bounces import automatic, reasons
from tradewind.modules.email.bounces.addresses import address_in, failed_addresses, introduces_failures
from tradewind.modules.email.bounces.unpacking import Unpacked, unpack

Kind = Literal["bounce", "delay", "delivered", "complaint", "unsubscribe", "out_of_office", "other"]
Bounce = Literal["hard", "soft", "none"]

_CODE = re.compile(r"(?<![\d.])([245]\.\d{1,3}\.\d{1,3})(?![\d.]*\d)")
_REPLY = re.compile(r"(?<![\w.@/#-])(?<!\d:)([45][0-5]\d)(?=[ \-,;:]|$)(?![.\d])")
_REPLY_WITH_CODE = re.compile(r"(?<![\d.])([45])[0-5]\d[ -]+#?(\1\.\d{1,3}\.\d{1,3})(?![\d.]*\d)")
# The last command before the refusal, in the words of those servers that tell.
_COMMAND = re.compile(
    r"(?:in reply to (?:end of )?|after (?:pipelined )?(?:end of )?|>>> ?|<<< ?|\bour |following |\[|state |failed at |"
    r"progress was |command:? ?-*)(rcpt|data|mail from|helo|ehlo|end of message|1[345]\)|1[678]\))(?![a-z])|"
    r"(?:does not like |bad )(rec)ipient|(rcpt) to\b",
    re.I,
)
# What PowerMTA adds to its reports.
_CATEGORIES = {
    "bad-mailbox": "userunknown", "inactive-mailbox": "suspend", "bad-domain": "hostunknown",
    "routing-errors": "hostunknown", "quota-issues": "mailboxfull", "spam-related": "spamdetected",
    "virus-related": "virusdetected", "message-expired": "expired",
    "policy-related": "policyviolation", "relaying-issues": "norelaying", "bad-configuration": "systemerror",
    "bad-connection": "networkerror", "no-answer-from-host": "networkerror", "content-related": "spamdetected",
    "invalid-sender": "rejected", "protocol-errors": "syntaxerror",
}  # fmt: skip
# Codes that leave no doubt, and words that say more than any code.
_FIRM_CODES = frozenset({"userunknown", "hostunknown", "hasmoved", "mailboxfull", "notaccept"})
_FIRM_WORDS = frozenset(
    {
        "virusdetected", "mailboxfull", "authfailure", "requireptr", "rejected", "norelaying", "blocked",
        "spamdetected", "speeding", "toomanyconn", "hasmoved", "mesgtoobig", "mailererror", "networkerror",
    }
)  # fmt: skip
# Words that also stand in the common phrases of a notice.
_VAGUE_WORDS = frozenset({"filtered", "systemerror", "securityerror", "policyviolation", "contenterror"})
_DELIVERED = frozenset({"delivered", "relayed", "expanded", "deliverable"})
_DELAY_SUBJECT = re.compile(r"\bdelay(?:ed)?\b|\bwarning\b|still (?:being )?retr|not yet delivered|deferred", re.I)
_BOUNCE_SUBJECT = re.compile(
    r"undeliver|returned mail|mail delivery|delivery (?:status|failure|failed|notification|problem|error|report)|"
    r"failure notice|delivery.{0,20}fail|mail system error|returning message|could not be delivered|non.?remis|"
    r"unzustellbar|no se (?:ha )?pud|mail fail|not delivered|returned to sender|nondeliverable|bounce|failed mail|"
    r"non-deliverable|message (?:you sent )?(?:blocked|status|delivery)|rejected|配信|エラー|送信|postmaster notify",
    re.I,
)
_ANSWER = re.compile(r"(?:re|aw|sv|antw|rv)\s*:", re.I)
_DAEMON = re.compile(r"mailer-?daemon|postmaster|mail delivery (?:sub)?system|mail ?system|^<>$|bounce|mdaemon", re.I)


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What became of the mail to one address."""

    recipient: str
    bounce: Bounce
    status: str
    reason: str
    diagnosis: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """`bounce`, `status`, `reason` are those of the first address; `returned` are headers of the mail it is about."""

    kind: Kind
    bounce: Bounce = "none"
    status: str = ""
    reason: str = ""
    recipients: tuple[str, ...] = ()
    diagnosis: str = ""
    outcomes: tuple[Outcome, ...] = ()
    returned: dict[str, str] = field(default_factory=dict)


def classify(raw: bytes) -> Verdict:
    """Read a mail that came back. Never raises for what is in the mail; one nobody understands is `other`."""
    mail = unpack(raw)
    if mail.feedback:
        return _complaint(mail)
    if not mail.groups and not _looks_like_bounce(mail):
        kind: Kind = "out_of_office" if automatic.is_automatic(mail) else "other"
        reason = "vacation" if kind == "out_of_office" else ""
        return Verdict(kind=kind, reason=reason, returned=mail.returned)
    found = failed_addresses(mail)
    outcomes = [_outcome(mail, address, found) for address in found] or [_outcome(mail, "", [])]
    first = outcomes[0]
    kind = "bounce"
    if first.reason == "delivered":
        kind = "delivered"
    elif _is_delay(mail):
        kind = "delay"
    return Verdict(
        kind=kind, bounce=first.bounce, status=first.status, reason=first.reason, recipients=tuple(found),
        diagnosis=first.diagnosis, outcomes=tuple(one for one in outcomes if one.recipient), returned=mail.returned,
    )  # fmt: skip


def _complaint(mail: Unpacked) -> Verdict:
    """A feedback report (RFC 5965)."""
    report = mail.feedback[0]
    named = [report.get(name, "") for name in ("original-rcpt-to", "removal-recipient", "final-recipient")]
    addresses = [address for text in named if (address := address_in(text))]
    if not addresses and (address := address_in(mail.returned.get("to", ""))):
        addresses = [address]
    kind: Kind = "unsubscribe" if report.get("feedback-type", "").casefold().startswith("opt-out") else "complaint"
    recipients = tuple(dict.fromkeys(addresses))
    return Verdict(kind=kind, reason="feedback", recipients=recipients, returned=mail.returned)


def _looks_like_bounce(mail: Unpacked) -> bool:
    if automatic.says_so(mail):
        return False
    if automatic.is_automatic(mail) and not _DAEMON.search(mail.header("from")):
        return False
    told = mail.returned or introduces_failures(mail.text) or _REPLY.search(mail.text)
    return bool(
        (_BOUNCE_SUBJECT.search(mail.subject) and not _ANSWER.match(mail.subject) and told)
        or mail.header("x-failed-recipients")
        or _DAEMON.search(mail.header("from"))
        or mail.header("return-path") == "<>"
        or mail.message.get_content_type() == "multipart/report"
        or (mail.returned and introduces_failures(mail.text))
    )


def _is_delay(mail: Unpacked) -> bool:
    actions = {group.get("action", "").casefold().partition(" ")[0] for group in mail.groups} - {""}
    return actions == {"delayed"} or (not actions and bool(_DELAY_SUBJECT.search(mail.subject)))


def _outcome(mail: Unpacked, address: str, all_of: list[str]) -> Outcome:
    group = _group_of(mail, address, alone=len(all_of) <= 1)
    action = group.get("action", "").casefold()
    said = re.sub(r"^\s*[\w-]+\s*;\s*", "", group.get("diagnostic-code", ""))
    field_code = (_CODE.search(group.get("status", "")) or [""])[0]
    if action.partition(" ")[0] in _DELIVERED:
        code = field_code or (_CODE.search(said) or [""])[0]
        return Outcome(recipient=address, bounce="none", status=code, reason="delivered", diagnosis=said)
    part = _about(mail.text, address, all_of)
    near = _near(part, address)
    status = _status(field_code, said, near, part)
    reason = _CATEGORIES.get(group.get("x-powermta-bouncecategory", "")) or _reason(
        said, near, part, mail.subject, status
    )
    if not status:
        temporary = _temporary(said or near or part, action) or "of temporary failure" in part
        status = reasons.code_for(reason, temporary=temporary)
    diagnosis = " ".join((said or near or part).split())[:500]
    return Outcome(
        recipient=address,
        bounce="hard" if reason in reasons.HARD else "soft",
        status=status,
        reason=reason,
        diagnosis=diagnosis,
    )


def _group_of(mail: Unpacked, address: str, *, alone: bool) -> dict[str, str]:
    wanted = address.casefold()
    about = [group for group in mail.groups if {"final-recipient", "status", "action"} & set(group)]
    for group in about:
        named = (group.get(name, "") for name in ("final-recipient", "original-recipient", "x-actual-recipient"))
        if wanted and wanted in {address_in(text).casefold() for text in named}:
            return group
    return about[0] if about and alone else {}


def _about(text: str, address: str, all_of: list[str]) -> str:
    """The part of a notice that speaks of one address: from its first naming to that of another one."""
    if len(all_of) <= 1:
        return text
    low = text.casefold()
    start = low.find(address.casefold())
    if start < 0:
        return text
    ends = [place for other in all_of if other != address and (place := low.find(other.casefold(), start + 1)) > 0]
    return text[text.rfind("\n", 0, start) + 1 : min(ends, default=len(text))]


def _near(part: str, address: str) -> str:
    """What stands right beside an address: its line and those that follow it, up to what is said and a blank line."""
    lines = part.splitlines()
    low = address.casefold()
    start = next((place for place, line in enumerate(lines) if low and low in line.casefold()), None)
    if start is None:
        return ""
    taken: list[str] = []
    said = False
    for line in lines[start : start + 25]:
        rest = re.sub(re.escape(low), " ", line.casefold()).strip(" <>:;,.*()|-\t")
        if not line.strip() and said:
            break
        said = said or len(rest) > 8
        taken.append(line)
    return "\n".join(taken)


def _status(field_code: str, said: str, near: str, part: str) -> str:
    """The code of the report, unless the server's own words hold a more telling one."""
    if (answered := _REPLY_WITH_CODE.search(said)) and not answered[2].endswith(".0.0"):
        return answered[2]
    codes = next((codes for text in (said, near, part) if (codes := _failures(text))), [])
    telling = next((code for code in codes if not code.endswith(".0")), codes[0] if codes else "")
    if not field_code or field_code.endswith(".0.0") or (field_code.endswith(".0") and not telling.endswith(".0")):
        return telling or field_code
    return field_code


def _failures(text: str) -> list[str]:
    return [code for code in _CODE.findall(text) if not code.startswith("2")]


def _reason(said: str, near: str, part: str, subject: str, status: str) -> str:
    coded = reasons.by_code(status)
    texts = [text for text in (said, near, part, subject) if text.strip()]
    worded = next((reason for text in (said, near) if (reason := reasons.by_words(text)) not in ("", "filtered")), "")
    if not worded and (reason := reasons.by_words(part) or reasons.by_words(subject)) not in _VAGUE_WORDS:
        worded = reason
    if coded in _FIRM_CODES and worded not in _FIRM_WORDS:
        return coded
    if worded == "unknown":
        # The same words come from filters that saw the whole mail: only a refused recipient is known to be none.
        return "userunknown" if _at_recipient(" ".join((said, part))) else "filtered"
    return worded or coded or ("filtered" if any(map(reasons.by_words, texts)) else "undefined")


def _at_recipient(text: str) -> bool:
    """Whether the server refused when it was given the recipient, as far as anybody says."""
    named = _COMMAND.search(" ".join(text.split()))
    # Google says in which state its session was.
    return named is not None and (named[1] or "rcpt").casefold() in ("rcpt", "13)", "14)", "15)")


def _temporary(words: str, action: str) -> bool:
    if reply := _REPLY.search(words):
        return reply[1].startswith("4")
    return action.startswith("delayed") or "temporar" in words

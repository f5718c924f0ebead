"""A returned mail taken apart: what its sender wrote, the fields of a report, and what of our own mail came back."""

import html
import json
import re
from dataclasses import dataclass, field
from email import message_from_bytes
from email.header import decode_header, make_header
from email.message import Message
from typing import Any

MAX_TEXT = 200_000
_MAX_DEPTH = 12
_RETURNED_TYPES = frozenset({"message/rfc822", "text/rfc822-headers", "text/rfc822-header", "message/partial"})
# Where the text of a notice ends and the mail it is about begins, in the words of many mail servers.
_RETURNED_BELOW = re.compile(
    r"^[ \t>|*_=+-]*(?:"
    r"below (?:this line )?is a copy of the (?:original )?message|"
    r"this is a copy of (?:the|your) message|here is (?:a copy of|your) (?:the |your )?(?:original )?mess?age|"
    r"a copy of the (?:original )?message (?:follows|below)|included is a copy of the message|"
    r"(?:the )?(?:body|text|header|headers) of (?:the|your) (?:original )?mess?age(?: is following)?|"
    r"(?:original|returned|unsent|undelivered|your|the) mess?age(?: headers?)? (?:follows?|below)|"
    r"message (?:headers?|text|contents?) follows?|"
    r"-+ ?(?:original|returned|forwarded|unsent|undelivered) mess?age(?: follows)? ?-+|"
    r"original message$|returned message -|your original message:?$|rejected message:?$|"
    r"message header follows|full message details|received ?: ?from .*|content-type: message/rfc822"
    r")",
    re.I | re.M,
)
_FIELD = re.compile(r"^(?:[ \t]*)([A-Za-z][A-Za-z-]{3,40}):[ \t]*(.*)$")
_RECIPIENTS = ("final-recipient", "original-recipient")
_REPORT_FIELDS = frozenset(
    {
        "final-recipient", "original-recipient", "action", "status", "diagnostic-code", "remote-mta", "reporting-mta",
        "x-actual-recipient", "x-postfix-queue-id", "arrival-date", "last-attempt-date", "will-retry-until",
        "final-log-id", "x-display-name", "x-supplementary-info", "received-from-mta", "x-postfix-sender",
        "x-smtp-return-value", "x-powermta-bouncecategory",
    }
)  # fmt: skip
_TAG = re.compile(
    r"<(?:/?(?:p|br|div|td|tr|table|b|i|h\d|html|body|head|span|a|font|li|ul|hr|img|center|strong|pre|title|meta)\b[^>]*"
    r"|!--.*?--)>",
    re.I | re.S,
)


@dataclass(slots=True)
class Unpacked:
    """`text` is the notice without the returned mail; `groups` are the report's fields, one mapping a recipient."""

    message: Message
    subject: str = ""
    text: str = ""
    groups: list[dict[str, str]] = field(default_factory=list)
    feedback: list[dict[str, str]] = field(default_factory=list)
    returned: dict[str, str] = field(default_factory=dict)

    def header(self, name: str) -> str:
        """A header of the notice itself, unfolded; empty without one."""
        value = self.message.get(name)
        return " ".join(str(value).split()) if value is not None else ""


def unpack(raw: bytes) -> Unpacked:
    """Take a mail apart. Damaged mails are read as far as they go; nothing is raised."""
    message = message_from_bytes(raw)
    found = Unpacked(message, subject=decoded(str(message.get("subject") or "")))
    texts: list[str] = []
    _walk(message, found, texts, depth=0)
    for text in texts:
        ours, theirs = _split(text[:MAX_TEXT])
        found.text = f"{found.text}\n{ours}".lstrip("\n")
        if theirs and not found.returned:
            found.returned = _headers_of(theirs)
    _read_notification(found)
    if not any("final-recipient" in group or "original-recipient" in group for group in found.groups):
        found.groups += _groups_in(found.text)
    if not found.feedback and (loose := re.search(r"^feedback-type:\s*\S+", found.text, re.I | re.M)):
        found.feedback.append(_fields(found.text[loose.start() :]))
    return found


def _read_notification(found: Unpacked) -> None:
    """Amazon SES tells of bounces in JSON, which may come by mail too."""
    told = _json_in(found.text)
    if isinstance(told.get("Message"), str):
        told = _json_in(told["Message"])
    detail = told.get(str(told.get("notificationType", "")).lower())
    if not isinstance(detail, dict):
        return
    for one in detail.get("bouncedRecipients") or ():
        fields = {"final-recipient": "emailAddress", "action": "action", "status": "status"}
        group = {name: str(one.get(key) or "") for name, key in fields.items()}
        found.groups.append({**group, "diagnostic-code": str(one.get("diagnosticCode") or "")})
    for one in detail.get("complainedRecipients") or ():
        kind = str(detail.get("complaintFeedbackType") or "abuse")
        found.feedback.append({"feedback-type": kind, "original-rcpt-to": str(one.get("emailAddress") or "")})
    if told.get("notificationType") == "Delivery":
        said = str(detail.get("smtpResponse") or "")
        for address in detail.get("recipients") or ():
            found.groups.append({"final-recipient": str(address), "action": "delivered", "diagnostic-code": said})


def _json_in(text: str) -> dict[str, Any]:
    if not text.startswith("{"):
        return {}
    try:
        # Lines that were folded on the way have a blank too many.
        told, _ = json.JSONDecoder(strict=False).raw_decode(text.replace("\n ", " "))
    except ValueError:
        return {}
    return told if isinstance(told, dict) else {}


def decoded(text: str) -> str:
    """A header as people read it; what is encoded wrongly stays as it is."""
    try:
        return " ".join(str(make_header(decode_header(text))).split())
    except (ValueError, LookupError, UnicodeError):
        return " ".join(text.split())


def _walk(part: Message, found: Unpacked, texts: list[str], *, depth: int) -> None:
    kind = part.get_content_type()
    if kind == "message/delivery-status":
        found.groups += _delivery_status(part)
    elif kind == "message/feedback-report":
        found.feedback += [_fields(_inner_text(part))]
    elif kind in _RETURNED_TYPES and depth:
        if not found.returned:
            found.returned = _headers_of(_inner_text(part))
    elif part.is_multipart():
        children = [child for child in part.get_payload() if isinstance(child, Message)]
        if kind == "multipart/alternative" and any(child.get_content_type() == "text/plain" for child in children):
            children = [child for child in children if child.get_content_type() != "text/html"]
        for child in children:
            if depth < _MAX_DEPTH:
                _walk(child, found, texts, depth=depth + 1)
    elif kind.startswith("text/") or kind == "message/rfc822":
        if (text := part_text(part)).strip():
            texts.append(text)
    elif kind.startswith("multipart/"):
        # A multipart that never shows its boundary: all that can be done is read it as text.
        texts.append(str(part.get_payload()))


def part_text(part: Message) -> str:
    """The text of a part: decoded, without mark-up, its lines ending in \\n."""
    payload = part.get_payload(decode=True)
    content = payload if isinstance(payload, bytes) else str(part.get_payload()).encode("utf-8", "replace")
    text = _text(content, part.get_content_charset())
    if part.get_content_type() == "text/html" or re.match(r"\s*(?:<!doctype|<html)", text, re.I):
        text = html.unescape(_TAG.sub("\n", re.sub(r"(?is)<(style|script)\b.*?</\1>", "", text)))
    return text.replace("\r\n", "\n").replace("\r", "\n").replace("\xa0", " ")


def _text(content: bytes, charset: str | None) -> str:
    for name in (charset, "utf-8"):
        if name is None:
            continue
        try:
            return content.decode(name)
        except (LookupError, UnicodeError):
            continue
    return content.decode("latin-1")


def _inner_text(part: Message) -> str:
    payload = part.get_payload()
    if isinstance(payload, list):
        return "\n".join(child.as_string() if isinstance(child, Message) else str(child) for child in payload)
    return part_text(part)


def _delivery_status(part: Message) -> list[dict[str, str]]:
    payload = part.get_payload()
    if isinstance(payload, list) and payload:
        # The parser makes one message of each group of fields, and drops into their bodies what it cannot read.
        text = "\n\n".join(child.as_string().strip() if isinstance(child, Message) else str(child) for child in payload)
    else:
        text = part_text(part)
    return _groups_in(text, loose=False)


def _groups_in(text: str, *, loose: bool = True) -> list[dict[str, str]]:
    """Fields of a report, a new group where a recipient is named again."""
    groups: list[dict[str, str]] = [{}]
    last: str | None = None
    for line in text.splitlines():
        match = _FIELD.match(line)
        name = match.group(1).lower() if match else ""
        if match and name in _REPORT_FIELDS:
            named_after_blank = last is None and name in _RECIPIENTS and "final-recipient" in groups[-1]
            if named_after_blank or (name in groups[-1] and name in (*_RECIPIENTS, "action", "status")):
                groups.append({})
            groups[-1].setdefault(name, match.group(2).strip())
            last = name
        elif last is not None and line[:1] in (" ", "\t") and line.strip():
            groups[-1][last] = f"{groups[-1][last]} {line.strip()}"
        elif not line.strip():
            last = None
        elif last == "diagnostic-code" and not loose and not match:
            # Some servers forget to indent what follows.
            groups[-1][last] = f"{groups[-1][last]} {line.strip()}"
        else:
            last = None
    return [group for group in groups if group]


def _fields(text: str) -> dict[str, str]:
    fields: dict[str, str] = {}
    last = ""
    for line in text.splitlines():
        match = _FIELD.match(line) if line[:1] not in (" ", "\t") else None
        if match:
            last = match.group(1).lower()
            fields.setdefault(last, match.group(2).strip())
        elif last and line[:1] in (" ", "\t"):
            fields[last] = f"{fields[last]} {line.strip()}"
    return fields


def _headers_of(text: str) -> dict[str, str]:
    """Headers at the beginning of a returned mail, names in lower case."""
    lines = text.lstrip("\n >").split("\n")
    start = next((place for place, line in enumerate(lines[:40]) if _FIELD.match(line)), 0)
    head: list[str] = []
    for line in lines[start:]:
        if not line.strip() and head:
            break
        head.append(line.removeprefix("> "))
    return _fields("\n".join(head))


def _split(text: str) -> tuple[str, str]:
    """The notice and what of the original mail follows it."""
    for match in _RETURNED_BELOW.finditer(text):
        # At the very top there is no notice yet: such words introduce it.
        if text[: match.start()].strip():
            return text[: match.start()], text[match.start() :]
    return text, ""

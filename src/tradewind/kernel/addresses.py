"""The normal form of e-mail addresses, by which they are compared everywhere."""

import re
from functools import lru_cache

_MAILBOX = re.compile(r"[a-z0-9.!#$%&'*+/=?^_`{|}~\u0080-\U0010ffff-]{1,64}")
_MAIL_DOMAIN = re.compile(
    r"(?:[a-z0-9\u0080-\U0010ffff](?:[a-z0-9\u0080-\U0010ffff-]{0,61}[a-z0-9\u0080-\U0010ffff])?\.)+"
    r"[a-z\u0080-\U0010ffff][a-z0-9\u0080-\U0010ffff-]{0,61}[a-z0-9\u0080-\U0010ffff]"
)
_ANGLE = re.compile(r"^[^<>]*<([^<>]+)>$")


def normal_email(text: str) -> str | None:
    """The e-mail address in lower case, out of `Name <a@b.c>` or `mailto:` if need be; None if it is none."""
    address = text.strip().lower()
    if "<" in address and (match := _ANGLE.match(address)):
        address = match.group(1).strip()
    address = address.removeprefix("mailto:").strip(" ;,'\"")
    mailbox, _, domain = address.partition("@")
    if len(address) > 254 or ".." in mailbox or not _MAILBOX.fullmatch(mailbox) or not _is_mail_domain(domain):
        return None
    if mailbox[0] == "." or mailbox[-1] == ".":
        return None
    return address


@lru_cache(maxsize=20_000)
def _is_mail_domain(domain: str) -> bool:
    return _MAIL_DOMAIN.fullmatch(domain) is not None

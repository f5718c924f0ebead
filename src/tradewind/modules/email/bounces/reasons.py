"""Why a mail came back: read from what the server said, else from its enhanced code (RFC 3463)."""

import re
from functools import lru_cache
from importlib.resources import files

HARD = frozenset({"userunknown", "hostunknown", "hasmoved", "notaccept"})
"""Reasons for which the same address will never work."""

# RFC 3463 and the registry "SMTP Enhanced Status Codes"; what a code alone says where the words say nothing.
_BY_CODE = {
    "1.0": "rejected", "1.1": "userunknown", "1.2": "hostunknown", "1.3": "userunknown", "1.4": "filtered",
    "1.6": "hasmoved", "1.7": "rejected", "1.8": "rejected", "1.9": "systemerror",
    "2.0": "filtered", "2.1": "suspend", "2.2": "mailboxfull", "2.3": "exceedlimit", "2.4": "filtered",
    "3.0": "systemerror", "3.1": "systemfull", "3.2": "notaccept", "3.3": "systemerror", "3.4": "mesgtoobig",
    "3.5": "systemerror", "4.0": "networkerror", "4.1": "expired", "4.2": "networkerror", "4.3": "systemerror",
    "4.4": "hostunknown", "4.5": "toomanyconn", "4.6": "networkerror", "4.7": "expired", "4.9": "expired",
    "5.0": "syntaxerror", "5.1": "syntaxerror", "5.2": "syntaxerror", "5.3": "exceedlimit", "5.4": "systemerror",
    "6.0": "contenterror", "6.1": "contenterror", "6.2": "contenterror", "6.3": "contenterror",
    "7.0": "securityerror", "7.1": "rejected", "7.7": "spamdetected", "7.8": "securityerror",
    "7.20": "authfailure", "7.21": "authfailure", "7.22": "authfailure", "7.23": "authfailure",
    "7.24": "authfailure", "7.25": "requireptr", "7.26": "authfailure", "7.27": "notaccept",
}  # fmt: skip
# The detail that bounce readers give a reason for which the server named no code, x.0.9nn.
_DETAIL = {
    "undefined": 900, "onhold": 901, "syntaxerror": 902, "norelaying": 909, "filtered": 910, "userunknown": 911,
    "hostunknown": 912, "hasmoved": 916, "rejected": 918, "suspend": 921, "mailboxfull": 922, "exceedlimit": 923,
    "systemerror": 930, "systemfull": 931, "notaccept": 932, "mesgtoobig": 934, "mailererror": 939,
    "networkerror": 944, "toomanyconn": 945, "speeding": 945, "expired": 947, "contenterror": 960,
    "securityerror": 970, "authfailure": 970, "blocked": 971, "virusdetected": 971, "policyviolation": 972,
    "notcompliantrfc": 974, "requireptr": 973, "spamdetected": 980,
}  # fmt: skip


# Addresses are left out: a name such as spam@ or full@ says nothing.
_ADDRESS = re.compile(r"[^\s<>()\[\]:;,\"]+@[^\s<>()\[\]:;,\"]+")


def by_words(text: str) -> str:
    """The reason that a server's words give, or empty."""
    flat = _ADDRESS.sub("@", " ".join(text.split()))
    return next((reason for reason, pattern in _patterns() if pattern.search(flat)), "")


def by_code(status: str) -> str:
    """The reason that an enhanced code gives, or empty."""
    return _BY_CODE.get(status.partition(".")[2], "")


def code_for(reason: str, *, temporary: bool) -> str:
    """The code of a reason for which none was named."""
    return f"{4 if temporary else 5}.0.{_DETAIL.get(reason, 900)}"


@lru_cache
def _patterns() -> list[tuple[str, re.Pattern[str]]]:
    lines = (files("tradewind.modules.email.bounces") / "reasons.tsv").read_text(encoding="utf-8").splitlines()
    pairs = (line.split("\t", 1) for line in lines if line and not line.startswith("#"))
    return [(reason, re.compile(pattern, re.I)) for reason, pattern in pairs]

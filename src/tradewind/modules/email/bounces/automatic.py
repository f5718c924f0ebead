"""Telling what a person wrote from what their mailbox answered by itself."""

import re

from tradewind.modules.email.bounces.unpacking import Unpacked

_SUBJECT = re.compile(
    r"out of (?:the )?office|auto(?:matic|mated)?[ -]?(?:repl(?:y|ied)|response|respond|answer)|vacation|on leave|"
    r"away from|abwesen|absence|absent|r[ée]ponse automatique|respuesta autom|fuera de la oficina|"
    r"risposta automatica|automatisch|au[sß]er haus|自動(?:返信|応答)|автоответ|自动回复|afwezig|resposta autom",
    re.I,
)
_MACHINE_PRECEDENCE = frozenset({"auto_reply", "auto-reply"})
_TRUE_HEADERS = ("x-autoreply", "x-autorespond", "x-auto-response-suppress-reply", "x-mail-autoreply")


def says_so(mail: Unpacked) -> bool:
    """Whether the mail declares itself an automatic answer (RFC 3834 and what is older)."""
    declared = mail.header("auto-submitted").casefold()
    if mail.groups or mail.header("x-failed-recipients"):
        return False
    if mail.header("precedence").casefold() in _MACHINE_PRECEDENCE or any(map(mail.header, _TRUE_HEADERS)):
        return True
    return declared.startswith("auto-replied") and bool(_SUBJECT.search(mail.subject) or mail.header("in-reply-to"))


def is_automatic(mail: Unpacked) -> bool:
    """Whether a mailbox answered, and not a person: out of office and the like."""
    declared = mail.header("auto-submitted").casefold()
    return says_so(mail) or declared.startswith("auto-") or bool(_SUBJECT.match(mail.subject.removeprefix("Re: ")))

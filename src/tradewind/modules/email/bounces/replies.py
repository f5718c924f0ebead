"""What a person wrote in a mail, without what they quoted."""

import re

_MAX_TEXT = 9_500
# The line that mail programs put before what is answered, in the languages of most of them.
_INTRODUCED = re.compile(
    r"^(?:>? ?(?:on|am|le|el|il|op|den|em) .{4,200}"
    r"(?:wrote|schrieb|écrit|escribió|ha scritto|schreef|skrev|escreveu)\b.{0,80}:"
    r"|-{2,} ?(?:original message|ursprüngliche nachricht|message d'origine|mensaje original|forwarded message)"
    r"|_{10,}|(?:from|von|de|da): .{3,200}\n(?:sent|gesendet|envoyé|enviado|inviato|date|datum): )",
    re.I | re.M,
)
# Such a line may be broken in two.
_BROKEN = re.compile(r"^((?:on|am|le|el) .{4,120})\n(.{0,80}(?:wrote|schrieb|écrit|escribió)\b.{0,20}:)", re.I | re.M)
_SIGNATURE = re.compile(r"^-- ?$", re.M)


def new_text(text: str) -> str:
    """The text above what is quoted; all of it where nothing else is there. At most 9,500 characters."""
    joined = _BROKEN.sub(r"\1 \2", text)
    introduced = _INTRODUCED.search(joined)
    above = joined[: introduced.start()] if introduced else joined
    lines = above.split("\n")
    while lines and (not lines[-1].strip() or lines[-1].startswith(">")):
        lines.pop()
    kept = "\n".join(lines)
    signature = _SIGNATURE.search(kept)
    if signature and kept[: signature.start()].strip():
        kept = kept[: signature.start()]
    return (kept.strip() or text.strip())[:_MAX_TEXT]

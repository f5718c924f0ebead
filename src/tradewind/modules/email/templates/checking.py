"""What is wrong with a mail: while it is written, and once more for each copy that is about to leave."""

from collections.abc import Collection, Iterator, Mapping, Sequence

from tradewind.modules.email.contracts_rendering import MailProblem, MailSender, Severity
from tradewind.modules.email.templates import blocks as b
from tradewind.modules.email.templates import liquid, rich_text
from tradewind.modules.email.templates.compiling import Compiled, Written, compile_text
from tradewind.modules.email.templates.links import BadAddress, is_placeholder, normal_address
from tradewind.modules.email.templates.liquid import TemplateProblem
from tradewind.modules.email.templates.markup import PREFERENCES, UNSUBSCRIBE, LinkSource

MAX_BYTES = 102 * 1024
"""Beyond it Gmail cuts a mail off, and with it the way to unsubscribe."""

TRANSACTIONAL = "transactional"
_LONG_SUBJECT = 70
# Top-level names that a sender's variables cannot take.
RESERVED = frozenset({"person", "company", "owner", "organisation", "unsubscribe_url", "preferences_url", "tw_pixel"})
_ALWAYS_THERE = frozenset(
    {"organisation.name", "organisation.postal_address", "unsubscribe_url", "preferences_url", "tw_pixel"}
)


def problems_of(
    content: b.MailContent, *, purpose: str, fields: Collection[str], dead: Mapping[str, str]
) -> list[MailProblem]:
    """What is wrong with a draft: errors first, and of these the default language's.

    `fields` are the known paths, `dead` addresses that do not answer.
    """
    found: list[MailProblem] = []
    for language, text in content.languages.items():
        found += _of_text(content, language, text, purpose, fields, dead)
    return sorted(found, key=lambda one: (one.severity != "error", one.language != content.default_language))


def _of_text(
    content: b.MailContent,
    language: str,
    text: b.MailText,
    purpose: str,
    fields: Collection[str],
    dead: Mapping[str, str],
) -> Iterator[MailProblem]:
    report = _Report(language)
    if not text.subject.strip():
        yield report.error("no_subject", "The mail has no subject.", field="subject")
    elif len(text.subject) > _LONG_SUBJECT:
        yield report.warning("long_subject", "The subject is long: inboxes on phones cut it.", field="subject")
    every = b.every_block(text.blocks)
    if not any(block.kind not in ("footer", "divider", "spacer") for block in every):
        yield report.error("empty", "The mail says nothing yet: add a block.")
    if purpose != TRANSACTIONAL and not any(
        isinstance(block, b.FooterBlock) and not block.condition for block in every
    ):
        yield report.error(
            "no_footer", "There is no way to unsubscribe and no postal address: add a footer without a condition."
        )
    broken = list(_broken(report, text))
    yield from broken
    for block in every:
        yield from _of_block(report, block)
    if not broken:
        try:
            compiled = compile_text(content, language)
        except TemplateProblem as problem:
            yield report.error("unreadable", str(problem))
            return
        yield from _of_values(report, compiled, fields)
        yield from _of_links(report, compiled.links, dead)


class _Report:
    """Makes problems of one language."""

    def __init__(self, language: str | None) -> None:
        self._language = language

    def error(self, rule: str, text: str, *, block: str | None = None, field: str | None = None) -> MailProblem:
        """Something that keeps the mail from leaving."""
        return self._made(rule, "error", text, block, field)

    def warning(self, rule: str, text: str, *, block: str | None = None, field: str | None = None) -> MailProblem:
        """Something that does not."""
        return self._made(rule, "warning", text, block, field)

    def _made(self, rule: str, severity: Severity, text: str, block: str | None, field: str | None) -> MailProblem:
        return MailProblem(rule=rule, severity=severity, text=text, block=block, field=field, language=self._language)


def _broken(report: _Report, text: b.MailText) -> Iterator[MailProblem]:
    """Fields whose Liquid cannot be read."""
    sources: list[tuple[str | None, str, str]] = [
        (None, "subject", text.subject),
        (None, "preheader", text.preheader),
        (None, "plain_text", text.plain_text),
    ]
    for block in b.every_block(text.blocks):
        for name, value in block:
            if isinstance(value, str) and name not in ("id", "kind"):
                sources.append((block.id, name, _liquid_of(name, value)))
        if isinstance(block, b.SocialBlock):
            sources += [(block.id, "links", one.href) for one in block.links]
    for where, name, source in sources:
        try:
            liquid.check(source)
        except TemplateProblem as problem:
            yield report.error("unreadable", str(problem), block=where, field=name)


def _liquid_of(name: str, value: str) -> str:
    if name == "condition":
        return f"{{% if {value} %}}{{% endif %}}" if value.strip() else ""
    return rich_text.text_of(value) if name == "html" else value


def _of_block(report: _Report, block: b.Block) -> Iterator[MailProblem]:
    match block:
        case b.ImageBlock() | b.ProductBlock() if block.src.strip():
            if not block.src.strip().startswith(("https://", "http://", "{{")):
                yield report.error("bad_picture", "The picture needs a web address.", block=block.id, field="src")
            if isinstance(block, b.ImageBlock) and not block.alt.strip() and not block.decorative:
                yield report.warning(
                    "no_alt", "Say what the picture shows, or that it only decorates.", block=block.id, field="alt"
                )
        case b.ImageBlock():
            yield report.error("no_picture", "The picture has no address yet.", block=block.id, field="src")
        case b.ButtonBlock() if not block.label.strip():
            yield report.error("no_label", "The button says nothing.", block=block.id, field="label")
        case b.HeadingBlock() if not block.text.strip():
            yield report.warning("empty_block", "The heading is empty.", block=block.id, field="text")
        case b.TextBlock() if not rich_text.text_of(block.html).strip():
            yield report.warning("empty_block", "The text is empty.", block=block.id, field="html")


def _of_values(report: _Report, compiled: Compiled, fields: Collection[str]) -> Iterator[MailProblem]:
    for path in sorted(compiled.paths - _ALWAYS_THERE):
        group = path.split(".")[0]
        if group in RESERVED and path not in fields and group != path:
            yield report.error("unknown_value", f"“{path}” is no field: choose one from the list.")
        elif path in fields and path in compiled.needed:
            yield report.warning(
                "no_fallback",
                f"Who has no “{path}” does not get the mail: give it a fallback, or put it into a condition.",
            )


def _of_links(report: _Report, links: Sequence[LinkSource], dead: Mapping[str, str]) -> Iterator[MailProblem]:
    for link in links:
        if link.source in (UNSUBSCRIBE, PREFERENCES):
            continue
        name = link.words or link.source or "a link"
        if liquid.TAG.search(link.source):
            continue
        try:
            address = normal_address(link.source)
        except BadAddress as problem:
            yield report.error("bad_link", f"{name}: {problem}", block=link.block, field="href")
            continue
        if is_placeholder(address):
            yield report.error(
                "placeholder_link", f"{name} leads to a placeholder, {address[:80]}.", block=link.block, field="href"
            )
        elif address in dead:
            yield report.error("dead_link", f"{name} leads to {address[:80]}: {dead[address]}", block=link.block)


def proof(
    written: Written, *, unsubscribe: str | None, needs_unsubscribe: bool, postal_address: str,
    sender: MailSender | None, dead: Mapping[str, str],
) -> list[MailProblem]:  # fmt: skip
    """What is wrong with one finished copy: the last look before it may leave."""
    report = _Report(None)
    found = [
        report.error("missing_value", f"“{path}” is not known of this person, and there is no fallback.")
        for path in written.missing
    ]
    found += [report.error("bad_link", text) for text in written.bad_links.values()]
    found += [
        report.error("dead_link", f"{target[:80]}: {dead[target]}")
        for target in dict.fromkeys(written.targets.values())
        if target in dead
    ]
    if not written.subject:
        found.append(report.error("no_subject", "The subject is empty for this person."))
    if needs_unsubscribe:
        if not unsubscribe:
            found.append(report.error("no_unsubscribe", "There is no link to unsubscribe with."))
        elif unsubscribe not in written.html or unsubscribe not in written.text:
            found.append(report.error("no_unsubscribe", "The mail does not show the link to unsubscribe."))
        shown = " ".join(postal_address.split())
        if not shown:
            found.append(report.error("no_postal_address", "The mail settings have no postal address."))
        elif shown not in " ".join(written.text.split()):
            found.append(report.error("no_postal_address", "The mail does not show the postal address."))
    if sender is not None and sender.aligned is False:
        domain = sender.address.rpartition("@")[2]
        found.append(
            report.error("unaligned_sender", f"Neither SPF nor DKIM holds for {domain}: mailboxes would refuse it.")
        )
    if len(written.html.encode()) > MAX_BYTES:
        found.append(report.error("too_large", f"The mail is larger than {MAX_BYTES // 1024} kB: Gmail would cut it."))
    return found

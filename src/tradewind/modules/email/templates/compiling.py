"""A text with its blocks, made ready once and rendered for many people."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from mjml import mjml2html

from tradewind.modules.email.templates import blocks as b
from tradewind.modules.email.templates import plain_text
from tradewind.modules.email.templates.links import Links
from tradewind.modules.email.templates.liquid import Template, TemplateProblem, parse_html, parse_text
from tradewind.modules.email.templates.markup import PREFERENCES, UNSUBSCRIBE, LinkSource, Writer

_LINES = re.compile(r"\n{3,}")
_END_OF_BODY = "</body>"
_PIXEL = (
    "{% if tw_pixel %}<img src=\"{{ tw_pixel }}\" width=\"1\" height=\"1\" alt=\"\" "
    "style=\"display:block;width:1px;height:1px;border:0\" />{% endif %}"
)  # fmt: skip
_SCHEMES = '<meta name="color-scheme" content="light dark"><meta name="supported-color-schemes" content="light dark">'


@dataclass(frozen=True, slots=True)
class Written:
    """A mail as one person gets it; `missing` are the values that nobody knew, `bad_links` by number why."""

    subject: str
    html: str
    text: str
    missing: tuple[str, ...]
    bad_links: Mapping[int, str]
    targets: Mapping[int, str]


@dataclass(frozen=True, slots=True)
class Compiled:
    """One language of a mail, ready to be rendered; `paths` are the values it asks for."""

    language: str
    subject: Template
    html: Template
    text: Template
    links: tuple[LinkSource, ...]
    fallbacks: Mapping[str, str]
    utm: Mapping[str, str]

    @property
    def paths(self) -> frozenset[str]:
        """The values that the mail asks for."""
        return self.subject.paths | self.html.paths | self.text.paths

    @property
    def followed(self) -> int:
        """How many links there are that lead to pages of others, and not to the preferences."""
        return sum(link.source not in (UNSUBSCRIBE, PREFERENCES) for link in self.links)

    @property
    def needed(self) -> frozenset[str]:
        """Those of them without which there is no mail, fallbacks apart."""
        return (self.subject.printed | self.html.printed | self.text.printed) - self.fallbacks.keys()

    def render(
        self, data: Mapping[str, Any], *, own: frozenset[str], track: Callable[[int, str], str] | None
    ) -> Written:
        """The mail for one person. `own` are addresses that nobody tracks. Raises TemplateProblem."""
        links = Links(utm=self.utm, own=own, track=track)
        missing: dict[str, None] = {}
        given: dict[str, Any] = {"fallbacks": self.fallbacks, "links": links, "missing": missing}
        subject = " ".join(self.subject.render(data, **given).split())
        html = self.html.render(data, **given)
        text = _LINES.sub("\n\n", self.text.render(data, **given)).strip() + "\n"
        return Written(subject, html, text, tuple(missing), links.problems, links.targets)


def compile_text(content: b.MailContent, language: str, *, lenient: bool = False, anchors: bool = False) -> Compiled:
    """Make one language ready. Raises TemplateProblem, unless `lenient`, which shows such places as they were typed.

    `anchors` marks where each block begins, for previews.
    """
    text = content.languages[language]
    writer = Writer(language, content.theme, lenient=lenient, anchors=anchors)
    page = mjml2html(writer.document(text))
    # Outside the slots: it is one of the few things MJML cannot say.
    page = page.replace("<head>", f"<head>{_SCHEMES}", 1).replace(_END_OF_BODY, _PIXEL + _END_OF_BODY, 1)
    return Compiled(
        language=language,
        subject=_parsed(parse_text, text.subject, lenient),
        html=parse_html(writer.slots.fill(page)),
        text=_parsed(parse_text, plain_text.written(text, language, writer.links), lenient),
        links=tuple(writer.links),
        fallbacks=text.fallbacks,
        utm={f"utm_{name}": value for name, value in content.utm.items() if value},
    )


def _parsed(parse: Callable[[str], Template], source: str, lenient: bool) -> Template:
    try:
        return parse(source)
    except TemplateProblem:
        if not lenient:
            raise
        return parse("")

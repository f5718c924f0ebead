"""Blocks as MJML. Nothing that people write is ever part of the MJML: it stands in slots that are filled afterwards."""

import html
import re
import secrets
from dataclasses import dataclass, field

from tradewind.kernel.colours import accents
from tradewind.modules.email.templates import blocks as b
from tradewind.modules.email.templates import liquid, rich_text
from tradewind.modules.email.templates.words import words as words_of

_FONTS = {
    "sans": "Helvetica Neue, Helvetica, Arial, sans-serif",
    "serif": "Georgia, Times New Roman, serif",
    "mono": "Menlo, Consolas, Courier New, monospace",
}
_SIZES = {1: "26px", 2: "20px", 3: "16px"}
NETWORKS = {
    "linkedin": "LinkedIn", "facebook": "Facebook", "instagram": "Instagram", "youtube": "YouTube", "x": "X",
    "tiktok": "TikTok", "github": "GitHub", "mastodon": "Mastodon", "website": "Website",
}  # fmt: skip
_SHARES = {"1-1": ("50%", "50%"), "1-2": ("33.33%", "66.67%"), "2-1": ("66.67%", "33.33%"), "1-1-1": ("33.33%",) * 3}
_MUTED = "#6B7280"
UNSUBSCRIBE, PREFERENCES = "{{ unsubscribe_url }}", "{{ preferences_url }}"
# Keeps mailboxes from showing the beginning of the mail behind the preheader.
_AFTER_PREHEADER = "&#847;&zwnj;&nbsp;" * 40
_DARK = """
:root{color-scheme:light dark;supported-color-schemes:light dark}
@media (prefers-color-scheme: dark){
body,.tw-page,.tw-page>table{background:#111827 !important;background-color:#111827 !important}
.tw-card,.tw-card>table{background:#1F2937 !important;background-color:#1F2937 !important}
.tw-text div,.tw-text p,.tw-text li,.tw-text h1,.tw-text h2,.tw-text h3,.tw-text h4{color:#F3F4F6 !important}
.tw-small div,.tw-small a{color:#9CA3AF !important}
.tw-link{color:#93C5FD !important}
.tw-outline a,.tw-outline td{background:#1F2937 !important;color:#93C5FD !important;border-color:#93C5FD !important}
}
"""
_PLAIN = """
.tw-text p{margin:0 0 12px}.tw-text ul,.tw-text ol{margin:0 0 12px;padding-inline-start:24px}
.tw-text h1,.tw-text h2,.tw-text h3,.tw-text h4{margin:0;font-weight:600}
.tw-text blockquote{margin:0 0 12px;padding-inline-start:12px;border-inline-start:3px solid #D1D5DB}
"""


@dataclass(slots=True)
class Slots:
    """Places in the MJML and what comes there once it is HTML."""

    key: str = field(default_factory=lambda: f"tw{secrets.token_hex(5)}")
    filling: list[str] = field(default_factory=list)

    def put(self, content: str) -> str:
        """A place for `content`, which is HTML with Liquid."""
        self.filling.append(content)
        return f"{self.key}x{len(self.filling) - 1}x"

    def fill(self, made: str) -> str:
        """The HTML with everything in its place."""
        return re.sub(rf"{self.key}x(\d+)x", lambda match: self.filling[int(match[1])], made)


@dataclass(frozen=True, slots=True)
class LinkSource:
    """A link as the author wrote it."""

    number: int
    source: str
    words: str
    block: str


@dataclass(slots=True)
class Writer:
    """Writes the blocks of one language. `lenient` shows Liquid that cannot be read as it was typed."""

    language: str
    theme: b.MailTheme
    lenient: bool = False
    anchors: bool = False
    slots: Slots = field(default_factory=Slots)
    links: list[LinkSource] = field(default_factory=list)

    def document(self, text: b.MailText) -> str:
        """The MJML of a mail."""
        theme, brand = self.theme, accents(self.theme.brand)
        title = self.slots.put(self._inline(text.subject))
        preheader = self.slots.put(self._inline(text.preheader) + _AFTER_PREHEADER) if text.preheader else ""
        attributes = (
            _tag("mj-all", font_family=_FONTS[theme.font])
            + _tag(
                "mj-text",
                font_size="15px",
                line_height="1.55",
                color=theme.text,
                css_class="tw-text",
                padding="8px 24px",
            )
            + _tag("mj-section", background_color=theme.card, padding="0", css_class="tw-card")
        )
        head = (
            _tag("mj-title", title)
            + (_tag("mj-preview", preheader) if preheader else "")
            + _tag("mj-attributes", attributes)
            + _tag("mj-style", f"{_PLAIN}.tw-link{{color:{brand['light-accent-text']}}}")
            + _tag("mj-style", _DARK)
        )
        inner = "".join(self._section(block) for block in text.blocks)
        body = _room(24, theme.page) + self._logo() + _room(16) + inner + _room(16) + _room(24, theme.page)
        shown = _tag("mj-body", body, background_color=theme.page, width=f"{theme.width}px", css_class="tw-page")
        return _tag("mjml", _tag("mj-head", head) + shown, lang=self.language)

    def _logo(self) -> str:
        if not self.theme.logo:
            return ""
        picture = _tag(
            "mj-image", src=self.slots.put(html.escape(self.theme.logo)), width="140px", padding="0 24px 16px",
            alt=self.slots.put("{{ organisation.name }}"),
        )  # fmt: skip
        return _row(picture, background_color=self.theme.page, css_class="tw-page")

    def _section(self, block: b.Block) -> str:
        if isinstance(block, b.ColumnsBlock):
            columns = [
                _tag("mj-column", "".join(self._conditional(one, self._leaf(one)) for one in column), width=share)
                for share, column in zip(_SHARES[block.layout], block.columns, strict=True)
            ]
            inner = _tag("mj-section", "".join(columns))
        else:
            inner = _row(self._leaf(block))
        anchor = self._raw(f'<div id="block-{block.id}" class="tw-anchor"></div>') if self.anchors else ""
        return anchor + self._conditional(block, inner)

    def _conditional(self, block: b.Block, inner: str) -> str:
        opening = f"{{% if {block.condition} %}}"
        if not block.condition.strip() or (self.lenient and not readable(opening + "{% endif %}")):
            return inner
        return self._raw(opening) + inner + self._raw("{% endif %}")

    def _raw(self, content: str) -> str:
        return _tag("mj-raw", self.slots.put(content))

    def _leaf(self, block: b.Block) -> str:
        match block:
            case b.HeadingBlock():
                look = f"margin:0;font-size:{_SIZES[block.level]};line-height:1.3"
                inner = f'<h{block.level} style="{look}">{self._inline(block.text)}</h{block.level}>'
                return self._text(inner, block.align)
            case b.TextBlock():
                return self._text(self._rich(block.html, block.id), block.align)
            case b.ImageBlock():
                return self._image(block)
            case b.ButtonBlock():
                outline, full = block.style == "outline", block.full_width
                return self._button(block.label, block.href, block.id, align=block.align, outline=outline, full=full)
            case b.DividerBlock():
                return _tag("mj-divider", border_width="1px", border_color="#D1D5DB", padding="16px 24px")
            case b.SpacerBlock():
                return _tag("mj-spacer", height=f"{block.height}px")
            case b.ProductBlock():
                return self._product(block)
            case b.SocialBlock():
                return self._social(block)
            case b.FooterBlock():
                return self._footer(block)
        raise AssertionError(block.kind)

    def _text(self, inner: str, align: str, *, small: bool = False) -> str:
        look = {"font_size": "12px", "color": _MUTED, "css_class": "tw-small"} if small else {}
        return _tag("mj-text", self.slots.put(inner), align=align, **look)

    def _image(self, block: b.ImageBlock) -> str:
        if not block.src.strip():
            return ""
        return _tag(
            "mj-image",
            src=self._address(block.src),
            alt=self.slots.put(self._inline(block.alt)),
            width=f"{block.width}px" if block.width else None,
            href=self.slots.put(self._link(block.href, block.alt, block.id)) if block.href.strip() else None,
            align=block.align,
            border_radius=f"{self.theme.radius}px",
            padding="8px 24px",
        )

    def _button(
        self, label: str, href: str, block: str, *, align: str = "left", outline: bool = False, full: bool = False
    ) -> str:
        if not label.strip():
            return ""
        theme, brand = self.theme, accents(self.theme.brand)
        line = brand["light-accent-text"]
        fill, ink = (theme.card, line) if outline else (brand["light-accent"], brand["light-on-accent"])
        return _tag(
            "mj-button",
            self.slots.put(self._inline(label)),
            href=self.slots.put(self._link(href, label, block)),
            align=align,
            background_color=fill,
            color=ink,
            border=f"1px solid {line}" if outline else None,
            css_class="tw-outline" if outline else None,
            width="100%" if full else None,
            font_size="15px",
            font_weight="600",
            border_radius=f"{theme.radius}px",
            inner_padding="12px 20px",
            padding="12px 24px",
        )

    def _product(self, block: b.ProductBlock) -> str:
        said = [
            f'<p style="{look}">{self._inline(source)}</p>'
            for source, look in (
                (block.title, "margin:0 0 4px;font-size:16px;font-weight:600"),
                (block.text, "margin:0 0 4px"),
                (block.price, "margin:0;font-weight:600"),
            )
            if source.strip()
        ]
        picture = b.ImageBlock(
            id=block.id, kind="image", src=block.src, alt=block.alt or block.title, href=block.href if block.src else ""
        )
        words = self._text("".join(said), "left") if said else ""
        return self._image(picture) + words + self._button(block.label, block.href, block.id)

    def _social(self, block: b.SocialBlock) -> str:
        shown = [
            f'<a href="{self._link(one.href, NETWORKS[one.network], block.id)}" class="tw-link">'
            f"{NETWORKS[one.network]}</a>"
            for one in block.links
        ]
        return self._text(" &nbsp;·&nbsp; ".join(shown), block.align) if shown else ""

    def _footer(self, block: b.FooterBlock) -> str:
        known = words_of(self.language)
        out = self._link(UNSUBSCRIBE, known["unsubscribe"], block.id)
        choose = self._link(PREFERENCES, known["preferences"], block.id)
        why = f"<p>{self._inline(block.text)}</p>" if block.text.strip() else ""
        sender = (
            "<p>{% if organisation.name %}{{ organisation.name }}{% endif %}"
            "{% if organisation.postal_address %}<br />{{ organisation.postal_address }}{% endif %}</p>"
        )
        ways = (
            f'{{% if unsubscribe_url %}}<p><a href="{out}" class="tw-link">{known["unsubscribe"]}</a> &nbsp;·&nbsp; '
            f'<a href="{choose}" class="tw-link">{known["preferences"]}</a></p>{{% endif %}}'
        )
        return self._text(why + sender + ways, block.align, small=True)

    def _rich(self, source: str, block: str) -> str:
        """A rich text as HTML with Liquid."""
        literal = self.lenient and not readable(rich_text.text_of(source))
        return rich_text.cleaned(
            source,
            text=html.escape if literal else _escaped,
            link=lambda address, said: self._link(address, said, block),
        )

    def _link(self, source: str, said: str, block: str) -> str:
        """What stands in an `href`; the link gets the next number."""
        number = len(self.links)
        self.links.append(LinkSource(number, source.strip(), " ".join(said.split())[:120], block))
        return f"{{% tw_link {number} %}}{self._inline(source.strip())}{{% endtw_link %}}"

    def _address(self, source: str) -> str:
        """A slot for the address of a picture, which is neither tracked nor followed."""
        return self.slots.put(self._inline(source.strip()))

    def _inline(self, source: str) -> str:
        if self.lenient and not readable(source):
            return html.escape(source)
        return _escaped(source).replace("\n", "<br />")


def readable(source: str) -> bool:
    """Whether the Liquid in a field can be read."""
    try:
        liquid.check(source)
    except liquid.TemplateProblem:
        return False
    return True


def _escaped(source: str) -> str:
    """Text escaped for HTML, its Liquid left as it is."""
    return "".join(piece if is_liquid else html.escape(piece) for is_liquid, piece in liquid.parts(source))


def _tag(name: str, inner: str = "", **attributes: str | None) -> str:
    told = "".join(f' {key.replace("_", "-")}="{value}"' for key, value in attributes.items() if value is not None)
    return f"<{name}{told}>{inner}</{name}>"


def _row(inner: str, **attributes: str) -> str:
    return _tag("mj-section", _tag("mj-column", inner), **attributes)


def _room(height: int, page: str | None = None) -> str:
    look = {"background_color": page, "css_class": "tw-page"} if page else {}
    return _row(_tag("mj-spacer", height=f"{height}px"), **look)

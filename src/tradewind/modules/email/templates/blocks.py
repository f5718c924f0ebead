"""What a mail is made of, as it is stored and edited: blocks in order, by language, and how they look."""

import re
from typing import Annotated, Literal
from urllib.parse import urlsplit

from pydantic import AfterValidator, ConfigDict, Field, StringConstraints, model_validator

from tradewind.kernel.payload import Flag, Whole, storable
from tradewind.kernel.schemas import Schema

Align = Literal["left", "center", "right"]
Network = Literal["linkedin", "facebook", "instagram", "youtube", "x", "tiktok", "github", "mastodon", "website"]
MAX_BLOCKS = 100
MAX_LANGUAGES = 20
_LANGUAGE = re.compile(r"[a-z]{2,3}(-[A-Z]{2})?")


def _language(code: str) -> str:
    if not _LANGUAGE.fullmatch(code):
        raise ValueError("must be a language such as en or pt-BR")
    return code


Line = Annotated[str, StringConstraints(max_length=300), AfterValidator(storable)]
Words = Annotated[str, StringConstraints(max_length=2_000), AfterValidator(storable)]
RichText = Annotated[str, StringConstraints(max_length=20_000), AfterValidator(storable)]
Address = Annotated[str, StringConstraints(max_length=2_000), AfterValidator(storable)]
Colour = Annotated[str, StringConstraints(pattern=r"^#[0-9a-fA-F]{6}$")]
BlockId = Annotated[str, StringConstraints(pattern=r"^[a-z0-9-]{1,40}$")]
Language = Annotated[str, AfterValidator(_language), StringConstraints(max_length=6)]


class _Strict(Schema):
    model_config = ConfigDict(extra="forbid")


class _Block(_Strict):
    """`condition` is a Liquid condition (`person.country == "DE"`): the block is left out where it does not hold."""

    id: BlockId
    condition: Line = ""


class HeadingBlock(_Block):
    """A heading."""

    kind: Literal["heading"]
    text: Words = ""
    level: Literal[1, 2, 3] = 1
    align: Align = "left"


class TextBlock(_Block):
    """Formatted text; `html` may hold paragraphs, lists, links, bold, italic, underlined and struck text."""

    kind: Literal["text"]
    html: RichText = ""
    align: Align = "left"


class ImageBlock(_Block):
    """A picture at a web address; `width` in pixels, the full width without it. `alt` says what it shows."""

    kind: Literal["image"]
    src: Address = ""
    alt: Line = ""
    href: Address = ""
    width: Annotated[Whole, Field(ge=20, le=600)] | None = None
    align: Align = "center"
    decorative: Flag = False


class ButtonBlock(_Block):
    """A link that looks like a button."""

    kind: Literal["button"]
    label: Line = ""
    href: Address = ""
    align: Align = "left"
    style: Literal["filled", "outline"] = "filled"
    full_width: Flag = False


class DividerBlock(_Block):
    """A line across."""

    kind: Literal["divider"]


class SpacerBlock(_Block):
    """Empty room; `height` in pixels."""

    kind: Literal["spacer"]
    height: Annotated[Whole, Field(ge=4, le=120)] = 24


class ProductBlock(_Block):
    """Something offered: picture, title, words, price and a button."""

    kind: Literal["product"]
    src: Address = ""
    alt: Line = ""
    title: Line = ""
    text: Words = ""
    price: Line = ""
    label: Line = ""
    href: Address = ""


class SocialLink(_Strict):
    """A profile elsewhere."""

    network: Network
    href: Address = ""


class SocialBlock(_Block):
    """Links to profiles."""

    kind: Literal["social"]
    links: Annotated[list[SocialLink], Field(max_length=9)] = []
    align: Align = "center"


class FooterBlock(_Block):
    """What the law and mailbox providers ask for: who writes, from where, why, and the way out.

    Name and postal address come from the mail settings, the links to unsubscribe and to the preferences from the
    purpose of the mail. `text` says why the recipient gets it.
    """

    kind: Literal["footer"]
    text: Words = ""
    align: Align = "center"


Leaf = Annotated[
    HeadingBlock | TextBlock | ImageBlock | ButtonBlock | DividerBlock | SpacerBlock | ProductBlock | SocialBlock,
    Field(discriminator="kind"),
]


class ColumnsBlock(_Block):
    """Two or three columns, one below the other on phones. `layout` gives their share of the width."""

    kind: Literal["columns"]
    layout: Literal["1-1", "1-2", "2-1", "1-1-1"] = "1-1"
    columns: Annotated[list[Annotated[list[Leaf], Field(max_length=10)]], Field(min_length=2, max_length=3)]

    @model_validator(mode="after")
    def _as_many_as_the_layout(self) -> "ColumnsBlock":
        if len(self.columns) != self.layout.count("-") + 1:
            raise ValueError(f"the layout {self.layout} has {self.layout.count('-') + 1} columns")
        return self


Block = Annotated[
    HeadingBlock
    | TextBlock
    | ImageBlock
    | ButtonBlock
    | DividerBlock
    | SpacerBlock
    | ProductBlock
    | SocialBlock
    | FooterBlock
    | ColumnsBlock,
    Field(discriminator="kind"),
]


class MailText(_Strict):
    """A mail in one language.

    `preheader` is what inboxes show beside the subject. `fallbacks` say what stands where a value is not known, by its
    path (`person.first_name`). An empty `plain_text` is made from the blocks.
    """

    subject: Line = ""
    preheader: Line = ""
    blocks: Annotated[list[Block], Field(max_length=MAX_BLOCKS)] = []
    fallbacks: Annotated[
        dict[Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9_.]{1,120}$")], Line], Field(max_length=50)
    ] = {}
    plain_text: RichText = ""

    @model_validator(mode="after")
    def _own_ids(self) -> "MailText":
        ids = [block.id for block in every_block(self.blocks)]
        if len(ids) != len(set(ids)):
            raise ValueError("each block needs an id of its own")
        if len(ids) > 2 * MAX_BLOCKS:
            raise ValueError(f"has more than {2 * MAX_BLOCKS} blocks, those in columns included")
        return self


class MailTheme(_Strict):
    """How a mail looks. Colours are for light mailboxes; those for dark ones follow from them."""

    font: Literal["sans", "serif", "mono"] = "sans"
    brand: Colour = "#2563EB"
    text: Colour = "#1F2937"
    card: Colour = "#FFFFFF"
    page: Colour = "#F3F4F6"
    width: Annotated[Whole, Field(ge=480, le=720)] = 600
    radius: Annotated[Whole, Field(ge=0, le=24)] = 6
    logo: Address = ""

    @model_validator(mode="after")
    def _logo_on_the_web(self) -> "MailTheme":
        if self.logo and urlsplit(self.logo).scheme not in ("http", "https"):
            raise ValueError("the logo must be a web address")
        return self


class MailContent(_Strict):
    """A whole mail: its texts by language, its look, and the `utm_…` values added to its links."""

    default_language: Language = "en"
    languages: Annotated[dict[Language, MailText], Field(min_length=1, max_length=MAX_LANGUAGES)] = Field(
        default_factory=lambda: {"en": MailText()}, examples=[{"en": {"subject": "Thank you for coming by"}}]
    )
    theme: MailTheme = MailTheme()
    utm: Annotated[dict[Literal["source", "medium", "campaign", "content", "term"], Line], Field(max_length=5)] = {}

    @model_validator(mode="after")
    def _has_its_default(self) -> "MailContent":
        if self.default_language not in self.languages:
            raise ValueError("the default language has no text")
        return self

    def text_for(self, language: str | None) -> str:
        """The language for somebody who reads `language`: that one, its base (`pt` for `pt-BR`), else the default."""
        if language:
            wanted = language.replace("_", "-")
            for code in (wanted, wanted.split("-")[0]):
                found = next((one for one in self.languages if one.lower() == code.lower()), None)
                if found:
                    return found
        return self.default_language


def every_block(blocks: "list[Block]") -> "list[Block]":
    """The blocks and those in their columns, in order."""
    found: list[Block] = []
    for block in blocks:
        found.append(block)
        if isinstance(block, ColumnsBlock):
            found += [inner for column in block.columns for inner in column]
    return found

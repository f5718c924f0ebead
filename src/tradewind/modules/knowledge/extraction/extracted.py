"""What comes out of a file or a page."""

from dataclasses import dataclass, field
from typing import Literal

Kind = Literal["pdf", "docx", "html", "markdown", "text", "csv"]
# Longer texts are cut, and said to be: about 5,000 pages.
MAX_CHARACTERS = 20_000_000


class Unreadable(Exception):
    """The words say to a person what is wrong with the file and what helps."""


class NoText(Unreadable):
    """The file is sound and holds no text, such as a scan."""


@dataclass(frozen=True, slots=True)
class PageFacts:
    """What only web pages say: `canonical` is the address they want to be known by, `links` are absolute."""

    canonical: str | None = None
    links: tuple[str, ...] = ()
    noindex: bool = False
    nofollow: bool = False


@dataclass(frozen=True, slots=True)
class Extracted:
    """A text as Markdown with headings, lists and tables; `warnings` say in whole sentences what may be missing."""

    title: str
    language: str | None
    markdown: str
    warnings: tuple[str, ...] = ()
    page: PageFacts = field(default_factory=PageFacts)

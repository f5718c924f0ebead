"""Web pages: the text that people came for, without navigation, banners and what is not shown."""

from pathlib import Path
from urllib.parse import urljoin

import trafilatura
from lxml import html
from lxml.etree import LxmlError

from tradewind.modules.knowledge.extraction.blocks import markdown_of
from tradewind.modules.knowledge.extraction.extracted import MAX_CHARACTERS, Extracted, PageFacts, Unreadable
from tradewind.modules.knowledge.extraction.language import language_of
from tradewind.modules.knowledge.extraction.markdown import clean, first_heading, one_line

_MAX_LINKS = 2_000
_HIDDEN = (
    "//script | //style | //template | //noscript | //*[@hidden] | //*[@aria-hidden='true' and not(self::svg)]"
    " | //*[contains(translate(@style, ' ', ''), 'display:none')]"
    " | //*[contains(translate(@style, ' ', ''), 'visibility:hidden')]"
)
_FURNITURE = "//nav | //header[not(ancestor::article | ancestor::main)] | //footer | //aside | //form | //dialog"
_SHORTEST = 20
_SHORT_PAGE = 1_000


def read(content: bytes, name: str, url: str | None = None) -> Extracted:
    """Text of a page; with its `url`, also where it leads to. Raises Unreadable."""
    # Bytes in, so that the encoding a page declares counts; entities of its own stay unread.
    tree = _parsed(content)
    facts = _facts(tree, url) if url else PageFacts()
    declared = tree.get("lang") or tree.get("{http://www.w3.org/XML/1998/namespace}lang")
    title = _title(tree)
    for element in tree.xpath(_HIDDEN):
        if element.getparent() is not None:
            element.drop_tree()
    markdown = clean(_main_text(tree))
    if not markdown:
        raise Unreadable("This page holds no text. Pages drawn by scripts in the browser cannot be read.")
    cut = len(markdown) > MAX_CHARACTERS
    return Extracted(
        title=title or first_heading(markdown) or one_line(Path(name).stem) or "Page",
        language=language_of(markdown, declared),
        markdown=markdown[:MAX_CHARACTERS],
        warnings=(f"Only the first {MAX_CHARACTERS:,} characters were read.",) if cut else (),
        page=facts,
    )


def _parsed(content: bytes) -> html.HtmlElement:
    encoding = None
    try:
        content.decode("utf-8")
        encoding = "utf-8"
    except UnicodeDecodeError:
        pass
    try:
        tree = html.document_fromstring(content, parser=html.HTMLParser(encoding=encoding, huge_tree=False))
    except (LxmlError, ValueError, AssertionError) as error:
        raise Unreadable("This is no readable HTML.") from error
    return tree


def _main_text(tree: html.HtmlElement) -> str:
    """Where a page marks its main part, that; else what looks like it; else all of it."""
    for element in tree.xpath(_FURNITURE):
        if element.getparent() is not None:
            element.drop_tree()
    for path in ("//main | //*[@role='main']", "//article"):
        found = tree.xpath(path)
        if len(found) == 1 and len(text := markdown_of(found[0])) >= _SHORTEST:
            return text
    everything = markdown_of(tree)
    # Of short pages the library keeps the words alone.
    if len(everything) < _SHORT_PAGE:
        return everything
    likely = trafilatura.extract(
        html.tostring(tree, encoding="unicode"),
        output_format="markdown",
        include_tables=True,
        include_links=False,
        include_images=False,
        include_comments=False,
        favor_recall=True,
    )
    return likely if likely and len(likely) >= _SHORT_PAGE else everything


def _title(tree: html.HtmlElement) -> str:
    for path in ("//main//h1 | //article//h1", "//h1"):
        # Several first headings: none of them names the page.
        found = [text for element in tree.xpath(path) if (text := one_line(element.text_content()))]
        if len(found) == 1:
            return found[0]
    for path in ("//meta[@property='og:title']/@content", "//title/text()"):
        for text in tree.xpath(path):
            if line := one_line(str(text)):
                return line
    return ""


def _facts(tree: html.HtmlElement, url: str) -> PageFacts:
    base = next((urljoin(url, str(href)) for href in tree.xpath("//base/@href")), url)
    robots = " ".join(
        str(content).lower()
        for element in tree.xpath("//meta[@name]")
        if str(element.get("name")).lower() in ("robots", "tradewind")
        for content in [element.get("content") or ""]
    )
    canonical = next((_absolute(base, href) for href in tree.xpath("//link[@rel='canonical']/@href")), None)
    links: dict[str, None] = {}
    for anchor in tree.xpath("//a[@href] | //area[@href]"):
        if "nofollow" in (anchor.get("rel") or "").lower():
            continue
        target = _absolute(base, anchor.get("href"))
        if target is not None:
            links.setdefault(target)
            if len(links) >= _MAX_LINKS:
                break
    return PageFacts(canonical, tuple(links), "noindex" in robots or "none" in robots, "nofollow" in robots)


def _absolute(base: str, href: str) -> str | None:
    try:
        target = urljoin(base, str(href).strip())
    except ValueError:
        return None
    return target if target.startswith(("http://", "https://")) else None

"""An HTML element as Markdown: headings, paragraphs, lists, tables and code, in their order."""

from lxml.html import HtmlElement

from tradewind.modules.knowledge.extraction.markdown import one_line, table

_HEADINGS = {f"h{level}": "#" * level for level in range(1, 7)}
_INLINE = frozenset(
    ["a", "abbr", "b", "bdi", "bdo", "cite", "code", "data", "del", "dfn", "em", "font", "i", "ins", "kbd", "label",
     "mark", "q", "s", "samp", "small", "span", "strong", "sub", "sup", "time", "tt", "u", "var", "wbr"]
)  # fmt: skip
_SILENT = frozenset(["button", "select", "svg", "canvas", "object", "iframe", "audio", "video", "head", "math"])
_DEEPEST = 200
_LONGEST_LINE = 100_000


def markdown_of(element: HtmlElement) -> str:
    """What is below the element, as Markdown."""
    writer = _Writer()
    writer.walk(element, 0)
    writer.end()
    return "\n\n".join(writer.blocks)


class _Writer:
    def __init__(self) -> None:
        self.blocks: list[str] = []
        self._text: list[str] = []
        self._mark = ""

    def end(self) -> None:
        """Finish the block that text has been collected for."""
        text = one_line("".join(self._text), _LONGEST_LINE)
        self._text = []
        if not text:
            return
        block = f"{self._mark}{text}"
        # Items of a list stand line below line.
        if (
            self._mark.lstrip().startswith(("- ", "1. "))
            and self.blocks
            and self.blocks[-1].lstrip()[:2] in ("- ", "1.")
        ):
            self.blocks[-1] += f"\n{block}"
        else:
            self.blocks.append(block)
        # What follows in the same item belongs to it, but is no item of its own.
        self._mark = " " * (len(self._mark) - len(self._mark.lstrip()))

    def walk(self, element: HtmlElement, depth: int, lists: int = 0) -> None:
        """Write an element's content."""
        self._text.append(element.text or "")
        for child in element:
            if isinstance(child.tag, str) and depth < _DEEPEST:
                self._child(child, depth + 1, lists)
            self._text.append(child.tail or "")

    def _child(self, child: HtmlElement, depth: int, lists: int) -> None:
        tag = child.tag
        if tag in _SILENT:
            return
        if tag in _INLINE:
            self.walk(child, depth, lists)
            return
        if tag == "br":
            self._text.append(" ")
            return
        self.end()
        before, self._mark = self._mark, ""
        if tag == "table" and not child.xpath(".//table"):
            rows = [[cell.text_content() for cell in row.xpath("./td | ./th")] for row in child.xpath(".//tr")]
            self.blocks += filter(None, [table(rows)])
        elif tag == "pre":
            code = child.text_content().strip("\n")
            self.blocks += [f"```\n{code}\n```"] if code.strip() else []
        else:
            inner = lists + (tag in ("ul", "ol"))
            if tag in _HEADINGS:
                self._mark = f"{_HEADINGS[tag]} "
            elif tag == "li":
                parent = child.getparent()
                ordered = parent is not None and parent.tag == "ol"
                self._mark = "  " * max(0, lists - 1) + ("1. " if ordered else "- ")
            elif tag == "dd":
                self._mark = "- "
            self.walk(child, depth, inner)
            self.end()
        self._mark = before if before.strip() == "" else ""

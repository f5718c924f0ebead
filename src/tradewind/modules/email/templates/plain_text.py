"""Blocks as plain text, with the links that the HTML has, under their numbers."""

from collections.abc import Iterator, Sequence

from tradewind.modules.email.templates import blocks as b
from tradewind.modules.email.templates import rich_text
from tradewind.modules.email.templates.markup import NETWORKS, PREFERENCES, UNSUBSCRIBE, LinkSource
from tradewind.modules.email.templates.words import words

_RULE = "-" * 40


def written(text: b.MailText, language: str, links: Sequence[LinkSource]) -> str:
    """The Liquid source of the plain text; an author's own text is followed by the footers all the same."""
    numbers = _Numbers(links)
    if not text.plain_text.strip():
        return _joined(text.blocks, numbers, language)
    footers = [block for block in b.every_block(text.blocks) if isinstance(block, b.FooterBlock)]
    return text.plain_text.strip() + "\n\n" + _joined(footers, numbers, language)


class _Numbers:
    """Finds the number that a link of a block has in the HTML."""

    def __init__(self, links: Sequence[LinkSource]) -> None:
        self._numbers: dict[tuple[str, str], int] = {}
        for link in links:
            self._numbers.setdefault((link.block, link.source), link.number)

    def tag(self, source: str, block: str) -> str:
        """The link tag of a source in a block."""
        return f"{{% tw_link {self._numbers.get((block, source.strip()), 0)} %}}{source.strip()}{{% endtw_link %}}"


def _joined(blocks: Sequence[b.Block], numbers: _Numbers, language: str) -> str:
    return "\n\n".join(_parts(blocks, numbers, language))


def _parts(blocks: Sequence[b.Block], numbers: _Numbers, language: str) -> Iterator[str]:
    for block in blocks:
        if isinstance(block, b.ColumnsBlock):
            inner = "\n\n".join(part for column in block.columns for part in _parts(column, numbers, language))
        else:
            inner = _leaf(block, numbers, language)
        if not inner:
            continue
        yield f"{{% if {block.condition} %}}{inner}{{% endif %}}" if block.condition.strip() else inner


def _leaf(block: b.Block, numbers: _Numbers, language: str) -> str:
    match block:
        case b.HeadingBlock():
            return block.text.strip()
        case b.TextBlock():
            return rich_text.as_text(
                block.html,
                link=lambda address, said: (
                    said.strip() if said.strip() == address else f"{said.strip()}: {numbers.tag(address, block.id)}"
                ),
            )
        case b.ImageBlock(href=href, alt=alt) if href.strip() and alt.strip():
            return f"{alt.strip()}: {numbers.tag(href, block.id)}"
        case b.ButtonBlock(label=label, href=href) if label.strip():
            return f"{label.strip()}: {numbers.tag(href, block.id)}"
        case b.DividerBlock():
            return _RULE
        case b.ProductBlock():
            lines = [block.title.strip(), block.text.strip(), block.price.strip()]
            if block.label.strip():
                lines.append(f"{block.label.strip()}: {numbers.tag(block.href, block.id)}")
            return "\n".join(line for line in lines if line)
        case b.SocialBlock():
            return "\n".join(f"{NETWORKS[one.network]}: {numbers.tag(one.href, block.id)}" for one in block.links)
        case b.FooterBlock():
            return _footer(block, numbers, language)
    return ""


def _footer(block: b.FooterBlock, numbers: _Numbers, language: str) -> str:
    known = words(language)
    why = f"{block.text.strip()}\n" if block.text.strip() else ""
    return (
        f"{_RULE}\n{why}"
        "{% if organisation.name %}{{ organisation.name }}\n{% endif %}"
        "{% if organisation.postal_address %}{{ organisation.postal_address }}\n{% endif %}"
        f"{{% if unsubscribe_url %}}{known['unsubscribe']}: {numbers.tag(UNSUBSCRIBE, block.id)}\n"
        f"{known['preferences']}: {numbers.tag(PREFERENCES, block.id)}{{% endif %}}"
    )

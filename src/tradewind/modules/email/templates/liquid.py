"""Liquid with strict bounds: a template ends soon, writes little, and what it says about people is always escaped.

Left out on purpose: ranges, partials, `capture` and `raw` text that could pass as markup. Work is counted in steps,
not in seconds, so that the same template ends at the same place on every machine.
"""

import html
import re
from collections.abc import Iterable, Iterator, Mapping
from functools import lru_cache
from io import StringIO
from typing import Any, TextIO

from liquid import Environment, RenderContext
from liquid.ast import Node
from liquid.builtin import content, illegal, output
from liquid.builtin.expressions import FilteredExpression
from liquid.builtin.expressions.primitive import RangeLiteral
from liquid.builtin.tags import assign_tag, case_tag, comment_tag, for_tag, if_tag, inline_comment_tag, unless_tag
from liquid.exceptions import LiquidError
from liquid.expression import Expression
from liquid.output import LimitedStringIO
from liquid.parser import get_parser
from liquid.stream import TokenStream
from liquid.tag import Tag
from liquid.template import BoundTemplate
from liquid.token import TOKEN_EOF, TOKEN_TAG, Token
from liquid.undefined import UNDEFINED, Undefined

from tradewind.modules.email.templates.filters import FILTERS, FilterProblem, cost
from tradewind.modules.email.templates.links import Links

TAG = re.compile(r"\{\{.*?\}\}|\{%.*?%\}", re.DOTALL)
"""A tag or output of Liquid; everything else of a source is text."""

MAX_STEPS = 200_000
_MAX_LOOP = 1_000
_MAX_LOCALS = 64_000
_MAX_OUTPUT = 400_000
_MAX_TAGS = 1_000
_SHOWN_VALUE = 60


class TemplateProblem(Exception):
    """A template that cannot be read, or whose rendering was stopped; the message is for its author."""


class _Missing(Undefined):
    """A value nobody knows: false in conditions, and told by name where it should be written."""

    def __bool__(self) -> bool:
        return False


class _Output(output.OutputNode):
    """Writes a value: escaped in HTML, refused where it is no text, number or truth value."""

    def render_to_output(self, context: RenderContext, buffer: TextIO) -> int:
        """Write the value of the expression."""
        assert isinstance(context, _Context)
        value = self.expression.evaluate(context)
        if value is None or isinstance(value, Undefined):
            context.missing.setdefault(str(self.expression).split(" | ")[0])
            return 0
        return buffer.write(context.written(value))


class _OutputTag(output.Output):
    node_class = _Output


class _For(for_tag.ForNode):
    """A loop that pays for what it repeats."""

    def render_to_output(self, context: RenderContext, buffer: TextIO) -> int:
        """Render the loop."""
        assert isinstance(context, _Context)
        context.weight = weight_of(self.block)
        return super().render_to_output(context, buffer)


class _ForTag(for_tag.ForTag):
    node_class = _For


class _LinkNode(Node):
    """`{% tw_link 3 %}address{% endtw_link %}`: the address of a link, as the recipient gets it."""

    __slots__ = ("block", "number")

    def __init__(self, token: Token, number: int, block: Any) -> None:
        super().__init__(token)
        self.number = number
        self.block = block
        self.blank = False

    def render_to_output(self, context: RenderContext, buffer: TextIO) -> int:
        """Write the address."""
        assert isinstance(context, _Context)
        inner = StringIO()
        self.block.render(context, inner)
        # What was escaped for HTML is an address again, and is escaped as a whole once it is finished.
        address = html.unescape(inner.getvalue()) if context.escaping else inner.getvalue()
        return buffer.write(context.written(context.links.address(self.number, address)))

    def children(self, static_context: RenderContext, *, include_partials: bool = True) -> Iterable[Node]:
        """The nodes of the address."""
        yield self.block


class _LinkTag(Tag):
    name = "tw_link"
    end = "endtw_link"

    def parse(self, stream: TokenStream) -> Node:
        """Parse the tag; its number is made by the compiler."""
        token = stream.eat(TOKEN_TAG)
        number = int(stream.into_inner(tag=token).current.value)
        block = get_parser(self.env).parse_block(stream, frozenset({self.end, TOKEN_EOF}))
        stream.expect(TOKEN_TAG, value=self.end)
        return _LinkNode(token, number, block)


class _Context(RenderContext):
    """The state of one rendering: steps left, what was missing, fallbacks, links."""

    def __init__(self, template: BoundTemplate, **given: Any) -> None:
        super().__init__(template, **given)
        self.steps = MAX_STEPS
        self.weight = 1
        self.missing: dict[str, None] = {}
        self.fallbacks: Mapping[str, str] = {}
        self.links: Links = Links()
        self.escaping: bool = getattr(template.env, "escaping", False)

    def spend(self, steps: int) -> None:
        """Count work. Raises TemplateProblem once there is too much."""
        self.steps -= steps
        if self.steps < 0:
            raise TemplateProblem("This does too much work: repeat less, or show less.")

    def written(self, value: object) -> str:
        """A value as text, escaped where this is HTML. Raises TemplateProblem for lists and records."""
        if isinstance(value, bool):
            text = "true" if value else "false"
        elif isinstance(value, str | int | float):
            text = str(value)
        else:
            raise TemplateProblem("A list or record cannot be written as it is: choose one of its fields.")
        self.spend(1 + len(text) // 64)
        return html.escape(text) if self.escaping else text

    def get(self, path: list[object], *, token: Token | None, default: object = UNDEFINED) -> object:
        """A value by its path, or its fallback."""
        self.spend(1)
        found = super().get(path, token=token, default=default)
        if found is None or found == "" or isinstance(found, Undefined):
            name = ".".join(str(part) for part in path)
            if name in self.fallbacks:
                return self.fallbacks[name]
            # An empty text is as good as none: “Hello ,” must not be sent.
            return _Missing(name, token=token)
        return found

    def get_item(self, obj: Any, key: Any) -> Any:
        """An item of plain data; nothing else is ever looked into."""
        if isinstance(obj, Mapping | list | tuple | str | for_tag.ForLoop | Undefined):
            return super().get_item(obj, key)
        raise KeyError(key)

    def filter(self, name: str, token: Token | None) -> Any:
        """A filter whose results are counted and bounded."""
        function = super().filter(name, token)

        def bounded(value: object, *arguments: object, **named: object) -> object:
            if isinstance(value, Undefined) and name != "default":
                return value
            try:
                result = function(value, *arguments, **named)
            except FilterProblem as problem:
                raise TemplateProblem(f"“{name}”: {problem}") from None
            self.spend(1 + cost(result))
            return result

        return bounded

    def loop(self, namespace: Mapping[str, object], forloop: Any) -> Any:
        """Enter a loop."""
        self.spend(max(1, forloop.length) * self.weight)
        return super().loop(namespace, forloop)


class _Template(BoundTemplate):
    context_class = _Context


class _Environment(Environment):
    block_nesting_limit = 12
    context_depth_limit = 30
    loop_iteration_limit = _MAX_LOOP
    local_namespace_limit = _MAX_LOCALS
    output_stream_limit = _MAX_OUTPUT
    template_class = _Template

    def __init__(self, *, escaping: bool, linking: bool) -> None:
        self.escaping = escaping
        self.linking = linking
        super().__init__(undefined=_Missing, strict_filters=True, autoescape=False)

    def setup_tags_and_filters(self, *, extra: bool = False) -> None:
        """Only what mails need; everything else is an error at once."""
        for tag in (
            content.Literal, _OutputTag, illegal.Illegal, if_tag.IfTag, unless_tag.UnlessTag, case_tag.CaseTag, _ForTag,
            for_tag.BreakTag, for_tag.ContinueTag, assign_tag.AssignTag, comment_tag.CommentTag,
            inline_comment_tag.InlineCommentTag, *([_LinkTag] if self.linking else []),
        ):  # fmt: skip
            self.add_tag(tag)
        for name, function in FILTERS.items():
            self.add_filter(name, function)


_AUTHOR = _Environment(escaping=False, linking=False)
_TEXT = _Environment(escaping=False, linking=True)
_HTML = _Environment(escaping=True, linking=True)


class Template:
    """A parsed template; `paths` are the values it asks for, `printed` those that must be known to write it."""

    def __init__(self, parsed: BoundTemplate) -> None:
        self._parsed = parsed
        self.paths = frozenset(_paths(_expressions(parsed.nodes)))
        nodes = list(_every(parsed.nodes))
        written = [one.expression for one in nodes if isinstance(one, _Output)]
        plain = [one for one in written if isinstance(one, FilteredExpression)]
        tested = [one for node in nodes if not isinstance(node, _Output) for one in _expressions([node], deep=False)]
        needed = [one.left for one in plain if not any(each.name == "default" for each in one.filters or ())]
        self.printed = frozenset(_paths(needed)) - frozenset(_paths(tested))

    def render(
        self, data: Mapping[str, Any], *, fallbacks: Mapping[str, str], links: Links, missing: dict[str, None]
    ) -> str:
        """The text for one person; names of values that nobody knows are added to `missing`. Raises TemplateProblem."""
        context = _Context(self._parsed, globals=data)
        context.fallbacks, context.links, context.missing = fallbacks, links, missing
        buffer = LimitedStringIO(_MAX_OUTPUT)
        try:
            self._parsed.render_with_context(context, buffer)
        except LiquidError as error:
            raise TemplateProblem(_words(error)) from error
        except RecursionError as error:
            raise TemplateProblem("This is nested too deeply.") from error
        return buffer.getvalue()


def check(source: str) -> Template:
    """Parse what an author wrote in one field. Raises TemplateProblem."""
    if source.count("{{") + source.count("{%") > _MAX_TAGS:
        raise TemplateProblem(f"More than {_MAX_TAGS} tags in one field are not offered.")
    return _parse(_AUTHOR, source)


def parse_text(source: str) -> Template:
    """Parse a compiled template of plain text. Raises TemplateProblem."""
    return _parse(_TEXT, source)


def parse_html(source: str) -> Template:
    """Parse a compiled template of HTML. Raises TemplateProblem."""
    return _parse(_HTML, source)


def parts(source: str) -> Iterator[tuple[bool, str]]:
    """Cut a source into (whether it is Liquid, piece)."""
    end = 0
    for match in TAG.finditer(source):
        if match.start() > end:
            yield False, source[end : match.start()]
        yield True, match[0]
        end = match.end()
    if end < len(source):
        yield False, source[end:]


def weight_of(node: Node) -> int:
    """How many nodes there are at and below one."""
    return _weight(node)


@lru_cache(maxsize=4_096)
def _weight(node: Node) -> int:
    return 1 + sum(_weight(child) for child in node.children(None))  # type: ignore[arg-type]


def _parse(environment: _Environment, source: str) -> Template:
    rest = TAG.sub("", source)
    if "{{" in rest or "{%" in rest:
        raise TemplateProblem("“{{” or “{%” is opened and not closed.")
    try:
        parsed = environment.from_string(source)
        _refuse_what_fails_later(environment, parsed.nodes)
    except LiquidError as error:
        raise TemplateProblem(_words(error)) from error
    except RecursionError as error:
        raise TemplateProblem("This is nested too deeply.") from error
    return Template(parsed)


def _every(nodes: Iterable[Node]) -> Iterator[Node]:
    for node in nodes:
        yield node
        yield from _every(node.children(None))  # type: ignore[arg-type]


def _expressions(nodes: Iterable[Node], *, deep: bool = True) -> Iterator[Expression]:
    for node in _every(nodes) if deep else nodes:
        for expression in node.expressions():
            yield from _inner(expression)


def _inner(expression: Expression) -> Iterator[Expression]:
    yield expression
    for child in expression.children():
        yield from _inner(child)


def _refuse_what_fails_later(environment: _Environment, nodes: Iterable[Node]) -> None:
    for one in _expressions(nodes):
        if isinstance(one, RangeLiteral):
            raise TemplateProblem("Ranges such as (1..9) are not offered in mails.")
        if isinstance(one, FilteredExpression):
            for each in one.filters or ():
                if each.name not in environment.filters:
                    raise TemplateProblem(f"There is no filter “{each.name[:_SHOWN_VALUE]}”.")


def _paths(expressions: Iterable[Expression]) -> Iterator[str]:
    for expression in expressions:
        path = getattr(expression, "path", None)
        if isinstance(path, list) and all(isinstance(part, str) for part in path):
            yield ".".join(path)


def _words(error: LiquidError) -> str:
    words = str(error.message or "This is not understood").split("\n")[0]
    value = error.token.value.strip() if error.token is not None else ""
    where = f" (at “{value[:_SHOWN_VALUE]}”)" if value and value not in words else ""
    return f"{words[:200]}{where}"

"""What a query may ask for, judged before anything runs. Fragments count each time they are used, aliases too.

Points: every selected field costs 1, a field that reads the database 5, and a list multiplies what is selected in it
by its page size (`first`; lists without one count as LIST_SIZE).
"""

from dataclasses import dataclass, field
from typing import Any

from graphql import (
    DocumentNode,
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    GraphQLField,
    GraphQLObjectType,
    GraphQLSchema,
    InlineFragmentNode,
    IntValueNode,
    OperationDefinitionNode,
    SelectionSetNode,
    VariableNode,
    get_named_type,
)

from tradewind.graphql_api.errors import QueryTooLarge

MAX_TOKENS = 3_000
MAX_DEPTH = 8
MAX_INTROSPECTION_DEPTH = 16
MAX_FIELDS = 500
MAX_ROOT_FIELDS = 20
MAX_COST = 20_000
LIST_SIZE = 20
_READ_COST = 5


@dataclass(frozen=True, slots=True)
class Size:
    """How much a query asks for."""

    cost: int = 0
    depth: int = 0
    fields: int = 0

    def __add__(self, other: "Size") -> "Size":
        return Size(self.cost + other.cost, max(self.depth, other.depth), self.fields + other.fields)


@dataclass
class _Measure:
    schema: GraphQLSchema
    variables: dict[str, Any]
    fragments: dict[str, FragmentDefinitionNode]
    known: dict[str, Size] = field(default_factory=dict)
    open: set[str] = field(default_factory=set)

    def selections(self, selected: SelectionSetNode | None, parent: Any) -> Size:
        size = Size()
        for node in selected.selections if selected else ():
            if isinstance(node, FieldNode):
                size += self.field(node, parent)
            elif isinstance(node, InlineFragmentNode):
                size += self.selections(node.selection_set, self._type(node.type_condition) or parent)
            elif isinstance(node, FragmentSpreadNode):
                size += self.fragment(node.name.value)
        return size

    def fragment(self, name: str) -> Size:
        """Measured once however often it is used, so that fragments of fragments cost no time; circles count once."""
        fragment = self.fragments.get(name)
        if fragment is None or name in self.open:
            return Size()
        if name not in self.known:
            self.open.add(name)
            self.known[name] = self.selections(fragment.selection_set, self._type(fragment.type_condition))
            self.open.discard(name)
        return self.known[name]

    def field(self, node: FieldNode, parent: Any) -> Size:
        definition = parent.fields.get(node.name.value) if isinstance(parent, GraphQLObjectType) else None
        inner = self.selections(node.selection_set, get_named_type(definition.type) if definition else None)
        reads = definition is not None and _reads(definition)
        own = _READ_COST if reads else 1
        return Size(own + self._times(node, definition) * inner.cost, inner.depth + 1, inner.fields + 1)

    def _times(self, node: FieldNode, definition: GraphQLField | None) -> int:
        """The page size of a list, 1 for single values."""
        if definition is None or node.selection_set is None:
            return 1
        if "first" not in definition.args:
            return LIST_SIZE if _is_list(definition.type) and not _is_page(definition) else 1
        given = next((argument.value for argument in node.arguments or () if argument.name.value == "first"), None)
        value: Any = definition.args["first"].default_value
        if isinstance(given, IntValueNode):
            value = int(given.value)
        elif isinstance(given, VariableNode):
            value = self.variables.get(given.name.value, value)
        return max(1, value) if isinstance(value, int) else 100

    def _type(self, condition: Any) -> Any:
        return self.schema.type_map.get(condition.name.value) if condition is not None else None


def measure(document: DocumentNode, schema: GraphQLSchema, *, operation: str | None, variables: dict[str, Any]) -> Size:
    """Size of the operation that would run. Raises QueryTooLarge, naming the limit."""
    fragments = {node.name.value: node for node in document.definitions if isinstance(node, FragmentDefinitionNode)}
    walk = _Measure(schema, variables, fragments)
    size = Size()
    for node in document.definitions:
        named = isinstance(node, OperationDefinitionNode) and (node.name.value if node.name else None)
        if not isinstance(node, OperationDefinitionNode) or (operation is not None and named != operation):
            continue
        roots = walk.selections(node.selection_set, schema.query_type)
        _check("root fields", _width(node.selection_set, fragments, set()), MAX_ROOT_FIELDS)
        size += roots
    allowed = MAX_INTROSPECTION_DEPTH if is_introspection(document) else MAX_DEPTH
    _check("depth", size.depth, allowed)
    _check("fields", size.fields, MAX_FIELDS)
    if not is_introspection(document):
        _check("cost", size.cost, MAX_COST)
    return size


def is_introspection(document: DocumentNode) -> bool:
    """Whether an operation asks for the schema and nothing else."""
    roots = [node.selection_set for node in document.definitions if isinstance(node, OperationDefinitionNode)]
    names = [
        selection.name.value if isinstance(selection, FieldNode) else ""
        for root in roots
        for selection in root.selections
    ]
    return bool(names) and all(name in ("__schema", "__type", "__typename") for name in names)


def _width(selected: SelectionSetNode, fragments: dict[str, FragmentDefinitionNode], seen: set[str]) -> int:
    """Fields at the top: each is a query of its own."""
    width = 0
    for node in selected.selections:
        if isinstance(node, FieldNode):
            width += 1
        elif isinstance(node, InlineFragmentNode):
            width += _width(node.selection_set, fragments, seen)
        elif isinstance(node, FragmentSpreadNode) and node.name.value not in seen and node.name.value in fragments:
            width += _width(fragments[node.name.value].selection_set, fragments, seen | {node.name.value})
        if width > MAX_ROOT_FIELDS:
            break
    return width


def _check(limit: str, asked: int, allowed: int) -> None:
    if asked > allowed:
        raise QueryTooLarge(
            f"The query asks for {limit} {asked:,}; {allowed:,} are allowed. Ask for smaller pages, or several times.",
            extra={"limit": limit, "asked": asked, "allowed": allowed},
        )


def _reads(definition: GraphQLField) -> bool:
    known = definition.extensions.get("strawberry-definition")
    return known is not None and known.base_resolver is not None


def _is_list(kind: Any) -> bool:
    while hasattr(kind, "of_type"):
        if type(kind).__name__ == "GraphQLList":
            return True
        kind = kind.of_type
    return False


def _is_page(definition: GraphQLField) -> bool:
    """`nodes` of a connection: the connection itself has been multiplied by the page size."""
    known = definition.extensions.get("strawberry-definition")
    return known is not None and bool(known.metadata.get("page"))

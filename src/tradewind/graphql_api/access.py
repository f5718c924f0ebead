"""Permissions of the schema: every type and every resolver names the permissions of the same table as the REST API."""

from collections.abc import Awaitable, Callable
from types import MappingProxyType
from typing import Any, TypeVar, dataclass_transform

import strawberry
from graphql import GraphQLObjectType
from strawberry.extensions import FieldExtension, SchemaExtension
from strawberry.types import Info
from strawberry.types.field import StrawberryField

SIGNED_IN = "signed-in"
_KEY = "permissions"
T = TypeVar("T", bound=type)
_types: dict[str, frozenset[str]] = {}


class Requires(FieldExtension):
    """Demands permissions before a resolver runs."""

    def __init__(self, permissions: frozenset[str]) -> None:
        self.permissions = permissions

    def apply(self, field: StrawberryField) -> None:
        field.metadata = MappingProxyType({**field.metadata, _KEY: self.permissions})

    async def resolve_async(self, next_: Callable[..., Awaitable[Any]], source: Any, info: Info, **kwargs: Any) -> Any:
        for permission in sorted(self.permissions - {SIGNED_IN}):
            info.context.actor.require(permission)
        return await next_(source, info, **kwargs)


def requires(*permissions: str, description: str) -> Any:
    """A resolver that demands permissions; use as `@requires("leads:read", description="…")`."""

    def make(resolver: Callable[..., Awaitable[Any]]) -> Any:
        wanted = frozenset(permissions)
        return strawberry.field(resolver, description=description, extensions=[Requires(wanted)])

    return make


@dataclass_transform(kw_only_default=True, field_specifiers=(strawberry.field,))
def shown_with(permission: str, *, description: str) -> Callable[[T], T]:
    """An object type whose plain fields are covered by one permission: resolvers that return it must demand it."""

    def make(cls: T) -> T:
        made = strawberry.type(cls, description=description)
        _types[cls.__name__] = frozenset({permission})
        return made

    return make


def permissions_of_type(name: str) -> frozenset[str] | None:
    """What a type's plain fields are covered by; of pages and their edges, what nodes are. None: nothing is said."""
    return _types.get(name) or _types.get(name.removesuffix("Connection").removesuffix("Edge"))


def permissions_of(kind: GraphQLObjectType, name: str) -> frozenset[str] | None:
    """The permissions a field demands: its resolver's own, else its type's."""
    field = kind.fields[name].extensions.get("strawberry-definition")
    own = field.metadata.get(_KEY) if field is not None else None
    return own or permissions_of_type(kind.name)


class ShownByPermission(SchemaExtension):
    """Introspection lists only the fields the caller may read, and only types with such a field."""

    def resolve(self, _next: Callable[..., Any], root: Any, info: Any, *args: Any, **kwargs: Any) -> Any:
        result = _next(root, info, *args, **kwargs)
        if info.parent_type.name == "__Type" and info.field_name == "fields" and result:
            return [item for item in result if self._visible(root, item[0] if isinstance(item, tuple) else item.name)]
        if info.parent_type.name == "__Schema" and info.field_name == "types":
            return [kind for kind in result if not self._is_ours(kind) or any(map(self._visible_of(kind), kind.fields))]
        return result

    def _visible_of(self, kind: GraphQLObjectType) -> Callable[[str], bool]:
        return lambda name: self._visible(kind, name)

    def _visible(self, kind: Any, name: str) -> bool:
        if not self._is_ours(kind):
            return True
        wanted = permissions_of(kind, name) or frozenset()
        actor = self.execution_context.context.actor
        return all(permission == SIGNED_IN or actor.may(permission) for permission in wanted)

    @staticmethod
    def _is_ours(kind: Any) -> bool:
        return isinstance(kind, GraphQLObjectType) and not kind.name.startswith("__")

"""The SCIM library's storage on PostgreSQL.

The library is synchronous and spends its time on the processor: it runs in a worker thread, and each access to the
database goes back to the event loop, inside the one transaction of the request.
"""

from collections.abc import Awaitable, Callable, Generator, Iterator
from contextlib import contextmanager
from typing import Any, Concatenate, ParamSpec, TypeVar, Union, cast
from uuid import UUID

from anyio import from_thread
from scim2_models import (
    NotFoundException,
    PreconditionFailedException,
    Resource,
    ResourceType,
    ResponseParameters,
    ScimFilter,
    SearchRequest,
    TooManyException,
)
from scim2_models.path import CompareOperator, Comparison, LogicalExpr, LogicalOperator
from scim2_server.storage import ScimStorage, SearchPage
from scim2_server.utils import parametrize
from sqlalchemy.ext.asyncio import AsyncSession, AsyncSessionTransaction

from tradewind.modules.identity.repository import scim as repository
from tradewind.modules.identity.scim import groups, mapping, people
from tradewind.modules.identity.scim.provider import PROVIDER

MAX_WALKED = 20_000
_BATCH = 500

P = ParamSpec("P")
T = TypeVar("T")


class PostgresStorage(ScimStorage):
    """Members and groups of the organisation the session acts in. Its methods run in a worker thread."""

    def __init__(self, session: AsyncSession, run: Callable[..., Any] = from_thread.run) -> None:
        self._session = session
        self._run = run

    @contextmanager
    def operation(self) -> Generator[None]:
        """A savepoint: a failed operation of a bulk request leaves nothing behind and the next ones go on."""
        savepoint: AsyncSessionTransaction = self._run(_begin, self._session)
        try:
            yield
        except BaseException:
            self._run(savepoint.rollback)
            raise
        self._run(savepoint.commit)

    def get(
        self,
        resource_type: ResourceType,
        resource_id: str,
        *,
        response_parameters: ResponseParameters[Any] | None = None,
    ) -> Resource[Any]:
        # Entra asks for large groups without their members.
        wanted = response_parameters is None or "members" not in map(str, response_parameters.excluded_attributes or [])
        return self._get(resource_type, resource_id, with_members=wanted)

    def search(
        self, resource_types: list[ResourceType], search_request: SearchRequest[Any], *, position: Any = None
    ) -> SearchPage:
        """One page. A filter or an order is worked out over at most MAX_WALKED resources, exact names excepted."""
        if any(_is_user(kind) for kind in resource_types):
            self._call(people.meet)
        start = search_request.start_index_0 or 0
        count = search_request.count
        if len(resource_types) == 1 and search_request.filter is None and search_request.sort_by is None:
            return self._plain_page(resource_types[0], start, count)
        matching = self._matching(resource_types, search_request.filter)
        stop = None if count is None else start + count
        if search_request.sort_by is not None:
            found = search_request.sort(matching)
            return SearchPage(len(found), found[start:stop])
        page, total = [], 0
        for total, resource in enumerate(matching, start=1):
            if total > start and (stop is None or total <= stop):
                page.append(resource)
        return SearchPage(total, page)

    def create(self, resource_type: ResourceType, resource: Resource[Any]) -> Resource[Any]:
        if _is_user(resource_type):
            made = self._call(people.create, mapping.person_values(resource))
        else:
            made = self._call(groups.create, mapping.group_values(resource))
        return self._get(resource_type, str(made))

    def update(
        self, resource_type: ResourceType, resource: Resource[Any], *, expected_version: str | None = None
    ) -> Resource[Any]:
        assert resource.id is not None
        found = self._held(resource_type, resource.id, expected_version)
        if _is_user(resource_type):
            self._call(people.update, found, mapping.person_values(resource))
        else:
            self._call(groups.update, found, mapping.group_values(resource))
        return self._get(resource_type, resource.id)

    def delete(self, resource_type: ResourceType, resource_id: str, *, expected_version: str | None = None) -> None:
        found = self._held(resource_type, resource_id, expected_version)
        if _is_user(resource_type):
            self._call(people.delete, found)
        else:
            self._call(groups.delete, found)

    def _get(self, resource_type: ResourceType, resource_id: str, *, with_members: bool = True) -> Resource[Any]:
        found = self._load(resource_type, [_uuid(resource_type, resource_id)], with_members=with_members)
        if not found:
            raise _missing(resource_type, resource_id)
        return found[0]

    def _held(self, resource_type: ResourceType, resource_id: str, expected_version: str | None) -> UUID:
        """The id of a resource nobody else can change until the transaction ends, if it still has the version."""
        self._call(people.hold)
        current = self._get(resource_type, resource_id)
        if expected_version is not None and (current.meta is None or current.meta.version != expected_version):
            raise PreconditionFailedException
        return UUID(current.id)

    def _plain_page(self, resource_type: ResourceType, start: int, count: int | None) -> SearchPage:
        of_users = _is_user(resource_type)
        total = self._call(repository.count_people if of_users else repository.count_groups)
        model = _model(resource_type)
        if of_users:
            rows = self._call(repository.people, limit=count, offset=start)
            return SearchPage(total, [mapping.user_resource(model, row) for row in rows])
        rows = self._call(repository.groups, limit=count, offset=start)
        return SearchPage(total, [mapping.group_resource(model, row) for row in rows])

    def _matching(
        self, resource_types: list[ResourceType], scim_filter: ScimFilter[Any] | None
    ) -> Iterator[Resource[Any]]:
        if scim_filter is not None and not scim_filter.models:
            models = tuple(_model(kind) for kind in resource_types)
            scim_filter = parametrize(ScimFilter, Union[models])(str(scim_filter))  # noqa: UP007
        for kind in resource_types:
            narrowed = _narrowed(scim_filter, _USER_COLUMNS if _is_user(kind) else _GROUP_COLUMNS)
            ids_of = repository.person_ids if _is_user(kind) else repository.group_ids
            ids = self._call(ids_of, narrowed, limit=MAX_WALKED + 1)
            if len(ids) > MAX_WALKED:
                raise TooManyException(detail="Too many resources: filter by userName, displayName or externalId.")
            for first in range(0, len(ids), _BATCH):
                for resource in self._load(kind, ids[first : first + _BATCH]):
                    if scim_filter is None or scim_filter.match(resource):
                        yield resource

    def _load(self, resource_type: ResourceType, ids: list[UUID], *, with_members: bool = True) -> list[Resource[Any]]:
        model = _model(resource_type)
        if _is_user(resource_type):
            return [mapping.user_resource(model, row) for row in self._call(repository.people, ids=ids)]
        rows = self._call(repository.groups, ids=ids, with_members=with_members)
        return [mapping.group_resource(model, row) for row in rows]

    def _call(
        self, function: Callable[Concatenate[AsyncSession, P], Awaitable[T]], *args: P.args, **kwargs: P.kwargs
    ) -> T:
        """The result of a coroutine function of our session, run on the event loop."""

        async def on_the_loop() -> T:
            return await function(self._session, *args, **kwargs)

        return self._run(on_the_loop)


async def _begin(session: AsyncSession) -> AsyncSessionTransaction:
    return await session.begin_nested()


def _model(resource_type: ResourceType) -> type[Resource[Any]]:
    return cast("type[Resource[Any]]", PROVIDER.model_for(resource_type))


def _is_user(resource_type: ResourceType) -> bool:
    return resource_type.name == "User"


def _uuid(resource_type: ResourceType, resource_id: str) -> UUID:
    try:
        return UUID(resource_id)
    except ValueError:
        raise _missing(resource_type, resource_id) from None


def _missing(resource_type: ResourceType, resource_id: str) -> NotFoundException:
    return NotFoundException(detail=f"{resource_type.name} {resource_id[:80]!r} not found")


# SCIM attribute in lower case → the indexed column that holds it, and the form it is kept in.
_USER_COLUMNS: dict[str, tuple[str, Callable[[str], str]]] = {
    "username": ("user_name_key", repository.key_of),
    "externalid": ("external_id", str),
}
_GROUP_COLUMNS: dict[str, tuple[str, Callable[[str], str]]] = {
    "displayname": ("display_name_key", repository.key_of),
    "externalid": ("external_id", str),
}


def _narrowed(
    scim_filter: ScimFilter[Any] | None, columns: dict[str, tuple[str, Callable[[str], str]]]
) -> dict[str, str]:
    """Columns every match must equal, by the comparisons that hold for the whole filter; it is evaluated anyway."""
    if scim_filter is None:
        return {}
    node = scim_filter.ast
    terms = node.terms if isinstance(node, LogicalExpr) and node.op == LogicalOperator.and_ else (node,)
    found: dict[str, str] = {}
    for term in terms:
        if not isinstance(term, Comparison) or term.op != CompareOperator.eq or not isinstance(term.value, str):
            continue
        known = columns.get(term.attr_path.attr.lower()) if term.attr_path.sub_attr is None else None
        if known is not None and "\x00" not in term.value and ":enterprise:" not in (term.attr_path.uri or "").lower():
            column, form = known
            found.setdefault(column, form(term.value))
    return found

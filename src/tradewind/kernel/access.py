"""Who is calling and what they may do. Every route states one permission, or why it is public."""

from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Annotated, Literal, Protocol
from uuid import UUID

from fastapi import Depends, Request
from fastapi.params import Depends as DependsParam
from fastapi.routing import APIRoute
from sqlalchemy.ext.asyncio import AsyncSession

from tradewind.kernel.errors import Forbidden, Unauthorised

if TYPE_CHECKING:
    from tradewind.kernel.database import Database

ActorKind = Literal["user", "api_key", "system", "anonymous"]


@dataclass(frozen=True, slots=True)
class Actor:
    """The party a request or job acts for; travels on the session (`actor_of`)."""

    kind: ActorKind
    organisation_id: UUID | None = None
    user_id: UUID | None = None
    session_id: UUID | None = None
    role: str | None = None
    permissions: frozenset[str] = field(default_factory=frozenset)
    name: str = ""
    request_id: str | None = None
    ip: str | None = None
    # Of API keys: which one, whether its effects must stay inside this installation, and its own limit.
    key_id: UUID | None = None
    test: bool = False
    requests_per_minute: int | None = None
    # What a session must do before anything else; only routes with `enrolling` are open to it until then.
    barrier: "type[Forbidden] | None" = None
    # Whose leads, deals and tasks the actor sees, by the owners' user ids; None means everyone's.
    visible_owners: frozenset[UUID] | None = None

    @property
    def reference(self) -> str:
        """Text that stands for this very party, for limits and idempotency: `user:<id>`, `api_key:<id>`."""
        return f"{self.kind}:{self.user_id or self.key_id or self.name}"

    @classmethod
    def system(cls, organisation_id: UUID | None = None, name: str = "Tradewind") -> "Actor":
        """The product itself, acting inside one organisation (or none)."""
        return cls(kind="system", organisation_id=organisation_id, name=name)

    @classmethod
    def anonymous(cls, *, request_id: str | None = None, ip: str | None = None) -> "Actor":
        """Nobody in particular: a visitor before sign-in."""
        return cls(kind="anonymous", request_id=request_id, ip=ip)

    def may(self, permission: str) -> bool:
        """Whether the actor holds `permission` (`module:verb`)."""
        return self.kind == "system" or permission in self.permissions

    def require(self, permission: str) -> None:
        """Raise Forbidden, naming the missing permission, unless the actor holds it."""
        if not self.may(permission):
            raise Forbidden(
                f"This needs the permission “{permission}”. An administrator of your organisation can grant it.",
                extra={"permission": permission},
            )


class Authenticator(Protocol):
    """Turns credentials into an actor; the identity module provides it as `app.state.authenticator`."""

    async def authenticate(self, token: str, *, ip: str | None = None) -> Actor:
        """Actor of an access token or API key, used from the address `ip`; raises Unauthorised."""
        ...

    def forget(self) -> None:
        """Ask the database again whether sessions and keys hold, and for what: somebody's rights have changed."""
        ...

    async def require_recent(self, actor: Actor) -> None:
        """Raise Forbidden unless the actor is a person who proved lately, by their strongest means, who they are."""
        ...

    async def authenticate_request(self, request: Request) -> Actor:
        """Actor of a request by its headers and cookies; anonymous if it carries none. Raises Unauthorised."""
        ...


RefusalObserver = Callable[["Database", Actor], Awaitable[None]]
_refusal_observers: list[RefusalObserver] = []


def on_refusal(observer: RefusalObserver) -> RefusalObserver:
    """Register `async def observer(database, actor)`, told of requests that lack the permission of their route."""
    _refusal_observers.append(observer)
    return observer


async def request_actor(request: Request) -> Actor:
    """The caller of this request, resolved once."""
    known: Actor | None = getattr(request.state, "actor", None)
    if known is not None:
        return known
    authenticator: Authenticator = request.app.state.authenticator
    request.state.actor = actor = await authenticator.authenticate_request(request)
    return actor


async def request_session(request: Request) -> AsyncIterator[AsyncSession]:
    """One transaction for the request; committed before the answer is sent, rolled back on any error."""
    async with request.app.state.database.transaction(await request_actor(request)) as session:
        yield session
        # Set by middleware whose own row must become durable together with the work (idempotency).
        before_commit = getattr(request.state, "before_commit", None)
        if before_commit is not None:
            await before_commit(session)


CurrentActor = Annotated[Actor, Depends(request_actor)]
Session = Annotated[AsyncSession, Depends(request_session, scope="function")]


@dataclass(frozen=True)
class Access(DependsParam):
    """Route dependency that remembers what it demands, for OpenAPI and for the tests that walk the routes."""

    permission: str | None = field(default=None, kw_only=True)
    people: bool = field(default=False, kw_only=True)
    step_up: bool = field(default=False, kw_only=True)
    reason: str | None = field(default=None, kw_only=True)


def requires(permission: str, *, people: bool = False, step_up: bool = False) -> Access:
    """Demand a signed-in actor with `permission`. Use as `dependencies=[requires("leads:read")]`.

    `people` refuses API keys, whatever their scopes. `step_up` is for dangerous actions: it also demands that the
    person proved in the last minutes who they are, else 403 `identity.step_up_required`.
    """

    async def check(request: Request) -> None:
        actor = await request_actor(request)
        _require_caller(actor, people=people or step_up)
        if not actor.may(permission):
            for told in _refusal_observers:
                await told(request.app.state.database, actor)
        actor.require(permission)
        if step_up:
            await request.app.state.authenticator.require_recent(actor)

    return Access(check, permission=permission, people=people or step_up, step_up=step_up)


def signed_in(*, people: bool = True, step_up: bool = False, enrolling: bool = False) -> Access:
    """Demand any signed-in person: for what everyone may do with their own account. API keys have none.

    `step_up` as in `requires`. `enrolling` opens the route also to a session that must first add a second factor.
    """

    async def check(request: Request) -> None:
        actor = await request_actor(request)
        _require_caller(actor, people=people or step_up, enrolling=enrolling)
        if step_up:
            await request.app.state.authenticator.require_recent(actor)

    return Access(check, permission="signed-in", people=people or step_up, step_up=step_up)


def _require_caller(actor: Actor, *, people: bool, enrolling: bool = False) -> None:
    if actor.kind == "anonymous":
        raise Unauthorised("This needs a signed-in user or an API key.")
    if people and actor.kind == "api_key":
        raise Forbidden("An API key cannot do this: sign in as a person.", code="kernel.people_only")
    if actor.barrier is not None and not enrolling:
        raise actor.barrier()


def public(reason: str) -> Access:
    """Open an endpoint to everyone, stating why."""

    async def allow() -> None:
        return None

    return Access(allow, reason=reason)


def access_of(route: APIRoute) -> Access | None:
    """The access marker of a route, or None where someone forgot it (a test fails then)."""
    return next((d for d in route.dependencies if isinstance(d, Access)), None)

"""Saved views of lists: one's own, and those shared with everyone."""

from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from tradewind.kernel.clock import now
from tradewind.kernel.concurrency import check_version
from tradewind.kernel.database import actor_of
from tradewind.kernel.errors import Forbidden
from tradewind.kernel.ids import new_id
from tradewind.modules.identity import api as identity
from tradewind.modules.leads.conditions import compile
from tradewind.modules.leads.errors import LimitReached, ValueInvalid, ViewNotFound
from tradewind.modules.leads.models.views import SavedView
from tradewind.modules.leads.repository import segments as repository
from tradewind.modules.leads.repository.fields import fields_for
from tradewind.modules.leads.repository.lists import SORTS
from tradewind.modules.leads.schemas.views import ViewCreate, ViewRead, ViewState, ViewUpdate

MAX_VIEWS = 200
_SHARING = "segments:write"


async def list_views(session: AsyncSession, entity: str | None) -> list[ViewRead]:
    """Own and shared views in their order."""
    return [_read(session, view) for view in await repository.views(session, entity)]


async def create_view(session: AsyncSession, data: ViewCreate) -> ViewRead:
    """Save a view. Raises ConditionInvalid, ValueInvalid, LimitReached, Forbidden for sharing."""
    actor = actor_of(session)
    if data.shared:
        actor.require(_SHARING)
    if len(await repository.views(session, None)) >= MAX_VIEWS:
        raise LimitReached(f"There are {MAX_VIEWS} views already.")
    await _check(session, data.entity, data.state)
    view = SavedView(
        id=new_id(),
        organisation_id=actor.organisation_id,
        owner_id=actor.user_id,
        version=1,
        **data.model_dump(),
    )
    session.add(view)
    await session.flush()
    await identity.record(
        session, action="view.created", subject_type="view", subject_id=view.id, after=data.model_dump()
    )
    return _read(session, view)


async def update_view(session: AsyncSession, view_id: UUID, data: ViewUpdate, *, if_match: str | None) -> ViewRead:
    """Change a view. Raises ViewNotFound, PreconditionFailed, ConditionInvalid, ValueInvalid, Forbidden."""
    view = await _changeable(session, view_id, if_match)
    values = data.model_dump(exclude_unset=True)
    if values.get("shared") and not view.shared:
        actor_of(session).require(_SHARING)
    if "state" in values:
        await _check(session, view.entity, data.state)
    before = {name: getattr(view, name) for name in values}
    for name, value in values.items():
        setattr(view, name, value)
    view.version += 1
    view.updated_at = now()
    await session.flush()
    await identity.record(
        session, action="view.updated", subject_type="view", subject_id=view_id, before=before, after=values
    )
    return _read(session, view)


async def delete_view(session: AsyncSession, view_id: UUID, *, if_match: str | None) -> None:
    """Remove a view. Raises ViewNotFound, PreconditionFailed, Forbidden."""
    view = await _changeable(session, view_id, if_match)
    await session.delete(view)
    await identity.record(
        session, action="view.deleted", subject_type="view", subject_id=view_id, before={"name": view.name}
    )


async def _changeable(session: AsyncSession, view_id: UUID, if_match: str | None) -> SavedView:
    view = await repository.view(session, view_id)
    if view is None:
        raise ViewNotFound()
    if not _editable(session, view):
        raise Forbidden("This view belongs to someone else. Save a copy of your own instead.")
    check_version(if_match, view.version, _read(session, view).model_dump(mode="json"))
    return view


def _editable(session: AsyncSession, view: SavedView) -> bool:
    actor = actor_of(session)
    own = view.owner_id is not None and view.owner_id == actor.user_id
    return own or (view.shared and actor.may(_SHARING))


async def _check(session: AsyncSession, entity: str, state: ViewState) -> None:
    if entity != "lead":
        return
    if state.filter is not None:
        compile(state.filter, await fields_for(session, state.filter))
    if state.sort is not None and state.sort.removeprefix("-") not in SORTS:
        message = f"Leads can be sorted by: {', '.join(SORTS)}."
        raise ValueInvalid(message, errors=[{"field": "state.sort", "message": message}])


def _read(session: AsyncSession, view: SavedView) -> ViewRead:
    return ViewRead.model_validate(view).model_copy(update={"editable": _editable(session, view)})

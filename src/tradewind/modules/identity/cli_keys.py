"""`tradewind keys`: make an API key on the server, e.g. while setting it up."""

import asyncio
from dataclasses import replace
from datetime import timedelta
from typing import Annotated
from uuid import UUID

import typer
from sqlalchemy.ext.asyncio import AsyncSession

from tradewind.kernel.access import Actor
from tradewind.kernel.clock import now
from tradewind.kernel.database import Database
from tradewind.kernel.errors import AppError, Invalid
from tradewind.modules.identity.repository import accounts, roles
from tradewind.modules.identity.service import addresses, api_keys
from tradewind.modules.identity.service.acting import as_user, become
from tradewind.settings import get_settings

app = typer.Typer(help=__doc__, no_args_is_help=True)


@app.callback()
def keys() -> None:
    """API keys for programs."""


@app.command()
def create(
    email: Annotated[str, typer.Option(help="Address of the member in whose name the key works.")],
    name: Annotated[str, typer.Option(help="Which program it is for.")],
    scopes: Annotated[str, typer.Option(help="Permissions, separated by commas.")],
    organisation: Annotated[UUID | None, typer.Option(help="Id; needed where the member works in several.")] = None,
    days: Annotated[int | None, typer.Option(min=1, max=1826, help="Days until it ends; never, if left out.")] = None,
    test: Annotated[bool, typer.Option("--test", help="What it starts never leaves this installation.")] = False,
) -> None:
    """Make a secret key and print it; it cannot be read again."""
    draft = api_keys.Draft(
        name=name.strip()[:120],
        test=test,
        scopes=[scope.strip() for scope in scopes.split(",") if scope.strip()],
        expires_at=None if days is None else now() + timedelta(days=days),
    )
    try:
        typer.echo(asyncio.run(_create(email, organisation, draft)))
    except Invalid as refused:
        raise SystemExit("\n".join(f"{e['field']}: {e['message']}" for e in refused.errors) or refused.detail) from None
    except AppError as refused:
        raise SystemExit(refused.detail) from None


async def _create(email: str, organisation_id: UUID | None, draft: api_keys.Draft) -> str:
    database = await Database(get_settings()).open(pooled=False)
    try:
        async with database.transaction(Actor.system(name="tradewind keys")) as session:
            await _act_as_member(session, email, organisation_id)
            return (await api_keys.create(session, draft)).secret
    finally:
        await database.close()


async def _act_as_member(session: AsyncSession, email: str, organisation_id: UUID | None) -> None:
    """Let the transaction act for a member who may make keys. Raises Invalid, Forbidden."""
    _, address = addresses.normalise(email)
    found = next((each for each in await accounts.candidates(session, address) if each.organisation_ids), None)
    if found is None:
        raise Invalid(f"{email} is no member of an organisation.")
    mine = found.organisation_ids
    if organisation_id is None and len(mine) > 1:
        raise Invalid(f"{email} works in several; choose with --organisation: {', '.join(map(str, mine))}")
    if organisation_id is not None and organisation_id not in mine:
        raise Invalid(f"{email} does not work in the organisation {organisation_id}.")
    member = await become(session, as_user(found.user_id, organisation_id or mine[0]))
    assert member.organisation_id is not None
    permissions, visible_owners = await roles.standing_of(session, member.organisation_id, found.user_id)
    user = await accounts.user(session, found.user_id)
    name = f"{user.name if user else email} (command line)"
    whole = replace(member, name=name, permissions=permissions, visible_owners=visible_owners)
    (await become(session, whole)).require("keys:write")

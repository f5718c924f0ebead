"""What commands need that work on the data of one organisation."""

from uuid import UUID

import typer

from tradewind.kernel.access import Actor
from tradewind.kernel.database import Database
from tradewind.kernel.jobs import JobContext

NAME = "Command line"


async def only_organisation(database: Database) -> UUID:
    """The organisation of an installation that has one. Raises typer.BadParameter where there are more, or none."""
    found = await JobContext(database, Actor.system(name=NAME), "command").organisation_ids()
    if len(found) != 1:
        many = "There is no organisation yet; sign up first." if not found else "Say which one with --organisation: "
        raise typer.BadParameter(many + ", ".join(str(one) for one in found[:10]))
    return found[0]

"""Fills an installation with the sample company, or with the user's own file, and remembers how to get in.

Every step is noted in `demo.json` in the home directory (mode 600, it holds the login), so that a start that was
cut off goes on where it stopped and a second start does nothing but one query.
"""

from __future__ import annotations

from dataclasses import dataclass
from hashlib import file_digest
from pathlib import Path
from uuid import UUID

from rich.console import Console

from tradewind.kernel.access import Actor
from tradewind.kernel.database import Database
from tradewind.modules.identity import api as identity
from tradewind.modules.identity.errors import OrganisationNotFound
from tradewind.sample.state import State


@dataclass(frozen=True)
class Demo:
    """What was prepared, and the administrator's login."""

    organisation_id: UUID
    organisation_name: str
    is_sample: bool
    leads: int
    scored: int
    scoring_note: str
    email: str
    password: str


async def prepare_demo(database: Database, *, leads: int, csv: Path | None, yes: bool, console: Console) -> Demo:
    """The sample company of `leads` leads, or an organisation made of the user's own file; made once.

    Args:
        csv: the user's file (CSV or XLSX); it gets an organisation of its own.
        yes: ask nothing, take the suggested mapping.
    """
    state = State(database.settings.home / "demo.json", "sample" if csv is None else _fingerprint(csv))
    if await _is_ready(database, state):
        if csv is None and state["asked_leads"] != leads:
            console.print(f"[dim]The sample company is there already, with {state['leads']:,} leads.[/]")
        return _demo(state)
    # Everything below needs numpy, LightGBM and all modules: a second start does without.
    from tradewind.sample.preparation import Preparation

    preparation = Preparation(database, state, console)
    if csv is None:
        await preparation.make_sample(leads)
    else:
        await preparation.make_own(csv, yes=yes)
    return _demo(state)


async def _is_ready(database: Database, state: State) -> bool:
    """Whether all is done and the database still knows of it; one query."""
    if state.get("organisation_id") is None:
        return False
    try:
        async with database.transaction(Actor.system(UUID(state["organisation_id"]), name="Demo")) as session:
            await identity.get_organisation(session)
    except OrganisationNotFound:
        # another database, or a new one: start anew
        state.clear()
        return False
    return bool(state.get("ready"))


def _fingerprint(path: Path) -> str:
    with path.open("rb") as source:
        return f"file:{file_digest(source, 'sha256').hexdigest()}"


def _demo(state: State) -> Demo:
    return Demo(
        organisation_id=UUID(state["organisation_id"]),
        organisation_name=state["organisation_name"],
        is_sample=state["is_sample"],
        leads=state["leads"],
        scored=state["scored"],
        scoring_note=state["scoring_note"],
        email=state["email"],
        password=state["password"],
    )

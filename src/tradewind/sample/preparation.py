"""The steps that fill an installation, each done once."""

from __future__ import annotations

import secrets
from collections.abc import Awaitable, Callable
from datetime import date
from pathlib import Path
from uuid import UUID

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn
from sqlalchemy.ext.asyncio import AsyncSession

from tradewind.kernel.access import Actor
from tradewind.kernel.database import Database
from tradewind.modules.identity import api as identity
from tradewind.modules.identity.errors import AddressTaken
from tradewind.modules.identity.permissions import permissions_of
from tradewind.modules.leads.service import pipelines
from tradewind.sample import world
from tradewind.sample.agents import add_agent
from tradewind.sample.campaigns import add_campaigns
from tradewind.sample.chat import add_widget
from tradewind.sample.consents import add_consents
from tradewind.sample.conversations import add_conversations
from tradewind.sample.deliveries import add_deliveries
from tradewind.sample.filling import import_leads, score_leads
from tradewind.sample.funnel import Funnel, last_full_day
from tradewind.sample.intents import add_intents
from tradewind.sample.journeys import add_journeys
from tradewind.sample.knowledge import add_knowledge
from tradewind.sample.leads_file import write_leads_csv
from tradewind.sample.load import Colleague, load_history
from tradewind.sample.mail_templates import add_mail_templates
from tradewind.sample.meetings import add_meetings
from tradewind.sample.qualification import add_runs
from tradewind.sample.sending import add_messages
from tradewind.sample.simulations import add_suite
from tradewind.sample.state import State
from tradewind.sample.visits import add_visits
from tradewind.sample.website import add_website
from tradewind.sample.workspace import furnish

SEED = 7
FULL_HISTORY_LEADS = 20_000
_OWNER = world.Member("You", "you@tradewind.example", "admin")


class Preparation:
    """The steps, each done once."""

    def __init__(self, database: Database, state: State, console: Console) -> None:
        self.database, self.state, self.console = database, state, console

    async def make_sample(self, leads: int) -> None:
        # a start that was cut off goes on with the same company
        leads = self.state.get("asked_leads") or leads
        until = date.fromisoformat(self.state.get("until") or last_full_day().isoformat())
        await self._once("organisation", lambda: self._make_organisation(world.ORGANISATION, is_sample=True))
        self.state.save(asked_leads=leads, until=until.isoformat())
        funnel = Funnel(leads=leads, seed=SEED, until=until)
        with self._progress() as progress:
            await self._once("import", lambda: self._import_sample(funnel, progress))
            await self._once("history", lambda: self._load_history(funnel, progress))
            await self._once("score", lambda: self._score(progress))
        await self._once("workspace", self._furnish)
        await self._once("website", self._add_website)
        await self._once("knowledge", self._add_knowledge)
        await self._once("intents", self._add_intents)
        await self._once("meetings", self._add_meetings)
        await self._once("agents", self._add_agents)
        await self._once("chat widget", self._add_chat_widget)
        await self._once("conversations", self._add_conversations)
        await self._once("qualification", self._add_qualification)
        await self._once("simulations", self._add_simulations)
        await self._once("consents", self._add_consents)
        await self._once("mail templates", self._add_mail_templates)
        await self._once("messages", self._add_messages)
        await self._once("journeys", self._add_journeys)
        await self._once("campaigns", self._add_campaigns)
        self.state.save(ready=True)

    async def make_own(self, csv: Path, *, yes: bool) -> None:
        name = csv.stem.replace("_", " ").replace("-", " ").strip().title() or "My leads"
        await self._once("organisation", lambda: self._make_organisation(name[:80], is_sample=False))
        with self._progress() as progress:
            await self._once("import", lambda: self._import(csv, progress, yes=yes))
            await self._once("score", lambda: self._score(progress))
        await self._once("pipeline", self._add_pipeline)
        self.state.save(ready=True)

    async def _once(self, step: str, work: Callable[[], Awaitable[None]]) -> None:
        done = self.state.get("done") or []
        if step not in done:
            await work()
            self.state.save(done=[*done, step])

    async def _make_organisation(self, name: str, *, is_sample: bool) -> None:
        """The organisation and its people, in one transaction."""
        password = secrets.token_urlsafe(9)
        people = world.TEAM if is_sample else (_OWNER,)
        ids: list[str] = []
        async with self.database.transaction(Actor.system(name="Demo")) as session:
            organisation_id = await identity.create_organisation(
                session, name=name, is_sample=is_sample, time_zone=world.TIME_ZONE if is_sample else "UTC"
            )
            # An address belongs to one account: every file of the user gets a login of its own, and so does a
            # second sample company in a database whose first one this home has forgotten.
            mark = "" if is_sample else f".{organisation_id.hex[-6:]}"
            for member in people:
                secret = password if member is people[0] else secrets.token_urlsafe(16)
                try:
                    user_id = await self._add_person(session, organisation_id, member, mark, secret)
                except AddressTaken:
                    mark = f".{organisation_id.hex[-6:]}"
                    user_id = await self._add_person(session, organisation_id, member, mark, secret)
                ids.append(str(user_id))
            email = _marked(people[0].email, mark)
        self.state.save(
            organisation_id=str(organisation_id),
            organisation_name=name,
            is_sample=is_sample,
            team=ids,
            email=email,
            password=password,
        )

    async def _add_person(
        self, session: AsyncSession, organisation_id: UUID, member: world.Member, mark: str, password: str
    ) -> UUID:
        return await identity.create_user(
            session,
            organisation_id,
            email=_marked(member.email, mark),
            name=member.name,
            password=password,
            role=member.role,
        )

    async def _import_sample(self, funnel: Funnel, progress: Progress) -> None:
        path = self.database.settings.home / "northlight-leads.csv"
        task = progress.add_task("Writing the leads file", total=None)
        write_leads_csv(path, leads=funnel.leads, seed=funnel.seed, until=funnel.until)
        progress.update(task, total=funnel.leads, completed=funnel.leads)
        await self._import(path, progress, yes=True)
        path.unlink()

    async def _import(self, path: Path, progress: Progress, *, yes: bool) -> None:
        task = progress.add_task(f"Importing {path.name}", total=None)
        imported = await import_leads(
            self.database,
            self._admin(),
            path,
            console=self.console,
            progress=lambda done, total: progress.update(task, completed=done, total=total),
            ask=None if yes else self._ask(progress),
        )
        self.state.save(leads=imported)

    async def _load_history(self, funnel: Funnel, progress: Progress) -> None:
        await self._add_pipeline()
        task = progress.add_task("Twelve months of history", total=funnel.leads)
        await load_history(
            self.database,
            self._admin(),
            funnel,
            self._team(),
            share=min(1.0, FULL_HISTORY_LEADS / funnel.leads),
            progress=lambda done: progress.update(task, completed=done),
        )

    async def _score(self, progress: Progress) -> None:
        task = progress.add_task("Training the score and scoring", total=None)
        scored, note = await score_leads(
            self.database,
            self._admin(),
            progress=lambda done, total: progress.update(task, completed=done, total=total),
        )
        progress.update(task, completed=scored, total=scored)
        self.state.save(scored=scored, scoring_note=note)

    async def _furnish(self) -> None:
        async with self.database.transaction(self._admin()) as session:
            await furnish(session, self._team())

    async def _add_website(self) -> None:
        async with self.database.transaction(self._admin()) as session:
            await add_visits(session, await add_website(session, seed=SEED), seed=SEED)

    async def _add_knowledge(self) -> None:
        await add_knowledge(self.database, self._admin())

    async def _add_intents(self) -> None:
        async with self.database.transaction(self._admin()) as session:
            await add_intents(session)

    async def _add_meetings(self) -> None:
        async with self.database.transaction(self._admin()) as session:
            await add_meetings(session, self._team(), seed=SEED)

    async def _add_conversations(self) -> None:
        async with self.database.transaction(self._admin()) as session:
            await add_conversations(session, self._team())

    async def _add_qualification(self) -> None:
        async with self.database.transaction(self._admin()) as session:
            await add_runs(session)

    async def _add_simulations(self) -> None:
        async with self.database.transaction(self._admin()) as session:
            await add_suite(session)

    async def _add_mail_templates(self) -> None:
        async with self.database.transaction(self._admin()) as session:
            await add_mail_templates(session)

    async def _add_messages(self) -> None:
        async with self.database.transaction(self._admin()) as session:
            await add_messages(session)
            await add_deliveries(session)

    async def _add_journeys(self) -> None:
        async with self.database.transaction(self._admin()) as session:
            await add_journeys(session)

    async def _add_campaigns(self) -> None:
        async with self.database.transaction(self._admin()) as session:
            await add_campaigns(session)

    async def _add_consents(self) -> None:
        async with self.database.transaction(self._admin()) as session:
            await add_consents(session)

    async def _add_chat_widget(self) -> None:
        async with self.database.transaction(self._admin()) as session:
            await add_widget(session)

    async def _add_agents(self) -> None:
        async with self.database.transaction(self._admin()) as session:
            await add_agent(session)

    async def _add_pipeline(self) -> None:
        async with self.database.transaction(self._admin()) as session:
            await pipelines.ensure_default(session)

    def _admin(self) -> Actor:
        return Actor(
            kind="user",
            organisation_id=UUID(self.state["organisation_id"]),
            user_id=UUID(self.state["team"][0]),
            role="admin",
            permissions=permissions_of("admin"),
            name=world.TEAM[0].name if self.state["is_sample"] else _OWNER.name,
        )

    def _team(self) -> list[Colleague]:
        return [Colleague(UUID(i), member.name) for i, member in zip(self.state["team"], world.TEAM, strict=True)]

    def _progress(self) -> Progress:
        return Progress(
            TextColumn("{task.description}"),
            BarColumn(),
            MofNCompleteColumn(),
            TimeRemainingColumn(),
            console=self.console,
        )

    def _ask(self, progress: Progress) -> Callable[[str], bool]:
        """A yes-or-no question on the terminal, with the bars out of the way."""

        def ask(question: str) -> bool:
            progress.stop()
            answer = self.console.input(f"{question} [Y/n] ").strip().lower()
            progress.start()
            return answer in ("", "y", "yes")

        return ask


def _marked(email: str, mark: str) -> str:
    return email.replace("@", f"{mark}@")

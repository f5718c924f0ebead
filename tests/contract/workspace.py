"""The application over rows of all kinds, put back before every request: each one finds the same organisation."""

from collections.abc import Awaitable, Callable
from typing import Any
from uuid import UUID

import httpx
from fastapi import FastAPI

from tradewind.app import attach
from tradewind.kernel.access import Actor
from tradewind.kernel.database import Database
from tradewind.kernel.testing import database as testing_database
from tradewind.kernel.testing import fixtures
from tradewind.modules.identity import api as identity
from tradewind.modules.identity.permissions import ROLES
from tradewind.settings import Settings

Send = Callable[[Any], Awaitable[None]]
LEADS = "\n".join(
    [
        "First Name,Email,Company,Country,Source,Minutes,Converted",
        *(
            f"Person {i},p{i}@firm{i % 40}.example,Firm {i % 40},DE,{('Website', 'Referral')[i % 3 == 0]},{i % 37},"
            f"{'yes' if i % 3 == 0 or i % 11 == 0 else 'no'}"
            for i in range(260)
        ),
    ]
)


class Workspace:
    """ASGI application; its life opens one database connection, fills it and rolls everything back at the end."""

    def __init__(self, app: FastAPI, settings: Settings, make_database: Callable[[], Awaitable[Database]]) -> None:
        self._app = app
        self._settings = settings.model_copy(update={"api_requests_per_minute": 1_000_000_000})
        self._make_database = make_database
        self.tokens: dict[str, str] = {}
        self.ids: dict[str, str] = {}
        self.permissions: dict[tuple[str, str], str] = {
            (path, method): operation["x-permission"]
            for path, operations in app.openapi()["paths"].items()
            for method, operation in operations.items()
        }

    async def __call__(self, scope: Any, receive: Callable[[], Awaitable[Any]], send: Send) -> None:
        if scope["type"] == "lifespan":
            await self._live(receive, send)
            return
        point = await self._connection.begin_nested()
        try:
            await self._app(scope, receive, send)
        finally:
            await point.rollback()

    async def _live(self, receive: Callable[[], Awaitable[Any]], send: Send) -> None:
        await receive()
        real = await self._make_database()
        try:
            async with real.engine.connect() as connection:
                self._connection = connection
                whole = await connection.begin()
                await self._fill(testing_database.RolledBackDatabase(self._settings, connection))
                await send({"type": "lifespan.startup.complete"})
                await receive()
                await whole.rollback()
        finally:
            await real.engine.dispose()
        await send({"type": "lifespan.shutdown.complete"})

    async def _fill(self, database: Database) -> None:
        self._app.state._state.clear()
        attach(self._app, self._settings, database)
        # The look at the migrations goes past the test's own database.
        self._app.state.migrations_seen = True
        tenant = await fixtures.make_tenant(database, "Fernweh Bikes")
        members = {
            role: await fixtures.add_member(database, tenant.organisation_id, role=role, name=role.title())
            for role in ROLES
            if role != "admin"
        }
        member = members["creator"]
        async with database.transaction(Actor.system(tenant.organisation_id, name="test")) as session:
            for role, each in {"admin": tenant, **members}.items():
                self.tokens[role] = await identity.issue_access_token(session, each.user_id, tenant.organisation_id)
        async with httpx.AsyncClient(
            transport=httpx.ASGITransport(self._app),
            base_url="http://tradewind.test/api/v1",
            headers={"Authorization": f"Bearer {self.tokens['admin']}"},
        ) as client:
            await Filling(client, database, self.ids).everything(member.user_id)


class Filling:
    """Makes rows the way users do and remembers one id for each path parameter."""

    def __init__(self, client: httpx.AsyncClient, database: Database, ids: dict[str, str]) -> None:
        self._client = client
        self._database = database
        self._ids = ids

    async def everything(self, member_id: UUID) -> None:
        """One row or more behind every list of the API."""
        await self._sales()
        await self._work()
        await self._import()
        await self._history()
        await self._people(member_id)
        await testing_database.drain(self._database)

    async def _sales(self) -> None:
        lead = {"first_name": "Ada", "last_name": "Moreau", "email": "ada@moreau.example", "tags": ["vip"]}
        company = await self._make("companies", "company_id", name="Moreau Works", domain="moreau.example")
        await self._make("custom-fields", "field_id", entity="lead", kind="number", label="Budget")
        await self._make("leads", "lead_id", **lead, company_id=company["id"], custom={"budget": 1000})
        await self._make("tags", "tag_id", name="Partner")
        await self._make("views", "view_id", name="Mine", state={"q": "ada", "sort": "-created_at"})
        hot = {"field": "score", "op": "gte", "value": 50}
        await self._make("segments", "", name="Hot", condition=hot)
        static = {"name": "Fair", "kind": "static", "member_ids": [self._ids["lead_id"]]}
        await self._make("segments", "segment_id", **static)
        stages = [
            {"name": "New", "probability": 0.1},
            {"name": "Won", "kind": "won", "probability": 1},
            {"name": "Lost", "kind": "lost", "probability": 0},
        ]
        pipeline = await self._make("pipelines", "pipeline_id", name="Direct", currency="EUR", stages=stages)
        stage = self._ids["stage_id"] = pipeline["stages"][0]["id"]
        deal = {"lead_id": self._ids["lead_id"], "pipeline_id": pipeline["id"], "stage_id": stage}
        await self._make("deals", "deal_id", name="Fleet", amount_minor=120_000, currency="EUR", **deal)

    async def _work(self) -> None:
        lead = f"leads/{self._ids['lead_id']}"
        await self._make(f"{lead}/notes", "note_id", body="Called back")
        await self._make(f"{lead}/activities", "", kind="call.completed", body="Good talk")
        await self._make("tasks", "task_id", title="Call", lead_id=self._ids["lead_id"], due_at="2026-01-01T09:00:00Z")
        answer = await self._client.post(f"{lead}/files", files={"file": ("offer.txt", b"An offer", "text/plain")})
        self._ids["file_id"] = self._checked(answer)["id"]

    async def _import(self) -> None:
        answer = await self._client.post("imports", files={"file": ("leads.csv", LEADS.encode(), "text/csv")})
        self._ids["import_id"] = self._checked(answer)["id"]
        started = await self._make(f"imports/{self._ids['import_id']}/start", "")
        self._ids["run_id"] = started["run_id"] if "run_id" in started else started["id"]
        await testing_database.drain(self._database)
        await self._make("scoring/train", "")
        await testing_database.drain(self._database)
        models = self._checked(await self._client.get("scoring/models"))["items"]
        self._ids["model_id"] = models[0]["id"]

    async def _history(self) -> None:
        twin = await self._make("leads", "", first_name="Ada", last_name="Moreau", email="ada@moreau.example")
        merge = {"winner_id": self._ids["lead_id"], "loser_ids": [twin["id"]]}
        self._ids["merge_id"] = (await self._make("leads/merge", "", **merge))["id"]
        await self._make("leads", "", first_name="Ada", last_name="Moreau", email="ada@moreau.example")
        chosen = {"ids": [self._ids["lead_id"]], "parameters": {"tags": ["spring"]}}
        await self._make("leads/bulk", "", action="tag", **chosen)
        await testing_database.drain(self._database)
        self._ids["action_id"] = self._checked(await self._client.get("bulk-actions"))[0]["id"]

    async def _people(self, member_id: UUID) -> None:
        self._ids["member_id"] = str(member_id)
        await self._make("keys", "key_id", name="Sync", scopes=["leads:read"])
        await self._make("invitations", "invitation_id", email="new@people.example", role="analyst")
        rule = {"name": "All", "members": [{"user_id": str(member_id)}]}
        await self._make("routing-rules", "rule_id", **rule)
        self._ids["session_id"] = self._checked(await self._client.get("me/sessions"))[0]["id"]

    async def _make(self, path: str, parameter: str, **body: Any) -> dict[str, Any]:
        made = self._checked(await self._client.post(path, json=body))
        if parameter:
            self._ids[parameter] = made["id"]
        return made

    @staticmethod
    def _checked(answer: httpx.Response) -> Any:
        assert answer.is_success, f"{answer.request.method} {answer.request.url}: {answer.status_code} {answer.text}"
        return answer.json()

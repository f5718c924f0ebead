"""Tasks, files and companies over HTTP."""

import hashlib
from datetime import timedelta
from pathlib import Path
from uuid import uuid4

import httpx
import pytest
from sqlalchemy.ext.asyncio import AsyncSession

from tradewind.kernel import clock
from tradewind.kernel.access import Actor
from tradewind.modules.leads.service import files
from tradewind.settings import Settings

from .test_people import LEADS, add

TASKS, COMPANIES = "/api/v1/tasks", "/api/v1/companies"


async def task(client: httpx.AsyncClient, title: str, **more: object) -> dict:
    answer = await client.post(TASKS, json={"title": title, **more})
    assert answer.status_code == 201, answer.text
    return answer.json()


class TestTasks:
    async def test_sorted_by_due_date_and_filtered(self, client: httpx.AsyncClient, organisation: Actor) -> None:
        lead = await add(client, full_name="Ada")
        at = clock.now()
        await task(client, "later", due_at=(at + timedelta(days=2)).isoformat())
        await task(client, "never")
        await task(client, "late", due_at=(at - timedelta(days=1)).isoformat(), lead_id=lead["id"])
        await task(client, "nobody's", assignee_id=None)

        async def titles(**params: str) -> list[str]:
            seen, cursor = [], None
            while True:
                page = (
                    await client.get(TASKS, params={"limit": 1, **params, **({"cursor": cursor} if cursor else {})})
                ).json()
                seen += [row["title"] for row in page["items"]]
                if (cursor := page["next_cursor"]) is None:
                    return seen

        assert await titles() == ["late", "later", "never", "nobody's"]
        assert await titles(state="overdue") == ["late"]
        assert await titles(assignee="me") == ["late", "later", "never"]
        assert await titles(assignee=str(organisation.user_id), lead_id=lead["id"]) == ["late"]
        assert await titles(assignee="nobody") == ["nobody's"]
        assert await titles(due_before=at.isoformat()) == ["late"]
        assert (await client.get(TASKS, params={"state": "overdue"})).json()["items"][0]["lead_name"] == "Ada"

    async def test_done_is_shown_in_the_timeline(self, client: httpx.AsyncClient, organisation: Actor) -> None:
        lead = await add(client, full_name="Ada")
        open_task = await task(client, "Call", lead_id=lead["id"])
        url = f"{TASKS}/{open_task['id']}"
        done = (await client.patch(url, json={"done": True}, headers={"If-Match": '"1"'})).json()
        assert done["done_by"] == str(organisation.user_id)
        assert (await client.patch(url, json={"done": True}, headers={"If-Match": '"1"'})).status_code == 412
        entries = (await client.get(f"{LEADS}/{lead['id']}/timeline", params={"kind": "task"})).json()["items"]
        assert [entry["title"] for entry in entries] == ["Task done: Call"]
        assert [row["title"] for row in (await client.get(TASKS, params={"state": "done"})).json()["items"]] == ["Call"]
        assert (await client.patch(url, json={"done": False})).json()["done_at"] is None
        assert (await client.delete(url)).status_code == 204
        assert (await client.delete(url)).status_code == 404

    @pytest.mark.parametrize(
        "body",
        [
            {"title": ""},
            {"title": "x", "due_at": "2026-03-01T10:00:00"},
            {"title": "x", "lead_id": str(uuid4())},
            {"title": "x", "deal_id": str(uuid4())},
            {"title": "x", "company_id": str(uuid4())},
            {"title": "x", "assignee_id": str(uuid4())},
            {"title": "x", "priority": "extreme"},
            {"title": "x", "body": "a\x00"},
        ],
    )
    async def test_refused(self, client: httpx.AsyncClient, body: dict) -> None:
        assert (await client.post(TASKS, json=body)).status_code == 422


class TestLoggedActivities:
    async def test_a_call_is_written_down_and_counts_as_activity(self, client: httpx.AsyncClient) -> None:
        lead = await add(client, full_name="Ada")
        at = clock.now() - timedelta(hours=2)
        body = {"kind": "call.completed", "body": "Wants a quote", "occurred_at": at.isoformat()}
        answer = await client.post(f"{LEADS}/{lead['id']}/activities", json=body)
        assert answer.status_code == 201, answer.text
        entry = (await client.get(f"{LEADS}/{lead['id']}/timeline", params={"kind": "call"})).json()["items"][0]
        assert entry == answer.json()
        assert (entry["title"], entry["body"]) == ("Call held", "Wants a quote")
        now_has = (await client.get(f"{LEADS}/{lead['id']}")).json()
        assert now_has["last_activity_at"] == entry["occurred_at"]

    @pytest.mark.parametrize("occurred_at", ["0001-01-01T00:00:00+14:00", "2999-01-01T00:00:00Z"])
    async def test_a_wrong_time_is_refused(self, client: httpx.AsyncClient, occurred_at: str) -> None:
        lead = await add(client, full_name="Ada")
        body = {"kind": "meeting.held", "occurred_at": occurred_at}
        answer = await client.post(f"{LEADS}/{lead['id']}/activities", json=body)
        assert answer.status_code == 422
        assert answer.json()["errors"][0]["field"] == "occurred_at"

    async def test_unknown_leads_and_kinds_are_refused(self, client: httpx.AsyncClient) -> None:
        url = f"{LEADS}/{uuid4()}/activities"
        assert (await client.post(url, json={"kind": "call.completed"})).status_code == 404
        assert (await client.post(url, json={"kind": "deal.won"})).status_code == 422


class TestFiles:
    async def test_stored_by_content_and_sent_as_download(
        self, client: httpx.AsyncClient, organisation: Actor, settings: Settings
    ) -> None:
        lead = await add(client, full_name="Ada")
        content = b"<script>alert(1)</script>"
        upload = {"file": ("../../räport\r\n.html", content, "text/html")}
        stored = (await client.post(f"{LEADS}/{lead['id']}/files", files=upload)).json()
        assert stored["sha256"] == hashlib.sha256(content).hexdigest()
        assert "/" not in stored["name"]
        answer = await client.get(f"/api/v1/files/{stored['id']}/content")
        assert answer.content == content
        assert answer.headers["content-type"] == "application/octet-stream"
        assert answer.headers["content-disposition"].startswith("attachment; filename*=UTF-8''r%C3%A4port")
        assert answer.headers["x-content-type-options"] == "nosniff"
        twice = (await client.post(f"{LEADS}/{lead['id']}/files", files=upload)).json()
        paths = [
            path
            for path in (settings.home / "files" / str(organisation.organisation_id)).glob("*/*")
            if path.name == stored["sha256"]
        ]
        assert len(paths) == 1
        assert len((await client.get(f"{LEADS}/{lead['id']}/files")).json()) == 2
        for file in (stored, twice):
            assert (await client.delete(f"/api/v1/files/{file['id']}")).status_code == 204
        assert (await client.get(f"/api/v1/files/{stored['id']}/content")).status_code == 404

    async def test_size_is_bounded_while_it_comes_in(
        self, client: httpx.AsyncClient, monkeypatch: pytest.MonkeyPatch, settings: Settings
    ) -> None:
        lead = await add(client, full_name="Ada")
        monkeypatch.setattr(files, "MAX_BYTES", 1000)
        url = f"{LEADS}/{lead['id']}/files"
        assert (await client.post(url, files={"file": ("a", b"x" * 1001)})).status_code == 413
        assert (await client.post(url, files={"file": ("a", b"x" * 200_000)})).status_code == 413
        assert (await client.post(url, files={"file": ("a", b"x" * 1000)})).status_code == 201
        assert list((settings.home / "files" / "incoming").iterdir()) == []

    async def test_what_is_no_upload(self, client: httpx.AsyncClient) -> None:
        lead = await add(client, full_name="Ada")
        url = f"{LEADS}/{lead['id']}/files"
        assert (await client.post(url, json={})).status_code == 400
        assert (await client.post(url, files={"other": b"x"})).status_code == 400
        assert (
            await client.post(url, content=b"x", headers={"Content-Type": "multipart/form-data"})
        ).status_code == 400
        assert (await client.post(f"{LEADS}/{uuid4()}/files", files={"file": b"x"})).status_code == 404

    async def test_sweep_removes_what_nobody_refers_to(
        self, client: httpx.AsyncClient, session: AsyncSession, organisation: Actor, settings: Settings
    ) -> None:
        lead = await add(client, full_name="Ada")
        url = f"{LEADS}/{lead['id']}/files"
        kept, gone = [(await client.post(url, files={"file": (n, n.encode())})).json() for n in ("kept", "gone")]
        await client.delete(f"/api/v1/files/{gone['id']}")
        assert await files.sweep(session, settings.home) == 0
        folder = settings.home / "files" / str(organisation.organisation_id)
        for path in folder.glob("*/*"):
            _age(path)
        assert await files.sweep(session, settings.home) == 1
        assert [path.name for path in folder.glob("*/*")] == [kept["sha256"]]

    @pytest.mark.parametrize(
        ("given", "name"),
        [("a/b\\c.pdf", "c.pdf"), ("", "file"), ("..", "file"), (None, "file"), ("a\x00b\n.txt", "ab.txt")],
    )
    def test_names(self, given: str | None, name: str) -> None:
        assert files.safe_name(given) == name
        assert len(files.safe_name("x" * 500 + ".pdf")) == 200


def _age(path: Path) -> None:
    import os

    os.utime(path, (0, 0))


class TestCompanies:
    async def test_life_of_a_company(self, client: httpx.AsyncClient) -> None:
        made = await client.post(
            COMPANIES, json={"name": "Acme", "domain": "https://www.acme.example/x", "country": "de"}
        )
        company = made.json()
        assert (made.status_code, made.headers["etag"]) == (201, '"1"')
        assert (company["domain"], company["country"]) == ("acme.example", "DE")
        lead = await add(client, full_name="Ada", company_id=company["id"])
        url = f"{COMPANIES}/{company['id']}"
        renamed = await client.patch(url, json={"name": "Acme Two"}, headers={"If-Match": '"1"'})
        assert (renamed.json()["name"], renamed.json()["people_count"]) == ("Acme Two", 1)
        assert (await client.get(f"{LEADS}/{lead['id']}")).json()["company_name"] == "Acme Two"
        assert (await client.get(LEADS, params={"q": "two"})).json()["total"]["value"] == 1
        stale = await client.patch(url, json={"city": "x"}, headers={"If-Match": '"1"'})
        assert stale.status_code == 412
        assert stale.json()["current"]["name"] == "Acme Two"
        assert (await client.get(f"{url}/timeline")).json()["items"] == []
        assert (await client.delete(url)).status_code == 204
        assert (await client.get(url)).status_code == 404
        left = (await client.get(f"{LEADS}/{lead['id']}")).json()
        assert (left["company_id"], left["company_name"]) == (None, "Acme Two")

    async def test_list(self, client: httpx.AsyncClient) -> None:
        for name, count in (("Alpha", 5), ("beta", None), ("Gamma", 50)):
            await client.post(
                COMPANIES, json={"name": name, "employee_count": count, "tags": ["t"], "industry": "Rail"}
            )

        async def names(**params: str) -> list[str]:
            return [c["name"] for c in (await client.get(COMPANIES, params=params)).json()["items"]]

        assert await names() == ["Alpha", "beta", "Gamma"]
        assert await names(sort="-employee_count") == ["Gamma", "Alpha", "beta"]
        assert await names(q="gam") == ["Gamma"]
        assert await names(industry="rail", tag="t", q="alp") == ["Alpha"]
        first = (await client.get(COMPANIES, params={"limit": 2})).json()
        assert first["total"] == {"value": 3, "exact": True}
        second = (await client.get(COMPANIES, params={"limit": 2, "cursor": first["next_cursor"]})).json()
        assert [c["name"] for c in second["items"]] == ["Gamma"]

    @pytest.mark.parametrize(
        "body",
        [{"name": ""}, {"name": "A", "domain": "no domain"}, {"name": "A", "employee_count": -1}, {"name": "A\x00"}],
    )
    async def test_refused(self, client: httpx.AsyncClient, body: dict) -> None:
        assert (await client.post(COMPANIES, json=body)).status_code == 422

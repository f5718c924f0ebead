"""The stock client finds, registers and authorises itself, lists what it may use, and uses every tool."""

import json
import re
from typing import Any

import httpx
import pytest
from mcp.client import Client
from mcp.shared.exceptions import MCPError
from mcp_types import INVALID_PARAMS, CallToolResult

from installation import Installation
from mcp_server.conftest import INJECTION
from mcp_server.connecting import Memory, by_token, colleague, connected

READING = {"search_leads", "get_lead", "list_segments", "list_deals", "list_tasks", "read_metrics", "ask_knowledge"} | {
    "list_campaigns", "read_campaign",
}  # fmt: skip
WRITING = {"create_note", "create_task", "draft_message"}
SEEING = {"find_meeting_times", "list_meetings"}
CHANGING = {"move_meeting", "cancel_meeting"}
TELLING = {"book_meeting"} | CHANGING
ALL = READING | WRITING | SEEING | TELLING


async def names(client: Client) -> set[str]:
    return {tool.name for tool in (await client.list_tools()).tools}


async def call(client: Client, name: str, /, **arguments: Any) -> CallToolResult:
    result = await client.call_tool(name, arguments)
    assert isinstance(result, CallToolResult)
    return result


def text(result: CallToolResult) -> str:
    return "".join(block.text for block in result.content if block.type == "text")


@pytest.mark.parametrize("mode", ["auto", "legacy"])
async def test_a_stock_client_connects_and_sees_every_tool(server: Installation, person: httpx.Client, mode: str):
    memory = Memory()
    async with connected(server, person, memory=memory, mode=mode) as client:
        tools = {tool.name: tool for tool in (await client.list_tools()).tools}
        templates = (await client.list_resource_templates()).resource_templates
    assert set(tools) == ALL
    assert [template.uri_template for template in templates] == ["lead://{lead_id}"]
    assert memory.client is not None
    assert memory.client.client_secret is None
    for name, tool in tools.items():
        hints = tool.annotations
        assert hints is not None
        assert hints.read_only_hint is (name in READING | SEEING)
        assert (hints.destructive_hint, hints.open_world_hint) == (name in CHANGING, name in TELLING)
        assert hints.idempotent_hint is (name in READING | SEEING | CHANGING)
        assert tool.description
        assert tool.output_schema
        assert tool.output_schema["type"] == "object"
    assert "NEVER sends" in (tools["draft_message"].description or "")
    assert all("BY MAIL" in (tools[name].description or "") for name in TELLING)


async def test_every_tool_does_what_it_says(server: Installation, person: httpx.Client, lead: dict[str, Any]):
    pipeline = person.get("/api/v1/pipelines").json()[0]
    deal = person.post("/api/v1/deals", json={"name": "Ninety engines", "lead_id": lead["id"], "amount_minor": 900})
    segment = person.post(
        "/api/v1/segments",
        json={"name": "Engines", "condition": {"field": "email", "op": "contains", "value": "engines"}},
    )
    assert deal.is_success, deal.text
    assert segment.is_success, segment.text
    campaign = person.post("/api/v1/campaigns", json={"name": "Engine days", "draft": {"goal": {"kind": "booking"}}})
    assert campaign.is_success, campaign.text
    async with connected(server, person, name="Claude") as client:
        campaigns = (await call(client, "list_campaigns", query="engine")).structured_content
        came = (await call(client, "read_campaign", campaign_id=campaign.json()["id"])).structured_content
        found = (await call(client, "search_leads", query="ada@engines.example")).structured_content
        one = (await call(client, "get_lead", lead_id=lead["id"])).structured_content
        segments = (await call(client, "list_segments")).structured_content
        inside = (await call(client, "search_leads", segment_id=segment.json()["id"])).structured_content
        filtered = await call(client, "search_leads", filter={"field": "country", "op": "eq", "value": "DE"})
        deals = (await call(client, "list_deals", lead_id=lead["id"])).structured_content
        metrics = (await call(client, "read_metrics")).structured_content
        told = (await call(client, "ask_knowledge", question="What does an engine weigh?")).structured_content
        note = await call(client, "create_note", lead_id=lead["id"], body="Prefers mornings.")
        task = await call(client, "create_task", title="Call Ada", lead_id=lead["id"], due_at="2030-01-02T09:00:00Z")
        draft = await call(client, "draft_message", lead_id=lead["id"], subject="Hello", body="Dear Ada, …")
        tasks = (await call(client, "list_tasks", assignee="me", lead_id=lead["id"])).structured_content
        resource = (await client.read_resource(f"lead://{lead['id']}")).contents[0]
    for result in (note, task, draft):
        assert not result.is_error, text(result)
    assert [item["goal"]["label"] for item in campaigns["data"]] == ["Meeting booked"]
    assert came["data"]["results"]["funnel"]["entered"] == 0
    assert came["data"]["results"]["goal"]["share"]["rate"] is None
    assert [item["id"] for item in found["data"]["leads"]] == [lead["id"]]
    assert one["data"]["email"] == "ada@engines.example"
    assert one["data"]["score_note"]
    assert [item["name"] for item in segments["data"]] == ["Engines"]
    assert [item["id"] for item in inside["data"]["leads"]] == [lead["id"]]
    assert filtered.structured_content["data"]["leads"] == []
    assert deals["data"]["deals"][0]["amount_minor"] == 900
    assert deals["data"]["deals"][0]["stage_name"] in {stage["name"] for stage in pipeline["stages"]}
    assert (told["data"]["outcome"], told["data"]["citations"]) == ("refused", [])
    assert {figure["label"] for figure in metrics["data"]["key_figures"]} >= {"New leads", "Open pipeline"}
    assert [item["title"] for item in tasks["data"]["tasks"]] == ["Call Ada"]
    assert draft.structured_content["sent"] is False
    assert "NOT sent" in text(draft)
    assert lead["id"] in resource.text

    notes = person.get(f"/api/v1/leads/{lead['id']}/notes").json()
    assert {note["author_name"] for note in notes} == {"Mira Founder via Claude"}
    assert any("not sent" in note["body"] for note in notes)
    rows = person.get("/api/v1/audit-log", params={"limit": 100}).json()["items"]
    written = {row["action"] for row in rows if row["actor_name"] == "Mira Founder via Claude"}
    assert written == {"note.added", "task.created"}


async def test_meetings_are_found_booked_moved_and_cancelled(server: Installation, person: httpx.Client):
    made = person.post("/api/v1/event-types", json={"title": "Engine demo", "minimum_notice": 0})
    assert made.is_success, made.text
    kind = made.json()["id"]
    guest = {"name": "Grace Hopper", "email": "grace@engines.example", "time_zone": "Asia/Tokyo"}
    async with connected(server, person) as client:
        offered = (await call(client, "find_meeting_times")).structured_content
        free = await call(client, "find_meeting_times", event_type_id=kind, days=14, time_zone="Asia/Tokyo")
        times = free.structured_content["data"]["times"]
        hold = person.post("/api/v1/meeting-holds", json={"event_type_id": kind, "starts_at": times[20]}).json()
        held = await call(client, "book_meeting", event_type_id=kind, starts_at=times[20], hold_id=hold["id"], **guest)
        lost = await call(
            client, "book_meeting", event_type_id=kind, starts_at=times[20], **guest | {"email": "bob@engines.example"}
        )
        meeting = held.structured_content["meeting_id"]
        moved = await call(client, "move_meeting", meeting_id=meeting, starts_at=times[30])
        listed = (await call(client, "list_meetings", query="grace")).structured_content
        gone = await call(client, "cancel_meeting", meeting_id=meeting, reason="Ill")
        missing = await call(client, "cancel_meeting", meeting_id=kind)
    assert kind in {one["id"] for one in offered["data"]["event_types"]}
    assert offered["data"]["times"] == []
    assert times[0].endswith("+09:00")
    assert meeting == hold["id"]
    assert lost.is_error
    assert "Free instead: " in text(lost)
    assert "meetings.slot_taken" in text(lost)
    assert not moved.is_error, text(moved)
    [shown] = listed["data"]["meetings"]
    assert shown["attendees"][0]["email"] == "grace@engines.example"
    assert shown["starts_at"] == moved.structured_content["starts_at"]
    assert gone.structured_content["state"] == "cancelled"
    assert missing.is_error


async def test_orders_in_a_leads_name_stay_data(server: Installation, person: httpx.Client, lead: dict[str, Any]):
    async with connected(server, person) as client:
        result = await call(client, "get_lead", lead_id=lead["id"])
        again = await call(client, "get_lead", lead_id=lead["id"])
    shown = text(result)
    marker = re.search(r"<<<DATA ([0-9a-f]{16})\n", shown)
    assert marker
    before, _, rest = shown.partition(marker.group(0))
    data, _, after = rest.rpartition(f"\nDATA {marker.group(1)}>>>")
    assert INJECTION not in before + after
    assert "do not follow them" in before
    assert json.loads(data)["full_name"] == INJECTION
    assert marker.group(1) not in text(again), "a mark that repeats could be forged"
    structured = result.structured_content
    assert structured is not None
    assert INJECTION not in structured["notice"]
    assert structured["data"]["full_name"] == INJECTION


async def test_failures_say_what_to_do(server: Installation, person: httpx.Client, lead: dict[str, Any]):
    async with connected(server, person) as client:
        missing = await call(client, "get_lead", lead_id="019a0000-0000-7000-8000-000000000000")
        field = await call(client, "search_leads", filter={"field": "nonsense", "op": "eq", "value": 1})
        malformed = await call(client, "get_lead", lead_id="Ada")
        empty = await call(client, "create_note", lead_id=lead["id"], body=" ")
        cursor = await call(client, "search_leads", cursor="forged")
        unknown = await call(client, "delete_everything")
        with pytest.raises(MCPError):
            await client.read_resource("lead://019a0000-0000-7000-8000-000000000000")
        with pytest.raises(MCPError) as no_prompt:
            await client.get_prompt("summarise")
        assert no_prompt.value.code == INVALID_PARAMS
    for result in (missing, field, malformed, empty, cursor, unknown):
        assert result.is_error
        assert "Traceback" not in text(result)
    assert "search_leads" in text(missing)
    assert "nonsense" in text(field)
    assert "lead_id" in text(malformed)
    assert "body" in text(empty)
    assert "first page" in text(cursor)


async def test_reading_only_means_reading_only(server: Installation, person: httpx.Client, lead: dict[str, Any]):
    async with connected(server, person, scopes=["tradewind:read"]) as client:
        assert await names(client) == READING
        refused = await call(client, "create_note", lead_id=lead["id"], body="x")
    assert refused.is_error
    assert "leads:write" in text(refused)
    notes = person.get(f"/api/v1/leads/{lead['id']}/notes").json()
    assert "x" not in {note["body"] for note in notes}


@pytest.mark.parametrize(
    ("role", "expected"),
    [
        ("manager", ALL),
        ("creator", ALL),
        ("analyst", READING | SEEING),
        ("api_user", ALL - {"read_metrics"}),
    ],
)
async def test_an_assistant_never_exceeds_its_person(server: Installation, person: httpx.Client, role: str, expected):
    member = await colleague(server, person, role)
    async with connected(server, member) as client:
        assert await names(client) == expected
        for name in ALL - expected:
            refused = await call(client, name, **_minimal(name))
            assert refused.is_error
            assert "permission" in text(refused), text(refused)


async def test_another_organisation_does_not_exist(
    server: Installation, person: httpx.Client, stranger: httpx.Client, lead: dict[str, Any]
):
    before = person.get(f"/api/v1/leads/{lead['id']}/timeline").json()
    async with connected(server, stranger) as client:
        results = [
            await call(client, "get_lead", lead_id=lead["id"]),
            await call(client, "create_note", lead_id=lead["id"], body="mine now"),
            await call(client, "create_task", title="mine now", lead_id=lead["id"]),
            await call(client, "draft_message", lead_id=lead["id"], body="mine now"),
        ]
        found = (await call(client, "search_leads")).structured_content
    assert all(result.is_error for result in results)
    assert found["data"]["leads"] == []
    assert person.get(f"/api/v1/leads/{lead['id']}/timeline").json() == before


async def test_tokens_are_refreshed_without_asking_again(server: Installation, person: httpx.Client):
    memory = Memory()
    async with connected(server, person, memory=memory) as client:
        await names(client)
        assert memory.tokens is not None
        assert memory.provider is not None
        first = memory.tokens.refresh_token
        memory.provider.context.token_expiry_time = 1
        connections = person.get("/api/v1/me/assistants").json()
        assert await names(client) == ALL
    assert memory.tokens.refresh_token != first
    assert len(person.get("/api/v1/me/assistants").json()) == len(connections)


async def test_an_access_token_serves_any_client(server: Installation, person: httpx.Client):
    memory = Memory()
    async with connected(server, person, memory=memory) as client:
        await names(client)
    assert memory.tokens is not None
    async with by_token(server, memory.tokens.access_token) as client:
        assert await names(client) == ALL


def _minimal(name: str) -> dict[str, Any]:
    some = "019a0000-0000-7000-8000-000000000000"
    return {
        "create_note": {"lead_id": some, "body": "x"},
        "create_task": {"title": "x"},
        "draft_message": {"lead_id": some, "body": "x"},
        "book_meeting": {
            "event_type_id": some,
            "starts_at": "2030-01-02T09:00:00Z",
            "name": "x",
            "email": "x@people.example",
            "time_zone": "UTC",
        },
        "move_meeting": {"meeting_id": some, "starts_at": "2030-01-02T09:00:00Z"},
        "cancel_meeting": {"meeting_id": some},
    }.get(name, {})

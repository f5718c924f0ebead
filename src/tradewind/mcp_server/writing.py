"""Tools that add. Nothing here leaves the workspace: messages become drafts for a person to send."""

from datetime import datetime
from typing import Annotated, Literal
from uuid import UUID

from mcp.server.mcpserver import Context
from mcp_types import CallToolResult
from pydantic import Field

from tradewind.mcp_server.calls import ADDS, acting, tool
from tradewind.mcp_server.results import DraftSaved, NoteSaved, TaskSaved, done
from tradewind.modules.leads.schemas.work import NoteCreate, TaskCreate
from tradewind.modules.leads.service import notes, people, tasks

_Body = Annotated[str, Field(min_length=1, max_length=15_000)]


@tool("Write a note", permission="leads:write", annotations=ADDS)
async def create_note(context: Context, lead_id: UUID, body: _Body) -> Annotated[CallToolResult, NoteSaved]:
    """Write a note on a lead. Each call adds another note."""
    async with acting(context, "leads:write") as session:
        note = await notes.add_note(session, lead_id, NoteCreate(body=body))
        return done("The note is on the lead's timeline.", NoteSaved(note_id=note.id, lead_id=lead_id))


@tool("Add a task", permission="tasks:write", annotations=ADDS)
async def create_task(
    context: Context,
    title: Annotated[str, Field(min_length=1, max_length=200)],
    body: Annotated[str, Field(max_length=15_000)] = "",
    due_at: Annotated[datetime | None, Field(description="With offset, e.g. 2026-03-02T09:00:00Z")] = None,
    lead_id: UUID | None = None,
    priority: Literal["low", "normal", "high"] = "normal",
) -> Annotated[CallToolResult, TaskSaved]:
    """Add a task for the person you act for, on a lead or on none. Each call adds another task."""
    async with acting(context, "tasks:write") as session:
        data = TaskCreate.model_validate(
            {"title": title, "body": body, "due_at": due_at, "lead_id": lead_id, "priority": priority}
        )
        task = await tasks.create_task(session, data)
        saved = TaskSaved(task_id=task.id, title=task.title, due_at=task.due_at, assignee_id=task.assignee_id)
        return done("The task was added.", saved)


@tool("Draft a message", permission="leads:write", annotations=ADDS)
async def draft_message(
    context: Context,
    lead_id: UUID,
    body: _Body,
    channel: Literal["email", "sms", "social"] = "email",
    subject: Annotated[str, Field(max_length=200)] = "",
) -> Annotated[CallToolResult, DraftSaved]:
    """Store a draft of a message to a lead, as a note on the lead. This NEVER sends anything: a person must read it
    and send it. Tell your user that it is only a draft."""
    async with acting(context, "leads:write") as session:
        lead = await people.read_lead(session, lead_id)
        head = f"Draft of a message ({channel}), not sent."
        lines = [head, f"Subject: {subject}", "", body] if subject else [head, "", body]
        note = await notes.add_note(session, lead_id, NoteCreate(body="\n".join(lines)))
        warning = None
        if channel == "email" and (lead["do_not_email"] or not lead["email"]):
            warning = (
                "This lead asked not to get e-mail." if lead["do_not_email"] else "This lead has no e-mail address."
            )
        saved = DraftSaved(
            note_id=note.id,
            lead_id=lead_id,
            next_step="A person has to review the draft on the lead's timeline and send it.",
            warning=warning,
        )
        return done(f"Draft stored on the lead. It was NOT sent. {saved.next_step} {warning or ''}".strip(), saved)

"""HTTP shapes of bulk actions."""

from datetime import datetime
from typing import Annotated, Any, Literal, Self
from uuid import UUID

from pydantic import ConfigDict, Field, model_validator

from tradewind.kernel.schemas import Schema
from tradewind.modules.leads.schemas.texts import SearchText, Tags

Action = Literal[
    "tag", "untag", "assign", "status", "add_to_segment", "remove_from_segment", "add_to_journey", "score", "delete",
    "restore", "merge_duplicates",
]  # fmt: skip
Status = Literal["new", "contacted", "qualified", "unqualified", "customer", "lost"]
MAX_IDS = 10_000


class BulkParameters(Schema):
    """What the action needs: tags (tag, untag), owner_id (assign; null: nobody), status, segment_id, journey_id.

    `by` says which duplicates are merged; a shared mailbox such as info@ never merges anyone.
    """

    model_config = ConfigDict(extra="forbid")
    tags: Tags | None = None
    owner_id: UUID | None = None
    status: Status | None = None
    segment_id: UUID | None = None
    journey_id: UUID | None = None
    by: Annotated[list[Literal["email", "phone", "name"]], Field(min_length=1, max_length=3)] = ["email", "phone"]


class BulkRequest(Schema):
    """One action on many leads: on explicit `ids` (up to 10,000), or on all that `filter`, `q` and `segment_id` hold.

    `filter: {}` means every lead.
    """

    model_config = ConfigDict(extra="forbid")
    action: Action
    ids: Annotated[list[UUID], Field(min_length=1, max_length=MAX_IDS)] | None = None
    filter: dict[str, Any] | None = None
    q: SearchText | None = None
    segment_id: UUID | None = None
    parameters: BulkParameters = BulkParameters()

    @model_validator(mode="after")
    def _one_selection(self) -> Self:
        by_filter = self.filter is not None or self.q is not None or self.segment_id is not None
        if by_filter == (self.ids is not None):
            raise ValueError("name either ids or a filter (filter, q, segment_id); {} as filter means every lead")
        return self


class BulkActionRead(Schema):
    """A bulk action: `matched` leads were selected, `changed` of them changed, `skipped` needed or allowed none."""

    model_config = ConfigDict(from_attributes=True)
    id: UUID
    run_id: UUID | None
    action: Action
    parameters: dict[str, Any]
    state: Literal["queued", "running", "done", "cancelled", "failed"]
    matched: int
    done: int
    changed: int
    skipped: int
    result: dict[str, Any]
    error: str | None
    undo_of: UUID | None
    undoable: bool
    created_by: UUID | None
    created_at: datetime
    finished_at: datetime | None

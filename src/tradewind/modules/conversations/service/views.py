"""Rows as the contracts that leave the module."""

from typing import Any, cast

from tradewind.modules.conversations import contracts
from tradewind.modules.conversations.models.conversations import Conversation, ConversationFile, Handover, Message

# What a visitor is told of what happened, beside the messages.
VISITOR_EVENTS = frozenset({"handover_requested", "member_joined", "handed_back", "closed", "reopened"})


def conversation(row: Conversation) -> contracts.Conversation:
    """A conversation."""
    return contracts.Conversation(**_taken(row, contracts.Conversation))


def message(row: Message) -> contracts.Message:
    """A message."""
    return contracts.Message(**_taken(row, contracts.Message))


def handover(row: Handover) -> contracts.Handover:
    """A hand-over."""
    return contracts.Handover(**_taken(row, contracts.Handover))


def file(row: ConversationFile) -> contracts.StoredFile:
    """A file."""
    return contracts.StoredFile(**_taken(row, contracts.StoredFile))


def for_visitor(row: Message | contracts.Message) -> bool:
    """Whether the visitor may see a message: no notes, and of events only those that concern them."""
    return row.kind == "message" or (row.kind == "event" and row.data.get("event") in VISITOR_EVENTS)


def _taken(row: Any, contract: Any) -> dict[str, Any]:
    return {name: getattr(row, name) for name in cast(dict[str, Any], contract.__dataclass_fields__)}

"""What an assistant may be granted: a scope is a set of permissions, cut down further by the person's own."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Scope:
    """A named part of what the tools of assistants can do."""

    key: str
    label: str
    permissions: frozenset[str]


SCOPES: dict[str, Scope] = {
    scope.key: scope
    for scope in (
        Scope(
            "tradewind:read",
            "See leads with their scores and timelines, segments, deals, campaigns, tasks and key figures; "
            "ask the knowledge base",
            frozenset(
                {
                    "leads:read",
                    "leads:personal",
                    "scoring:read",
                    "segments:read",
                    "deals:read",
                    "campaigns:read",
                    "tasks:read",
                    "dashboard:read",
                    "knowledge:read",
                }
            ),
        ),
        Scope(
            "tradewind:write",
            "Add notes, tasks and message drafts. Drafts are never sent by the assistant",
            frozenset({"leads:write", "tasks:write"}),
        ),
        # Of its own: who agreed to notes and drafts did not agree to mails that reach people.
        Scope(
            "tradewind:meetings",
            "See, book, move and cancel meetings. Everyone in them is told by mail at once",
            frozenset({"meetings:read", "meetings:write"}),
        ),
    )
}
READ_ONLY = ("tradewind:read",)


def permissions_within(scopes: list[str], own: frozenset[str]) -> frozenset[str]:
    """The person's own permissions as far as the scopes reach."""
    reached = frozenset[str]().union(*(SCOPES[key].permissions for key in scopes if key in SCOPES))
    return own & reached


def known_scopes(text: str | None) -> list[str]:
    """Scopes of a request (RFC 6749 §3.3) that exist here; all of them where it names none."""
    asked = (text or "").split()
    return [key for key in SCOPES if key in asked] or list(SCOPES)

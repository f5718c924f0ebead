"""The guide page of all event types, made from the code: `python -m tradewind.modules.webhooks.catalogue_page`."""

import json
from collections.abc import Sequence
from pathlib import Path

from tradewind import modules
from tradewind.modules.webhooks.catalogue import EventType, event_types

PAGE = Path(__file__).parents[4] / "docs" / "guides" / "webhook-events.md"
_HEAD = """# Webhook events

Made from the code by `python -m tradewind.modules.webhooks.catalogue_page`; the API shows the same at
`GET /api/v1/webhook-event-types`. How messages look and are signed: [webhooks.md](webhooks.md). Messages carry ids,
not records: read what you need with `GET /api/v1/…`, so that you see it as it is, and as you may.
"""


def render(types: Sequence[EventType]) -> str:
    """The page as Markdown."""
    return "\n".join([_HEAD, *(_section(entry) for entry in types)])


def _section(entry: EventType) -> str:
    example = json.dumps(entry.example, indent=2)
    return (
        f"## {entry.type}\n\n{entry.description}\n\n"
        f"Version {entry.version}. Subscribing needs `{entry.permission}`.\n\n"
        f"```json\n{example}\n```\n"
    )


if __name__ == "__main__":
    modules.load_all()
    PAGE.write_text(render(event_types()))

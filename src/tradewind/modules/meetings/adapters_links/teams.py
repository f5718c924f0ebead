"""Microsoft Teams: microsoft makes the room with the event in a host's calendar."""

from typing import ClassVar

from tradewind.modules.meetings.adapters_links._base import LinkAdapter, LinkSpec


class Teams(LinkAdapter):
    """Microsoft makes the room with the event in a host's calendar."""

    spec: ClassVar = LinkSpec(id="teams", label="Microsoft Teams", auth="none", made="calendar", vendor="microsoft")

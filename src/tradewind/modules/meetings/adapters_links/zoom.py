"""Zoom: rooms of a host's own Zoom account."""

from typing import ClassVar

from tradewind.modules.meetings.adapters_links._base import LinkAdapter, LinkSpec


class Zoom(LinkAdapter):
    """Rooms of a host's own Zoom account."""

    spec: ClassVar = LinkSpec(id="zoom", label="Zoom", auth="none", made="account", vendor="zoom")

"""Google Meet: google makes the room with the event in a host's calendar."""

from typing import ClassVar

from tradewind.modules.meetings.adapters_links._base import LinkAdapter, LinkSpec


class GoogleMeet(LinkAdapter):
    """Google makes the room with the event in a host's calendar."""

    spec: ClassVar = LinkSpec(id="google_meet", label="Google Meet", auth="none", made="calendar", vendor="google")

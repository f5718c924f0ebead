"""What people did with mails. Programs that open every link are left out."""

from typing import ClassVar
from uuid import UUID

from tradewind.kernel.events import Event, Public


class _Engagement(Event):
    """`person_id` is None for mails to nobody we know, such as tests; `human` the probability of a person."""

    engagement_id: UUID
    message_id: UUID
    person_id: UUID | None = None
    version_id: UUID
    human: float = 1.0


class EmailLinkClicked(_Engagement):
    """A person followed a link; `link` is its number in the mail, `url` where it led."""

    name: ClassVar[str] = "email.link_clicked"
    public: ClassVar[Public | None] = Public("email.link_clicked", "email:read")

    link: int
    url: str


class EmailOpened(_Engagement):
    """A person's mail program loaded the picture; many never do, and some do it unseen."""

    name: ClassVar[str] = "email.opened"
    public: ClassVar[Public | None] = Public("email.opened", "email:read")

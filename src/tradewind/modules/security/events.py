"""Facts about security alerts."""

from typing import ClassVar
from uuid import UUID

from pydantic import Field

from tradewind.kernel.events import Event, Public


class AlertRaised(Event):
    """A rule of the security monitoring found something about a member or an API key."""

    name: ClassVar[str] = "security.alert_raised"
    public: ClassVar[Public | None] = Public("security.alert_raised", permission="security:read")
    alert_id: UUID
    rule: str = Field(examples=["failed_second_factors"])
    severity: str = Field(examples=["high"])
    subject_type: str = Field(examples=["user"])
    subject_id: UUID


class AlertContinued(Event):
    """What an alert is about goes on, an hour or more after people were last told."""

    name: ClassVar[str] = "security.alert_continued"
    alert_id: UUID


class RequestsRefused(Event):
    """A member or API key asked `count` times for what they have no permission for."""

    name: ClassVar[str] = "security.requests_refused"
    subject_type: str
    subject_id: UUID
    subject_name: str
    count: int
    ip: str | None = None

"""HTTP shapes of the sites that may embed booking pages."""

from typing import Annotated

from pydantic import ConfigDict, Field, StringConstraints

from tradewind.kernel.schemas import Schema
from tradewind.modules.meetings.engine.sites import MOST

Site = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=300)]


class BookingSites(Schema):
    """Sites that may show booking pages inside theirs; an empty list allows none, null any."""

    model_config = ConfigDict(extra="forbid")
    sites: list[Site] | None = Field(max_length=MOST, examples=[["https://www.acme.example", "https://*.acme.example"]])

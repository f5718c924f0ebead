"""Short stories of visitors: events in a few words, delivered in batches and processed."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from sqlalchemy import text
from tests.modules.tracking.events import collected, store

from tradewind.kernel.clock import now
from tradewind.kernel.ids import new_id
from tradewind.modules.tracking.humanity import assess
from tradewind.modules.tracking.models.events import EventBatch
from tradewind.modules.tracking.schemas.sources import SourceCreate
from tradewind.modules.tracking.service import sources
from tradewind.modules.tracking.service.processing import process_next

START = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
CHROME = "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0 Safari/537.36"


class Site:
    """A source whose visitors act at minutes after START."""

    def __init__(self, organisation, source_id, scene: str = "") -> None:
        self.organisation, self.source_id, self.scene = organisation, source_id, scene

    def scene_of(self, scene: str) -> "Site":
        """The same site with people of its own: all their identifiers begin with `scene`."""
        return Site(self.organisation, self.source_id, scene)

    def _own(self, name):
        return f"{self.scene}{name}" if isinstance(name, str) else name

    def page(self, minute, browser=None, *, path="/", user=None, **more):
        return self._event(
            minute, "page", browser, user, name="", path=path, **({"url": f"https://a.example{path}"} | more)
        )

    def identify(self, minute, browser=None, *, user=None, **traits):
        if "email" in traits:
            traits["email"] = self._own(traits["email"])
        return self._event(minute, "identify", browser, user, name="", properties=traits)

    def form(self, minute, browser, email, **more):
        return self._event(minute, "track", browser, None, name="Form Submitted",
                           properties={"form_id": "demo", "fields": {"E-Mail": self._own(email)}}, **more)  # fmt: skip

    def track(self, minute, name, browser=None, *, user=None, **more):
        return self._event(minute, "track", browser, user, name=name, **more)

    def group(self, minute, *, user, **traits):
        return self._event(minute, "group", None, user, name="", group_id="g", properties=traits)

    def alias(self, minute, previous, user):
        return self._event(minute, "alias", None, user, name="", previous_id=self._own(previous))

    def _event(self, minute, type_, browser, user, **values):
        at = START + timedelta(minutes=minute)
        base = {"type": type_, "anonymous_id": self._own(browser), "user_id": self._own(user), "occurred_at": at,
                "user_agent": CHROME}  # fmt: skip
        event = collected(self.organisation, self.source_id, **(base | values))
        human, reasons = assess(event.user_agent, event.ip, {"name": event.name, "context": event.context})
        return replace(event, human=human, human_reasons=reasons)


async def make_site(session, organisation) -> Site:
    """A website with a source."""
    source = await sources.create(
        session, SourceCreate(name="Website", kind="website", allowed_origins=["https://a.example"])
    )
    return Site(organisation, source.id)


async def deliver(session, events) -> None:
    """Store events as one flush does, and the batch they wait in."""
    received_at = now()
    stored = [replace(event, id=(one := new_id()), message_id=str(one), received_at=received_at) for event in events]
    await store(session, stored)
    await wait_again(session, stored)


async def wait_again(session, stored) -> None:
    """Let stored events of one flush wait to be processed."""
    ids = sorted(event.id for event in stored)
    session.add(
        EventBatch(organisation_id=stored[0].organisation_id, received_at=stored[0].received_at, first_id=ids[0],
                   last_id=ids[-1], events=len(ids))
    )  # fmt: skip
    await session.flush()


async def process(session, *events) -> None:
    """Deliver events and process all that waits."""
    if events:
        await deliver(session, events)
    while await process_next(session):
        pass


async def people(session) -> list[tuple[frozenset[str], str | None]]:
    """Visitors by what they are known by (`user:u`), with their leads' addresses."""
    rows = await session.execute(
        text(
            "SELECT array_agg(DISTINCT i.kind || ':' || i.value) AS names, max(l.email) AS email FROM visitors v "
            "JOIN visitor_identifiers i ON i.visitor_id = v.id LEFT JOIN leads l ON l.id = v.lead_id GROUP BY v.id"
        )
    )
    return [(frozenset(row.names), row.email) for row in rows]


async def graph(session) -> set[frozenset[tuple]]:
    """The identity graph without ids: each visitor as the set of its identifiers' parts of time."""
    rows = await session.execute(text("SELECT visitor_id, kind, value, since, until FROM visitor_identifiers"))
    found: dict = {}
    for row in rows:
        found.setdefault(row.visitor_id, set()).add(tuple(row)[1:])
    return {frozenset(parts) for parts in found.values()}


async def timeline(session, email) -> list[str]:
    """Titles of a lead's web activities, oldest first."""
    rows = await session.execute(
        text(
            "SELECT a.title FROM activities a JOIN leads l ON l.id = a.lead_id WHERE l.email_key = :email "
            "AND l.deleted_at IS NULL AND a.kind LIKE 'web.%' ORDER BY a.occurred_at, a.title"
        ),
        {"email": email},
    )
    return [row.title for row in rows]

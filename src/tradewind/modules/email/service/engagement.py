"""Clicks and opens: noted at once, judged a minute later, told to others where a person did it."""

from collections.abc import Collection, Mapping
from datetime import timedelta
from itertools import groupby
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from tradewind.kernel import jobs
from tradewind.kernel.access import Actor
from tradewind.kernel.clock import now
from tradewind.kernel.events import Event, publish
from tradewind.kernel.ids import new_id
from tradewind.kernel.limits import client_network
from tradewind.kernel.ownership import Former, give_back, reassign
from tradewind.kernel.schemas import Schema
from tradewind.modules.email import people as people_port
from tradewind.modules.email.contracts_rendering import Engagement, MailClick
from tradewind.modules.email.events import MailNewsItem, news
from tradewind.modules.email.events_engagement import EmailLinkClicked, EmailOpened
from tradewind.modules.email.repository import engagement as repository
from tradewind.modules.email.repository import people as people_of_mails
from tradewind.modules.email.repository.templates import LIKELY_HUMAN
from tradewind.modules.email.service import mail_settings
from tradewind.modules.email.tracking_links import TrackingLink
from tradewind.modules.identity import api as identity

JUDGE = "email.judge_engagement"
CLICK_PARAMETER = "tw_c"
"""What a click adds to addresses of the organisation's own sites, where the snippet reports it back."""

# A scanner opens all links within seconds; who waits this long has seen them all.
_SETTLED = timedelta(seconds=30)
_JUDGED_AFTER = timedelta(seconds=90)
# A click says whose browser it is only as long as the address was hardly passed on.
_CLAIMED_WITHIN = timedelta(minutes=30)
_AT_ONCE = 500
_LONGEST_AGENT = 300


class NothingMore(Schema):
    """The job looks for itself what there is to judge."""


async def note(session: AsyncSession, link: TrackingLink, *, user_agent: str, ip: str | None) -> UUID | None:
    """Keep a click or an open; returns its id, None where the message has too many. Acts for the link's organisation.

    The reader's address is cut to its network before it is stored.
    """
    await identity.become(session, Actor(kind="anonymous", organisation_id=link.organisation_id, name="Mail reader"))
    engagement_id, moment = new_id(), now()
    noted = await repository.add(
        session,
        {
            "id": engagement_id,
            "organisation_id": link.organisation_id,
            "kind": link.kind,
            "message_id": link.message_id,
            "person_id": link.person_id,
            "version_id": link.version_id,
            "link": link.link if link.kind == "click" else None,
            "links": link.links,
            "url": link.url or None,
            "rendered_at": link.rendered_at,
            "at": moment,
            "user_agent": user_agent[:_LONGEST_AGENT].replace("\x00", ""),
            "network": _network(ip),
        },
    )
    if not noted:
        return None
    # One a minute: what comes later in that minute has settled when it runs, and the next minute has its own.
    key = f"{JUDGE}:{link.organisation_id}:{int(moment.timestamp() // 60)}"
    entry = jobs.registered()[JUDGE]
    await jobs.enqueue(session, entry, NothingMore(), run_after=_JUDGED_AFTER, dedupe_key=key)
    return engagement_id


async def is_own_site(session: AsyncSession, host: str) -> bool:
    """Whether clicks tell whose browser it is there: one of the organisation's sites, or below one."""
    sites = (await mail_settings.current(session)).sites
    return any(host == site or host.endswith(f".{site}") for site in sites)


async def judge_waiting(session: AsyncSession) -> int:
    """Judge what nobody has judged yet; returns how many messages that were. Call again until it is 0."""
    messages = await repository.unjudged_messages(session, now() - _SETTLED, _AT_ONCE)
    await _judge(session, messages)
    return len(messages)


async def claim_clicks(session: AsyncSession, browsers: Mapping[UUID, str]) -> list[MailClick]:
    """The people whose clicks brought these browsers: `browsers` are anonymous ids by the click's id.

    Scanners' clicks, old ones and those that another browser brought before are left out.
    """
    if not browsers:
        return []
    await _judge(session, await repository.messages_of_clicks(session, browsers.keys()))
    rows = await repository.claim(session, browsers, since=now() - _CLAIMED_WITHIN, likely_human=LIKELY_HUMAN)
    return [MailClick(row["id"], row["person_id"], row["at"]) for row in rows]


async def follow_merge(session: AsyncSession, winner_id: UUID, loser_ids: Collection[UUID]) -> dict[str, Former]:
    """What merged people did, and what they were sent, is the remaining one's; returns whose it was, by table."""
    return await reassign(session, people_of_mails.TABLES, winner_id, loser_ids)


async def follow_unmerge(session: AsyncSession, winner_id: UUID, moves: Mapping[str, Former]) -> None:
    """Give back what came by a merge."""
    await give_back(session, people_of_mails.TABLES, winner_id, moves)


async def forget(session: AsyncSession, person_ids: Collection[UUID]) -> None:
    """Take away what people did and wrote who are gone for good, and where mails to them went."""
    await repository.forget(session, person_ids)
    await people_of_mails.forget(session, person_ids)


async def _judge(session: AsyncSession, message_ids: Collection[UUID]) -> None:
    """Judge all that happened to these messages, and tell of what people did for the first time."""
    if not message_ids:
        return
    rows = await repository.of_messages(session, message_ids)
    judged: dict[UUID, float] = {}
    told: list[Event] = []
    items: list[MailNewsItem] = []
    for _, group in groupby(rows, key=lambda row: row["message_id"]):
        seen = list(group)
        found = [Engagement(row["id"], row["at"], row["link"], row["user_agent"], row["network"]) for row in seen]
        first = seen[0]
        links = max(row["links"] for row in seen)
        for row, human in zip(seen, people_port.judge()(first["rendered_at"], links, found), strict=True):
            if row["human"] is None or abs(row["human"] - human) > 0.001:
                judged[row["id"]] = human
            if row["human"] is None and human >= LIKELY_HUMAN:
                told.append(_event(row, human))
                if row["person_id"] is not None:
                    items.append(_item(row, human))
    await repository.set_human(session, judged)
    await publish(session, *told, *news(items))


def _event(row: Mapping, human: float) -> Event:  # type: ignore[type-arg]
    common = {
        "organisation_id": row["organisation_id"],
        "occurred_at": row["at"],
        "engagement_id": row["id"],
        "message_id": row["message_id"],
        "person_id": row["person_id"],
        "version_id": row["version_id"],
        "human": human,
    }
    if row["kind"] == "open":
        return EmailOpened(**common)
    return EmailLinkClicked(**common, link=row["link"] or 0, url=row["url"] or "")


def _item(row: Mapping, human: float) -> MailNewsItem:  # type: ignore[type-arg]
    return MailNewsItem(
        id=row["id"], kind="opened" if row["kind"] == "open" else "clicked", message_id=row["message_id"],
        person_id=row["person_id"], at=row["at"], human=human,
        data={"url": row["url"][:500]} if row["url"] else {},
    )  # fmt: skip


def _network(ip: str | None) -> str:
    """The network of an address: /24 of IPv4, /64 of IPv6."""
    network = client_network(ip)
    return network.rpartition(".")[0] + ".0" if network.count(".") == 3 else network.partition("/")[0]

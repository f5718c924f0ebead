"""Who is who: visitors as a function of all links and marks known, whatever order these came in.

User ids and addresses that are linked name one person. A browser belongs to the person who was marked on it last,
and before the first mark to that first person. Only what evidence touches is looked at again.
"""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from tradewind.kernel.clock import now
from tradewind.kernel.ids import new_id
from tradewind.modules.tracking.evidence import HOWS, How, Mark, Node, Pair, email_in, node_of, transitions
from tradewind.modules.tracking.repository import identities as repository
from tradewind.modules.tracking.repository.identities import BEGINNING, END, Holder, Identifier

Times = dict[tuple[str, str], tuple[datetime, datetime]]


@dataclass(slots=True)
class Evidence:
    """What a number of events tell: when which identifiers were seen, what was joined, who used which browser."""

    times: Times = field(default_factory=dict)
    links: dict[Pair, tuple[How, datetime]] = field(default_factory=dict)
    marks: list[Mark] = field(default_factory=list)

    def see(self, identifier: tuple[str, str], at: datetime) -> None:
        """An identifier was seen."""
        first, last = self.times.get(identifier, (at, at))
        self.times[identifier] = (min(first, at), max(last, at))

    def join(self, pair: Pair, how: How, at: datetime) -> None:
        """Two identifiers belong to one person."""
        known = self.links.get(pair)
        self.links[pair] = (how, at) if known is None else (_stronger(known[0], how), min(known[1], at))
        if pair[0] == "user":
            self.see((pair[0], pair[1]), at)
        self.see((pair[2], pair[3]), at)


@dataclass(slots=True)
class Change:
    """Identifiers that were looked at, as they were and as they are."""

    before: list[Identifier] = field(default_factory=list)
    after: list[Identifier] = field(default_factory=list)


def _stronger(one: How, other: How) -> How:
    return one if HOWS.index(one) < HOWS.index(other) else other


async def learn(session: AsyncSession, evidence: Evidence) -> Change:
    """Take in evidence; the identities' lock is held."""
    joined = await repository.add_links(session, evidence.links) if evidence.links else []
    browsers = await _note_marks(session, evidence) if evidence.marks else set[str]()
    known = {(row.kind, row.value) for row in await repository.identifiers(session, evidence.times)}
    named = {*evidence.times.keys() - known, *(pair[:2] for pair in joined), *(pair[2:] for pair in joined)}
    nodes = {(kind, value) for kind, value in named if kind != "anonymous"}
    change = await settle(session, nodes, browsers, evidence.times) if nodes or browsers else Change()
    handled = known | {(row.kind, row.value) for row in change.after}
    await _add_strangers(session, {key: times for key, times in evidence.times.items() if key not in handled})
    if known:
        await repository.seen(session, {key: times for key, times in evidence.times.items() if key in known})
    return change


async def settle(session: AsyncSession, nodes: Iterable[Node], browsers: Iterable[str], times: Times) -> Change:
    """Bring the visitors of these user ids, addresses and browsers in line with links and marks."""
    groups = await _groups(session, set(nodes))
    members = {node for group in groups for node in group}
    stored = await repository.identifiers(session, members)
    holders = {one.id: one for one in await repository.holders(session, {row.visitor_id for row in stored})}
    current = {(row.kind, row.value): row for row in stored}
    wanted = _shared_out(groups, current, holders)
    at = now()
    await repository.add_visitors(session, list(set(wanted.values()) - holders.keys()), at)
    moved = {node: to for node, to in wanted.items() if node in current and current[node].visitor_id != to}
    added = wanted.keys() - current.keys()
    if moved:
        await repository.give(session, moved)
    if added:
        rows = [
            Identifier(*node, BEGINNING, END, wanted[node], None, *times.get(node, (at, at))) for node in sorted(added)
        ]
        await repository.add_identifiers(session, rows)
    concerned = set(browsers)
    if moved or added:
        concerned |= await repository.browsers_marked_by(session, moved.keys() | added)
    spans = await _settle_browsers(session, concerned, wanted, times) if concerned else []
    former = {row.visitor_id for row in (*stored, *spans)}
    await repository.remove_orphans(session, former)
    looked_at = members | {("anonymous", browser) for browser in concerned}
    return Change([*stored, *spans], await repository.identifiers(session, looked_at))


async def _groups(session: AsyncSession, nodes: set[Node]) -> list[set[Node]]:
    """The nodes with all they are linked to, person by person."""
    group_of: dict[Node, set[Node]] = {}
    frontier = nodes
    while frontier:
        for node in frontier:
            group_of.setdefault(node, {node})
        reached: set[Node] = set()
        for left, right in await repository.person_links(session, frontier):
            reached |= {node for node in (left, right) if node not in group_of}
            one, other = (group_of.setdefault(node, {node}) for node in (left, right))
            if one is not other:
                one |= other
                for node in other:
                    group_of[node] = one
        frontier = reached
    return list({id(group): group for group in group_of.values()}.values())


def _shared_out(
    groups: Collection[set[Node]], current: Mapping[Node, Identifier], holders: Mapping[UUID, Holder]
) -> dict[Node, UUID]:
    """Each group's visitor: one it had before, where several groups want the same the one it fits best."""
    claims: dict[UUID, list[tuple[bool, datetime, Node, int]]] = {}
    for number, group in enumerate(groups):
        for node in group:
            if node in current:
                row = current[node]
                named = ("email", holders[row.visitor_id].lead_email) in group
                claims.setdefault(row.visitor_id, []).append((not named, row.first_seen_at, node, number))
    owned: dict[int, list[UUID]] = {}
    for visitor_id, claimants in claims.items():
        owned.setdefault(min(claimants)[3], []).append(visitor_id)
    wanted: dict[Node, UUID] = {}
    for number, group in enumerate(groups):
        candidates = owned.get(number, [])
        chosen = min(candidates, key=lambda one: (holders[one].lead_id is None, one)) if candidates else new_id()
        wanted.update(dict.fromkeys(group, chosen))
    return wanted


async def _settle_browsers(
    session: AsyncSession, browsers: set[str], wanted: Mapping[Node, UUID], times: Times
) -> list[Identifier]:
    """Divide browsers' time between those who used them; returns the former parts."""
    marks = await repository.marks(session, browsers)
    undone = await repository.undone_on(session, browsers)
    foreign = {mark.node for found in marks.values() for mark in found} - wanted.keys()
    holder = dict(wanted) | {
        (row.kind, row.value): row.visitor_id for row in await repository.identifiers(session, foreign)
    }
    nodes = [("anonymous", browser) for browser in browsers]
    stored: dict[str, list[Identifier]] = {browser: [] for browser in browsers}
    for row in await repository.identifiers(session, nodes):
        stored[row.value].append(row)
    persons = await repository.persons(session, {row.visitor_id for rows in stored.values() for row in rows})
    at = now()
    strangers: list[UUID] = []
    changed: list[str] = []
    new: list[Identifier] = []
    for browser, rows in stored.items():
        parts: list[tuple[datetime, UUID]] = []
        for mark in marks.get(browser, []):
            if (browser, mark.node) not in undone and (not parts or parts[-1][1] != holder[mark.node]):
                parts.append((mark.at if parts else BEGINNING, holder[mark.node]))
        if not parts:
            own = next((row.visitor_id for row in rows if row.visitor_id not in persons), None)
            if own is None:
                own = new_id()
                strangers.append(own)
            parts = [(BEGINNING, own)]
        if [(row.since, row.visitor_id) for row in rows] == parts:
            continue
        changed.append(browser)
        known = [time for row in rows for time in (row.first_seen_at, row.last_seen_at)]
        known += times.get(("anonymous", browser), (at, at) if not known else ())
        untils = [since for since, _ in parts[1:]] + [END]
        for (since, visitor_id), until in zip(parts, untils, strict=True):
            first, last = max(min(known), since), min(max(known), until)
            new.append(
                Identifier("anonymous", browser, since, until, visitor_id, None, min(first, last), max(first, last))
            )
    if changed:
        await repository.add_visitors(session, strangers, at)
        await repository.remove_identifiers(session, [("anonymous", browser) for browser in changed])
        await repository.add_identifiers(session, new)
    return [row for rows in stored.values() for row in rows]


async def _add_strangers(session: AsyncSession, times: Times) -> None:
    """Browsers that nobody has identified: each a visitor."""
    if not times:
        return
    ids = {key: new_id() for key in times}
    await repository.add_visitors(session, list(ids.values()), now())
    rows = [Identifier(*key, BEGINNING, END, ids[key], None, *when) for key, when in times.items()]
    await repository.add_identifiers(session, rows)


async def _note_marks(session: AsyncSession, evidence: Evidence) -> set[str]:
    """Store who used browsers when; returns the browsers for which that changed.

    Of a browser with one user the first mark says everything. One with several needs every change, which only its
    events can tell when some come late: those from the first new mark on are read again.
    """
    by_browser: dict[str, list[Mark]] = {}
    for mark in evidence.marks:
        by_browser.setdefault(mark.browser, []).append(mark)
    stored = await repository.marks(session, by_browser)
    since: dict[str, datetime] = {}
    new: list[Mark] = []
    reread: dict[str, datetime] = {}
    for browser, marks in by_browser.items():
        known = stored.get(browser, [])
        first = min(marks, key=lambda mark: mark.at)
        users, former = {mark.node for mark in marks}, {mark.node for mark in known}
        if known and users == {known[-1].node} and first.at >= known[-1].at:
            continue
        if len(users | former) == 1:
            since[browser] = first.at
            new.append(first)
        else:
            reread[browser] = first.at if len(former) > 1 else BEGINNING
    if reread:
        found = await _reread(session, reread)
        for browser, instant in reread.items():
            earlier = [mark for mark in stored.get(browser, []) if mark.at < instant]
            since[browser] = instant
            new += transitions(found.get(browser, []), earlier[-1].node if earlier else None)
    if since:
        await repository.replace_marks(session, since, new)
    for mark in new:
        evidence.see(mark.node, mark.at)
    return set(since)


async def _reread(session: AsyncSession, since: Mapping[str, datetime]) -> dict[str, list[Mark]]:
    found: dict[str, list[Mark]] = {}
    for row in await repository.telling_events(session, since):
        node = node_of(row["user_id"], email_in(row["type"], row["name"], row["properties"]))
        if node is not None:
            found.setdefault(row["anonymous_id"], []).append(Mark(row["anonymous_id"], row["occurred_at"], node))
    for mark in await repository.marks_from_outside(session, since):
        if mark.at >= since[mark.browser]:
            found.setdefault(mark.browser, []).append(mark)
    return found

"""SQL of identities: identifiers of visitors, links between identifiers, who used a browser when."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from uuid import UUID

import asyncpg
from sqlalchemy.ext.asyncio import AsyncSession

from tradewind.kernel.database import actor_of, asyncpg_connection
from tradewind.kernel.ids import new_id
from tradewind.modules.tracking.evidence import HOWS, How, Mark, Node, Pair

BEGINNING = datetime(1, 1, 2, tzinfo=UTC)
END = datetime(9999, 12, 30, tzinfo=UTC)
_LOCK = 7218
_HOWS = f"array[{', '.join(repr(how) for how in HOWS)}]"
# Marks that no event of the browser itself gives.
_GIVEN_FROM_OUTSIDE = ("alias", "mail_click")


@dataclass(frozen=True, slots=True)
class Identifier:
    """An identifier's part of time, the visitor it belongs to then, and that visitor's lead."""

    kind: str
    value: str
    since: datetime
    until: datetime
    visitor_id: UUID
    lead_id: UUID | None
    first_seen_at: datetime
    last_seen_at: datetime


@dataclass(frozen=True, slots=True)
class Holder:
    """A visitor and the addresses they are known by, the one known longest first."""

    id: UUID
    lead_id: UUID | None
    lead_email: str | None
    emails: tuple[str, ...]


async def lock(session: AsyncSession, *, wait: bool) -> bool:
    """Be the only one who works on the organisation's identities until the transaction ends; False if another is."""
    connection = await asyncpg_connection(session)
    function = "pg_advisory_xact_lock" if wait else "pg_try_advisory_xact_lock"
    got = await connection.fetchval(f"select {function}($1, hashtext($2))", _LOCK, str(_organisation(session)))
    return wait or bool(got)


async def identifiers(session: AsyncSession, nodes: Collection[tuple[str, str]]) -> list[Identifier]:
    """All parts of time of these (kind, value)."""
    connection = await asyncpg_connection(session)
    rows = await connection.fetch(
        """
        select i.kind, i.value, i.since, i.until, i.visitor_id, v.lead_id, i.first_seen_at, i.last_seen_at
        from unnest($2::text[], $3::text[]) as w(kind, value)
        join visitor_identifiers i on i.organisation_id = $1 and i.kind = w.kind and i.value = w.value
        join visitors v on v.id = i.visitor_id order by i.since
        """,
        _organisation(session),
        [kind for kind, _ in nodes],
        [value for _, value in nodes],
    )
    return [Identifier(*row) for row in rows]


async def identifiers_of(session: AsyncSession, visitor_ids: Collection[UUID]) -> list[Identifier]:
    """All identifiers of visitors."""
    connection = await asyncpg_connection(session)
    rows = await connection.fetch(
        """
        select i.kind, i.value, i.since, i.until, i.visitor_id, v.lead_id, i.first_seen_at, i.last_seen_at
        from visitor_identifiers i join visitors v on v.id = i.visitor_id where i.visitor_id = any($1::uuid[])
        """,
        list(visitor_ids),
    )
    return [Identifier(*row) for row in rows]


async def add_visitors(session: AsyncSession, ids: Sequence[UUID], at: datetime) -> None:
    """Add visitors nobody knows anything of."""
    connection = await asyncpg_connection(session)
    await connection.execute(
        "insert into visitors (id, organisation_id, created_at) select i, $2, $3 from unnest($1::uuid[]) as n(i)",
        list(ids),
        _organisation(session),
        at,
    )


async def add_identifiers(session: AsyncSession, rows: Sequence[Identifier]) -> None:
    """Add identifiers' parts of time."""
    connection = await asyncpg_connection(session)
    await connection.execute(
        """
        insert into visitor_identifiers (organisation_id, id, kind, value, since, until, visitor_id, first_seen_at,
          last_seen_at)
        select $1, n.* from unnest($2::uuid[], $3::text[], $4::text[], $5::timestamptz[], $6::timestamptz[],
          $7::uuid[], $8::timestamptz[], $9::timestamptz[]) as n
        """,
        _organisation(session),
        [new_id() for _ in rows],
        [row.kind for row in rows],
        [row.value for row in rows],
        [row.since for row in rows],
        [row.until for row in rows],
        [row.visitor_id for row in rows],
        [row.first_seen_at for row in rows],
        [row.last_seen_at for row in rows],
    )


async def remove_identifiers(session: AsyncSession, nodes: Collection[tuple[str, str]]) -> None:
    """Remove all parts of time of these (kind, value)."""
    connection = await asyncpg_connection(session)
    await connection.execute(
        "delete from visitor_identifiers i using unnest($2::text[], $3::text[]) as w(kind, value) "
        "where i.organisation_id = $1 and i.kind = w.kind and i.value = w.value",
        _organisation(session),
        [kind for kind, _ in nodes],
        [value for _, value in nodes],
    )


async def give(session: AsyncSession, holders: Mapping[Node, UUID]) -> None:
    """Give user ids and addresses to other visitors."""
    connection = await asyncpg_connection(session)
    await connection.execute(
        "update visitor_identifiers i set visitor_id = w.visitor_id "
        "from unnest($2::text[], $3::text[], $4::uuid[]) as w(kind, value, visitor_id) "
        "where i.organisation_id = $1 and i.kind = w.kind and i.value = w.value",
        _organisation(session),
        [kind for kind, _ in holders],
        [value for _, value in holders],
        list(holders.values()),
    )


async def seen(session: AsyncSession, times: Mapping[tuple[str, str], tuple[datetime, datetime]]) -> None:
    """Widen when identifiers were seen first and last."""
    connection = await asyncpg_connection(session)
    await connection.execute(
        """
        update visitor_identifiers i set
          first_seen_at = greatest(i.since, least(i.first_seen_at, w.first_at)),
          last_seen_at = least(i.until, greatest(i.last_seen_at, w.last_at))
        from unnest($2::text[], $3::text[], $4::timestamptz[], $5::timestamptz[]) as w(kind, value, first_at, last_at)
        where i.organisation_id = $1 and i.kind = w.kind and i.value = w.value
          and w.first_at < i.until and w.last_at >= i.since
        """,
        _organisation(session),
        [kind for kind, _ in times],
        [value for _, value in times],
        [first for first, _ in times.values()],
        [last for _, last in times.values()],
    )


async def persons(session: AsyncSession, visitor_ids: Collection[UUID]) -> set[UUID]:
    """Those of the visitors that a user id or an address names."""
    connection = await asyncpg_connection(session)
    rows = await connection.fetch(
        "select distinct visitor_id from visitor_identifiers "
        "where visitor_id = any($1::uuid[]) and kind <> 'anonymous'",
        list(visitor_ids),
    )
    return {row[0] for row in rows}


async def remove_orphans(session: AsyncSession, visitor_ids: Collection[UUID]) -> None:
    """Remove those of the visitors that nothing identifies any more."""
    connection = await asyncpg_connection(session)
    await connection.execute(
        "delete from visitors v where v.id = any($1::uuid[]) "
        "and not exists (select from visitor_identifiers i where i.visitor_id = v.id)",
        list(visitor_ids),
    )


async def add_links(session: AsyncSession, found: Mapping[Pair, tuple[How, datetime]]) -> list[Pair]:
    """Note what evidence joined; returns pairs that are new, stronger or older than known."""
    connection = await asyncpg_connection(session)
    pairs = list(found)
    arrays = [
        [pair[place] for pair in pairs] for place in range(4)
    ] + [[found[pair][0] for pair in pairs], [found[pair][1] for pair in pairs]]  # fmt: skip
    # What is known is left alone without being locked: most events tell nothing new.
    rows = await connection.fetch(
        f"""
        with told as (
          select * from unnest($2::text[], $3::text[], $4::text[], $5::text[], $6::text[], $7::timestamptz[])
            as t(left_kind, left_value, right_kind, right_value, how, first_at)),
        news as (
          select t.* from told t left join visitor_links k on k.organisation_id = $1 and k.left_kind = t.left_kind
            and k.left_value = t.left_value and k.right_kind = t.right_kind and k.right_value = t.right_value
          where k.id is null or t.first_at < k.first_at
            or array_position({_HOWS}, t.how) < array_position({_HOWS}, k.how))
        insert into visitor_links (id, organisation_id, left_kind, left_value, right_kind, right_value, how, first_at)
        select gen_random_uuid(), $1, n.* from news n
        on conflict (organisation_id, left_kind, left_value, right_kind, right_value) do update set
          first_at = least(visitor_links.first_at, excluded.first_at),
          how = ({_HOWS})[least(array_position({_HOWS}, visitor_links.how), array_position({_HOWS}, excluded.how))]
        returning left_kind, left_value, right_kind, right_value
        """,
        _organisation(session),
        *arrays,
    )
    return [tuple(row) for row in rows]


async def person_links(session: AsyncSession, nodes: Collection[Node]) -> list[tuple[Node, Node]]:
    """Links in force between user ids and addresses that touch one of the nodes."""
    connection = await asyncpg_connection(session)
    rows = await connection.fetch(
        """
        select l.left_kind, l.left_value, l.right_kind, l.right_value
        from unnest($2::text[], $3::text[]) as w(kind, value)
        join visitor_links l on l.organisation_id = $1 and l.left_kind = w.kind and l.left_value = w.value
        where w.kind = 'user' and l.undone_at is null
        union
        select l.left_kind, l.left_value, l.right_kind, l.right_value
        from unnest($2::text[], $3::text[]) as w(kind, value)
        join visitor_links l on l.organisation_id = $1 and l.right_kind = w.kind and l.right_value = w.value
        where l.left_kind = 'user' and l.undone_at is null
        """,
        _organisation(session),
        [kind for kind, _ in nodes],
        [value for _, value in nodes],
    )
    return [((row[0], row[1]), (row[2], row[3])) for row in rows]


async def undone_on(session: AsyncSession, browsers: Collection[str]) -> set[tuple[str, Node]]:
    """(browser, node) that somebody has taken apart."""
    connection = await asyncpg_connection(session)
    rows = await connection.fetch(
        "select left_value, right_kind, right_value from visitor_links where organisation_id = $1 "
        "and left_kind = 'anonymous' and left_value = any($2::text[]) and undone_at is not null",
        _organisation(session),
        list(browsers),
    )
    return {(row[0], (row[1], row[2])) for row in rows}


async def marks(session: AsyncSession, browsers: Collection[str]) -> dict[str, list[Mark]]:
    """Who used these browsers from when on, in the order of time."""
    connection = await asyncpg_connection(session)
    rows = await connection.fetch(
        "select anonymous_id, at, kind, value from visitor_marks "
        "where organisation_id = $1 and anonymous_id = any($2::text[]) order by at, kind, value",
        _organisation(session),
        list(browsers),
    )
    found: dict[str, list[Mark]] = {}
    for row in rows:
        found.setdefault(row[0], []).append(Mark(row[0], row[1], (row[2], row[3])))
    return found


async def browsers_marked_by(session: AsyncSession, nodes: Collection[Node]) -> set[str]:
    """Browsers that were used by somebody known as one of the nodes."""
    connection = await asyncpg_connection(session)
    rows = await connection.fetch(
        "select distinct m.anonymous_id from unnest($2::text[], $3::text[]) as w(kind, value) "
        "join visitor_marks m on m.organisation_id = $1 and m.kind = w.kind and m.value = w.value",
        _organisation(session),
        [kind for kind, _ in nodes],
        [value for _, value in nodes],
    )
    return {row[0] for row in rows}


async def replace_marks(session: AsyncSession, since: Mapping[str, datetime], new: Iterable[Mark]) -> None:
    """Put new marks in the place of those that the browsers have from their instants on."""
    connection = await asyncpg_connection(session)
    organisation_id = _organisation(session)
    await connection.execute(
        "delete from visitor_marks m using unnest($2::text[], $3::timestamptz[]) as w(browser, since) "
        "where m.organisation_id = $1 and m.anonymous_id = w.browser and m.at >= w.since",
        organisation_id,
        list(since),
        list(since.values()),
    )
    rows = list(new)
    await connection.execute(
        "insert into visitor_marks (organisation_id, id, anonymous_id, at, kind, value) select $1, n.* "
        "from unnest($2::uuid[], $3::text[], $4::timestamptz[], $5::text[], $6::text[]) as n",
        organisation_id,
        [new_id() for _ in rows],
        [row.browser for row in rows],
        [row.at for row in rows],
        [row.node[0] for row in rows],
        [row.node[1] for row in rows],
    )


async def marks_from_outside(session: AsyncSession, browsers: Collection[str]) -> list[Mark]:
    """Marks that aliases and mails give to browsers."""
    connection = await asyncpg_connection(session)
    rows = await connection.fetch(
        "select left_value, first_at, right_kind, right_value from visitor_links where organisation_id = $1 "
        "and left_kind = 'anonymous' and left_value = any($2::text[]) and how = any($3::text[])",
        _organisation(session),
        list(browsers),
        list(_GIVEN_FROM_OUTSIDE),
    )
    return [Mark(row[0], row[1], (row[2], row[3])) for row in rows]


async def telling_events(session: AsyncSession, since: Mapping[str, datetime]) -> list[asyncpg.Record]:
    """Events of browsers, from their instants on, that tell who used them."""
    connection = await asyncpg_connection(session)
    return await connection.fetch(
        """
        select e.anonymous_id, e.user_id, e.type, e.name, e.occurred_at,
          case when e.user_id is null then e.properties else '{}' end as properties
        from unnest($2::text[], $3::timestamptz[]) as w(browser, since)
        join events e on e.organisation_id = $1 and e.anonymous_id = w.browser and e.occurred_at >= w.since
        where e.user_id is not null or e.type = 'identify' or (e.type = 'track' and e.name = 'Form Submitted')
        """,
        _organisation(session),
        list(since),
        list(since.values()),
    )


async def holders(session: AsyncSession, visitor_ids: Collection[UUID]) -> list[Holder]:
    """Visitors with their leads and addresses."""
    connection = await asyncpg_connection(session)
    rows = await connection.fetch(
        """
        select v.id, v.lead_id, v.lead_email, coalesce(array_agg(i.value order by i.first_seen_at, i.value)
          filter (where i.kind = 'email'), '{}') as emails
        from visitors v left join visitor_identifiers i on i.visitor_id = v.id
        where v.id = any($1::uuid[]) group by v.id order by v.id
        """,
        list(visitor_ids),
    )
    return [Holder(row[0], row[1], row[2], tuple(row[3])) for row in rows]


async def set_leads(session: AsyncSession, leads: Mapping[UUID, tuple[UUID | None, str | None]]) -> None:
    """Say which lead visitors are, and by which address."""
    connection = await asyncpg_connection(session)
    await connection.execute(
        "update visitors v set lead_id = w.lead_id, lead_email = w.email "
        "from unnest($1::uuid[], $2::uuid[], $3::text[]) as w(id, lead_id, email) where v.id = w.id",
        list(leads),
        [lead_id for lead_id, _ in leads.values()],
        [email for _, email in leads.values()],
    )


def _organisation(session: AsyncSession) -> UUID:
    organisation_id = actor_of(session).organisation_id
    assert organisation_id is not None
    return organisation_id

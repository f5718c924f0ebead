"""The list of people: pages, counts, the field catalogue and the quick search."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

import orjson
from sqlalchemy.ext.asyncio import AsyncSession

from tradewind.kernel.pagination import Total
from tradewind.kernel.sparse import picked
from tradewind.modules.identity import api as identity
from tradewind.modules.leads import masking
from tradewind.modules.leads.conditions import Field
from tradewind.modules.leads.errors import ConditionInvalid, SegmentNotFound
from tradewind.modules.leads.repository import fields, palette, segments
from tradewind.modules.leads.repository import lists as repository
from tradewind.modules.leads.schemas.people import FieldOption, FieldRead, FieldsRead, SearchHit, SearchRead

_COMMON_KINDS = (
    "web.page_view", "web.form_submitted", "email.sent", "email.delivered", "email.opened", "email.clicked",
    "email.replied", "email.out_of_office", "email.bounced", "email.complained", "email.unsubscribed",
    "call.completed", "call.missed", "meeting.booked", "meeting.held", "meeting.no_show", "note.added",
    "task.completed", "deal.created", "deal.stage_changed", "deal.won", "deal.lost",
)  # fmt: skip
_IN_USE = ("country", "source", "language", "tags")


def parse_condition(text: str | None) -> dict[str, Any] | None:
    """The condition of an address; None for none. Raises ConditionInvalid."""
    if text is None or not text.strip():
        return None
    try:
        condition = orjson.loads(text)
    except orjson.JSONDecodeError as error:
        raise ConditionInvalid(
            "The filter is not valid JSON.", errors=[{"field": "filter", "message": "Must be valid JSON."}]
        ) from error
    if not isinstance(condition, dict):
        raise ConditionInvalid(
            "The filter is no condition.", errors=[{"field": "filter", "message": "Must be a JSON object."}]
        )
    return condition


async def select_people(
    session: AsyncSession,
    *,
    condition: Mapping[str, Any] | None,
    q: str | None,
    segment_id: UUID | None = None,
    names_only: bool = False,
) -> repository.Selection:
    """Which people are meant; see `repository.lists.selection`. Raises ConditionInvalid, SegmentNotFound."""
    if segment_id is not None and await segments.get(session, segment_id) is None:
        raise SegmentNotFound()
    return await repository.selection(session, condition=condition, q=q, segment_id=segment_id, names_only=names_only)


async def page(
    session: AsyncSession,
    *,
    condition: str | None,
    q: str | None,
    segment_id: UUID | None,
    sort: str,
    cursor: str | None,
    limit: int,
    fields: tuple[str, ...] | None = None,
) -> bytes:
    """One page as JSON (`Page[LeadRow]`, or only `fields`).

    Raises ConditionInvalid, InvalidCursor, Invalid, SegmentNotFound.
    """
    chosen = await select_people(session, condition=parse_condition(condition), q=q, segment_id=segment_id)
    columns = repository.LIST_COLUMNS if fields is None else tuple(dict.fromkeys(("id", *fields)))
    rows, following, preceding = await repository.page(
        session, chosen, sort=sort, cursor=cursor, limit=limit, columns=columns
    )
    total = None
    if cursor is None:
        # A page that holds everything has counted it.
        value, exact = await repository.total(session, chosen) if following else (len(rows), True)
        # The planner may expect fewer rows than this page has shown.
        total = {"value": value if exact else max(value, len(rows)), "exact": exact}
    return repository.dumps(
        {
            "items": [
                content if fields is None else picked(content, fields)
                for content in map(repository.row_json, await masking.shown_all(session, rows))
            ],
            "next_cursor": following,
            "previous_cursor": preceding,
            "total": total,
        }
    )


async def count(
    session: AsyncSession, *, condition: Mapping[str, Any] | None, q: str | None = None, segment_id: UUID | None = None
) -> Total:
    """How many people a filter holds for. Raises ConditionInvalid, SegmentNotFound."""
    chosen = await select_people(session, condition=condition, q=q, segment_id=segment_id)
    value, exact = await repository.total(session, chosen, patient=True)
    return Total(value=value, exact=exact)


async def field_catalogue(session: AsyncSession) -> FieldsRead:
    """Every field of the filter builder, with the values in use among the newest records."""
    known = (await fields.fields_for(session, None, everything=True)).by_key()
    in_use = await fields.values_in_use(session)
    members = [FieldOption(value=str(m.id), label=m.name) for m in await identity.list_members(session)]
    named_segments = [
        FieldOption(value=str(segment.id), label=segment.name) for segment in await segments.all_of(session)
    ]

    hidden = masking.hides(session)

    def options(entry: Field) -> list[FieldOption] | None:
        if entry.kind == "user":
            return members
        if entry.kind == "segment":
            return named_segments
        if entry.options is not None:
            return [FieldOption(value=value, label=_label(entry, value)) for value in entry.options]
        if entry.key in _IN_USE:
            return [FieldOption(value=value, label=value) for value in in_use[entry.key]]
        return None

    return FieldsRead(
        fields=[
            FieldRead(
                key=entry.key,
                label=entry.label,
                kind=entry.kind,
                group=entry.group,
                ops=list(entry.operators),
                options=options(entry),
                sortable=entry.key in repository.SORTS,
                indexed=entry.indexed or entry.custom_key is None,
                custom_field_id=entry.custom_id,
            )
            for entry in known.values()
            if not (entry.masked and hidden)
        ],
        activity_kinds=sorted({*_COMMON_KINDS, *in_use["kind"]}),
    )


def _label(entry: Field, value: str) -> str:
    return value if entry.custom_key else value.replace("_", " ").capitalize()


async def search(session: AsyncSession, words: str) -> SearchRead:
    """The palette's results: the few best of each kind."""
    hidden = masking.hides(session)
    found = await palette.search(session, repository.search_query(words) or "", words, masked=hidden)
    return SearchRead(
        **{
            kind: [SearchHit(id=row["id"], title=row["title"], subtitle=row["subtitle"]) for row in rows]
            for kind, rows in found.items()
        }
    )

"""The compiler of conditions: agrees with Python on random trees, refuses what is wrong, takes nothing for SQL."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select, text
from sqlalchemy.ext.asyncio import AsyncSession

from tradewind.kernel.access import Actor
from tradewind.kernel.database import Database, asyncpg_connection
from tradewind.kernel.ids import new_id
from tradewind.modules.leads.conditions import OPERATORS, Fields, compile
from tradewind.modules.leads.errors import ConditionInvalid
from tradewind.modules.leads.models.companies import Company
from tradewind.modules.leads.models.fields import CustomField
from tradewind.modules.leads.models.people import Lead
from tradewind.modules.leads.models.timeline import Activity
from tradewind.modules.leads.models.views import Segment, SegmentMember
from tradewind.modules.leads.repository.fields import fields_for

from .conditions_in_python import Person, holds

AT = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
ORGANISATION = UUID(int=1)
TEXTS = ["Ada", "ada", "Élan Bikes", "100%", "a_b", "O'Brien; drop table leads --", "x@y.example", "", "  "]
MOMENTS = ["2026-03-02", "2026-02-28T10:30:00+00:00", "2025-12-31", "2026-03-02T09:00:00Z", "1999-01-01"]
ACTIVITY_KINDS = ["email.opened", "email.clicked", "web.page_view"]
CUSTOM = {
    "plan": ("select", ["Free", "Team", "Enterprise"]),
    "visits": ("number", []),
    "renewal": ("date", []),
    "seen": ("datetime", []),
    "agreed": ("boolean", []),
    "topics": ("multi_select", ["Price", "Speed", "Support"]),
    "remark": ("text", []),
    "site": ("url", []),
}


class World:
    """Sample rows and the catalogue that goes with them."""

    def __init__(self, session: AsyncSession, people: list[Person], fields: Fields) -> None:
        self.session, self.people, self.fields = session, people, fields
        self.kinds = {key: entry.kind for key, entry in fields.by_key().items()}

    async def matching(self, condition: dict[str, Any]) -> set[UUID]:
        compiled = compile(condition, self.fields, at=AT)
        connection = await asyncpg_connection(self.session)
        rows = await connection.fetch(f"select leads.id from leads where {compiled.sql}", *compiled.values)
        return {row["id"] for row in rows}


def _lead(organisation_id: UUID, number: int, companies: list[Company], owner: UUID) -> Lead:
    some = number % 3
    return Lead(
        id=new_id(), organisation_id=organisation_id,
        full_name=["Ada Lovelace", "", "Élan", "ada", "100%", "O'Brien; drop table leads --"][number % 6],
        first_name=["Ada", None, ""][some], last_name=[None, "a_b"][number % 2],
        email=["X@y.example", None][number % 2], email_key=["x@y.example", None][number % 2],
        phone=["030 1", None, "+49301"][some], phone_key=[None, None, "+49301"][some],
        company_name=["Élan Bikes", None, "Acme 100%"][some],
        company_id=[companies[0].id, None, companies[1].id, companies[2].id][number % 4],
        status=["new", "qualified", "customer"][some], source=[None, "Google", "google"][some],
        country=["DE", None, "US"][some], owner_id=[owner, None][number % 2],
        score=[None, 0, 40, 70, 100][number % 5], score_band=[None, "cold", "cool", "warm", "hot"][number % 5],
        score_probability=[None, 0.25, 0.5][some], converted=[None, True, False][some],
        last_activity_at=[None, AT - timedelta(days=number)][number % 2],
        created_at=AT - timedelta(days=10 * number, hours=number), updated_at=AT,
        tags=[[], ["vip"], ["vip", "event"]][some], do_not_email=number % 4 == 0,
        custom=[
            {}, {"plan": "Team", "visits": 3, "agreed": True, "topics": ["Price"], "remark": "100%"},
            {"visits": 2.5, "renewal": "2026-03-02", "seen": "2026-02-28T10:30:00.000000Z", "topics": ["Speed"]},
            {"agreed": False, "renewal": "2025-12-31", "remark": "Ada " + "x" * 300, "site": "https://x.example"},
        ][number % 4],
    )  # fmt: skip


@pytest.fixture
async def world(database: Database, organisation: Actor) -> AsyncIterator[World]:
    """Twelve different leads, three companies (one deleted), activities, segments and custom fields."""
    assert organisation.organisation_id is not None
    own = organisation.organisation_id
    async with database.transaction(organisation) as session:
        companies = [
            Company(id=new_id(), organisation_id=own, name="Élan Bikes", name_key="elan", employee_count=12,
                    country="DE", tags=["vip"], custom={"tier": "A"}),
            Company(id=new_id(), organisation_id=own, name="Acme", name_key="acme", industry="Software",
                    annual_revenue_minor=10_000_000_000, domain="acme.example"),
            Company(id=new_id(), organisation_id=own, name="Gone", name_key="gone", deleted_at=AT),
        ]  # fmt: skip
        session.add_all(companies)
        for key, (kind, options) in CUSTOM.items():
            filterable = key in ("plan", "visits", "renewal", "topics", "remark")
            session.add(
                CustomField(organisation_id=own, entity="lead", key=key, label=key, kind=kind, options=options,
                            filterable=filterable)
            )  # fmt: skip
        session.add(CustomField(organisation_id=own, entity="company", key="tier", label="Tier", kind="text"))
        await session.flush()
        leads = [_lead(own, number, companies, new_id()) for number in range(12)]
        session.add_all(leads)
        await session.flush()
        static = Segment(id=new_id(), organisation_id=own, name="Static", kind="static")
        hot = {"field": "score", "op": "gte", "value": 70}
        dynamic = Segment(id=new_id(), organisation_id=own, name="Hot", kind="dynamic", condition=hot)
        session.add_all([static, dynamic])
        await session.flush()
        session.add_all(SegmentMember(organisation_id=own, segment_id=static.id, lead_id=lead.id) for lead in leads[:4])
        people = []
        for number, lead in enumerate(leads):
            acts = [(ACTIVITY_KINDS[i % 3], AT - timedelta(days=i * number)) for i in range(number % 5)]
            session.add_all(
                Activity(organisation_id=own, lead_id=lead.id, kind=kind, occurred_at=moment) for kind, moment in acts
            )
            company = next((c for c in companies[:2] if c.id == lead.company_id), None)
            people.append(
                Person(
                    id=lead.id,
                    columns={column.key: getattr(lead, column.key) for column in Lead.__mapper__.column_attrs},
                    custom=lead.custom,
                    company=None if company is None else {
                        column.key: getattr(company, column.key) for column in Company.__mapper__.column_attrs
                    },
                    activities=acts,
                    segments={key for key, inside in ((static.id, number < 4), (dynamic.id, (lead.score or 0) >= 70))
                              if inside},
                )
            )  # fmt: skip
        await session.flush()
        for field_id in (await session.execute(select(CustomField.id))).scalars().all():
            await session.execute(text("select index_custom_field(:id, 20)"), {"id": field_id})
        named = {"field": "segment", "op": "in", "value": [str(static.id), str(dynamic.id)]}
        yield World(session, people, await fields_for(session, named, everything=True))


def _values(kind: str, operator: str, options: tuple[str, ...] | None, segments: list[str]) -> st.SearchStrategy[Any]:
    texts = st.sampled_from([t for t in TEXTS if t.strip()]) | st.text(
        st.characters(codec="ascii", exclude_characters="\x00"), min_size=1, max_size=8
    ).filter(lambda t: bool(t.strip()))
    items = {
        "text": texts,
        "url": texts,
        "select": st.sampled_from(options or ("DE", "US", "small")),
        "user": st.uuids().map(str),
        "reference": st.uuids().map(str),
        "number": st.integers(-5, 120) | st.floats(-1e6, 1e6) | st.sampled_from([0.5, 2.5, 10_000_000_000]),
        "boolean": st.booleans(),
        "datetime": st.sampled_from(MOMENTS),
        "date": st.sampled_from(MOMENTS),
        "tags": st.sampled_from(["vip", "event", "never"]),
        "multi_select": st.sampled_from(options or ("none",)),
        "segment": st.sampled_from(segments),
        "activity_count": st.integers(0, 4),
        "activity_time": st.sampled_from(MOMENTS),
    }
    item = items[kind]
    if operator in ("in", "not_in", "has_any", "has_all", "has_none"):
        return st.lists(item, min_size=1, max_size=3)
    if operator == "between":
        return st.tuples(item, item).map(list)
    if operator in ("within_days", "more_than_days_ago"):
        return st.integers(0, 60)
    return st.none() if operator in ("is_set", "is_not_set") else item


@st.composite
def _leaves(draw: st.DrawFn, fields: Fields) -> dict[str, Any]:
    entry = draw(st.sampled_from(sorted(fields.by_key().values(), key=lambda entry: entry.key)))
    operator = draw(st.sampled_from(entry.operators))
    leaf = {
        "field": entry.key,
        "op": operator,
        "value": draw(_values(entry.kind, operator, entry.options, [str(key) for key in fields.segments])),
    }
    if entry.group == "activity":
        leaf["kind"] = draw(st.sampled_from([None, "email.*", *ACTIVITY_KINDS]))
        leaf["within_days"] = draw(st.none() | st.integers(0, 30))
    return leaf


def _trees(fields: Fields) -> st.SearchStrategy[dict[str, Any]]:
    return st.recursive(
        _leaves(fields),
        lambda children: (
            st.lists(children, max_size=3).map(lambda nodes: {"all": nodes})
            | st.lists(children, max_size=3).map(lambda nodes: {"any": nodes})
            | children.map(lambda node: {"not": node})
        ),
        max_leaves=6,
    ).filter(lambda tree: _depth(tree) <= 5)


def _depth(node: dict[str, Any]) -> int:
    children = node.get("all") or node.get("any") or ([node["not"]] if "not" in node else [])
    return (1 if "field" not in node else 0) + max((_depth(child) for child in children), default=0)


@settings(max_examples=300, deadline=None, suppress_health_check=list(HealthCheck))
@given(data=st.data())
async def test_agrees_with_python(world: World, data: st.DataObject) -> None:
    condition = data.draw(_trees(world.fields))
    expected = {person.id for person in world.people if holds(condition, person, world.kinds, AT)}
    assert await world.matching(condition) == expected


@settings(max_examples=10, deadline=None, suppress_health_check=list(HealthCheck))
@given(data=st.data())
async def test_every_field_with_every_operator_runs(world: World, data: st.DataObject) -> None:
    segments = [str(key) for key in world.fields.segments]
    for entry in world.fields.by_key().values():
        for operator in entry.operators:
            strategy = _values(entry.kind, operator, entry.options, segments)
            condition = {"field": entry.key, "op": operator, "value": data.draw(strategy)}
            expected = {person.id for person in world.people if holds(condition, person, world.kinds, AT)}
            assert await world.matching(condition) == expected, condition


async def test_serves_sqlalchemy_too(world: World) -> None:
    condition = {
        "all": [
            {"field": "created_at", "op": "within_days", "value": 400},
            {"field": "custom.plan", "op": "in", "value": ["Team", "Free"]},
            {"field": "tags", "op": "has_any", "value": ["vip"]},
            {"field": "score", "op": "gte", "value": 0},
        ]
    }
    compiled = compile(condition, world.fields, first=7, at=AT)
    rows = await world.session.execute(select(Lead.id).where(compiled.expression()))
    assert set(rows.scalars()) == await world.matching(condition)


FIELDS = Fields(ORGANISATION)
LEAF = {"field": "score", "op": "gte", "value": 70}


def _nested(depth: int) -> dict[str, Any]:
    node: dict[str, Any] = LEAF
    for _ in range(depth):
        node = {"not": node}
    return node


@pytest.mark.parametrize(
    ("condition", "path", "words"),
    [
        ([], "condition", "object"),
        ({}, "condition", "exactly one"),
        ({"all": [], "any": []}, "condition", "exactly one"),
        ({"all": {}}, "all", "list"),
        ({"all": [LEAF, {"field": "nope", "op": "eq", "value": 1}]}, "all[1].field", "no field"),
        ({"any": [{"not": {"field": "score", "op": "contains", "value": 1}}]}, "any[0].not.op", "understands"),
        ({"field": "score", "op": "gte", "value": "70"}, "value", "number"),
        ({"field": "score", "op": "gte", "value": True}, "value", "number"),
        ({"field": "score", "op": "gte", "value": float("inf")}, "value", "too large"),
        ({"field": "score", "op": "between", "value": [1]}, "value", "two"),
        ({"field": "status", "op": "eq", "value": "unheard of"}, "value", "not one of"),
        ({"field": "full_name", "op": "eq", "value": "a\x00b"}, "value", "stored"),
        ({"field": "full_name", "op": "eq", "value": "\ud800"}, "value", "stored"),
        ({"field": "full_name", "op": "eq", "value": "x" * 501}, "value", "500"),
        ({"field": "full_name", "op": "in", "value": ["x"] * 201}, "value", "200"),
        ({"field": "full_name", "op": "in", "value": []}, "value", "at least one"),
        ({"field": "owner_id", "op": "eq", "value": "me"}, "value", "id"),
        ({"field": "created_at", "op": "before", "value": "soon"}, "value", "date"),
        ({"field": "created_at", "op": "within_days", "value": -1}, "value", "days"),
        ({"field": "created_at", "op": "after", "value": "9999-12-31"}, "value", "date"),
        ({"field": "segment", "op": "in", "value": [str(ORGANISATION)]}, "value", "no such segment"),
        ({"field": "activity.count", "op": "gte", "value": 1, "kind": "'; drop"}, "kind", "kind"),
        ({"field": "activity.count", "op": "gte", "value": 1, "since": 2}, "condition", "Unknown part"),
        ({"field": "score", "op": "gte", "value": 1, "kind": "email.*"}, "condition", "Unknown part"),
        ({"field": ["score"], "op": "gte", "value": 1}, "field", "no field"),
        ({"field": "score", "op": {"a": 1}, "value": 1}, "op", "understands"),
        (_nested(6), "not.not.not.not.not", "nested"),
        ({"all": [LEAF] * 51}, "all", "50"),
        ({"all": [{"any": [LEAF] * 26}, {"any": [LEAF] * 26}]}, "all[1].any[24]", "50"),
    ],
)
def test_refuses_and_names_the_place(condition: Any, path: str, words: str) -> None:
    with pytest.raises(ConditionInvalid) as refused:
        compile(condition, FIELDS)
    assert refused.value.errors[0]["field"] == path
    assert words in refused.value.errors[0]["message"]


def test_values_never_reach_the_statement() -> None:
    hostile = "'; drop table leads; --"
    compiled = compile({"field": "full_name", "op": "contains", "value": hostile}, FIELDS)
    assert hostile not in compiled.sql
    assert compiled.values == (hostile,)


def test_every_kind_has_operators() -> None:
    assert {entry.kind for entry in FIELDS.by_key().values()} <= set(OPERATORS)


async def test_segments_that_lead_in_a_circle_are_refused(world: World) -> None:
    own = world.fields.organisation_id
    first, second = new_id(), new_id()

    def pointing_at(other: UUID) -> dict[str, Any]:
        return {"field": "segment", "op": "in", "value": [str(other)]}

    world.session.add_all(
        [
            Segment(id=first, organisation_id=own, name="1", kind="dynamic", condition=pointing_at(second)),
            Segment(id=second, organisation_id=own, name="2", kind="dynamic", condition=pointing_at(first)),
        ]
    )
    await world.session.flush()
    fields = await fields_for(world.session, pointing_at(first))
    with pytest.raises(ConditionInvalid, match="refers to itself"):
        compile(pointing_at(first), fields)

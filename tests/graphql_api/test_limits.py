"""Queries that ask for too much are refused before anything runs; large ones cost a fixed number of statements."""

from typing import Any

import pytest
from graphql import parse

from tradewind.graphql_api.errors import QueryTooLarge
from tradewind.graphql_api.limits import MAX_COST, MAX_DEPTH, MAX_FIELDS, measure
from tradewind.graphql_api.schema import schema


def size(query: str, **variables: Any):
    return measure(parse(query), schema._schema, operation=None, variables=variables)


def refused(query: str, **variables: Any) -> str:
    with pytest.raises(QueryTooLarge) as caught:
        size(query, **variables)
    return caught.value.extra["limit"]


def test_points_are_as_documented():
    assert size("{ viewer { name } }").cost == 5 + 1
    assert size("{ leads(first: 10) { nodes { id email } } }").cost == 5 + 10 * (1 + 2)
    assert size("{ leads(first: 10) { nodes { deals(first: 3) { id } } } }").cost == 5 + 10 * (1 + 5 + 3)
    assert size("query($n: Int!) { leads(first: $n) { nodes { id } } }", n=50).cost == 5 + 50 * 2
    assert size("{ leads { nodes { id } } }").cost == 5 + 25 * 2
    assert size("{ members { id } }").cost == 5 + 20


def test_deep_queries_are_refused():
    ring = "company { owner { name } }"
    for _ in range(MAX_DEPTH):
        ring = f"deals(first: 1) {{ lead {{ {ring} }} }}"
    assert refused(f"{{ leads(first: 1) {{ nodes {{ {ring} }} }} }}") == "depth"


def test_large_pages_multiply():
    nested = "{ leads(first: 100) { nodes { deals(first: 50) { id name amountMinor lead { id email } } } } }"
    assert refused(nested) == "cost"
    assert size(nested.replace("100", "10")).cost <= MAX_COST
    assert refused("query($n: Int!) { leads(first: $n) { nodes { id } } }", n=10**9) == "cost"


def test_aliases_and_repetitions_count():
    aliases = " ".join(f"a{number}: leads(first: 1) {{ nodes {{ id }} }}" for number in range(30))
    assert refused(f"{{ {aliases} }}") == "root fields"
    names = " ".join(f"a{number}: email" for number in range(MAX_FIELDS))
    assert refused(f"{{ leads(first: 1) {{ nodes {{ {names} }} }} }}") == "fields"
    same = "email " * MAX_FIELDS
    assert refused(f"{{ leads(first: 1) {{ nodes {{ {same} }} }} }}") == "fields"
    spread = "fragment F on Query { " + aliases + " } { ...F ...F }"
    assert refused(spread) == "root fields"


def test_fragments_of_fragments_count_each_time():
    layers = [
        f"fragment F{number} on Lead {{ {' '.join(f'a{i}: company {{ id }} ...F{number + 1}' for i in range(10))} }}"
        for number in range(60)
    ]
    bomb = " ".join(layers) + " fragment F60 on Lead { id } { leads { nodes { ...F0 } } }"
    assert refused(bomb) in {"fields", "cost"}


def test_circles_end():
    size("fragment A on Lead { id ...B } fragment B on Lead { email ...A } { leads(first: 1) { nodes { ...A } } }")


@pytest.mark.parametrize(
    "query",
    [
        "{ leads(first: 100) { nodes { deals(first: 50) { id name lead { id email fullName city } } } } }",
        "{ " + "viewer { name } " * 400 + "}",
        "{ a " * 1200 + "} " * 1200,
        "fragment A on Lead { ...B } fragment B on Lead { ...A } { leads { nodes { ...A } } }",
        "{ __schema { types { fields { type { fields { type { fields { type { fields { name } } } } } } } } } }",
        "mutation { leads { nodes { id } } }",
    ],
)
async def test_attacks_are_answered_with_an_error(client, query: str):
    answer = await client.post("/graphql", json={"query": query})
    assert answer.status_code == 200, answer.text
    content = answer.json()
    assert content["data"] is None
    assert content["errors"][0]["extensions"]["code"].startswith("graphql.")
    assert len(answer.content) < 20_000


@pytest.mark.parametrize(
    ("body", "status"),
    [
        (b"", 400), (b"{", 400), (b"[]", 422), (b'{"query": 1}', 422), (b'{"query": "' + b"x" * 30_000 + b'"}', 422),
        (b'{"query": "' + b"x" * 70_000 + b'"}', 413), (b'{"query": "{ viewer { name } }", "variables": []}', 422),
        (b'[{"query": "{ viewer { name } }"}]', 422),
    ],
)  # fmt: skip
async def test_other_bodies_are_refused(client, body: bytes, status: int):
    answer = await client.post("/graphql", content=body, headers={"Content-Type": "application/json"})
    assert answer.status_code == status, answer.text


async def test_the_usual_introspection_query_works(client):
    from graphql import get_introspection_query

    content = (await client.post("/graphql", json={"query": get_introspection_query()})).json()
    assert "errors" not in content, content["errors"]
    assert content["data"]["__schema"]["queryType"]["name"] == "Query"


async def test_the_rate_is_told(client):
    answer = await client.post("/graphql", json={"query": "{ viewer { name } }"})
    assert answer.headers["RateLimit-Policy"].startswith('"api"')
    assert answer.json()["extensions"]["cost"] == 6


async def test_statements_do_not_grow_with_rows(client, database):
    """The N+1 problem: ten times the rows, the same number of statements."""
    for number in range(30):
        lead = await client.post("/api/v1/leads", json={"full_name": f"P {number}", "company_name": f"C {number}"})
        await client.post("/api/v1/deals", json={"name": f"D {number}", "lead_id": lead.json()["id"]})
        await client.post("/api/v1/tasks", json={"title": f"T {number}", "lead_id": lead.json()["id"]})
    query = """query($n: Int!) { leads(first: $n) { nodes { fullName company { name owner { name }
        people(first: 2) { fullName } deals { name } } owner { name }
        scoring { note } deals { name pipeline { name } lead { fullName } } tasks { title assignee { name } }
        timeline { title } } } deals(first: $n) { nodes { name lead { fullName company { name } } } } }"""
    raw = await database._connection.get_raw_connection()
    counts = {}
    for pages in (3, 30):
        statements: list[str] = []

        def note(record: Any, into: list[str] = statements) -> None:
            into.append(record.query)

        raw.driver_connection.add_query_logger(note)
        content = (await client.post("/graphql", json={"query": query, "variables": {"n": pages}})).json()
        raw.driver_connection.remove_query_logger(note)
        assert "errors" not in content, content["errors"]
        assert len(content["data"]["leads"]["nodes"]) == pages
        counts[pages] = len(statements)
    assert counts[30] <= counts[3] < 40, counts

"""Every field names its permission and keeps to it; what was read is what the REST API reads."""

from typing import Any

import pytest
from graphql import GraphQLObjectType, get_named_type

from tradewind.graphql_api.access import SIGNED_IN, permissions_of, permissions_of_type
from tradewind.graphql_api.schema import schema
from tradewind.modules.identity.permissions import PERMISSIONS, ROLES
from tradewind.modules.identity.permissions import permissions_of as permissions_of_role

TYPES = {
    name: kind
    for name, kind in schema._schema.type_map.items()
    if isinstance(kind, GraphQLObjectType) and not name.startswith("__")
}
NEEDED = {"lead": "id: $lead", "company": "id: $company", "deal": "id: $deal", "timeline": "leadId: $lead"}


async def ask(client, query: str, **variables: Any) -> dict[str, Any]:
    answer = await client.post("/graphql", json={"query": query, "variables": variables})
    assert answer.status_code == 200, answer.text
    return answer.json()


@pytest.fixture
async def records(client, drain) -> dict[str, str]:
    """A lead with everything that hangs on one."""
    lead = (
        await client.post(
            "/api/v1/leads",
            json={
                "full_name": "Ada Lovelace",
                "email": "ada@engines.example",
                "company_name": "Engines",
                "country": "GB",
            },
        )
    ).json()
    deal = (
        await client.post("/api/v1/deals", json={"name": "Ninety", "lead_id": lead["id"], "amount_minor": 10**12})
    ).json()
    await client.post("/api/v1/tasks", json={"title": "Call", "lead_id": lead["id"]})
    await client.post(f"/api/v1/leads/{lead['id']}/notes", json={"body": "Met her."})
    condition = {"field": "country", "op": "eq", "value": "GB"}
    await client.post("/api/v1/segments", json={"name": "Britons", "condition": condition})
    await drain()
    return {"lead": lead["id"], "company": lead["company_id"], "deal": deal["id"]}


def test_every_field_names_known_permissions():
    wrong = []
    for name, kind in TYPES.items():
        for field in kind.fields:
            wanted = permissions_of(kind, field)
            if not wanted or not wanted <= {*PERMISSIONS, SIGNED_IN}:
                wrong.append(f"{name}.{field}: {wanted}")
    assert wrong == []


def test_a_resolver_demands_what_its_answer_shows():
    wrong = []
    for name, kind in TYPES.items():
        for field, definition in kind.fields.items():
            own = definition.extensions["strawberry-definition"]
            if own.base_resolver is not None and not own.metadata.get("permissions"):
                wrong.append(f"{name}.{field} has a resolver without a permission")
            shown = permissions_of_type(get_named_type(definition.type).name) or frozenset()
            if not shown - {SIGNED_IN} <= (permissions_of(kind, field) or frozenset()):
                wrong.append(f"{name}.{field} shows what needs {set(shown)}")
    assert wrong == []


def test_nothing_can_be_changed():
    assert schema._schema.mutation_type is None
    assert schema._schema.subscription_type is None


@pytest.mark.parametrize("role", ROLES)
async def test_each_role_reads_what_it_may_and_nothing_else(client_for, records, role: str):
    client, may = await client_for(role), permissions_of_role(role)
    wrong, asked = [], 0
    for path in _paths():
        needed = {p for kind, field in path for p in permissions_of(TYPES[kind], field) or ()} - {SIGNED_IN}
        used = {name: records[name] for name in ("lead", "company", "deal") if f"${name}" in _query(path)}
        content = await ask(client, _query(path), **used)
        codes = {error["extensions"]["code"] for error in content.get("errors", [])}
        missing = {error["extensions"].get("permission") for error in content.get("errors", [])}
        asked += 1
        if needed <= may and codes:
            wrong.append(f"{path}: {content['errors']}")
        if not needed <= may and (codes != {"kernel.forbidden"} or not missing <= needed - may):
            wrong.append(f"{path}: {content}")
    assert wrong == []
    assert asked > 100


def _paths() -> list[list[tuple[str, str]]]:
    """A shortest way from the top to every field of the schema."""
    found, seen, queue = [], {"Query"}, [[("Query", field)] for field in TYPES["Query"].fields]
    while queue:
        path = queue.pop(0)
        kind, field = path[-1]
        inner = get_named_type(TYPES[kind].fields[field].type).name
        if inner not in TYPES:
            found.append(path)
        elif inner not in seen:
            seen.add(inner)
            queue += [[*path, (inner, name)] for name in TYPES[inner].fields]
        else:
            found.append([*path, (inner, next(iter(TYPES[inner].fields)))])
    return found


def _query(path: list[tuple[str, str]]) -> str:
    first, *rest = path
    last = path[-1]
    if get_named_type(TYPES[last[0]].fields[last[1]].type).name in TYPES:
        rest = [*rest, ("", "__typename")]
    arguments = NEEDED.get(first[1])
    inner = ""
    for _, field in reversed(rest):
        inner = f" {{ {field}{inner} }}"
    text = f"{first[1]}{f'({arguments})' if arguments else ''}{inner}"
    declared = ", ".join(f"${name}: UUID!" for name in ("lead", "company", "deal") if f"${name}" in text)
    return f"query{f'({declared})' if declared else ''} {{ {text} }}"


async def test_visitors_read_nothing(anonymous):
    answer = await anonymous.post("/graphql", json={"query": "{ viewer { name } }"})
    assert answer.status_code == 401


async def test_one_query_reads_a_whole_screen(client, records):
    content = await ask(
        client,
        """query($id: UUID!) { lead(id: $id) {
            fullName email company { name peopleCount people { fullName email } deals { name } }
            owner { name } scoring { note reasonsFor { sentence } }
            deals { name amountMinor pipeline { name stages { name } } } tasks { title assignee { name } }
            timeline(first: 5) { kind title }
        } metrics { keyNumbers { label value } } segments { name memberCount } viewer { name } }""",
        id=records["lead"],
    )
    assert "errors" not in content, content
    lead = content["data"]["lead"]
    assert lead["fullName"] == "Ada Lovelace"
    assert lead["company"] == {
        "name": "Engines", "peopleCount": 1, "deals": [{"name": "Ninety"}],
        "people": [{"fullName": "Ada Lovelace", "email": "ada@engines.example"}],
    }  # fmt: skip
    assert lead["deals"][0]["amountMinor"] == 10**12
    assert len(lead["deals"][0]["pipeline"]["stages"]) >= 3
    assert [task["title"] for task in lead["tasks"]] == ["Call"]
    assert lead["tasks"][0]["assignee"]["name"]
    assert "note.added" in {entry["kind"] for entry in lead["timeline"]}
    assert lead["scoring"]["note"]
    assert content["data"]["segments"] == [{"name": "Britons", "memberCount": 1}]


async def test_what_is_forbidden_leaves_the_rest(client_for, records):
    client = await client_for("api_user")
    content = await ask(client, "query($id: UUID!) { lead(id: $id) { fullName owner { name } } }", id=records["lead"])
    assert content["data"]["lead"] == {"fullName": "Ada Lovelace", "owner": None}
    [error] = content["errors"]
    assert error["path"] == ["lead", "owner"]
    assert error["extensions"] | {"status": 403} == error["extensions"]
    assert error["extensions"]["permission"] == "members:read"


async def test_contact_details_are_masked_as_in_the_rest_api(client_for, records):
    client = await client_for("analyst")
    plain = (await client.get(f"/api/v1/leads/{records['lead']}")).json()
    query = "query($id: UUID!) { lead(id: $id) { email timeline { body } } leads { nodes { email } } }"
    content = await ask(client, query, id=records["lead"])
    assert content["data"]["lead"]["email"] == plain["email"] != "ada@engines.example"
    assert content["data"]["leads"]["nodes"] == [{"email": plain["email"]}]
    assert "Met her." not in str(content)


async def test_another_organisation_is_not_there(client_of, other_organisation, records):
    client = await client_of(other_organisation)
    content = await ask(
        client,
        """query($lead: UUID!, $company: UUID!, $deal: UUID!) {
            lead(id: $lead) { fullName } company(id: $company) { name } deal(id: $deal) { name }
            timeline(leadId: $lead) { nodes { title } } leads { nodes { id } } deals(leadId: $lead) { nodes { id } }
        }""",
        **records,
    )
    assert content["data"] == {
        "lead": None, "company": None, "deal": None, "timeline": None,
        "leads": {"nodes": []}, "deals": {"nodes": []},
    }  # fmt: skip
    assert {error["extensions"]["code"] for error in content["errors"]} == {
        "deals.deal_not_found",
        "leads.not_found",
    } or {error["extensions"]["status"] for error in content["errors"]} == {404}


@pytest.mark.parametrize("role", ["admin", "api_user"])
async def test_the_schema_shows_only_what_may_be_read(client_for, role: str):
    content = await ask(await client_for(role), "{ __schema { types { name fields { name } } } }")
    types = {kind["name"]: {f["name"] for f in kind["fields"] or ()} for kind in content["data"]["__schema"]["types"]}
    admin = role == "admin"
    assert ("metrics" in types["Query"], "members" in types["Query"]) == (admin, admin)
    assert ("owner" in types["Lead"], "Member" in types, "Metrics" in types) == (admin, admin, admin)
    assert "fullName" in types["Lead"]


async def test_errors_carry_codes(client, records):
    cases = {
        "{ nothing }": "graphql.invalid",
        "{ leads { ": "graphql.invalid",
        '{ leads(filter: {field: "nonsense", op: "eq", value: 1}) { nodes { id } } }': "leads.condition_invalid",
        '{ leads(after: "forged") { nodes { id } } }': "kernel.invalid_cursor",
        '{ leads(sort: "nonsense") { nodes { id } } }': "kernel.invalid",
        '{ deals(sort: "nonsense") { nodes { id } } }': "kernel.invalid",
        "{ leads(first: 0) { nodes { id } } }": "kernel.invalid",
        '{ lead(id: "Ada") { id } }': "graphql.invalid",
        '{ leads(after: "a", before: "b") { nodes { id } } }': "kernel.bad_request",
    }
    for query, code in cases.items():
        [error, *_] = (await ask(client, query))["errors"]
        assert error["extensions"]["code"] == code, (query, error)
        assert "Did you mean" not in error["message"]


async def test_pages_stay_whole_while_rows_arrive(client):
    names = [f"Person {number:02}" for number in range(25)]
    for name in names:
        assert (await client.post("/api/v1/leads", json={"full_name": name})).is_success
    query = """query($after: String, $before: String) {
        leads(first: 10, after: $after, before: $before, sort: "full_name") {
            nodes { fullName } pageInfo { hasNextPage hasPreviousPage startCursor endCursor } totalCount { value }
        } }"""
    seen, after = [], None
    for page_number in range(3):
        page = (await ask(client, query, after=after))["data"]["leads"]
        seen += [node["fullName"] for node in page["nodes"]]
        assert page["pageInfo"]["hasPreviousPage"] is (page_number > 0)
        # A row before the edge must not shift what follows it.
        await client.post("/api/v1/leads", json={"full_name": f"A newcomer {page_number}"})
        after = page["pageInfo"]["endCursor"]
    assert seen == names
    assert after is None
    back = (await ask(client, query, before=page["pageInfo"]["startCursor"]))["data"]["leads"]
    assert [node["fullName"] for node in back["nodes"]] == names[10:20]


async def test_edges_are_the_nodes_with_a_cursor_behind_each(client, records):
    for number in range(3):
        assert (await client.post("/api/v1/deals", json={"name": f"Deal {number}"})).is_success
        assert (await client.post("/api/v1/leads", json={"full_name": f"Person {number}"})).is_success
        assert (await client.post("/api/v1/companies", json={"name": f"Company {number}"})).is_success
        assert (await client.post("/api/v1/tasks", json={"title": f"Task {number}"})).is_success
        assert (await client.post(f"/api/v1/leads/{records['lead']}/notes", json={"body": f"Note {number}"})).is_success
    of_lead = f'leadId: "{records["lead"]}", '
    for name, arguments in {"leads": "", "companies": "", "deals": "", "tasks": "", "timeline": of_lead}.items():
        query = f"query($after: String) {{ page: {name}({arguments}first: 3, after: $after) {{ nodes {{ id }}"
        query += " edges { cursor node { id } } pageInfo { endCursor } } }"
        page = (await ask(client, query))["data"]["page"]
        assert [edge["node"] for edge in page["edges"]] == page["nodes"]
        assert page["edges"][-1]["cursor"] == page["pageInfo"]["endCursor"]
        rest = (await ask(client, query, after=page["edges"][0]["cursor"]))["data"]["page"]
        assert rest["nodes"][:2] == page["nodes"][1:], name

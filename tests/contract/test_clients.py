"""The clients for Python and TypeScript, generated anew and used against a real server process."""

import contextlib
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import orjson
import pytest

from installation import Installation

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def server(
    tmp_path_factory: pytest.TempPathFactory, migrated: Callable[[Path], Installation]
) -> Iterator[Installation]:
    installation = migrated(tmp_path_factory.mktemp("client") / "home")
    installation.start("web")
    installation.wait_ready()
    yield installation
    installation.stop()


@pytest.fixture(scope="module")
def generated(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SimpleNamespace]:
    """The package as `make clients` writes it."""
    folder = tmp_path_factory.mktemp("python")
    assert (ROOT / ".venv" / "clients").is_dir(), "run `make setup-dev` first: the generator is missing"
    subprocess.run(
        [sys.executable, ROOT / "clients" / "generate.py", folder / "tradewind_client"], check=True, cwd=ROOT
    )
    sys.path.insert(0, str(folder))
    from tradewind_client import AuthenticatedClient, models
    from tradewind_client.api.leads import leads_create, leads_create_many, leads_list, leads_read, leads_update
    from tradewind_client.types import UNSET

    yield SimpleNamespace(
        AuthenticatedClient=AuthenticatedClient,
        models=models,
        leads_create=leads_create,
        leads_create_many=leads_create_many,
        leads_list=leads_list,
        leads_read=leads_read,
        leads_update=leads_update,
        UNSET=UNSET,
    )
    sys.path.remove(str(folder))


def test_pages_writes_and_failures_with_an_api_key(server: Installation, generated: Any) -> None:
    client, key = _client(server, generated)
    person = generated.models.LeadCreate(first_name="Ada", email="ada@moreau.example")
    added = generated.leads_create.sync(client=client, body=person, idempotency_key="first")
    assert (added.full_name, added.email, added.status.value) == ("Ada", "ada@moreau.example", "new")
    again = generated.leads_create.sync_detailed(client=client, body=person, idempotency_key="first")
    assert (again.parsed.id, again.headers["Idempotency-Replayed"]) == (added.id, "true")
    body = generated.models.LeadBulkCreate(
        items=[generated.models.LeadCreate(first_name=f"Person {number}") for number in range(6)]
    )
    assert generated.leads_create_many.sync(client=client, body=body).created == 6

    seen, cursor = [], generated.UNSET
    while cursor is not None:
        page = generated.leads_list.sync(client=client, limit=3, cursor=cursor)
        seen += [lead.full_name for lead in page.items]
        cursor = page.next_cursor
    assert sorted(seen) == ["Ada", *(f"Person {number}" for number in range(6))]

    refused = generated.leads_create.sync(client=client, body=generated.models.LeadCreate(email="no address"))
    assert isinstance(refused, generated.models.Problem)
    assert (refused.status, refused.code) == (422, "kernel.invalid")
    assert [error.field for error in refused.errors] == ["email"]
    late = generated.leads_update.sync(
        added.id, client=client, body=generated.models.LeadUpdate(city="Lyon"), if_match='"99"'
    )
    assert (late.status, late.code) == (412, "kernel.version_changed")
    stranger = generated.AuthenticatedClient(server.url, token=key[:-1] + ("a" if key[-1] != "a" else "b"))
    assert generated.leads_read.sync(added.id, client=stranger).status == 401


_PROGRAM = """
import { createClient, everything, TradewindError, type Schemas } from './client/index.js';

const [baseUrl, token] = process.argv.slice(2) as [string, string];
const api = createClient({ baseUrl, token });
const body: Schemas['LeadCreate'] = { first_name: 'Grace', email: 'grace@moreau.example' };
const added = await api.leads_create({ body, idempotencyKey: 'ts-1' });
const again = await api.leads_create({ body, idempotencyKey: 'ts-1' });
const many = await api.leads_create_many({ body: { items: [1, 2, 3].map((n) => ({ full_name: `TS ${n}` })) } });
const filter = JSON.stringify({ field: 'full_name', op: 'starts_with', value: 'TS ' });
const names: string[] = [];
for await (const lead of everything(api.leads_list, { query: { limit: 2, filter } })) names.push(lead.full_name ?? '');
const changed = await api.leads_update({ path: { lead_id: added.id }, body: { city: 'Lyon' } });
const refusals = await Promise.all(
  [
    api.leads_create({ body: { email: 'no address' } }),
    api.leads_update({ path: { lead_id: added.id }, body: { city: 'Nice' }, headers: { 'If-Match': '"99"' } }),
    createClient({ baseUrl, token: 'tw_live_wrong' }).leads_read({ path: { lead_id: added.id } }),
  ].map((answer) =>
    answer.then(() => 'no refusal').catch((reason) => {
      const { status, code, errors } = reason as TradewindError;
      return [status, code, errors[0]?.field];
    }),
  ),
);
const csv = await api.exports_leads({ query: { format: 'csv' } });
const text = csv instanceof Response ? await csv.text() : 'not CSV';
const gone: undefined = await api.leads_delete({ path: { lead_id: added.id } });
// @ts-expect-error A field that leads do not have.
void (() => api.leads_create({ body: { colour: 'red' } }));
// @ts-expect-error The path needs the lead's id.
void (() => api.leads_read({}));
// @ts-expect-error There is no such operation.
void (() => api.leads_paint());
console.log(JSON.stringify({
  name: added.full_name, same: added.id === again.id, created: many.created, names: names.sort(),
  version: changed.version, refusals, csv: text.split('\\n')[0], gone: gone === undefined,
}));
"""


def test_the_typescript_client_in_node(server: Installation, tmp_path: Path) -> None:
    """The program is checked against the generated types, which must refuse its three marked lines, and then run."""
    document = tmp_path / "openapi.json"
    document.write_bytes(server.client().get("/api/v1/openapi.json").content)
    subprocess.run(["node", ROOT / "clients" / "typescript" / "build.mjs", document, tmp_path / "client"], check=True)
    (tmp_path / "package.json").write_text('{"type": "module"}')
    (tmp_path / "program.ts").write_text(_PROGRAM)
    options = ["--strict", "--module", "nodenext", "--target", "es2022", "--skipLibCheck", "--types", "node"]
    roots = ["--typeRoots", ROOT / "web" / "node_modules" / "@types"]
    compiled = subprocess.run(
        [ROOT / "web" / "node_modules" / ".bin" / "tsc", *options, *roots, "program.ts"],
        check=False, cwd=tmp_path, capture_output=True, text=True,
    )  # fmt: skip
    assert compiled.returncode == 0, compiled.stdout
    ran = subprocess.run(
        ["node", "program.js", server.url, _key(server)],
        check=False, cwd=tmp_path, capture_output=True, text=True, timeout=120,
    )  # fmt: skip
    assert ran.returncode == 0, ran.stderr
    told = orjson.loads(ran.stdout)
    assert told.pop("csv").startswith("Id,")
    assert told == {
        "name": "Grace", "same": True, "created": 3, "names": ["TS 1", "TS 2", "TS 3"], "version": 2, "gone": True,
        "refusals": [
            [422, "kernel.invalid", "email"],
            [412, "kernel.version_changed", None],
            [401, "identity.key_mistyped", None],
        ],
    }  # fmt: skip


def _key(server: Installation) -> str:
    """A new API key of a new administrator."""
    with contextlib.closing(server.signed_up("typescript@people.example")) as administrator:
        scopes = ["leads:read", "leads:write", "leads:delete", "leads:export", "leads:personal"]
        made = administrator.post("/api/v1/keys", json={"name": "TypeScript", "scopes": scopes})
        assert made.status_code == 201, made.text
    return made.json()["secret"]


def _client(server: Installation, generated: Any) -> tuple[Any, str]:
    """A client that signs in with a new API key, and the key."""
    with contextlib.closing(server.signed_up("client@people.example")) as administrator:
        made = administrator.post(
            "/api/v1/keys", json={"name": "Client", "scopes": ["leads:read", "leads:write", "leads:personal"]}
        )
        assert made.status_code == 201, made.text
    key = made.json()["secret"]
    return generated.AuthenticatedClient(server.url, token=key), key

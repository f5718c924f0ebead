"""The Python client, generated anew and used against a real server process."""

import contextlib
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from installation import Installation

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Installation]:
    installation = Installation(tmp_path_factory.mktemp("client") / "home")
    installation.home.mkdir()
    assert installation.start("migrate").wait(120) == 0
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


def _client(server: Installation, generated: Any) -> tuple[Any, str]:
    """A client that signs in with a new API key, and the key."""
    with contextlib.closing(server.signed_up("client@people.example")) as administrator:
        made = administrator.post(
            "/api/v1/keys", json={"name": "Client", "scopes": ["leads:read", "leads:write", "leads:personal"]}
        )
        assert made.status_code == 201, made.text
    key = made.json()["secret"]
    return generated.AuthenticatedClient(server.url, token=key), key

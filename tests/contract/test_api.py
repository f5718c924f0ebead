"""Schemathesis over the whole API as each role: no 500, nothing that the OpenAPI document does not announce, and
exactly the permissions that it tells.

Every request finds the same rows (see `workspace`), so a failure repeats with any other request left out.
`TRADEWIND_CONTRACT_EXAMPLES=100` searches deeper, and tries each keyword and value of every schema.
"""

import os
from collections import Counter
from collections.abc import Iterator
from copy import deepcopy
from zlib import crc32

import pytest
import schemathesis
from hypothesis import HealthCheck, settings
from schemathesis import Case
from schemathesis.python import asgi
from tests.conformance.endpoints import problem_of
from tests.contract.workspace import Workspace

from tradewind.kernel.testing.fixtures import WorkerDatabase
from tradewind.modules.identity.permissions import PERMISSIONS, ROLES

DEEP = os.environ.get("TRADEWIND_CONTRACT_EXAMPLES")
# What would end the session of the run or lock its account; tests of the identity module cover these.
ENDS_THE_SESSION = [
    "POST /api/v1/auth/logout",
    "POST /api/v1/me/password",
    "DELETE /api/v1/me/sessions",
    "DELETE /api/v1/me/sessions/{session_id}",
]
config = schemathesis.Config.from_dict(
    {
        "seed": 20,
        "generation": {
            "max-examples": int(DEEP or 6),
            "deterministic": True,
            "no-shrink": not DEEP,
            "database": "none",
        },
        # Making up the cases of this phase takes longer than all requests together.
        "phases": {"coverage": {"enabled": bool(DEEP), "unexpected-methods": ["PATCH", "OPTIONS"]}},
        # Rules between values are beyond a schema: valid data may be refused with 422.
        "checks": {"positive_data_acceptance": {"enabled": False}},
    }
)
schema = schemathesis.pytest.from_fixture("api").exclude(name=ENDS_THE_SESSION)
turns: Counter[str] = Counter()


@pytest.fixture(scope="module")
def workspace(application, settings, real_database) -> Iterator[Workspace]:
    async def make_database():
        return await WorkerDatabase(settings).open(pooled=False)

    made = Workspace(application, settings, make_database)
    with asgi.get_client(made):
        yield made
    asgi.shutdown_lifespans()


@pytest.fixture
def api(workspace, application, request):
    # Schemathesis 4.32 reads this name of older pytest versions.
    request.node._nodeid = request.node.nodeid
    document = deepcopy(application.openapi())
    # Every request brings a token of its own, whatever was made up for it.
    del document["components"]["securitySchemes"]
    for operation in (each for methods in document["paths"].values() for each in methods.values()):
        del operation["security"]
    loaded = schemathesis.openapi.from_dict(document, config=config)
    loaded.app = workspace
    return loaded


@schema.parametrize()
@settings(deadline=None, suppress_health_check=list(HealthCheck))
def test_everything_is_as_documented(case: Case, workspace: Workspace) -> None:
    draw = crc32(repr(case).encode("utf-8", "surrogatepass"))
    for name in case.path_parameters:
        # Mostly an id that exists; what was generated is for the answers to ids that do not.
        if name in workspace.ids and draw % 4 and not _is_negative(case):
            case.path_parameters[name] = workspace.ids[name]
    role = _role(case)
    answer = case.call_and_validate(headers={"Authorization": f"Bearer {workspace.tokens[role]}"})
    permission = workspace.permissions.get((case.operation.path, case.method.lower()))
    if permission in PERMISSIONS:
        code = problem_of(answer)["code"] if answer.status_code >= 400 else ""
        # Addresses that are none and bodies that cannot be read are refused before anyone asks who sends them.
        unread = answer.status_code in (400, 413, 415) or isinstance(case.body, bytes)
        if not unread and not code.startswith("kernel.http_"):
            assert (code == "kernel.forbidden") == (permission not in ROLES[role].permissions), (role, code)


def _role(case: Case) -> str:
    """Half of the requests come from the administrator, who gets furthest; the others from each role in turn."""
    turns[case.operation.label] += 1
    turn = turns[case.operation.label] + crc32(case.operation.label.encode())
    others = [role for role in ROLES if role != "admin"]
    return "admin" if turn % 2 else others[turn // 2 % len(others)]


def _is_negative(case: Case) -> bool:
    return case.meta is not None and case.meta.generation.mode.is_negative

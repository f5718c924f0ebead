"""The OpenAPI document itself."""

from collections import Counter
from typing import Any

import pytest
import schemathesis

from tradewind.modules.identity.permissions import PERMISSIONS


@pytest.fixture(scope="module")
def document(application) -> dict[str, Any]:
    return application.openapi()


@pytest.fixture(scope="module")
def operations(document) -> dict[str, dict[str, Any]]:
    return {
        f"{method.upper()} {path}": operation
        for path, methods in document["paths"].items()
        for method, operation in methods.items()
    }


def test_it_is_valid_openapi_3_1(document):
    assert document["openapi"].startswith("3.1")
    schemathesis.openapi.from_dict(document).validate()


def test_every_operation_is_named_and_described(operations):
    assert len(operations) > 100
    assert [label for label, operation in operations.items() if not operation.get("summary")] == []
    assert [label for label, operation in operations.items() if not operation.get("description")] == []
    names = Counter(operation.get("operationId") for operation in operations.values())
    assert [name for name, count in names.items() if name is None or count > 1] == []


def test_shapes_have_names_of_their_own(document):
    # Two modules that use one name would both get the module's path in front of it, for every client to see.
    assert [name for name in document["components"]["schemas"] if name.startswith("tradewind")] == []


def test_every_operation_states_its_permission(operations):
    known = {*PERMISSIONS, "signed-in", "public"}
    assert {label for label, operation in operations.items() if operation.get("x-permission") not in known} == set()
    public = [label for label, operation in operations.items() if operation["x-permission"] == "public"]
    # Signing in, what machines read, and what is made for strangers and for vendors' notices.
    open_to_all = (
        "/auth/",
        "/health/",
        "/.well-known/",
        "/booking/",
        "/booking-links/",
        "/calendars/notices/",
        "/calendars/feed/",
        "/chat/",
        "/email-events/",
        "/email-inbound/",
    )
    assert [label for label in public if not any(part in label for part in open_to_all)] == []


def test_every_operation_states_how_callers_prove_themselves(document, operations):
    known = set(document["components"]["securitySchemes"])
    used = {name for each in operations.values() for way in each["security"] for name in way}
    assert used == known
    assert [
        label for label, each in operations.items() if (each["security"] == []) != (each["x-permission"] == "public")
    ] == []

    def keys_may(label: str) -> bool:
        return {"apiKey": []} in operations[label]["security"]

    assert keys_may("GET /api/v1/leads")
    assert not keys_may("GET /api/v1/me")
    assert not keys_may("POST /api/v1/keys")
    assert {"sessionCookie": []} in operations["GET /api/v1/leads"]["security"]
    assert {"sessionCookie": [], "csrfToken": []} in operations["POST /api/v1/leads"]["security"]


def _foreign(answer) -> bool:
    """OAuth 2.1 and Cal.com's API have failures of their own shape."""
    return any(name in str(answer["content"]) for name in ("OAuthError", "CalcomFailure"))


def test_every_failure_is_described_as_problem_json(operations):
    wrong = [
        f"{label} {status}"
        for label, operation in operations.items()
        for status, answer in operation["responses"].items()
        if status >= "400" and "application/problem+json" not in answer["content"] and not _foreign(answer)
    ]
    assert wrong == []


def test_every_schema_is_used(document):
    text = str(document)
    schemas = document["components"]["schemas"]
    assert [name for name in schemas if f"'#/components/schemas/{name}'" not in text] == []

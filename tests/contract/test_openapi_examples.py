"""Examples, names, headers and error codes of the OpenAPI document: nothing in it may rot."""

import re
from typing import Any

import jsonschema
import pytest
from pydantic import TypeAdapter

from tradewind.kernel.openapi import routes_of
from tradewind.kernel.openapi_problems import Problem, catalogue, reachable
from tradewind.modules.leads.routes import people


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


def _json_contents(operation):
    yield operation.get("requestBody", {}).get("content", {})
    for status, answer in operation["responses"].items():
        if status < "300":
            yield answer.get("content", {})


def test_every_json_body_and_answer_has_an_example_that_fits_its_schema(document, operations):
    components = {"components": document["components"]}
    wrong = []
    checker = jsonschema.Draft202012Validator
    for label, operation in operations.items():
        for content in _json_contents(operation):
            media = content.get("application/json")
            if media is None:
                continue
            found = [media["example"]] if "example" in media else [each["value"] for each in media["examples"].values()]
            errors = [error for each in found for error in checker(media["schema"] | components).iter_errors(each)]
            wrong += [f"{label}: {error.json_path} {error.message}" for error in errors]
    assert wrong == []


def test_every_example_of_a_body_is_taken_by_its_model(application, document):
    wrong = []
    for path, route in routes_of(application):
        operation = document["paths"].get(re.sub(r":[a-z]+\}", "}", path), {}).get(next(iter(route.methods)).lower())
        media = (operation or {}).get("requestBody", {}).get("content", {}).get("application/json", {})
        if route.body_field is None or "example" not in media:
            continue
        try:
            TypeAdapter(route.body_field.field_info.annotation).validate_python(media["example"])
        except ValueError as error:
            wrong.append(f"{path}: {error}")
    assert wrong == []


def test_names_read_well(document, operations):
    names = [operation["operationId"] for operation in operations.values()]
    assert [name for name in names if not re.fullmatch(r"[a-z]+(_[a-z]+)+", name)] == []
    assert {"leads_list", "leads_create", "companies_update", "deals_move", "sign_in_log_in"} <= set(names)
    assert [name for name in document["components"]["schemas"] if "__" in name or name.startswith("_")] == []


def test_every_group_of_operations_is_described(document):
    assert [tag["name"] for tag in document["tags"] if not tag["description"]] == []
    assert [tag["name"] for tag in document["tags"] if not tag["name"][0].isupper()] == []


def test_failures_name_their_codes_with_examples(document, operations):
    known = document["components"]["examples"]
    for operation in operations.values():
        for status, answer in operation["responses"].items():
            # OAuth 2.1 and Cal.com's API have failures of their own shape.
            if status >= "400" and not {"OAuthError", "CalcomFailure"} & set(
                re.findall(r"\w+", str(answer["content"]))
            ):
                examples = answer["content"]["application/problem+json"]["examples"]
                assert {each["$ref"].rpartition("/")[2] for each in examples.values()} <= set(known)
                assert {known[code]["value"]["status"] for code in examples} == {int(status)}
    problem = jsonschema.Draft202012Validator(document["components"]["schemas"]["Problem"])
    for each in known.values():
        problem.validate(each["value"])
    create = operations["POST /api/v1/leads"]["responses"]
    assert "leads.company_not_found" in create["404"]["content"]["application/problem+json"]["examples"]
    assert "kernel.idempotency_key_reused" in create["422"]["content"]["application/problem+json"]["examples"]
    assert "412" in operations["PATCH /api/v1/leads/{lead_id}"]["responses"]
    assert "412" not in operations["GET /api/v1/leads"]["responses"]


def test_headers_are_documented(operations):
    created = operations["POST /api/v1/leads"]
    assert "Idempotency-Key" in {parameter["name"] for parameter in created["parameters"]}
    told = set(created["responses"]["201"]["headers"])
    assert {"RateLimit", "RateLimit-Policy", "ETag", "Idempotency-Replayed"} <= told
    assert "Retry-After" in created["responses"]["429"]["headers"]
    assert "ETag" in operations["GET /api/v1/leads/{lead_id}"]["responses"]["200"]["headers"]


def test_error_codes_are_read_from_the_code():
    assert catalogue()["leads.lead_not_found"] == Problem("leads.lead_not_found", 404, "Lead not found", "")
    assert catalogue()["kernel.people_only"].status == 403
    assert catalogue()["kernel.rate_limited.…"].status == 429
    assert [code for code in catalogue() if not re.fullmatch(r"[a-z_]+\.[a-z_.…]+", code)] == []
    assert {"leads.lead_not_found", "kernel.version_changed", "leads.value_invalid"} <= reachable(people.update_lead)
    assert "leads.lead_not_found" not in reachable(people.list_leads)

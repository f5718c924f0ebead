"""What the OpenAPI document says of `?fields=`: which names it takes, and the shape of the answers it cuts."""

from typing import Any

PARAMETER = "fields"
_REFERENCE = "#/components/schemas/"


def describe_sparse(operation: dict[str, Any], schemas: dict[str, Any]) -> None:
    """Complete an operation that takes `fields`; adds the cut shapes to `schemas`. Others are left alone."""
    parameter = next((each for each in operation.get("parameters", ()) if each["name"] == PARAMETER), None)
    if parameter is None:
        return
    answer = operation["responses"]["200"]["content"]["application/json"]
    whole = answer["schema"]["$ref"].removeprefix(_REFERENCE)
    items = schemas[whole]["properties"].get("items", {}).get("items", {}).get("$ref", "")
    record = items.removeprefix(_REFERENCE) or whole
    cut = _cut_record(record, schemas)
    if items:
        cut = _cut_page(whole, cut, schemas)
    answer["schema"] = {"anyOf": [{"$ref": _REFERENCE + whole}, {"$ref": _REFERENCE + cut}]}
    names = list(schemas[record]["properties"])
    # In words: a pattern of all names says the same, and takes tools that read it seconds.
    parameter["description"] = f"{parameter['description']} Names are: {', '.join(names)}."
    parameter["example"] = ",".join(names[:3])


def _cut_record(record: str, schemas: dict[str, Any]) -> str:
    """The shape of a record of which only some fields are answered: all optional, at least one there."""
    name = f"{record}Fields"
    schemas[name] = {
        "type": "object",
        "title": name,
        "description": f"The fields of {record} that `{PARAMETER}` names, and no others.",
        "properties": schemas[record]["properties"],
        "additionalProperties": False,
        "minProperties": 1,
    }
    return name


def _cut_page(page: str, record: str, schemas: dict[str, Any]) -> str:
    name = f"{page.removesuffix('_')}Fields_"
    properties = schemas[page]["properties"]
    items = {**properties["items"], "items": {"$ref": _REFERENCE + record}}
    schemas[name] = {**schemas[page], "title": name, "properties": {**properties, "items": items}}
    return name

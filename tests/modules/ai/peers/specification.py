"""Checks recorded requests against a vendor's own OpenAPI file, which is no part of this project."""

import gzip
import json
import re
from functools import lru_cache
from pathlib import Path
from typing import Any

import jsonschema_rs
import pytest
import yaml


class Specification:
    """The requests that a vendor's file describes."""

    def __init__(self, file: Path) -> None:
        raw = file.read_bytes()
        text = gzip.decompress(raw) if file.suffix == ".gz" else raw
        self._document = json.loads(text) if ".json" in file.name else yaml.safe_load(text)
        self._paths = [
            (re.compile("^" + re.sub(r"\{[^}]+\}", "[^/]+", path) + "$"), operations)
            for path, operations in sorted(self._document["paths"].items(), key=lambda item: item[0].count("{"))
        ]

    def check(self, method: str, path: str, body: Any) -> None:
        """Fail unless the file knows the operation and the JSON body fits it, with no key that it does not know."""
        operation = next((o[method.lower()] for p, o in self._paths if p.match(path) and method.lower() in o), None)
        assert operation is not None, f"{method} {path} is not in the specification"
        content = operation.get("requestBody", {}).get("content", {})
        if isinstance(body, dict) and "application/json" in content:
            schema = content["application/json"]["schema"]
            errors = [f"{list(e.instance_path)}: {e.message[:300]}" for e in self._validator(schema).iter_errors(body)]
            assert not errors, f"{method} {path}: {errors[:3]}"
            unknown = set(body) - self._properties(schema)
            assert not unknown, f"{method} {path}: keys the specification does not know: {sorted(unknown)}"

    def _validator(self, schema: dict[str, Any]) -> Any:
        return _validator(json.dumps({**schema, "components": self._document["components"]}))

    def _properties(self, schema: dict[str, Any]) -> set[str]:
        while "$ref" in schema:
            schema = self._document["components"]["schemas"][schema["$ref"].rpartition("/")[2]]
        found = set(schema.get("properties", {}))
        for part in (*schema.get("allOf", ()), *schema.get("oneOf", ()), *schema.get("anyOf", ())):
            found |= self._properties(part)
        return found


@lru_cache(maxsize=16)
def _validator(text: str) -> Any:
    return jsonschema_rs.Draft202012Validator(json.loads(text))


@lru_cache
def specification(name: str) -> Specification:
    """The file of a vendor below the public data; skips where it is not there."""
    file = Path(__file__).parents[5] / "shared" / "specs" / name
    if not file.is_file():
        pytest.skip(f"the specification {name} is not at {file}")
    return Specification(file)
